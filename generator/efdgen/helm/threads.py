"""Many things side by side, in threads: a process, a download or a call into a library holds no other thread up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def as_done(task: Callable[[Item], Result], items: Sequence[Item], threads: int = 0) -> Iterator[tuple[int, Result]]:
    """Do a task for each item; yield the results as they come, each with its item's index.

    When a task raises, or nobody takes more results, the items that wait are not begun.

    Args:
        task: what to do.
        items: what to do it for.
        threads: how many at once; none given: as many as there are cores.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed  # not for those who need no threads

    if not items:
        return
    with ThreadPoolExecutor(min(len(items), threads or os.cpu_count() or 1)) as pool:
        indexes = {pool.submit(task, item): index for index, item in enumerate(items)}
        try:
            for future in as_completed(indexes):
                yield indexes[future], future.result()
        finally:
            for future in indexes:
                future.cancel()


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
