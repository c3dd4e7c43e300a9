"""A review as a page for a browser: one file that can be searched and filtered."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from efdgen.language import visible
from efdgen.language.layers import ABSENT
from efdgen.language.shown import count
from efdgen.language.tuples import NamedTuple
from efdgen.report import html
from efdgen.report.diff import changes
from efdgen.report.text import Style
from efdgen.review.model import Change, InNoObject, Radius, Reordered, Review, WholeApp, WholeEnvironment

MAX_OPEN = 200
"""So many changes are unfolded at first; groups with more are opened by who wants to see them."""
MAX_LINES = 40
"""A diff of more lines is folded."""


class Piece(NamedTuple):
    """A part of a text; what differs from the other side is marked."""

    text: str
    is_marked: bool


Text = tuple[Piece, ...]


class Line(NamedTuple):
    """A line of a diff. Its sign is `+`, `-`, a space, or `@` before lines that are left out."""

    sign: str
    text: Text


class Entry(NamedTuple):
    """One change. It has either lines, or a value before and after; no text: not set."""

    path: str
    before: Text
    after: Text
    lines: tuple[Line, ...]
    extent: str


class Block(NamedTuple):
    """The changes of one part of the same apps."""

    apps: tuple[str, ...]
    part: str
    entries: tuple[Entry, ...]


class Group(NamedTuple):
    """The changes of the same environments."""

    environments: tuple[str, ...]
    blocks: tuple[Block, ...]
    extent: str
    is_open: bool


class Arrival(NamedTuple):
    """An environment or an app that comes or goes."""

    kind: str
    is_added: bool
    name: str
    version: str
    environments: tuple[str, ...]
    apps: tuple[str, ...]


def as_html(review: Review, style: Style) -> str:  # noqa: ARG001 - every format is called alike
    """Return the blast radius, what comes and goes, then every change, as a page that needs nothing but itself."""
    arrivals = tuple(_arrivals(review))
    silent = review.in_no_object
    listed: tuple[Arrival | Change | InNoObject | Reordered, ...]
    listed = (*arrivals, *review.changes, *silent, *review.reordered)
    radius = sorted(review.radius(), key=lambda each: (-each.values, -each.apps, each.environment))
    touched = [each for each in radius if not each.is_nothing]
    return html.page(
        "diff",
        base=review.compared_with,
        is_empty=review.is_empty,
        touched=touched,
        untouched=[each.environment for each in radius if each.is_nothing],
        widest=max((each.values for each in touched), default=0),
        arrivals=arrivals,
        unknown=[str(place) for place in review.unknown],
        loud=changes.about_objects(review),
        groups=tuple(_groups(review.changes)),
        places=(
            ("silent", changes.IN_NO_OBJECT, silent),
            ("order", "Only the order of these lists differs", review.reordered),
        ),
        path=changes.path,
        environments=_numbered(
            [*(each.environments for each in listed), [place.environment for place in review.unknown]]
        ),
        apps=_numbered(each.apps for each in listed),
        total=len(listed),
        values=count(len(review.changes), "change"),
        extent=_extent,
        max_names=changes.MAX_NAMES,
        max_lines=MAX_LINES,
        not_set=changes.NOT_SET,
    )


def _numbered(named: Iterable[Iterable[str]]) -> dict[str, int]:
    """Return names with their numbers: a number needs no quoting, whatever the name."""
    return {name: number for number, name in enumerate(sorted(set(itertools.chain.from_iterable(named))))}


def _extent(radius: Radius) -> str:
    if radius.not_compared or radius.in_no_object:
        return changes.extent(radius)
    return f"{count(radius.apps, 'app')}, {count(radius.values, 'value')}"


def _arrivals(review: Review) -> Iterator[Arrival]:
    environments: tuple[tuple[bool, tuple[WholeEnvironment, ...]], ...] = (
        (False, review.removed_environments),
        (True, review.added_environments),
    )
    for is_added, found in environments:
        for each in found:
            yield Arrival("environment", is_added, each.name, "", (each.name,), each.apps)
    deployments: tuple[tuple[bool, tuple[WholeApp, ...]], ...] = (
        (False, review.removed_apps),
        (True, review.added_apps),
    )
    for is_added, apps in deployments:
        for app in apps:
            yield Arrival("app", is_added, app.app, app.version, app.environments, (app.app,))


def _groups(found: Iterable[Change]) -> Iterator[Group]:
    shown = 0
    for environments, of_these in itertools.groupby(found, key=lambda change: change.environments):
        blocks = tuple(
            Block(apps, part, tuple(map(_entry, alike)))
            for (apps, part), alike in itertools.groupby(of_these, key=lambda change: (change.apps, change.part))
        )
        size = sum(len(block.entries) for block in blocks)
        yield Group(environments, blocks, count(size, "change"), not shown or shown + size <= MAX_OPEN)
        shown += size


def _entry(change: Change) -> Entry:
    path = changes.path(change.path)
    if changes.is_long(change):
        lines = tuple(_lines(changes.lines(change)))
        added, removed = (sum(line.sign == sign for line in lines) for sign in "+-")
        return Entry(path, (), (), lines, f"{count(removed, 'line')} removed, {added} added")
    return Entry(path, *_sides(_value(change.before), _value(change.after)), (), "")


def _value(data: Any) -> str | None:
    return None if data is ABSENT else changes.value(data)


def _lines(diff: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of a diff. Where as many lines come as go, what differs within them is marked."""
    start = 0
    while start < len(diff):
        sign = diff[start][:1]
        end = start
        while end < len(diff) and diff[end][:1] == sign:
            end += 1
        size = end - start
        come = [line for line in diff[end : end + size + 1] if line[:1] == "+"]
        if sign == "-" and len(come) == size:
            pairs = [_sides(old[1:], new[1:]) for old, new in zip(diff[start:end], come, strict=True)]
            yield from (Line("-", before) for before, _ in pairs)
            yield from (Line("+", after) for _, after in pairs)
            end += size
        else:
            yield from (Line(sign, _plain(line if sign == "@" else line[1:])) for line in diff[start:end])
        start = end


def _plain(text: str) -> Text:
    return (Piece(visible.lines(text), is_marked=False),) if text else ()


_TOKEN = re.compile(r"\w+|\W")


def _sides(before: str | None, after: str | None) -> tuple[Text, Text]:
    """Mark what differs, unless most does; whole words."""
    if before is None or after is None:
        return _plain(before or ""), _plain(after or "")
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    shared = len("".join(old[:head])) + len("".join(old[len(old) - tail :]))
    if 2 * shared < max(len(before), len(after)):
        return _plain(before), _plain(after)
    return _marked(old, head, tail), _marked(new, head, tail)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal items both begin."""
    differing = (number for number, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(differing, min(len(one), len(other)))


def _marked(tokens: Sequence[str], head: int, tail: int) -> Text:
    end = len(tokens) - tail
    parts = ((tokens[:head], False), (tokens[head:end], True), (tokens[end:], False))
    return tuple(Piece(visible.lines("".join(part)), is_marked) for part, is_marked in parts if part)
