"""Many things side by side, in threads: a process, a download or a call into a library holds no other thread up."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")


def as_done(task: Callable[[Item], Result], items: Sequence[Item], threads: int = 0) -> Iterator[tuple[int, Result]]:
    """Do a task for each item; yield the results as they come, each with its item's index.

    When a task raises, or nobody takes more results, the items that wait are not begun. When a task raises, those that
    are at work are waited for. Who interrupts (Ctrl-C) waits for none: the threads end with the process.

    Args:
        task: what to do.
        items: what to do it for.
        threads: how many at once; none given: as many as there are cores.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Future[Result]]] = queue.SimpleQueue()
    for index in range(len(items)):
        waiting.put(index)
    is_over = threading.Event()

    def work() -> None:
        with contextlib.suppress(queue.Empty):
            while not is_over.is_set():
                index = waiting.get_nowait()
                done.put((index, _attempt(functools.partial(task, items[index]))))

    workers = [_started(work) for _ in range(min(len(items), threads or os.cpu_count() or 1))]
    try:
        for _ in items:
            index, attempt = _next(done, math.inf)
            yield index, attempt.result()
    except Exception:
        is_over.set()
        for worker in workers:
            worker.join()
        raise
    finally:  # who interrupts, or takes no more, waits for nothing
        is_over.set()


def within(seconds: float, task: Callable[[], Result], *, is_work: bool = False) -> Result:
    """Do a task in a thread of its own and return its result; a call into a library can be ended in no other way.

    What takes too long is left alone, and ends with the process.

    Args:
        seconds: how long it may take.
        task: what to do.
        is_work: whether it works rather than waits. What takes too long then goes behind all that other threads do.

    Raises:
        TimeoutError: when it takes longer.
    """
    done: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
    thread = _started(lambda: done.put(_attempt(task)))
    try:
        attempt = _next(done, seconds)
    except TimeoutError:
        if is_work:
            _put_behind(thread)
        raise
    return attempt.result()


_LOWEST = 19
"""As for the command `nice`. On Linux, a thread has a priority of its own."""


def _put_behind(thread: threading.Thread) -> None:
    """Give a thread the lowest priority: a template that never ends would take a processor from all that is left."""
    if sys.platform == "linux" and thread.native_id is not None:
        with contextlib.suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, thread.native_id, _LOWEST)


_GLANCE = 0.25
"""Seconds between two looks at signals. The system may give one to a thread of a library: that wakes no other."""


def _next(done: queue.SimpleQueue[Item], seconds: float) -> Item:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            return done.get(timeout=min(left, _GLANCE))
    raise TimeoutError


def _attempt(task: Callable[[], Result]) -> Future[Result]:
    """Do a task; whoever asks for the result gets it, or what the task raised."""
    from concurrent.futures import Future  # not for those who need no threads

    attempt: Future[Result] = Future()
    try:
        attempt.set_result(task())
    except BaseException as error:  # noqa: BLE001 - see above
        attempt.set_exception(error)
    return attempt


def _started(work: Callable[[], None]) -> threading.Thread:
    """Start a thread that the end of the process does not wait for: Ctrl-C must be answered, whatever Helm does."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def in_order(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    threads: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Result]:
    """Do a task for each item; return the results in the order of the items.

    Args:
        task: what to do.
        items: what to do it for.
        threads: how many at once; none given: as many as there are cores.
        progress: told how many are done, of how many.
    """
    results: dict[int, Result] = {}
    for index, result in as_done(task, items, threads):
        results[index] = result
        progress(len(results), len(items))
    return [results[index] for index in range(len(items))]
