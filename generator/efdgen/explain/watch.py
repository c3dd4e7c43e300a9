"""Evaluates an expression with names that remember what was looked up, and values that know where they come from.

    names   {"site": {"host": "a.org", "port": 80}}
    text    "<% site.host if site.port else none %>"
    result  "a.org", a text with the mark Origin(("site", "host")): it was copied from there
    inputs  ("site", "port"), ("site", "host"): what was looked at, in this order

A value that was made, such as `site.host ~ ':' ~ site.port`, has no mark: joining marked texts gives a plain one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Path
from efdgen.language import expressions
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple


class Origin(NamedTuple):
    """What a value was copied from: the value that has a path among the names, or the last key of that path."""

    path: Path
    is_key: bool = False


class Watched(NamedTuple):
    """What an expression yields, and what it looked at.

    Attributes:
        result: what it yields; parts of it may be marked with their origin.
        scalars: the paths of the scalars and lists that were looked up.
        mappings: the mappings that were read as a whole, by their paths.
    """

    result: Any
    scalars: tuple[Path, ...]
    mappings: Mapping[Path, Mapping[str, Any]]

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Return everything that was looked at; nothing below a mapping or a list that was read as a whole."""
        paths = dict.fromkeys((*self.scalars, *self.mappings))
        return tuple(path for path in paths if not any(path[:end] in paths for end in range(len(path))))

    def origin(self, within: Path) -> Origin | None:
        """Return what the part at `within` of the result was copied from, where that can be known."""
        part = at(self.result, within)
        marked = getattr(part, "origin", None)
        if isinstance(marked, Origin):
            return marked
        if part is ABSENT or part not in (None, {}, []):
            return None
        # What can't be marked is looked for where the rest of the path leads to the same. `named(sinks, defaults)`
        # reads both mappings as a whole, and {"main": {"secret": None, ...}} comes of it: null carries no mark. For
        # ("main", "secret"), ("sinks", "main", "secret") is tried, then, with a part skipped, ("defaults", "secret").
        for skipped in range(len(within)):
            for path, mapping in self.mappings.items():
                found = at(mapping, within[skipped:])
                if found is not ABSENT and _same(expressions.plain(found), part):
                    return Origin((*path, *within[skipped:]))
        return None


def watch(text: str, names: Mapping[str, Any]) -> Watched:
    """Evaluate a scalar with expressions, and watch what it looks at.

    Raises:
        ExpressionError: when it can't be evaluated.
        InvalidInputError: when a fact that it uses can't be.
    """
    known = expressions.evaluate(text, names)
    for is_marking in (True, False):
        notes = _Notes(is_marking)
        try:
            result = expressions.evaluate(text, _Names(names, (), notes))
        except (expressions.ExpressionError, InvalidInputError):
            continue
        # A mark must change nothing. Where it does, there is none: `<% managed ~ '' %>` is "true", and with a flag "1".
        if _same(_unmarked(result), known):
            return Watched(result, tuple(dict.fromkeys(notes.scalars)), notes.mappings)
    return Watched(known, (), {})


class _Notes:
    """What is noted while an expression is evaluated."""

    def __init__(self, is_marking: bool) -> None:
        self.is_marking = is_marking
        self.scalars: list[Path] = []
        self.mappings: dict[Path, Mapping[str, Any]] = {}


# Values that carry their origin through the evaluator, which only looks at them and hands them on. bool and None have
# no subclasses: a flag is an int that equals it, and null stays as it is. _unmarked() turns all of it back.


class _Text(str):
    __slots__ = ("origin",)
    origin: Origin


class _Whole(int):
    origin: Origin


class _Flag(int):
    origin: Origin


class _Real(float):
    origin: Origin


_MARKED: Mapping[type, Any] = {str: _Text, int: _Whole, bool: _Flag, float: _Real}


def _mark(value: Any, origin: Origin, notes: _Notes) -> Any:
    marked = _MARKED.get(type(value)) if notes.is_marking else None
    if marked is None:
        return value
    copy = marked(value)
    copy.origin = origin
    return copy


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _unmarked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    for plain, marked in ((str, _Text), (int, _Whole), (bool, _Flag), (float, _Real)):
        if type(value) is marked:
            return plain(value)
    return value


def _same(one: Any, other: Any) -> bool:
    """Say whether two pieces of plain data are equal, their types too: 1 is not true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


class _Names(Mapping[str, Any]):
    """A mapping among the names, watched."""

    def __init__(self, inner: Mapping[str, Any], path: Path, notes: _Notes) -> None:
        self._inner = inner
        self._path = path
        self._notes = notes

    def __getitem__(self, key: str) -> Any:
        path = (*self._path, str(key))
        value = self._inner[key]
        if callable(value):
            return self._host(value, path) if path[-1] == "host" else value
        if not isinstance(value, Mapping):
            self._notes.scalars.append(path)
        return self._watched(value, path)

    def __contains__(self, key: object) -> bool:
        return key in self._inner

    def __iter__(self) -> Iterator[str]:
        self._notes.mappings.setdefault(self._path, self._inner)
        for key in self._inner:
            yield _mark(key, Origin((*self._path, key), is_key=True), self._notes)

    def __len__(self) -> int:
        return len(self._inner)

    def _watched(self, value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            return _Names(value, path, self._notes)
        if isinstance(value, list):
            return [self._watched(item, (*path, index)) for index, item in enumerate(value)]
        return _mark(value, Origin(path), self._notes)

    def _host(self, host: expressions.Function, path: Path) -> expressions.Function:
        """Return `host()`; what it returns counts as a fact of its own."""

        def host_of(service: Any) -> Any:
            where = (*path[:-1], "hosts", str(service))
            value = host(_unmarked(service))
            self._notes.scalars.append(where)
            return _mark(value, Origin(where), self._notes)

        return host_of
