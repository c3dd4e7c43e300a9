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
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        inside = stack[-1] if stack else None
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            mark: Any = event.start_mark
            location = Location(file, mark.line + 1, mark.column + 1)
            is_key = inside is not None and inside.is_key
            if inside is not None:
                inside.is_key = not inside.is_key
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(_Mapping() if isinstance(event, yaml.MappingStartEvent) else None)
            elif isinstance(event, yaml.ScalarEvent):
                if inside is not None and is_key:
                    yield from _twice(inside, event.value, location)
                elif event.implicit[0] and event.value:
                    yield from _ambiguous(event.value, location)


def _twice(mapping: _Mapping, key: str, location: Location) -> Iterator[Surprise]:
    first = mapping.keys.get(key)
    if first is None:
        mapping.keys[key] = location.line
        return
    message = f"the key {key!r} stands twice in this mapping (first on line {first})"
    yield Surprise(Problem("E105", message, location, hint="keep one of them"), key, first)


def _ambiguous(value: str, location: Location) -> Iterator[Surprise]:
    try:
        resolve_plain(value)
    except AmbiguousScalarError as error:
        yield Surprise(Problem("E109", str(error), location, hint=error.hint))
