"""Specs with problems, of which one may have very many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from efdgen.errors import Location, Problem
from efdgen.repository import drafts
from support.growth import is_in_proportion

PLACE = Location("environments/lab.yaml", 1, 1)


def _cleaned(data: Any, *problems: Problem) -> Any:
    return drafts._cleaned(data, [(problem.path, (), problem) for problem in problems])  # noqa: SLF001


def test_what_is_wrong_is_left_out_and_what_was_read_stays_as_it_was() -> None:
    inner = {"a": 1, "b": 2, "c": 3}
    data = {"hosts": inner, "links": {"x": 1}, "titel": "T", "accept": [], "apps": {"view": {}, "veiw": None}}
    before = {**data, "hosts": dict(inner), "links": {"x": 1}, "apps": {"view": {}, "veiw": None}}
    found = _cleaned(
        data,
        Problem("E203", "", PLACE, ("hosts", "a")),
        Problem("E203", "", PLACE, ("hosts", "c")),
        Problem("E203", "", PLACE, ("hosts", "none", "d")),
        Problem("E204", "", PLACE, ("links",)),
        Problem("E204", "", PLACE, ("accept", 0)),
        Problem("E402", "", PLACE, ("apps", "veiw")),
        Problem("E201", "", PLACE, ("titel",), "did you mean 'title'?"),
    )
    assert found == {"hosts": {"b": 2}, "links": {}, "titel": "T", "title": None, "apps": {"view": {}}}
    assert data == before


def test_one_mapping_in_two_places_loses_in_each_what_is_wrong_there() -> None:
    shared = {"a": 1, "b": 2}
    found = _cleaned(
        {"hosts": shared, "links": shared},
        Problem("E203", "", PLACE, ("hosts", "a")),
        Problem("E203", "", PLACE, ("links", "b")),
    )
    assert found == {"hosts": {"b": 2}, "links": {"a": 1}}


def test_many_unknown_apps_take_time_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        data: dict[str, Any] = {"apps": {f"app{number}": {} for number in range(count)}}
        wrong = [Problem("E402", "", PLACE, ("apps", name)) for name in data["apps"]]
        return lambda: _cleaned(data, *wrong)

    assert is_in_proportion(prepared, 8000)
