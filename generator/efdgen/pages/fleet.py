"""The page about all environments: what runs where, and why one environment is not like another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from efdgen import layout, yamlio
from efdgen.errors import Path, dotted
from efdgen.hosts import PublicHost, public
from efdgen.merge import Layer, merge_layers, sets
from efdgen.model import AppDefinition, Pin, ResolvedApp, ResolvedEnvironment
from efdgen.pages.markdown import code, host_link, link, table, text

_LONGEST = 60
"""Characters of a value that are shown."""

_LIKENESS = 12
"""Characters shown of what a cut value has in common with the one beside it."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class App(NamedTuple):
    """What the page says of an app in an environment. The layers are the specs' own: they are in memory anyway."""

    definition: AppDefinition
    own_layers: tuple[Layer, ...]
    pins: tuple[Pin, ...]


class Row(NamedTuple):
    """What the page says of one environment: all that is kept of it while the others are resolved."""

    name: str
    title: str
    source: str
    argocd_url: str
    hosts: tuple[PublicHost, ...]
    facts: tuple[str, ...]
    provided: tuple[str, ...]
    apps: Mapping[str, App]


def row(environment: ResolvedEnvironment) -> Row:
    """Return what the page says of an environment."""
    facts = environment.facts
    return Row(
        facts.name,
        facts.title,
        environment.spec.document.file,
        facts.argocd.url,
        public(environment),
        tuple(fact(environment) for fact in _FACTS.values()),
        facts.cluster.provides,
        {app.definition.name: _app(app) for app in environment.apps},
    )


def _app(app: ResolvedApp) -> App:
    own = app.layers[len(app.definition.layers) :]
    return App(app.definition, tuple(layer for layer in own if layer.data), app.pins)


def page(rows: Sequence[Row]) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(rows))


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    yield "\n# The EFD's environments\n"
    yield from table(
        ("environment", "spec", "Argo CD", "public hosts"),
        (
            (
                link(text(each.title), layout.page(each.name)),
                link(code(each.name), f"../{each.source}"),
                f"<{each.argocd_url}>",
                ", ".join(map(host_link, each.hosts)),
            )
            for each in rows
        ),
    )
    yield from _versions(rows)
    yield "## What differs\n"
    yield from _facts(rows)
    yield from _settings(rows)


# -- versions and pins


_PinKey = tuple[str, Pin]
"""An app, and one of its pins: environments that have the same share its number."""


def _versions(rows: Sequence[Row]) -> Iterator[str]:
    names = sorted({name for each in rows for name in each.apps})
    found = {(name, pin) for each in rows for name, app in each.apps.items() for pin in app.pins}
    pins = {key: number for number, key in enumerate(sorted(found), 1)}
    yield "## Chart versions\n"
    remark = "; a small number: a value is held back or moved ahead, [see below](#pins)" if pins else ""
    yield f"-: not deployed; cluster: there, but the cluster's own{remark}.\n"
    yield from table(
        ("environment", *names),
        (
            (link(text(each.title), layout.page(each.name)), *(_version(each, name, pins) for name in names))
            for each in rows
        ),
    )
    if pins:
        yield "### Pins\n"
        yield from table(
            ("", "app", "value", "is", "because"),
            (
                (_superscript(number), name, code(pin.path), code(pin.value), text(pin.reason))
                for (name, pin), number in pins.items()
            ),
        )


def _version(each: Row, name: str, pins: Mapping[_PinKey, int]) -> str:
    app = each.apps.get(name)
    if app is None:
        return "cluster" if name in each.provided else "-"
    marks = " ".join(_superscript(pins[name, pin]) for pin in sorted(app.pins))
    return f"{text(app.definition.chart.version)} {marks}".rstrip()


def _superscript(number: int) -> str:
    return str(number).translate(_SUPERSCRIPTS)


# -- facts


def _code_or(otherwise: str, words: str | None) -> str:
    return code(words) if words else otherwise


def _kafka(environment: ResolvedEnvironment, words: str) -> str:
    """Return words about Kafka; they say nothing where none is deployed."""
    return words if any(app.node_port_hosts for app in environment.apps) else "-"


def _sync(policy: Mapping[str, Any] | None) -> str:
    return "by hand" if policy is None else code(_words(policy))


_FACTS: Mapping[str, Callable[[ResolvedEnvironment], str]] = {
    "site": lambda env: _code_or("none", env.spec.site),
    "Kubernetes": lambda env: text(env.facts.cluster.kubernetes_version),
    "storage class": lambda env: _code_or("the default", env.facts.cluster.storage_class),
    "provided by the cluster": lambda env: ", ".join(map(code, env.facts.cluster.provides)) or "nothing",
    "Kafka broker": lambda env: _kafka(env, _code_or("not reached from outside", env.facts.kafka.broker)),
    "Kafka's storage class": lambda env: _kafka(env, _code_or("the default", env.facts.kafka.storage_class)),
    "Kafka's disks": lambda env: _kafka(env, text(env.facts.kafka.storage_size)),
    "Vault": lambda env: f"<{env.facts.vault.address}>",
    "Vault's prefix": lambda env: code(env.facts.vault.path_prefix),
    "Argo CD": lambda env: "managed here" if env.facts.argocd.managed else "managed elsewhere",
    "deployed from": lambda env: f"<{env.facts.argocd.repo_url}>",
    "revision": lambda env: code(env.facts.argocd.target_revision),
    "sync": lambda env: _sync(env.facts.argocd.sync_policy),
}


def _facts(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of the facts that are not the same everywhere, and a list of the others."""
    different: list[tuple[int, str]] = []
    same: list[tuple[int, str]] = []
    for index, name in enumerate(_FACTS):
        (different if len({each.facts[index] for each in rows}) > 1 else same).append((index, name))
    yield "### Facts\n"
    if different:
        yield from table(
            ("environment", *(name for _, name in different)),
            ((text(each.title), *(each.facts[index] for index, _ in different)) for each in rows),
        )
    if same and rows:
        yield f"The same everywhere: {'; '.join(f'{name} {rows[0].facts[index]}' for index, name in same)}.\n"


# -- settings


class _Setting(NamedTuple):
    """Something that specs, or their sites, set for an app: where, and what."""

    app: str
    path: str
    value: str


def _settings(rows: Sequence[Row]) -> Iterator[str]:
    """Yield, app by app, what environments set for themselves: the most specific, as it is written."""
    said: dict[_Setting, dict[str, list[str]]] = {}
    otherwise: dict[tuple[str, str], str | None] = {}
    for each in rows:
        for name, app in each.apps.items():
            for path, value, source in _own(app):
                shown_path = dotted(path)
                by_source = said.setdefault(_Setting(name, shown_path, _words(value)), {})
                by_source.setdefault("" if source == "spec" else source, []).append(each.title)
                if (name, shown_path) not in otherwise:
                    otherwise[name, shown_path] = _otherwise(app.definition, path)
    yield "### What environments set for themselves\n"
    if not said:
        yield "Nothing.\n"
        return
    yield "As it is written; expressions stand in `<% %>`. Where an app has nothing of its own, the last column holds."
    yield ""
    by_app: dict[str, list[_Setting]] = {}
    for setting in sorted(said):
        by_app.setdefault(setting.app, []).append(setting)
    for name, settings in by_app.items():
        having = sum(name in each.apps for each in rows)
        yield f"#### {name}\n"
        yield from table(
            ("value", "is", "in", "otherwise"),
            (
                (
                    code(setting.path),
                    code(_cut(setting.value, otherwise[name, setting.path])),
                    _who(said[setting], having),
                    _default(setting, otherwise[name, setting.path]),
                )
                for setting in settings
            ),
        )


def _own(app: App) -> Iterator[tuple[Path, Any, str]]:
    """Yield what environments set: each value, but for pins, where it is, and the layer that has the last word."""
    if not app.own_layers:
        return
    pinned = {("values", *pin.path.split(".")) for pin in app.pins}
    merged = {key: value for key, value in merge_layers(app.own_layers).items() if key != "pins"}
    for path, value in _leaves(merged, ()):
        if path not in pinned:
            yield path, value, next(layer.name for layer in reversed(app.own_layers) if sets(layer.data, path))


def _leaves(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield what has no keys below it: Helm replaces lists as a whole."""
    if isinstance(data, Mapping) and (data or len(path) < 2):  # noqa: PLR2004 - `values: {}` says nothing
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path, data


def _otherwise(definition: AppDefinition, path: Path) -> str | None:
    """Return what an app definition says where no environment does; None when it says nothing."""
    for layer in reversed(definition.layers):
        if sets(layer.data, path):
            value = layer.data
            for part in path:
                value = value[part]
            return _words(value)
    return None


def _default(setting: _Setting, otherwise: str | None) -> str:
    if otherwise is not None:
        return code(_cut(otherwise, setting.value))
    return "the chart's" if setting.path.startswith("values") else "-"


def _who(by_source: Mapping[str, Sequence[str]], having: int) -> str:
    """Return the environments that say something, and those whose site says it; `having`: those with the app."""
    if sum(map(len, by_source.values())) == having > 1:
        return f"all {having} that have it"
    parts = []
    for source, titles in sorted(by_source.items()):
        names = ", ".join(map(text, titles))
        parts.append(f"{names} (by {text(source)})" if source else names)
    return "; ".join(parts)


def _words(value: Any) -> str:
    """Return a value on one line, as people write it in YAML: text that looks like a number is in quotes."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    try:
        is_text = isinstance(yamlio.resolve_plain(value), str)
    except yamlio.AmbiguousScalarError:
        is_text = False
    return " ".join(value.split()) if is_text else f'"{value}"'


def _cut(words: str, other: str | None) -> str:
    """Return words, cut if they are long: what they have in common with those beside them is left out first."""
    if len(words) <= _LONGEST:
        return words
    begin = 0
    if other is not None and words != other:
        pairs = enumerate(zip(words, other, strict=False))
        same = next((at for at, (one, another) in pairs if one != another), min(len(words), len(other)))
        begin = max(0, min(same - _LIKENESS, len(words) - _LONGEST))
    shown = words[begin : begin + _LONGEST]
    return f"{'…' if begin else ''}{shown}{'…' if begin + _LONGEST < len(words) else ''}"
