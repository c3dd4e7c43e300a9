"""What a YAML parser takes without a word in documents of others, such as Helm templates, and nobody expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from efdgen.errors import Location, Problem
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain


class Surprise(NamedTuple):
    """What is wrong; of a key that stands twice, also the key, and the line, from 1, where it stands first."""

    problem: Problem
    key: str | None = None
    first: int | None = None


class _Mapping:
    """A mapping that is being read: its keys, with their lines, and whether a key comes next."""

    __slots__ = ("is_key", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.is_key = True


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
            if inside is not None:
                inside.is_key = not is_key
            found = None
            if kind is yaml.MappingStartEvent:
                stack.append(_Mapping())
            elif kind is yaml.SequenceStartEvent:
                stack.append(None)
            elif kind is yaml.ScalarEvent and inside is not None and is_key:
                found = _twice(inside, event, file)
            elif kind is yaml.ScalarEvent and event.implicit[0] and event.value:
                found = _ambiguous(event, file)
            if found is not None:
                yield found


_NODES = frozenset((yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.ScalarEvent, yaml.AliasEvent))


def _twice(mapping: _Mapping, event: Any, file: str) -> Surprise | None:
    key = event.value
    first = mapping.keys.get(key)
    if first is None:
        mapping.keys[key] = event.start_mark.line + 1
        return None
    message = f"the key {key!r} stands twice in this mapping (first on line {first})"
    return Surprise(Problem("E105", message, _location(event, file), hint="keep one of them"), key, first)


def _ambiguous(event: Any, file: str) -> Surprise | None:
    try:
        resolve_plain(event.value)
    except AmbiguousScalarError as error:
        return Surprise(Problem("E109", str(error), _location(event, file), hint=error.hint))
    return None


def _location(event: Any, file: str) -> Location:
    return Location(file, event.start_mark.line + 1, event.start_mark.column + 1)
