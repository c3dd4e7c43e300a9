"""The page about all environments: what runs where, and why one environment is not like another."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.argocd import server_at
from efdgen.environment.hosts import PublicHost, public
from efdgen.environment.model import Pin, ResolvedApp, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Path, Problem, dotted
from efdgen.language import cells, scope, yamlio
from efdgen.language.layers import at, leaves, merge, sets
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.render.pages.markdown import code, host_link, link, table, text
from efdgen.repository.model import AppDefinition, Column, Repository

_LONGEST = 60
"""Characters of a value that are shown."""

_LIKENESS = 12
"""Characters shown of what a cut value has in common with the one beside it."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class App(NamedTuple):
    """What the page says of an app in an environment.

    Attributes:
        definition: the app.
        said: what its spec, and what that shares, say about it: each source with its data, the least specific first.
        pins: its pins.
    """

    definition: AppDefinition
    said: tuple[tuple[str, Any], ...]
    pins: tuple[Pin, ...]


class Row(NamedTuple):
    """What the page says of one environment: all that is kept of it while the others are resolved."""

    name: str
    title: str
    source: str
    argocd_url: str
    hosts: tuple[PublicHost, ...]
    cells: tuple[str, ...]
    provided: tuple[str, ...]
    apps: Mapping[str, App]


def row(environment: ResolvedEnvironment, columns: Sequence[Column]) -> Row:
    """Return what the page says of an environment.

    Raises:
        InvalidInputError: with every column that can't be evaluated.
    """
    facts = environment.facts
    return Row(
        facts.name,
        facts.title,
        environment.spec.document.file,
        facts.argocd.url,
        public(environment),
        tuple(_cells(environment, columns)),
        facts.cluster.provides,
        {app.definition.name: _app(app) for app in environment.apps},
    )


def _app(app: ResolvedApp) -> App:
    own = app.layers[len(app.definition.layers) :]
    return App(app.definition, tuple((layer.name, layer.data) for layer in own if layer.data), app.pins)


def _cells(environment: ResolvedEnvironment, columns: Sequence[Column]) -> Iterator[str]:
    given = environment.names
    where = f"environment {environment.facts.name}"
    problems: list[Problem] = []
    for column in columns:
        try:
            when = column.when
            is_there = when is None or scope.holds(when.text, given, where, when.locate, when.path)
            yield cells.fill(column.cell, given, where) if is_there else "-"
        except InvalidInputError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInputError(problems)


def page(rows: Sequence[Row], repository: Repository) -> str:
    """Return the page as Markdown.

    Args:
        rows: what it says of each environment.
        repository: what people wrote: its title, and the names of the columns.
    """
    return "\n".join(_lines(rows, repository))


def _title(project: str) -> str:
    """Return the page's title: `The EFD's environments`; of a project without a title, `All environments`."""
    return f"The {project}'s environments" if project else "All environments"


def _lines(rows: Sequence[Row], repository: Repository) -> Iterator[str]:
    together: dict[str, list[Row]] = {}
    for each in rows:
        together.setdefault(server_at(each.argocd_url), []).append(each)
    yield f"\n# {text(_title(repository.title))}\n"
    yield from table(
        ("environment", "spec", "Argo CD", "public hosts"),
        (
            (
                link(text(each.title), layout.page(each.name)),
                link(code(each.name), f"../{each.source}"),
                _argocd(each, together[server_at(each.argocd_url)]),
                ", ".join(map(host_link, each.hosts)),
            )
            for each in rows
        ),
    )
    yield from _versions(rows)
    yield "## What differs\n"
    yield from _facts(rows, [text(column.name) for column in repository.pages.columns])
    yield from _settings(rows)


# -- versions and pins


_PinKey = tuple[str, Pin]
"""An app, and one of its pins: environments that have the same share its number."""


def _argocd(row: Row, under_it: Sequence[Row]) -> str:
    """Return the Argo CD of an environment, with the others that it deploys, as far as they are few."""
    others = [link(text(each.title), layout.page(each.name)) for each in under_it if each is not row]
    return f"<{row.argocd_url}>" + (f"; it deploys {listed(others)}, too" if others else "")


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
                (_superscript(number), name, code(pin.path), code(pin.text), text(pin.reason))
                for (name, pin), number in pins.items()
            ),
        )


def _version(each: Row, name: str, pins: Mapping[_PinKey, int]) -> str:
    app = each.apps.get(name)
    if app is None:
        return "cluster" if name in each.provided else "-"
    marks = " ".join(_superscript(pins[name, pin]) for pin in sorted(app.pins))
    return f"{text(app.definition.versions)} {marks}".rstrip()


def _superscript(number: int) -> str:
    return str(number).translate(_SUPERSCRIPTS)


# -- facts


def _facts(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    """Yield a table of the facts that are not the same everywhere, and a list of the others."""
    different: list[tuple[int, str]] = []
    same: list[tuple[int, str]] = []
    for index, name in enumerate(columns):
        (different if len({each.cells[index] for each in rows}) > 1 else same).append((index, name))
    yield "### Facts\n"
    if different:
        yield from table(
            ("environment", *(name for _, name in different)),
            ((text(each.title), *(each.cells[index] for index, _ in different)) for each in rows),
        )
    if same and rows:
        yield f"The same everywhere: {'; '.join(f'{name} {rows[0].cells[index]}' for index, name in same)}.\n"


# -- settings


class _Setting(NamedTuple):
    """Something that specs, or their sites, set for an app.

    Attributes:
        path: where it stands.
        default: what the app definition says; None when it says nothing.
        said: who sets which value: titles of environments, by value and by the site that says it, or "".
    """

    path: str
    default: str | None
    said: dict[str, dict[str, list[str]]]


def _settings(rows: Sequence[Row]) -> Iterator[str]:
    """Yield, app by app, what environments set for themselves: the most specific, as it is written."""
    by_app: dict[str, dict[Path, _Setting]] = {}
    for each in rows:
        title = text(each.title)
        for name, app in each.apps.items():
            for path, value, source in _own(app):
                settings = by_app.setdefault(name, {})
                if path not in settings:
                    settings[path] = _Setting(dotted(path), _default(app.definition, path), {})
                settings[path].said.setdefault(_words(value), {}).setdefault(source, []).append(title)
    yield "### What environments set for themselves\n"
    if not by_app:
        yield "Nothing.\n"
        return
    yield "As it is written; expressions stand in `<% %>`. Where an app has nothing of its own, the last column holds."
    yield ""
    for name, found in sorted(by_app.items()):
        having = sum(name in each.apps for each in rows)
        yield f"#### {name}\n"
        yield from table(
            ("value", "is", "in", "otherwise"),
            (
                (code(path), code(_cut(value, default)), _who(by_source, having), _otherwise(path, default, value))
                for path, default, said in sorted(found.values())
                for value, by_source in sorted(said.items())
            ),
        )


def _own(app: App) -> Iterator[tuple[Path, Any, str]]:
    """Yield what environments set: each value, but for pins, where it is, and the site that says it, or ""."""
    if not app.said:
        return
    layers = [(name if name != "spec" else "", data) for name, data in reversed(app.said)]
    pinned = {("values", *pin.path.split(".")) for pin in app.pins}
    merged = functools.reduce(merge, (data for _, data in app.said))
    for key, settings in merged.items():
        # Helm replaces lists as a whole. An app that says `values: {}` says nothing.
        for path, value in leaves(settings, (key,), in_lists=False) if key != "pins" and settings != {} else ():
            if path not in pinned:
                yield path, value, next(name for name, data in layers if len(layers) == 1 or sets(data, path))


def _default(definition: AppDefinition, path: Path) -> str | None:
    """Return what an app definition says where no environment does; None when it says nothing."""
    for layer in reversed(definition.layers):
        if sets(layer.data, path):
            return _words(at(layer.data, path))
    return None


def _otherwise(path: str, default: str | None, value: str) -> str:
    if default is not None:
        return code(_cut(default, value))
    return "the chart's" if path.startswith("values") else "-"


def _who(by_source: Mapping[str, Sequence[str]], having: int) -> str:
    """Return the environments that say something, and those whose site says it; `having`: those with the app."""
    if sum(map(len, by_source.values())) == having > 1:
        return f"all {having} that have it"
    parts = []
    for source, titles in sorted(by_source.items()):
        names = ", ".join(titles)
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
