"""Data that is there once for many environments: the layers of app definitions and of what environments share.

What no layer changes, and what holds no expression, is the same object in each environment that is resolved. So what
is found out about such a part holds for all of them:

    shared.add({"image": {"tag": "1.8"}, "host": {"name": "<% host('a') %>"}})
    ->  of {"tag": "1.8"} is known that filling changes nothing in it; of the others, nothing
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from efdgen.language.expressions import OPEN

_Answer = TypeVar("_Answer")


class Shared:
    """Parts of data that nobody changes, and what was found out about them.

    It holds all parts: as long as it lives, an id is that of one part.

    Attributes:
        constants: the mappings and lists without an expression, by their ids.
    """

    def __init__(self) -> None:
        self.constants: dict[int, Any] = {}
        self._added: dict[int, Any] = {}
        self._answers: dict[tuple[int, Callable[..., Any], Hashable], Any] = {}

    def add(self, data: Any) -> None:
        """Add data with all of its parts; it may not be changed any more."""
        if id(data) not in self._added:
            self._added[id(data)] = data
            self._is_constant(data)

    def _is_constant(self, data: Any) -> bool:
        """Say whether data holds no expression, and add those of its parts that hold none."""
        kind = type(data)
        if kind is str:
            return OPEN not in data
        if kind is not dict and kind is not list:
            return True
        # All of them are looked at, and not only those before the first that holds one.
        parts = [self._is_constant(part) for part in (data.values() if kind is dict else data)]
        if all(parts):
            self.constants[id(data)] = data
            return True
        return False

    def once(self, find: Callable[..., _Answer], part: Any, *more: Hashable) -> _Answer:
        """Return `find(part, *more)`, which is found once where the part is a constant; `find` is a plain function."""
        if id(part) not in self.constants:
            return find(part, *more)
        key = (id(part), find, more)
        if key not in self._answers:
            self._answers[key] = find(part, *more)
        answer: _Answer = self._answers[key]
        return answer


NOTHING: Final = Shared()
"""Where nothing is known. Nothing is ever added to it."""
