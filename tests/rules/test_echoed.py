from __future__ import annotations

import pytest

from efdgen.rules.echoed import _is_same


@pytest.mark.parametrize(
    ("value", "other", "same"),
    [
        ("a", "a", True),
        ("1", 1, False),
        (1, True, False),
        (1, 1.0, False),
        (None, None, True),
        ([1, {"a": [None]}], [1, {"a": [None]}], True),
        ([1], [True], False),
        ([1], [1, 2], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({}, {}, True),
        ({}, {"a": 1}, False),
    ],
)
def test_values_are_the_same_with_their_types(value: object, other: object, *, same: bool) -> None:
    assert _is_same(value, other) is same
