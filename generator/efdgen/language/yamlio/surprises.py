"""What a YAML parser takes without a word in documents of others, such as Helm templates, and nobody expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from efdgen.errors import Location, Problem
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.building import BOTH_BELOW_ONE, KEEP_ONE
from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain


class Surprise(NamedTuple):
    """What is wrong; of a key that stands twice, also the key, and the line, from 1, where it stands first."""

    problem: Problem
    key: str | None = None
    first: int | None = None


class _Mapping:
    """A mapping that is being read.

    Attributes:
        keys: its keys, with the lines where they stand first.
        kinds: what each of them has: the kind of an event.
        key: the last key that is text.
        is_key: whether a key comes next.
        twice: what is wrong with that key, if it stood there before.
    """

    __slots__ = ("is_key", "key", "keys", "kinds", "twice")

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.kinds: dict[str, Any] = {}
        self.key: str | None = None
        self.is_key = True
        self.twice: Surprise | None = None

    def took(self, event: Any, kind: Any, file: str) -> Surprise | None:
        """Take the first event of a key or of a value; with a value, return what is wrong with its key."""
        self.is_key = not self.is_key
        if not self.is_key:
            is_text = kind is yaml.ScalarEvent
            self.key, self.twice = (event.value, _twice(self, event, file)) if is_text else (None, None)
            return None
        if self.key is None:
            return None
        former, twice = self.kinds.setdefault(self.key, kind), self.twice
        if twice is not None and former is kind and kind in _COLLECTIONS:
            return twice._replace(problem=twice.problem._replace(hint=BOTH_BELOW_ONE))
        return twice


def surprises(text: str, file: str) -> Iterator[Surprise]:
    """Yield keys that stand twice in a mapping (E105), and scalars that are read in two ways (E109).

    Args:
        text: documents that are YAML.
        file: their file's name, for locations.
    """
    stack: list[_Mapping | None] = []
    event: Any
    for event in iter(yaml.CSafeLoader(text).get_event, None):
        kind = type(event)
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
        elif kind in _NODES:
            inside = stack[-1] if stack else None
            is_key = inside is not None and inside.is_key
            if inside is not None and (twice := inside.took(event, kind, file)):
                yield twice
            if kind is yaml.MappingStartEvent:
                stack.append(_Mapping())
            elif kind is yaml.SequenceStartEvent:
                stack.append(None)
            elif kind is yaml.ScalarEvent and not is_key and event.implicit[0] and event.value:
                yield from _ambiguous(event, file)


_NODES = frozenset((yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.ScalarEvent, yaml.AliasEvent))
_COLLECTIONS = frozenset((yaml.MappingStartEvent, yaml.SequenceStartEvent))


def _twice(mapping: _Mapping, event: Any, file: str) -> Surprise | None:
    key = event.value
    first = mapping.keys.get(key)
    if first is None:
        mapping.keys[key] = event.start_mark.line + 1
        return None
    message = f"the key {key!r} stands twice in this mapping (first on line {first})"
    return Surprise(Problem("E105", message, _location(event, file), hint=KEEP_ONE), key, first)


def _ambiguous(event: Any, file: str) -> Iterator[Surprise]:
    try:
        resolve_plain(event.value)
    except AmbiguousScalarError as error:
        yield Surprise(Problem("E109", str(error), _location(event, file), hint=error.hint))


def _location(event: Any, file: str) -> Location:
    return Location(file, event.start_mark.line + 1, event.start_mark.column + 1)
