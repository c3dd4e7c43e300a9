"""What follows from a folder that can't be read; that one is found out, tests/whole/test_corpus.py says."""

from __future__ import annotations

from efdgen.errors import Location, Problem
from efdgen.repository.unreadable import without_follow_ups

FOUND = [
    Problem("E101", "can't read the folder", Location("schemas")),
    Problem("E101", "can't read it", Location("schemas/news.schema.json")),
    Problem("E101", "can't read it", Location("schemas.md")),
    Problem("E402", "unknown news item", Location("environments/lab.yaml", 1, 1)),
    Problem("E103", "not valid YAML", Location("environments/lab.yaml", 2, 1)),
]


def test_what_is_below_the_folder_and_names_that_may_be_known_are_left_out() -> None:
    assert without_follow_ups(FOUND, {"schemas"}) == [FOUND[0], FOUND[2], FOUND[4]]


def test_where_every_folder_can_be_read_everything_is_said() -> None:
    assert without_follow_ups(FOUND, ()) == FOUND
