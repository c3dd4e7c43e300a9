"""Named tuples that are made fast: those of `typing` compile a constructor and each annotation, at every start.

A class here is what `typing.NamedTuple` would make of it, and to type checkers it is that.

    class Point(NamedTuple):        Point(1, y=2) == (1, 2)
        x: int                      Point(1).y == 0
        y: int = 0                  Point(1)._replace(y=3)
                                    make(Point, (1, 2)) == Point(1, 2): where many are made
"""

from __future__ import annotations

import collections
import functools
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["NamedTuple", "make"]

_Kind = TypeVar("_Kind", bound=tuple[Any, ...])

if TYPE_CHECKING:
    from typing import NamedTuple

    def make(kind: type[_Kind], values: tuple[Any, ...]) -> _Kind:
        """Return a named tuple of all of its values: its constructor, which is Python's, takes three times as long."""
else:
    make = tuple.__new__

    class _Named(tuple):
        """What all of them have in common."""

        __slots__ = ()
        _fields = ()
        _field_defaults = types.MappingProxyType({})

        @classmethod
        def _make(cls, values: Iterable[Any]) -> _Named:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changes: Any) -> _Named:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    @functools.cache
    def _of(count: int) -> type:
        """Return a named tuple with so many fields: what others of the same number take their parts from."""
        return collections.namedtuple("_Of", [f"field{index}" for index in range(count)])  # noqa: PYI024 - no types

    class _Making(type):
        """Makes a named tuple of the body of a class."""

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            like = _of(len(fields))
            code = like.__new__.__code__.replace(co_varnames=("_cls", *fields))
            make = types.FunctionType(code, like.__new__.__globals__, "__new__", tuple(defaults.values()))
            make.__qualname__ = f"{name}.__new__"
            body.update(
                {field: like.__dict__[other] for field, other in zip(fields, like._fields, strict=True)},
                __slots__=(),
                __new__=make,
                __match_args__=fields,
                _fields=fields,
                _field_defaults=defaults,
            )
            return type(name, (_Named,), body)

    NamedTuple = type.__new__(_Making, "NamedTuple", (), {})
