"""The page about all environments: what runs where, and why one environment is not like another."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from efdgen.environment.model import Pin
from efdgen.errors import Path, dotted
from efdgen.language.layers import at, sets
from efdgen.language.shown import MOST_LISTED, listed
from efdgen.output import layout
from efdgen.render.pages.fleetrow import Pinned, Row, row, words
from efdgen.render.pages.markdown import code, link, table, text
from efdgen.repository.model import AppDefinition, Repository

__all__ = ["Row", "page", "row"]

_LONGEST = 60
"""Characters of a value that are shown."""

_LIKENESS = 12
"""Characters shown of what a cut value has in common with the one beside it."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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
    links = [link(text(each.title), layout.page(each.name)) for each in rows]
    together: dict[str, list[str]] = {}
    for each, linked in zip(rows, links, strict=True):
        together.setdefault(each.argocd, []).append(linked)
    yield f"\n# {text(_title(repository.title))}\n"
    yield from table(
        ("environment", "spec", "Argo CD", "public hosts"),
        (
            (linked, each.spec, _argocd(each, linked, together[each.argocd]), each.hosts)
            for each, linked in zip(rows, links, strict=True)
        ),
    )
    yield from _versions(rows, links, repository.apps)
    yield "## What differs\n"
    yield from _facts(rows, [text(column.name) for column in repository.pages.columns])
    yield from _settings(rows, repository.apps)


def _argocd(row: Row, linked: str, under_it: Sequence[str]) -> str:
    """Return the Argo CD of an environment, with the others that it deploys, as far as they are few."""
    if len(under_it) == 1:
        return f"<{row.argocd_url}>"
    few = [each for each in under_it[: MOST_LISTED + 1] if each != linked]
    return f"<{row.argocd_url}>; it deploys {listed(few, len(under_it) - 1)}, too"


# -- versions and pins


def _versions(rows: Sequence[Row], links: Sequence[str], apps: Mapping[str, AppDefinition]) -> Iterator[str]:
    names = sorted({name for each in rows for name in each.apps})
    versions = {name: text(apps[name].versions) for name in names}
    found = {pinned for each in rows for pinned in each.pins}
    pins = {pinned: number for number, pinned in enumerate(sorted(found, key=_turn), 1)}
    yield "## Chart versions\n"
    remark = "; a small number: a value is held back or moved ahead, [see below](#pins)" if pins else ""
    yield f"-: not deployed; cluster: there, but the cluster's own{remark}.\n"
    same: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[Pinned, ...]], list[str]] = {}
    lines = []
    for each, linked in zip(rows, links, strict=True):
        key = each.apps, each.provided, each.pins
        if key not in same:
            there = {**dict.fromkeys(each.provided, "cluster"), **{name: versions[name] for name in each.apps}}
            there.update({name: f"{there[name]} {marks}" for name, marks in _marks(each, pins).items()})
            same[key] = [there.get(name, "-") for name in names]
        lines.append((linked, *same[key]))
    yield from table(("environment", *names), lines)
    if pins:
        yield "### Pins\n"
        yield from table(
            ("", "app", "value", "is", "because"),
            (
                (_superscript(number), name, code(pin.path), code(pin.text), text(pin.reason))
                for number, name, pin in ((number, name, Pin(*plain)) for (name, plain), number in pins.items())
            ),
        )


def _turn(pinned: Pinned) -> tuple[str, str, bool, str | int | float, str, str]:
    """Return what pins are sorted by: a number and a text can't be compared."""
    name, (path, value, reason, until) = pinned
    return name, path, isinstance(value, str), value, reason, until


def _marks(each: Row, pins: Mapping[Pinned, int]) -> dict[str, str]:
    """Return the numbers of an environment's pins, by app."""
    found: dict[str, list[int]] = {}
    for pinned in each.pins:
        found.setdefault(pinned[0], []).append(pins[pinned])
    return {name: " ".join(map(_superscript, sorted(numbers))) for name, numbers in found.items()}


def _superscript(number: int) -> str:
    return str(number).translate(_SUPERSCRIPTS)


# -- facts


def _facts(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    """Yield a table of the facts that are not the same everywhere, and a list of the others."""
    different: list[tuple[str, Sequence[str]]] = []
    same: list[str] = []
    for name, cells in zip(columns, zip(*(each.cells for each in rows), strict=True), strict=bool(rows)):
        if len(set(cells)) > 1:
            different.append((name, cells))
        else:
            same.append(f"{name} {cells[0]}")
    yield "### Facts\n"
    if different:
        titles = [text(each.title) for each in rows]
        names, found = zip(*different, strict=True)
        yield from table(("environment", *names), zip(titles, *found, strict=True))
    if same:
        yield f"The same everywhere: {'; '.join(same)}.\n"


# -- settings


def _settings(rows: Sequence[Row], apps: Mapping[str, AppDefinition]) -> Iterator[str]:
    """Yield, app by app, what environments set for themselves: the most specific, as it is written."""
    titles: defaultdict[tuple[str, Path, str, str], list[str]] = defaultdict(list)
    for each in rows:
        title = text(each.title)
        for setting in each.settings:
            titles[setting].append(title)
    by_app: dict[str, dict[Path, dict[str, dict[str, list[str]]]]] = {}
    for (name, path, value, source), those in titles.items():
        by_app.setdefault(name, {}).setdefault(path, {}).setdefault(value, {})[source] = those
    yield "### What environments set for themselves\n"
    if not by_app:
        yield "Nothing.\n"
        return
    yield "As it is written; expressions stand in `<% %>`. Where an app has nothing of its own, the last column holds."
    yield ""
    for name, found in sorted(by_app.items()):
        having = sum(name in each.apps for each in rows)
        said_of = sorted(
            ((dotted(path), _default(apps[name], path), said) for path, said in found.items()),
            key=operator.itemgetter(0),
        )
        yield f"#### {name}\n"
        yield from table(
            ("value", "is", "in", "otherwise"),
            (
                (code(path), code(_cut(value, default)), _who(by_source, having), _otherwise(path, default, value))
                for path, default, said in said_of
                for value, by_source in sorted(said.items())
            ),
        )


def _default(definition: AppDefinition, path: Path) -> str | None:
    """Return what an app definition says where no environment does; None when it says nothing."""
    for layer in reversed(definition.layers):
        if sets(layer.data, path):
            return words(at(layer.data, path))
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
