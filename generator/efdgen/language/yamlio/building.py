"""Builds data, and where each part of it stands, from the events of libyaml."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import yaml

from efdgen.errors import Location, Problem
from efdgen.language.secrecy import HIDDEN, is_of_secret
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.scalars import YES_NO, AmbiguousScalarError, is_number_key, is_text, resolve_plain

MAX_DEPTH = 100
"""Levels of nesting that a document may have; real ones have ten."""

MAX_NODES = 200_000
"""Nodes that a document may have once its aliases are expanded; real ones have hundreds."""


class Marks(NamedTuple):
    """Where one node of a document stands, and its children below it. Lines and columns count from 1."""

    line: int
    column: int
    style: str
    children: dict[str | int, Any]
    keys: dict[str, tuple[int, int]]


_make = tuple.__new__
"""Makes marks without a call of their constructor: there is one for each node."""

_NONE: dict[Any, Any] = {}
"""What has no children. Nothing is ever added to it."""

_QUOTES = ("'", '"')
_TEXT = "tag:yaml.org,2002:str"

KEEP_ONE = "keep one of them"
BOTH_BELOW_ONE = "put what is in both below one of them"
"""What to do about a key that stands twice: with mappings or lists that differ, as merges of branches leave them."""


@functools.lru_cache(maxsize=8192)
def is_plainly_text(key: str) -> bool:
    """Say whether an unquoted key is text to everybody, and not `<<`: the same few hundred keys stand everywhere."""
    return key != "<<" and not is_number_key(key) and is_text(key)


class _Frame:
    """A mapping or sequence that is being built."""

    __slots__ = ("anchor", "count", "data", "key", "marks", "merging", "seen")

    def __init__(self, data: Any, marks: Marks, anchor: str | None, count: int) -> None:
        self.data = data
        self.marks = marks
        self.anchor = anchor
        self.key: str | None = None
        self.merging: Any = None
        self.count = count
        self.seen: set[str] = set()


class _Twice(NamedTuple):
    """A key that stands more than once: what it has in the end is among the data that it is a key of.

    Attributes:
        data: the mapping.
        key: the key.
        problems: the numbers of the problems with it.
        former: what it had before, each time that it came again.
    """

    data: dict[str, Any]
    key: str
    problems: list[int]
    former: list[Any]

    def differ(self) -> bool:
        """Say whether all are mappings, or all are lists, and not the same: keeping one would lose what others say."""
        last = self.data.get(self.key)
        if type(last) is not dict and type(last) is not list:
            return False
        return all(type(each) is type(last) for each in self.former) and any(each != last for each in self.former)


class Builder:
    """Builds data and marks from libyaml's events; iterative, so that no input can exhaust the stack."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Any = None
        self.root_marks = Marks(1, 1, "", {}, {})
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, Marks, int]] = {}
        self._number_keys: set[tuple[int, int]] = set()
        self._documents = 0
        self.spanning: tuple[Any, Any] | None = None
        """Where the last quoted text of several lines begins and ends."""
        self.joined: list[tuple[Any, Any]] = []
        """Where items without quotes begin and end that are text of several lines, with a hyphen: perhaps a slip."""
        self._count = 0
        self._twice: dict[tuple[int, str], _Twice] = {}

    def innermost(self) -> Location | None:
        """Return the place of the innermost mapping or list that is not complete yet."""
        if not self._stack:
            return None
        marks = self._stack[-1].marks
        return Location(self.file, marks.line, marks.column)

    def unclosed_quote(self, mark: Any) -> Problem | None:
        """Return a problem with the quoted text that ends, some lines on, just before what can't be read: `a: "b`."""
        if self.spanning is None or mark is None or mark.line != self.spanning[1].line:
            return None
        begin, end = self.spanning
        message = f"not valid YAML: the quoted text that begins here ends on line {end.line + 1}, and more follows it"
        return Problem("E103", message, Location(self.file, begin.line + 1, begin.column + 1), hint="close the quote")

    def consume(self, events: Iterator[Any]) -> None:
        """Build what the events say, and record what is wrong with it."""
        self._build(events)
        for twice in self._twice.values():
            if twice.differ():
                for number in twice.problems:
                    self.problems[number] = self.problems[number]._replace(hint=BOTH_BELOW_ONE)

    def _build(self, events: Iterator[Any]) -> None:
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if not self._open(event, {} if kind is yaml.MappingStartEvent else []):
                    return
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                if not self._alias(event):
                    return
            elif kind is yaml.DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    self._problem(
                        event,
                        "E104",
                        "the file holds more than one YAML document",
                        "split it: one document a file",
                    )
                    return

    def _problem(self, event: Any, code: str, message: str, hint: str = "", said: str = "") -> None:
        """Record what is wrong; below the key of a secret, what the message repeats of the file is hidden (`said`)."""
        mark = event.start_mark
        path = tuple(frame.key if frame.key is not None else len(frame.data) for frame in self._stack)
        if len(said) > len("off") and any(isinstance(part, str) and is_of_secret(part) for part in path):
            message, hint = message.replace(said, HIDDEN), hint.replace(said, HIDDEN)
        self.problems.append(Problem(code, message, Location(self.file, mark.line + 1, mark.column + 1), path, hint))

    def _tagged(self, event: Any, allowed: str) -> None:
        if event.tag is not None and event.tag != allowed:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(event, "E108", f"the tag {tag} is not supported", "write the value without a tag", tag)

    def _scalar(self, event: Any) -> None:
        value: Any = event.value
        style = event.style
        if event.tag is not None:
            self._tagged(event, _TEXT)
        frame = self._stack[-1] if self._stack else None
        mark = event.start_mark
        if style and style in _QUOTES and mark.line < event.end_mark.line:
            self.spanning = (mark, event.end_mark)
        if frame is not None and frame.key is None and type(frame.data) is dict:
            self._key(frame, event, value)
            return
        if not style and value == "" and frame is not None and frame.merging is None:
            self._nothing(event, frame)
        if not style and event.implicit[0] and event.tag is None:
            if "-" in value and frame is not None and type(frame.data) is list and mark.line < event.end_mark.line:
                self.joined.append((mark, event.end_mark))
            value = self._plain(event, value)
        marks = _make(Marks, (mark.line + 1, mark.column + 1, style or "", _NONE, _NONE))
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (value, marks, 1)
        self._add(value, marks)

    def _nothing(self, event: Any, frame: _Frame) -> None:
        """Record that nothing stands where a value should: `!!str` alone is just as often forgotten."""
        if event.tag not in (None, _TEXT):
            return  # the tag is what is wrong
        what = f"behind {frame.key!r}" if frame.key is not None else "in this item"
        hint = "indent what belongs below it; else take the line out, or write {} or [] for nothing in it"
        hint = 'write "" for text with nothing in it' if event.tag == _TEXT else hint
        self._problem(event, "E112", f"nothing stands {what}", hint)

    def _key(self, frame: _Frame, event: Any, key: str) -> None:
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1)
        if not event.style and event.implicit[0] and not is_plainly_text(key):
            if key == "<<":
                frame.merging = event
            elif is_number_key(key):
                self._number_keys.add(place)
            elif not isinstance(self._plain(event, key, is_key=True), str):
                self._problem(event, "E106", f"the key {key or 'null'} is not text", f'quote it: "{key}"')
        keys = frame.marks.keys
        if key not in keys:
            keys[key] = place
        elif key not in frame.seen:
            if not self._is_of_one_kind(keys[key], place):
                self._problem(event, "E107", *_either_by_chance(key))
            keys[key] = place
        else:
            message = f"the key {key!r} stands twice in this mapping (first on line {keys[key][0]})"
            twice = self._twice.setdefault((id(frame.data), key), _Twice(frame.data, key, [], []))
            twice.problems.append(len(self.problems))
            twice.former.append(frame.data.get(key))
            self._problem(event, "E105", message, KEEP_ONE)
        frame.seen.add(key)
        frame.key = key
        if event.anchor:
            self._anchors[event.anchor] = (
                key,
                Marks(*place, "", {}, {}),
                1,
            )

    def _plain(self, event: Any, value: str, *, is_key: bool = False) -> Any:
        try:
            return resolve_plain(value)
        except AmbiguousScalarError as error:
            # A key must be text: true is none.
            hint = f'quote it: "{value}"' if is_key and value.lower() in YES_NO else error.hint
            self._problem(event, "E109", str(error), hint, value)
            return value

    def _open(self, event: Any, data: Any) -> bool:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and type(frame.data) is dict and frame.key is None:
            mark, outer = event.start_mark, frame.marks
            is_double = type(data) is dict and (mark.line + 1, mark.column) == (outer.line, outer.column)
            hint = "for a value of the environment, write <% ... %>; text with {{ }} needs quotes" if is_double else ""
            self._problem(event, "E106", "a key must be text, not a list or a mapping", hint)
            return False
        if len(self._stack) >= MAX_DEPTH:
            self._problem(event, "E110", f"nested more than {MAX_DEPTH} levels deep")
            return False
        if event.tag is not None:
            self._tagged(event, f"tag:yaml.org,2002:{'map' if type(data) is dict else 'seq'}")
        mark = event.start_mark
        self._count += 1
        marks = _make(Marks, (mark.line + 1, mark.column + 1, "", {}, {}))
        self._stack.append(_Frame(data, marks, event.anchor, self._count))
        return True

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.data, frame.marks, self._count - frame.count + 1)
        self._add(frame.data, frame.marks)

    def _alias(self, event: Any) -> bool:
        frame = self._stack[-1] if self._stack else None
        if event.anchor not in self._anchors:
            open_anchor = any(outer.anchor == event.anchor for outer in self._stack)
            what = "stands inside itself" if open_anchor else "is not defined above"
            self._problem(event, "E111", f"the anchor {event.anchor!r} {what}", said=event.anchor)
            return False
        value, marks, size = self._anchors[event.anchor]
        if frame is not None and type(frame.data) is dict and frame.key is None:
            self._problem(event, "E106", "a key must be text, not an alias")
            return False
        if frame is not None and frame.merging is not None and type(value) is list:
            self._problem(
                event, "E107", "<< takes the alias of a mapping, not of a list", "name the mappings: [*a, *b]"
            )
            return False
        self._count += size
        if self._count > MAX_NODES:
            self._problem(event, "E111", f"aliases multiply the document to more than {MAX_NODES:,} values")
            return False
        self._add(value, marks)
        return True

    def _add(self, value: Any, marks: Marks) -> None:
        if not self._stack:
            self.root, self.root_marks = value, marks
            return
        frame = self._stack[-1]
        if type(frame.data) is dict:
            if frame.merging is not None:
                self._merge(frame, value, marks)
            elif frame.key is not None:
                frame.data[frame.key] = value
                frame.marks.children[frame.key] = marks
            frame.key = None
        else:
            frame.marks.children[len(frame.data)] = marks
            frame.data.append(value)

    def _merge(self, frame: _Frame, value: Any, marks: Marks) -> None:
        """Add the keys of what `<<` names: one mapping, or several, of which the first wins.

        Keys of the mapping itself win. Where one of them stands before `<<`, Helm would let the merged one win, and
        other parsers would not.
        """
        event, frame.merging = frame.merging, None
        sources = list(zip(value, marks.children.values(), strict=True)) if type(value) is list else [(value, marks)]
        for data, where in sources:
            if type(data) is not dict:
                hint = "name the anchor of one, such as <<: *name"
                self._problem(event, "E107", f"<< takes a mapping, or a list of them, not {shown(data)}", hint)
                return
            for key, item in data.items():
                if key in frame.seen:
                    message = (
                        f"the key {key!r} stands before <<, which has it, too: parsers differ about which one wins"
                    )
                    self._problem(event, "E107", message, "move << to the top of its mapping")
                elif key in frame.data and not self._is_of_one_kind(frame.marks.keys[key], where.keys[key]):
                    self._problem(event, "E107", *_either_by_chance(key))
                elif key not in frame.data:
                    frame.data[key] = item
                    frame.marks.children[key] = where.children[key]
                    frame.marks.keys[key] = where.keys[key]

    def _is_of_one_kind(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Say whether two keys, by their places, are both text, or both whole numbers."""
        return (one in self._number_keys) is (other in self._number_keys)


def _either_by_chance(key: str) -> tuple[str, str]:
    """Return a message and a hint about a key that << brings in another kind."""
    message = f"the key {key!r} is a number here, and text where << has it, or the other way round"
    return f"{message}: Helm takes either by chance", "write both in quotes, or both without"
