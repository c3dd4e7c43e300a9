"""A static site about all environments: pages that need nothing but the files beside them. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.model import Pin, ResolvedApp, ResolvedEnvironment
from efdgen.language import visible
from efdgen.language.shown import count
from efdgen.language.tuples import NamedTuple
from efdgen.report import html
from efdgen.report.diff import changes
from efdgen.report.site.markdown import Body, body
from efdgen.report.site.model import Environment, Fleet, Row

INDEX, DETAILS, COMPARE, DATA = "index.html", "fleet.html", "compare.html", "data.js"

_SAID = "Made by efdgen for its site"
_MARK = f"<!-- {_SAID} -->"

_VALUES = re.compile(r"(?:\.\./)?apps/(?P<app>[^/]+)/values-(?P<environment>[^/]+)\.yaml")
_LINKS = ("https:", "http:", "mailto:", "#")


class Cell(NamedTuple):
    """An app in an environment, as the matrix shows it. No version: it is not deployed.

    Attributes:
        app: its name.
        version: of its chart.
        revision: what Argo CD reads, where that is not what most environments read.
        pins: values held back or moved ahead.
        is_special: whether something is pinned, or is not as in most environments.
    """

    app: str
    version: str
    revision: str
    pins: tuple[Pin, ...]
    is_special: bool


class Line(NamedTuple):
    """An environment in the matrix."""

    environment: Environment
    address: str
    cells: tuple[Cell, ...]
    found_by: str


class Shown(NamedTuple):
    """A value as it is shown, in HTML."""

    path: str
    text: str


class Part(NamedTuple):
    """Values of an environment that belong together."""

    group: str
    values: tuple[Shown, ...]
    extent: str


def build(fleet: Fleet) -> dict[str, bytes]:
    """Return the site's files, by their names; all lie in one folder.

    Raises:
        UsageError: when the library that reads Markdown is not installed.
    """
    texts = _Texts()
    addresses = {each.name: address(each.name) for each in fleet.environments}

    def link(target: str) -> str | None:
        return _link(target, addresses)

    bodies = {each.name: body(each.page, link, each.picture) for each in fleet.environments}
    parts = _parts(fleet.rows, texts)
    files = {
        INDEX: _index(fleet, addresses),
        DETAILS: _page("site-fleet", "site-text", here=DETAILS, project=fleet.project, body=body(fleet.page, link)),
        COMPARE: _page("site-compare", here=COMPARE),
    }
    for each in fleet.environments:
        files[addresses[each.name]] = _environment(each, bodies[each.name], parts.get(each.name, {}))
    script = f"// {_SAID}: {DATA}\nglobalThis.efdgenData = {_json(_data(fleet, addresses, bodies, texts))};\n"
    pages = {name: text.replace(_MARK, _named(name), 1).encode() for name, text in sorted(files.items())}
    return {**pages, DATA: script.encode()}


def is_result(name: str, content: bytes) -> bool:
    """Say whether a file begins as one of a site under this name: a copy is somebody's own."""
    if name == DATA:
        return content.startswith(f"// {_SAID}: {DATA}\n".encode())
    return content.startswith(f"<!doctype html>\n{_named(name)}\n".encode())


def _named(name: str) -> str:
    return f"<!-- {_SAID}: {name} -->"


def address(environment: str) -> str:
    """Return the name of the page about an environment; names of environments hold no dots."""
    name = f"{environment}.html"
    return f"environment.{name}" if name in (INDEX, DETAILS, COMPARE) else name


def _page(template: str, *shared: str, **facts: Any) -> str:
    given = {"index": INDEX, "details": DETAILS, "compare": COMPARE, "data": DATA, "said": _SAID}
    return html.page(template, "site", *shared, loads_beside=True, **given, **facts)


def _link(target: str, addresses: Mapping[str, str]) -> str | None:
    """Return where a link of a page in rendered/ leads in the site; what the site does not hold: nowhere."""
    if target.startswith(_LINKS):
        return target
    path, _, anchor = target.partition("#")
    values = _VALUES.fullmatch(path)
    if values and values["environment"] in addresses:
        return f"{addresses[values['environment']]}#app:{values['app']}"
    pages_of = {f"{folder}{name}.md": page for name, page in addresses.items() for folder in ("", "docs/")}
    page = {**pages_of, "../README.md": DETAILS}.get(path)
    return page and (f"{page}#{anchor}" if anchor else page)


def _index(fleet: Fleet, addresses: Mapping[str, str]) -> str:
    apps = sorted({app.definition.name for each in fleet.environments for app in each.resolved.apps})
    usual = {name: _usual(name, fleet.environments) for name in apps}
    lines = [_line(each, addresses[each.name], usual) for each in fleet.environments]
    sites = sorted({each.resolved.spec.site for each in fleet.environments if each.resolved.spec.site})
    pins = sum(len(app.pins) for each in fleet.environments for app in each.resolved.apps)
    extent = (count(len(lines), "environment"), count(len(apps), "app"), count(pins, "pinned value"))
    is_audited = any(each.audited is not None for each in fleet.environments)
    given = {"lines": lines, "apps": apps, "sites": sites, "extent": ", ".join(extent), "is_audited": is_audited}
    return _page("site-index", here=INDEX, project=fleet.project, **given)


Look = tuple[str, str]
"""The version of an app's chart, and what Argo CD reads; empty where it is not deployed."""


def _look(app: ResolvedApp | None) -> Look:
    return (app.definition.versions, app.target_revision) if app else ("", "")


def _usual(name: str, environments: Sequence[Environment]) -> Look:
    """Return how an app is in most environments; of as many, the first."""
    looks = Counter(_look(_app(each, name)) for each in environments)
    return looks.most_common(1)[0][0]


def _app(environment: Environment, name: str) -> ResolvedApp | None:
    return next((app for app in environment.resolved.apps if app.definition.name == name), None)


def _line(environment: Environment, page: str, usual: Mapping[str, Look]) -> Line:
    cells = []
    for name, look in usual.items():
        app = _app(environment, name)
        own = _look(app)
        revision = own[1] if own[1] != look[1] and look[0] else ""
        pins = app.pins if app else ()
        cells.append(Cell(name, own[0], revision, pins, is_special=bool(pins) or own != look))
    resolved = environment.resolved
    facts = resolved.facts
    found_by = (facts.title, resolved.spec.site, facts.place, facts.argocd.url, *facts.aliases)
    return Line(environment, page, tuple(cells), " ".join((*found_by, *resolved.services.values())))


_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


def _environment(environment: Environment, content: Body, parts: Mapping[str, Part]) -> str:
    of_app = {app.definition.name: app for app in environment.resolved.apps}
    apps = [
        (app, [part for part in parts.values() if part.group.split(":")[0] == name]) for name, app in of_app.items()
    ]
    return _page(
        "site-environment",
        "site-text",
        inner_styles=_STYLE.findall(environment.picture),
        here=address(environment.name),
        environment=environment.resolved,
        facts=environment.resolved.facts,
        apps=apps,
        others=[part for part in parts.values() if part.group.split(":")[0] not in of_app],
        body=content,
    )


def _parts(rows: Sequence[Row], texts: _Texts) -> dict[str, dict[str, Part]]:
    """Return the values of each environment, by their group."""
    found: dict[str, dict[str, list[Shown]]] = {}
    for row in rows:
        if row.is_order:
            continue
        path = html.breakable(changes.path(row.path))
        for name, value in row.values.items():
            found.setdefault(name, {}).setdefault(row.group, []).append(Shown(path, texts.html(texts.shown(value))))
    return {
        name: {group: Part(group, tuple(values), count(len(values), "value")) for group, values in groups.items()}
        for name, groups in found.items()
    }


class _Texts:
    """Values as texts; each is written once."""

    def __init__(self) -> None:
        self._shown: dict[tuple[type, Any], str] = {}
        self._html: dict[str, str] = {}

    def shown(self, value: Any) -> str:
        """Return a value as it stands in YAML, or a text of several lines as it is."""
        if isinstance(value, dict | list | tuple):
            return changes.value(list(value) if isinstance(value, tuple) else value)
        key = (type(value), value)
        if key not in self._shown:
            is_block = isinstance(value, str) and "\n" in value
            self._shown[key] = visible.lines(value) if is_block else changes.value(value)
        return self._shown[key]

    def html(self, text: str) -> str:
        """Return a text as HTML."""
        if text not in self._html:
            self._html[text] = html.breakable(text)
        return self._html[text]


class _Table:
    """Texts with their numbers, in the order of their coming."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def _data(fleet: Fleet, addresses: Mapping[str, str], bodies: Mapping[str, Body], texts: _Texts) -> dict[str, Any]:
    """Return what search and comparison need: each text once, and for each environment the numbers of what it has."""
    groups, paths, values = _Table(), _Table(), _Table()
    rows = []
    held: dict[str, list[int]] = {each.name: [] for each in fleet.environments}
    for number, row in enumerate(row for row in fleet.rows if not row.is_number):
        path = changes.path(row.path) + (" (order)" if row.is_order else "")
        rows += [groups.number(visible.lines(row.group)), paths.number(path)]
        for name, value in row.values.items():
            held[name] += [number, values.number(texts.shown(value))]
    apps = {app.definition.name: app.definition for each in fleet.environments for app in each.resolved.apps}
    return {
        "apps": [
            _visible((name, " ".join(app.made_of), app.versions, app.description)) for name, app in sorted(apps.items())
        ],
        "environments": [
            {
                "name": visible.lines(each.name),
                "title": visible.lines(each.resolved.facts.title),
                "about": visible.lines(" ".join(_about(each.resolved))),
                "page": addresses[each.name],
                "services": [_visible(service) for service in _addresses(each.resolved)],
                "headings": [
                    [values.number(heading.text), values.number(heading.anchor)]
                    for heading in bodies[each.name].headings
                ],
                "held": held[each.name],
            }
            for each in fleet.environments
        ],
        "groups": list(groups.numbers),
        "paths": list(paths.numbers),
        "rows": rows,
        "values": list(values.numbers),
    }


def _about(environment: ResolvedEnvironment) -> tuple[str, ...]:
    return environment.spec.site, environment.facts.place, *environment.facts.aliases


def _addresses(environment: ResolvedEnvironment) -> Iterator[tuple[str, str]]:
    yield from environment.services.items()
    for each in environment.addresses:
        if each.address:
            yield each.name, each.address
    yield "Argo CD", environment.facts.argocd.url


def _visible(texts: Sequence[str]) -> list[str]:
    return [visible.lines(text) for text in texts]


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
