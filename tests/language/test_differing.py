"""A mapping or list that is set as a whole: what does not differ keeps its lines, its order and its comments."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language.yamlio import comments, differing, editing, parse, styles
from support import few
from support.foreach import for_each


@for_each(
    ("text", "value", "expected"),
    [
        (
            "a:\n  b: 60s\n\n  # Long: why\n  c: 900s # ticket\n  d: 10\n",
            {"b": "60s", "d": 20, "c": "900s", "e": 1},
            "a:\n  b: 60s\n\n  # Long: why\n  c: 900s # ticket\n  d: 20\n  e: 1\n",
        ),
        ("a:\n  b: 1 # half\n", {"b": 1, "c": 8}, "a:\n  b: 1 # half\n  c: 8\n"),
        ("a:\n  b: 1 # half\n", {"c": 8}, "a:\n  c: 8\n"),
        ("a:\n  b:\n    c: 'x' # why\n", {"b": {"c": "x", "d": [1]}}, "a:\n  b:\n    c: 'x' # why\n    d:\n    - 1\n"),
        ("a:\n  b: 1 # why\n", {"b": True}, "a:\n  b: true # why\n"),
        ("a:\n  b: 1 # why\nc: 1\n", [1], "a:\n- 1\nc: 1\n"),
        ("a:\n  b: 1 # why\n  # in\nc: 1\n", 5, "a: 5\nc: 1\n"),
        ("a: {b: 'x', c: 2}\n", {"b": "x", "c": 3}, "a: {b: 'x', c: 3}\n"),
        ("a: {\n  b: 1, # why\n  c: 2\n}\n", {"b": 1, "c": 3}, "a: {\n  b: 1, # why\n  c: 3\n}\n"),
        ("a:\n- x\n- u # keep\n- z\n", ["u", "z", "w"], "a:\n- u # keep\n- z\n- w\n"),
        ("a:\n# of x\n- x\n# of u\n- u\n", ["w", "x", "v", "u"], "a:\n- w\n# of x\n- x\n- v\n# of u\n- u\n"),
        ("a:\n- x # 1\n- u # 2\n", ["u", "x"], "a:\n- u # 2\n- x # 1\n"),
        ("a:\n- s: x # 1\n  t: 1\n- s: v # 2\n", [{"s": "w"}, {"s": "x", "t": 2}], "a:\n- s: w\n- s: x # 1\n  t: 2\n"),
        ("a:\n-   s: x # 1\n", [{"s": "x"}, {"s": "w", "t": 2}], "a:\n-   s: x # 1\n-   s: w\n    t: 2\n"),
        ("a: [x, u]\n", ["u", "z"], "a: [u, z]\n"),
    ],
)
def test_only_what_differs_is_written(text: str, value: Any, expected: str) -> None:
    assert differing.put(text, ("a",), value) == expected


def test_what_cannot_be_told_apart_is_refused_where_a_comment_would_be_lost_and_written_anew_where_none_is() -> None:
    text = "a:\n- - x{}\n  - u\n"
    assert parse(differing.put(text.format(""), ("a",), [["z"]]), "").data == {"a": [["z"]]}
    text = "x: &x {{b: 1}}\na:\n  <<: *x\n  c: 1{}\n"
    assert parse(differing.put(text.format(""), ("a",), {"c": 1}), "").data == {"x": {"b": 1}, "a": {"c": 1}}
    with pytest.raises(editing.EditError):
        differing.put(text.format(" # why"), ("a",), {"c": 1})


# Texts with a comment at each place where one can stand; each has a number of its own.

_WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta"])
_SCALARS = st.one_of(st.integers(0, 3), st.booleans(), st.sampled_from(["x", "no", "1", "a #b", "l\nm\n"]))
_ITEMS = st.lists(_SCALARS, max_size=4) | st.lists(st.dictionaries(_WORDS, _SCALARS, min_size=1), max_size=3)
_DATA = st.dictionaries(
    _WORDS,
    st.recursive(_SCALARS | _ITEMS, lambda below: st.dictionaries(_WORDS, below, max_size=3), max_leaves=6),
    min_size=1,
)


@st.composite
def _commented(draw: st.DrawFn) -> str:
    plain = "\n".join(["root:", *styles.block(draw(_DATA), 0, styles.Habits(2, draw(st.sampled_from([0, 2]))))]) + "\n"
    is_text = {"l", "m"}
    lines: list[str] = []
    for number, line in enumerate(plain.splitlines()):
        indent = " " * (len(line) - len(line.lstrip()))
        if number and line.strip() not in is_text:
            above = draw(st.sampled_from([[], [""], [f"{indent}# above {number}"], ["", f"{indent}# above {number}"]]))
            lines += above if not (lines and lines[-1].strip() in is_text and above == [""]) else []
        behind = draw(st.booleans()) and line.strip() not in is_text
        lines.append(line + (f" # behind {number}" if behind else ""))
    return "\n".join(lines) + "\nend: 1 # last\n"


def _same(data: Any, other: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of what is the same in both, through mappings."""
    if json.dumps(data, sort_keys=True) == json.dumps(other, sort_keys=True):
        return [path]
    if not isinstance(data, dict) or not isinstance(other, dict):
        return []
    return [each for key in data if key in other for each in _same(data[key], other[key], (*path, key))]


def _heads(text: str) -> dict[str, str]:
    """Return what stands before each comment on its line, or on the next line that is not one: its key or item."""
    lines = text.splitlines()
    found = {}
    for comment in comments.comments(text):
        line = lines[comment.line - 1][: comment.column]
        if comment.is_alone:
            line = next((each for each in lines[comment.line :] if each.strip() and each.strip()[0] != "#"), "")
        found[comment.text] = line.partition(" #")[0].partition(":")[0].strip()
    return found


@few
@given(_commented(), _DATA, st.sets(_WORDS), st.booleans())
def test_a_whole_mapping_changes_no_line_of_what_is_the_same(
    text: str, new: dict[str, Any], gone: set[str], is_more: bool
) -> None:
    before = parse(text, "").data
    value = {key: each for key, each in {**(before["root"] if is_more else {}), **new}.items() if key not in gone}
    try:
        changed = differing.put(text, ("root",), value)
    except editing.EditError:
        return
    after = parse(changed, "").data
    assert json.dumps(after, sort_keys=True) == json.dumps({**before, "root": value}, sort_keys=True)
    waiting = iter(changed.splitlines())
    for path in _same(before, after):
        for line in _lines_of(text, path):
            assert line in waiting, (path, line)
    then = _heads(changed)
    for comment, head in _heads(text).items():
        if comment in then and comment.startswith("# behind"):
            assert then[comment] == head


def _lines_of(text: str, path: tuple[str, ...]) -> list[str]:
    """Return the lines of what stands at a path, from its key to its end, with the comments and blank lines in it."""
    edit = editing.Splice(text)
    entry = edit.follow(path)[1]
    return text[text.rfind("\n", 0, entry.start) + 1 :].splitlines()[
        : text[: entry.node.end].count("\n") - text[: entry.start].count("\n") + 1
    ]
