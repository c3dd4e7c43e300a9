"""Whether what is done to many things takes time in proportion to how many there are."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

ENOUGH = 0.15
"""Seconds in which everything is fast enough, whatever the ratio: a busy machine is then most of it."""
ROOM = 3
"""How much more than in proportion it may take; what is quadratic takes `TIMES` as much more."""
TIMES = 8


TRIES = 3


def is_in_proportion(prepared: Callable[[int], Callable[[], object]], many: int) -> bool:
    """Say whether something takes no more than in proportion longer for many than for an eighth of them.

    It is tried again where it seems to take more: a busy machine makes some tries longer, and what is quadratic takes
    long each time.

    Args:
        prepared: makes so many things, and returns what is done to them, which alone is measured.
        many: so many that what is quadratic takes a second.
    """
    return any(_seems_in_proportion(prepared, many) for _ in range(TRIES))


def _seems_in_proportion(prepared: Callable[[int], Callable[[], object]], many: int) -> bool:
    longest = _seconds(prepared(many))
    return longest < ENOUGH or longest < ROOM * TIMES * _seconds(prepared(many // TIMES))


def _seconds(run: Callable[[], object]) -> float:
    # Looking for garbage takes as long as all that a worker of the suite holds is large.
    gc.disable()
    try:
        begun = time.process_time()
        run()
        return time.process_time() - begun
    finally:
        gc.enable()
