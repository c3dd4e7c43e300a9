"""Edits of a file together come to what they come to one by one, and one that can't be made is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from efdgen.errors import UsageError
from efdgen.explain.edits.applying import applied
from efdgen.explain.edits.making import Edit, put, remove
from efdgen.explain.edits.model import Target
from support.foreach import for_each

TEXTS = {
    "a.yaml": "a:\n  b: 1\n  c: |\n    l\n  d: 2\n\n    # e\ne: 3\n",
    "b.yaml": "f: {g: 1, # h\n  h: 2}\ni: 3\n",
}


def _edit(said: str) -> Edit:
    """Return the edit that `a.yaml a.b` removes, or that `a.yaml a.b 1` sets."""
    file, path, *value = said.split()
    parts = tuple(path.split("."))
    target = Target("", "", file, parts, 0, "", parts)
    return put(target, int(value[0])) if value else remove(target)


def _one_by_one(edits: Sequence[Edit]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for edit in edits:
        texts.update(applied([edit], lambda file: texts.get(file, TEXTS[file])))
    return {file: texts[file] for file in dict.fromkeys(edit.target.file for edit in edits)}


@for_each(
    "said",
    [
        ["a.yaml e", "b.yaml i", "a.yaml a.b"],
        ["a.yaml a.b", "a.yaml e", "a.yaml a.b 5", "a.yaml a.b", "b.yaml i"],
        ["b.yaml f.g", "b.yaml f.h 1", "b.yaml i"],
    ],
)
def test_edits_together_come_to_what_they_come_to_one_by_one(said: list[str]) -> None:
    edits = [_edit(each) for each in said]
    assert applied(edits, TEXTS.__getitem__) == _one_by_one(edits)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["a.yaml e", "b.yaml i", "b.yaml f.h", "a.yaml x"], "b.yaml:2:3: a comment stands between the brackets"),
        (["a.yaml e", "a.yaml a.x", "b.yaml f.h"], "a.yaml:1:1: nothing of that name stands there"),
        (["a.yaml a.d", "a.yaml a.c", "b.yaml f.h"], "a.yaml:5:3: it is written in a way that can't be edited here"),
    ],
)
def test_the_first_edit_that_cannot_be_made_is_named(said: list[str], why: str) -> None:
    edits = [_edit(each) for each in said]
    with pytest.raises(UsageError) as together:
        applied(edits, TEXTS.__getitem__)
    with pytest.raises(UsageError) as alone:
        _one_by_one(edits)
    assert str(together.value) == str(alone.value)
    assert str(alone.value).startswith(why)
