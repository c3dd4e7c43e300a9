r"""Where each part of a YAML text begins and ends: what an edit needs that leaves the rest of the text alone.

"a: {b: 1}  # why\n"   ->   a mapping of one entry: its key from 0 to 1, its value from 3 to 9
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from efdgen.language.tuples import NamedTuple

_END_OF_LINES = re.compile(r"(?:[ \t]*\r?\n)+\Z")


class Entry(NamedTuple):
    """One entry of a mapping, or one item of a list, which has no key of its own."""

    key: str | int
    start: int
    end: int
    node: Node


class Node:
    """A value in a text, from `start` to `end`, without the line end that follows it.

    Attributes:
        kind: `scalar`, `mapping`, `sequence` or `alias`.
        style: of a scalar its quote, `|`, `>` or nothing; of a collection `{` or `[` where it stands in brackets.
        anchor: the name of its anchor; of an alias, of what it stands for.
        entries: what is in it, in the order of the text.
    """

    __slots__ = ("_by_key", "anchor", "end", "entries", "kind", "start", "style")

    def __init__(self, kind: str, start: int, end: int, style: str, anchor: str, entries: Iterable[Entry] = ()) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.style = style
        self.anchor = anchor
        self.entries = list(entries)
        self._by_key: dict[str | int, Entry] = {}

    @property
    def is_block(self) -> bool:
        """Say whether it is a collection that stands on lines of its own, told by indentation."""
        return self.kind in ("mapping", "sequence") and not self.style

    def child(self, key: str | int) -> Entry | None:
        """Return the entry under a key that stands here, and not in what `<<` names; of a list, the one at an index."""
        if self.kind == "sequence":
            return self.entries[key] if isinstance(key, int) and 0 <= key < len(self.entries) else None
        if not self._by_key:
            self._by_key = {entry.key: entry for entry in reversed(self.entries)}
        return self._by_key.get(key)

    def index(self, entry: Entry) -> int:
        """Return how many of its entries stand before one of them."""
        first = bisect.bisect_left(self.entries, entry.start, key=lambda each: each.start)
        return next(index for index in range(first, len(self.entries)) if self.entries[index] is entry)

    def drop(self, entry: Entry) -> None:
        """Forget one of its entries, which does not stand in the text any more."""
        del self.entries[self.index(entry)]
        self._by_key.pop(entry.key, None)


def read(text: str) -> Node:
    """Return the spans of a text that `parse` takes.

    Raises:
        ValueError: when it holds nothing but comments.
    """
    events = iter(yaml.CSafeLoader(text).get_event, None)
    for event in events:
        if type(event) is yaml.StreamEndEvent:
            break
        if type(event) not in (yaml.StreamStartEvent, yaml.DocumentStartEvent):
            return _node(event, events, text)
    raise ValueError("the text holds no document")


def _node(event: Any, events: Iterator[Any], text: str) -> Node:
    kind = type(event)
    start, end, anchor = event.start_mark.index, event.end_mark.index, event.anchor or ""
    if kind is yaml.AliasEvent:
        return Node("alias", start, end, "", anchor)
    if kind is yaml.ScalarEvent:
        style = event.style or ""
        return Node("scalar", start, _end_of_block(text, start, end) if style in ("|", ">") else end, style, anchor)
    entries: list[Entry] = []
    ended = yaml.MappingEndEvent if kind is yaml.MappingStartEvent else yaml.SequenceEndEvent
    while type(event := next(events)) is not ended:
        if kind is yaml.MappingStartEvent:
            key = _node(event, events, text)
            value = _node(next(events), events, text)
            entries.append(Entry(str(event.value), key.start, key.end, value))
        else:
            value = _node(event, events, text)
            entries.append(Entry(len(entries), value.start, value.end, value))
    name, bracket = ("mapping", "{") if kind is yaml.MappingStartEvent else ("sequence", "[")
    last: Any = event
    is_flow = last.end_mark.index > last.start_mark.index
    if is_flow:
        return Node(name, start, last.end_mark.index, bracket, anchor, entries)
    return Node(name, start, entries[-1].node.end if entries else start, "", anchor, entries)


def _end_of_block(text: str, start: int, end: int) -> int:
    """Return where a literal or folded text ends: blank lines that follow are a part of it where it keeps them."""
    header = text[start:end].partition("\n")[0].partition(" #")[0]
    written = text[start:end]
    if "+" in header:
        return start + len(re.sub(r"\r?\n\Z", "", written))
    return start + len(_END_OF_LINES.sub("", written))


def aliases(node: Node) -> Iterator[tuple[str, int]]:
    """Yield the aliases: whose they are, and where they stand."""
    if node.kind == "alias":
        yield node.anchor, node.start
    for entry in node.entries:
        yield from aliases(entry.node)


def anchors(node: Node) -> Iterator[str]:
    """Yield the names of anchors, and of what aliases stand for."""
    if node.anchor:
        yield node.anchor
    for entry in node.entries:
        yield from anchors(entry.node)


def scalars(node: Node) -> Iterator[tuple[int, int]]:
    """Yield where keys and scalars stand: a number sign in there begins no comment."""
    if node.kind in ("scalar", "alias"):
        yield node.start, node.end
    for entry in node.entries:
        if isinstance(entry.key, str):
            yield entry.start, entry.end
        yield from scalars(entry.node)
