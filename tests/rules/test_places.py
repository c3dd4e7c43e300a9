"""Places in values that app.yaml declares."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.rules.places import Match, matches

VALUES = {"sinks": {"a": {"x": 1}, "b": 5}, "parts": {"one": {"disks": {"c": None}}, "two": {}, "three": [1]}}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((), [((), (), VALUES)]),
        (("sinks", "*"), [(("sinks", "a"), ("a",), {"x": 1}), (("sinks", "b"), ("b",), 5)]),
        (("sinks", "a"), [(("sinks", "a"), (), {"x": 1})]),
        (("*", "a"), [(("sinks", "a"), ("sinks",), {"x": 1})]),
        (("parts", "*", "disks", "*"), [(("parts", "one", "disks", "c"), ("one", "c"), None)]),
        (("sinks", "b", "*"), []),
        (("nothing", "*"), []),
    ],
)
def test_a_star_is_any_key(at: tuple[str, ...], expected: list[Any]) -> None:
    assert list(matches(VALUES, at)) == [Match(*match) for match in expected]
