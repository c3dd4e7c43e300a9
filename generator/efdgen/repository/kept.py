"""What is found out about things that are the same objects when a repository is opened again.

The texts of files are parsed once (`texts`), and so are schemas: what follows from these alone need not be found out
again by the next verb, or of the other version that a review reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

_Answer = TypeVar("_Answer")


class Kept(Generic[_Answer]):
    """Answers, each to a question about objects that nobody changes: asked of the same ones again, it is the same.

    It holds the objects: as long as it does, an id is that of one of them.

    Args:
        most: how many answers are kept. Then all are forgotten: who has so many things asks for few of them again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[int, ...], tuple[_Answer, tuple[Any, ...]]] = {}

    def get(self, *things: Any) -> _Answer | None:
        """Return the answer about these things; None: none is kept."""
        known = self._known.get((*map(id, things),))
        return None if known is None else known[0]

    def add(self, answer: _Answer, *things: Any) -> _Answer:
        """Keep the answer about these things, and return it."""
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[(*map(id, things),)] = answer, things
        return answer

    def once(self, find: Callable[..., _Answer], *things: Any) -> _Answer:
        """Return `find(*things)`, which is found once."""
        answer = self.get(*things)
        return self.add(find(*things), *things) if answer is None else answer
