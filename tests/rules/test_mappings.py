"""What the hint says where something else stands in the place of a mapping; what is found: tests/corpus/warnings/."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.rules.mappings import _hint

BELOW = "write below it what is to be another; null takes all of it away"
COLON = "if that is a key, write it below with a blank behind its colon: "


@pytest.mark.parametrize(
    ("path", "over", "expected"),
    [
        ("data", "index_version:tsi1", f"{COLON}index_version: tsi1"),
        ("data", "index_version:tsi1 other:2", f"{COLON}index_version: tsi1"),
        ("data", "password:sesame", f"{COLON}password: ***"),
        ("password", "sesame:street", BELOW),
        ("data", "https://example.org", BELOW),
        ("data", "<% name %>:9092", BELOW),
        ("data", "tsi1", BELOW),
        ("data", 8086, BELOW),
        ("data", False, "did you mean enabled: false below it?"),
        ("data", [{"a": 1}], "if the items are keys, leave their hyphens out"),
        ("data", ["a"], BELOW),
        ("data", [], BELOW),
    ],
)
def test_the_hint_says_what_may_be_meant_and_no_secret(path: str, over: Any, expected: str) -> None:
    assert _hint(("values", path), over, ["enabled", "size"]) == expected


def test_no_switch_is_made_up() -> None:
    assert _hint(("values", "data"), True, ["size"]) == BELOW
