"""Many things side by side: results in order, and nothing begun in vain."""

from __future__ import annotations

import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.helm import threads
from support import few, needs


@few
@given(st.lists(st.integers(0, 5), max_size=20), st.integers(0, 4))
def test_results_come_in_the_order_of_the_items(items: list[int], at_once: int) -> None:
    def task(number: int) -> int:
        time.sleep(number / 5000)
        return number * 2

    assert threads.in_order(task, items, at_once) == [number * 2 for number in items]
    assert sorted(threads.as_done(task, items, at_once)) == [(index, number * 2) for index, number in enumerate(items)]


def test_what_is_done_first_comes_first() -> None:
    first_may_end = threading.Event()

    def task(name: str) -> str:
        if name == "slow":
            assert first_may_end.wait(10)
        return name.upper()

    results = threads.as_done(task, ["slow", "quick"], 2)
    assert next(results) == (1, "QUICK")
    first_may_end.set()
    assert list(results) == [(0, "SLOW")]


def test_no_more_are_at_work_than_were_asked_for() -> None:
    guard = threading.Lock()
    working = most = 0

    def task(_: int) -> None:
        nonlocal working, most
        with guard:
            working += 1
            most = max(most, working)
        time.sleep(0.002)
        with guard:
            working -= 1

    threads.in_order(task, range(20), 3)
    assert most == 3


def test_progress_is_told_after_each() -> None:
    told: list[tuple[int, int]] = []
    threads.in_order(str, [1, 2, 3], progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_after_an_error_what_waits_is_not_begun() -> None:
    begun = []

    def task(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("the moon is blue")
        time.sleep(0.01)

    with pytest.raises(ValueError, match="the moon is blue"):
        threads.in_order(task, range(100), 1)
    assert len(begun) < 10


def test_what_nobody_takes_is_not_begun() -> None:
    begun = []

    def task(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)

    results = threads.as_done(task, range(100), 1)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 10


@needs.LINUX.needed
def test_work_that_takes_too_long_goes_behind_all_else() -> None:
    over = threading.Event()
    priorities = []

    def task() -> None:
        over.wait(5)
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    for is_work in (True, False):
        with pytest.raises(TimeoutError):
            threads.within(0.01, task, is_work=is_work)
    over.set()
    while len(priorities) < 2:
        time.sleep(0.01)
    assert sorted(priorities) == [os.getpriority(os.PRIO_PROCESS, 0), 19]
