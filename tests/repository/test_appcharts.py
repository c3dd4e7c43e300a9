"""What reads the values of apps without one chart."""

from __future__ import annotations

from collections.abc import Callable

from efdgen.repository.appcharts import Readers
from support.growth import is_in_proportion


def test_many_values_of_an_app_without_a_chart_take_time_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        written = {f"key-{number}": 1 for number in range(count)}
        readers = Readers((), written)
        assert not readers.knows("key")
        return lambda: all(readers.knows(key) for key in readers.known())

    assert is_in_proportion(prepared, 8000)
