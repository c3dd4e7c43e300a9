"""What Helm's library logs, and about which release: it writes to the error output of the whole process.

Releases are made side by side. Where nothing was written meanwhile, nothing was said of any of them. Else a release is
made once more, with no other beside it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator

_GLANCE = 0.25


class Hearing:
    """The error output of the process, as far as it goes to a file.

    Attributes:
        file: the descriptor of the file that it goes to; None: to another place, and nobody knows what is said.
    """

    def __init__(self) -> None:
        self.file: int | None = None
        self._turn = threading.Condition()
        self._beside = 0
        self._is_alone = False

    def length(self) -> int:
        """Return how many bytes were written so far; -1: nobody knows."""
        if self.file is None or not hasattr(os, "pread"):
            return -1
        with contextlib.suppress(OSError):
            return os.fstat(self.file).st_size
        return -1

    def since(self, length: int) -> list[str]:
        """Return the lines that were written since the file was of a length."""
        if self.file is None or length < 0:
            return []
        return os.pread(self.file, self.length() - length, length).decode("utf-8", "replace").splitlines()

    @contextlib.contextmanager
    def beside_others(self) -> Iterator[None]:
        """Work while others may work, too, but nobody who is alone."""
        with self._turn:
            self._wait(lambda: not self._is_alone)
            self._beside += 1
        try:
            yield
        finally:
            with self._turn:
                self._beside -= 1
                self._turn.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Work while nobody else does."""
        with self._turn:
            self._wait(lambda: not self._is_alone)
            self._is_alone = True
            self._wait(lambda: not self._beside)
        try:
            yield
        finally:
            with self._turn:
                self._is_alone = False
                self._turn.notify_all()

    def _wait(self, is_turn: Callable[[], bool]) -> None:
        """Wait, with a look at signals now and then: see `threads`."""
        while not self._turn.wait_for(is_turn, _GLANCE):
            pass
