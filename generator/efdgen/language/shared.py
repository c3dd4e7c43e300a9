"""Data that is there once for many environments: the layers of app definitions and of what environments share.

What no layer changes, and what holds no expression, is the same object in each environment that is resolved. So what
is found out about such a part holds for all of them:

    shared.add({"image": {"tag": "1.8"}, "host": {"name": "<% host('a') %>"}})
    ->  of {"tag": "1.8"} is known that filling changes nothing in it; of all, that it changes at most what is in "host"
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, TypeVar

from efdgen.language.expressions import OPEN

_Answer = TypeVar("_Answer")

_MOST_ALIKE = 1000
"""Mappings that are kept since others may be alike: there could be as many as apps in environments."""


class Shared:
    """Parts of data that nobody changes, and what was found out about them.

    It holds all parts: as long as it lives, an id is that of one part.

    Attributes:
        constants: the mappings and lists without an expression, by their ids.
        openings: of all mappings and lists, the keys or indexes of the parts that hold one, by their ids.
    """

    def __init__(self) -> None:
        self.constants: dict[int, Any] = {}
        self.openings: dict[int, Sequence[Any]] = {}
        self._added: dict[int, Any] = {}
        self._answers: dict[tuple[int, Callable[..., Any], Hashable], Any] = {}
        self._alike: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def add(self, data: Any) -> None:
        """Add data with all of its parts; it may not be changed any more."""
        self._is_constant(data)

    def _is_constant(self, data: Any) -> bool:
        """Say whether data holds no expression, and add those of its parts that hold none."""
        kind = type(data)
        if kind is str:
            return OPEN not in data
        if (kind is not dict and kind is not list) or id(data) in self.constants:
            return True
        if id(data) in self.openings:
            return False
        # All of them are looked at, and not only those before the first that holds one.
        parts = data.items() if kind is dict else enumerate(data)
        opening = [key for key, part in parts if not self._is_constant(part)]
        self.openings[id(data)] = opening
        if opening:
            self._added[id(data)] = data
            return False
        self.constants[id(data)] = data
        return True

    def alike(self, items: tuple[tuple[str, str], ...]) -> dict[str, str]:
        """Return a mapping of texts, the same object as whoever else asked for such a one."""
        found = self._alike.get(items)
        if found is None:
            found = dict(items)
            if len(self._alike) < _MOST_ALIKE:
                self._alike[items] = found
                self.add(found)
        return found

    def opening(self, data: Any) -> Iterable[Any]:
        """Return the keys of a mapping, or the indexes of a list, below which expressions can stand."""
        found = self.openings.get(id(data))
        if found is not None:
            return found
        return range(len(data)) if type(data) is list else data

    def within(self, find: Callable[..., _Answer], part: Any, more: Hashable) -> _Answer:
        """Return `find(part, more, self)`, which is found once where the part is a constant.

        Args:
            find: a plain function; it can ask the same of the parts of a part.
            part: the part.
            more: what else it is given.
        """
        if id(part) not in self.constants:
            return find(part, more, self)
        key = (id(part), find, more)  # not with all that is given: this would hold itself
        if key not in self._answers:
            self._answers[key] = find(part, more, self)
        answer: _Answer = self._answers[key]
        return answer


NOTHING: Final = Shared()
"""Where nothing is known. Nothing is ever added to it."""
