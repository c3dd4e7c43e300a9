"""Parts of many names, each of which one of several processes takes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence

_TURNS = 256
"""Turns at most: the number of one is a byte, and a byte of a pipe is taken once."""

_QUEUES = 16
"""Queues of turns at most: each takes two of the files that a process may have open."""


class Turns:
    """Parts of the names, each taken once, by whichever process asks first: bytes in pipes that all read from.

    Args:
        names: the names.
        queues: the pipes that there are: each process has one that it takes from first, and the others then.
    """

    def __init__(self, names: Sequence[str], queues: int = 1) -> None:
        self._names = names
        self._count = min(_TURNS, len(names))
        self._queues = [os.pipe() for _ in range(min(queues, _QUEUES))]
        for source, _ in self._queues:
            os.set_blocking(source, False)

    def add_all(self) -> None:
        """Let every part of the names be taken."""
        self.add(0, bytes(range(self._count)))

    def add(self, process: int, turns: bytes) -> None:
        """Let parts of the names be taken, by a process before others: each is a byte."""
        os.write(self._queues[process % len(self._queues)][1], turns)

    def taken(
        self, process: int, at_once: int = 1, again: Turns | None = None
    ) -> Iterator[tuple[Sequence[int], Sequence[str]]]:
        """Yield names that a process takes, together with others, and their numbers.

        Args:
            process: its number: where it begins to look.
            at_once: how many names it takes at once, or a few more, where there are so many.
            again: where it can take the same names later, before others do.
        """
        count = max(1, at_once * self._count // len(self._names))
        for queue in range(process, process + len(self._queues)):
            while turns := self._next(queue % len(self._queues), count):
                if again is not None:
                    again.add(process, turns)
                numbers = [number for turn in turns for number in range(self._begin(turn), self._begin(turn + 1))]
                yield numbers, [self._names[number] for number in numbers]

    def _begin(self, turn: int) -> int:
        return len(self._names) * turn // self._count

    def _next(self, queue: int, count: int) -> bytes:
        """Return the next turns of a queue; empty: there is none."""
        try:
            return os.read(self._queues[queue][0], count)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """Close the pipes of this process."""
        for each in itertools.chain.from_iterable(self._queues):
            os.close(each)
