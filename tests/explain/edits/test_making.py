"""Edits of lists: what is added and taken out again leaves no trace, or what it leaves is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.explain.edits.making import Items, in_list
from efdgen.explain.edits.model import Target
from efdgen.language.layers import ABSENT, at
from efdgen.language.yamlio import parse
from support import few

SPECS = [
    "apps:\n  a: {}\n",
    "apps:\n  a: {}  # why\n  b: {}\n",
    "apps:\n  a:\n    values:\n      other: 1\n",
    "apps:\n  a:\n    values:\n      # of l\n      l: []\n",
    "apps:\n  a:\n    values:\n      l: [x]  # why\n",
    "apps:\n  a:\n    values:\n      l:\n      - x\n      # of y\n      - w: 1\n        z: 2\n",
    "apps:\n  a:\n    values: {other: 1}\n",
    "apps:\n  a: {values: {o: 1}}\n",
    "apps: {a: {values: {l: [x]}}}\n",
]
TARGET = Target("e", "spec", "e.yaml", ("apps", "a", "values", "l"), 2, "a", ("values", "l"))


def _edited(text: str, below: Any, items: Items) -> str:
    return in_list(TARGET, items, at(parse(text, "").data, TARGET.path), below).apply(text)


@few
@given(
    st.sampled_from(SPECS),
    st.sampled_from([ABSENT, ["p"], ["p", {"q": 1}]]),
    st.lists(st.sampled_from(["new", {"n": 1}, 7]), min_size=1, max_size=2, unique_by=json.dumps),
    st.booleans(),
)
def test_items_that_are_added_and_taken_out_again_leave_no_trace(
    text: str, below: Any, new: list[Any], first: bool
) -> None:
    typed = [json.dumps(item) for item in new]
    added = _edited(text, below, Items(first=typed) if first else Items(last=typed))
    assert added != text
    assert _edited(added, below, Items(gone=typed)) == text


@pytest.mark.parametrize(
    ("written", "below", "after"),
    [("\n      - x", ABSENT, None), (" [x]", ABSENT, []), ("\n      - x", [], None), ("\n      - x", ["p"], [])],
)
def test_a_list_goes_with_its_last_item_where_it_may_have_come_with_it(written: str, below: Any, after: Any) -> None:
    text = f"apps:\n  a:\n    values:\n      l:{written}\n"
    edit = in_list(TARGET, Items(gone=["x"]), ["x"], below)
    assert at(parse(edit.apply(text), "").data, TARGET.path, None) == after
    assert edit.may_end == (below is ABSENT)
    assert not in_list(TARGET, Items(gone=["x"], last=["y"]), ["x"], below).may_end
