"""Edits of a YAML text: what is asked for changes, and not one character more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from efdgen.language.layers import ABSENT, at
from efdgen.language.yamlio import editing, parse, spans, styles
from support import TRICKY_WORDS, differences, few, go, pyyaml, ruamel
from support.checkout import ROOT
from support.foreach import for_each

WRITTEN = [
    path.read_text(encoding="utf-8")
    for pattern in (
        "efd-repository/environments/**/*.yaml",
        "efd-repository/templates/apps/[c-k]*/values.yaml",
        "small-repository/**/facts.yaml",
    )
    for path in sorted((ROOT / "tests").glob(pattern))
]


@for_each(
    ("text", "path", "value", "expected"),
    [
        ("a: 1  # why\n", "a", 2, "a: 2  # why\n"),
        ("a: '1'\n", "a", "it's", "a: 'it''s'\n"),
        ('a: "x"\n', "a", "y", 'a: "y"\n'),
        ("a: x\n", "a", "1.8", 'a: "1.8"\n'),
        ("a: x\n", "a", "12e4567", 'a: "12e4567"\n'),
        ("a: x\n", "a", "50Gi", "a: 50Gi\n"),
        ("a: x\n", "a", "<% b | lower %>", "a: <% b | lower %>\n"),
        ("a: x\n", "a", "k: v", 'a: "k: v"\n'),
        ("a: x\n", "a", "no", 'a: "no"\n'),
        ("a: |\n  x\n  y\nb: 1\n", "a", "z", "a: z\nb: 1\n"),
        ("a: z  # why\nb: 1\n", "a", "x\ny\n", "a: |  # why\n  x\n  y\nb: 1\n"),
        ("a:  # why\n  b: 1\n  # in\n  c: 2\nd: 3\n", "a", None, "a: null  # why\nd: 3\n"),
        ("a: 1  # why\nb: 2\n", "a", {"c": [1]}, "a:  # why\n  c:\n  - 1\nb: 2\n"),
        ("a:\n    b: 1\n", "c", {"d": {"e": 1}}, "a:\n    b: 1\nc:\n    d:\n        e: 1\n"),
        ("a:\n  - 1\n", "c", [2], "a:\n  - 1\nc:\n  - 2\n"),
        ("a: [1, 2]\n", "a", [3], "a: [3]\n"),
        ('{a: "x"}\n', "a", "zz", '{a: "zz"}\n'),
        ("b: {a: 'x', c: 'y'}\n", "b.c", "it's", "b: {a: 'x', c: 'it''s'}\n"),
        ("a: [\"x\", 'y', z]\n", "a.0", "k, v", "a: [\"k, v\", 'y', z]\n"),
        ("a: [\"x\", 'y', z]\n", "a.1", "v", "a: [\"x\", 'v', z]\n"),
        ("a: [\"x\", 'y', z]\n", "a.2", "k, v", 'a: ["x", \'y\', "k, v"]\n'),
        ("a: [\"x\", 'y']\n", "a.1", 3, 'a: ["x", 3]\n'),
        ('a:\n- "x"  # why\n- w\n', "a.0", "z", 'a:\n- "z"  # why\n- w\n'),
        ("a: {b: 'x'}\n", "a.b", "x\ny\n", 'a: {b: "x\\ny\\n"}\n'),
        ("a: {b: 1}\n", "a.c", "x, y", 'a: {b: 1, c: "x, y"}\n'),
        ("a:\n- b: 1\n  c: 2\n", "a.0", {"b": 2}, "a:\n- b: 2\n"),
        ("a:\n- b: 1\n", "a.0.c", 2, "a:\n- b: 1\n  c: 2\n"),
        ("a: 1\r\n", "b.c", 2, "a: 1\r\nb:\r\n  c: 2\r\n"),
        ("a: 1", "b", 2, "a: 1\nb: 2"),
        ("a:\n  b: 1\n\n# of d\nd: 1\n", "a.c", 2, "a:\n  b: 1\n  c: 2\n\n# of d\nd: 1\n"),
        ("a: é  # ü\nb: 1\n", "b", 2, "a: é  # ü\nb: 2\n"),
    ],
)
def test_a_value_is_written_as_the_file_is(text: str, path: str, value: Any, expected: str) -> None:
    assert editing.put(text, _path(path), value) == expected


@for_each(
    ("text", "path", "expected"),
    [
        ("a: 1\nb: 2  # why\n# of c\nc: 3\n", "b", "a: 1\n# of c\nc: 3\n"),
        ("a: 1\nb:\n  # of c\n  c: 3\n", "b.c", "a: 1\n"),
        ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n"),
        ("a: {b: 1}\n", "a.b", "a: {}\n"),
        ("a:\n- x\n- z\n", "a.1", "a:\n- x\n"),
        ("a:\n- x\n", "a.0", "a: []\n"),
        ("a:\n- b: 1\n  c: 2\n", "a.0.b", "a:\n- c: 2\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("a: 1\r\nb: 2", "b", "a: 1"),
    ],
)
def test_what_is_taken_out_takes_its_lines_along(text: str, path: str, expected: str) -> None:
    assert editing.remove(text, _path(path)) == expected


def test_no_parser_takes_a_text_that_is_set_for_anything_else() -> None:
    words = [*TRICKY_WORDS, "50Gi", "0x1", "0b1", "1e5", "1Ei", "12e4567", "1d", "<% 'a: b' %>", "<% a %> #", "-Xms1G"]
    meant = {"block": {f"k{index}": word for index, word in enumerate(words)}, "list": words}
    text = editing.put("a: 1\nflow: {}\n", ("block",), meant["block"])
    text = editing.put(editing.put(text, ("list",), meant["list"]), ("flow", "list"), meant["list"])
    expected = {"a": 1, "flow": {"list": words}, **meant}
    for read in (pyyaml, ruamel, go):
        assert not differences(read(text), expected)


def test_a_mapping_that_must_stay_stays() -> None:
    text = "apps:\n  a:  # why\n    # of b\n    b: 1\n"
    assert editing.remove(text, ("apps", "a", "b"), keep=2) == "apps:\n  a: {}  # why\n"


def test_new_keys_stand_before_those_that_come_last() -> None:
    text = "name: a\n\n# What is deployed.\napps: {}\n"
    assert editing.put(text, ("site",), "b", last=("apps",)) == "name: a\nsite: b\n\n# What is deployed.\napps: {}\n"
    assert editing.put(text, ("accept",), [1], last=("accept", "apps")).startswith("name: a\naccept:\n- 1\n\n# What")


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("a: &x {b: 1}\nc: *x\n", "a.b", "the anchor &x stands here"),
        ("a: &x {b: 1}\nc: *x\n", "c.b", "the alias *x stands here"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "c.b", "comes from <<"),
        ("a: 1\n", "a.b", "not a mapping"),
        ("a: [1]\n", "a.3", "the list has no such item"),
        ("a: {b: 1}\n", "a.0", "there is no list here whose item could be set"),
        ("a: 1\n", "c.d.0.e", "there is no list here whose item could be set"),
    ],
)
def test_what_is_in_the_way_is_refused(text: str, path: str, why: str) -> None:
    with pytest.raises(editing.EditError, match=why.replace("*", "\\*")):
        editing.put(text, _path(path), 1)


def test_an_anchor_that_others_may_need_is_not_taken_out() -> None:
    with pytest.raises(editing.EditError, match="anchor &x"):
        editing.remove("a:\n  b: &x 1\n  c: *x\nd: *x\n", ("a",))
    assert editing.remove("a:\n  b: &x 1\n  c: *x\nd: 1\n", ("a",)) == "d: 1\n", "its aliases go, too"
    assert editing.remove("a:\n  b: &x 1\nd: 1\n", ("a",)) == "d: 1\n"
    with pytest.raises(editing.EditError, match="a comment stands between the brackets"):
        editing.remove("a: {b: 1,\n  # of c\n  c: 2}\n", ("a", "b"))


def _path(text: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in text.split("."))


# Made-up texts: every way to write a mapping, with comments, blank lines and other indentation.

_WORDS = st.sampled_from(["a", "b", "c", "nginx.ingress/x", "é", "9000"])
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.sampled_from([0.5, "", "no", "x y", "1.8.5", "12e4567", "k: v", "a #b", "it's", '"', "é", "50Gi", "-1", "~"]),
    st.sampled_from(
        ["<% name %>", "<% {'a': 1} %>", "l\nm\n", "l\nm", "- a", "*", "&", "2001-01-01", "x:", " x", "1:30"]
    ),
    st.text(max_size=8).filter(lambda text: parse(_one(text), "").data == {"k": text} if _is_allowed(text) else False),
)


def _one(text: str) -> str:
    return "k: " + styles.scalar(text) + "\n"


def _is_allowed(text: str) -> bool:
    return all(char.isprintable() for char in text)


_VALUES = st.recursive(
    _SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(_WORDS, below, max_size=3), max_leaves=6
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Write a mapping by hand: as the strategy likes."""
    how = styles.Habits(draw(st.sampled_from([2, 3, 4])), draw(st.sampled_from([0, 2])))
    data = draw(st.dictionaries(_WORDS, _VALUES, min_size=1, max_size=4))
    lines: list[str] = []
    for key, value in data.items():
        lines += draw(st.sampled_from([[], [""], ["# of the next"], ["", "  # indented", "# more"]]))
        if draw(st.booleans()):
            lines += styles.entry(key, value, 0, how)
        else:
            lines.append(styles.entry_in_brackets(key, value) + draw(st.sampled_from(["", "  # why", " "])))
    lines += draw(st.sampled_from([[], ["# the end"], ["", ""]]))
    text = "\n".join(lines) + draw(st.sampled_from(["\n", ""]))
    # The line end behind a text of several lines is a part of it: where it is missing, nothing can follow.
    text += "\n" if "|" in text and not text.endswith("\n") else ""
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def _mappings(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all mappings."""
    found = [path] if isinstance(data, dict) else []
    if isinstance(data, dict | list):
        for key, below in data.items() if isinstance(data, dict) else enumerate(data):
            found += _mappings(below, (*path, key))
    return found


_ALL = st.sampled_from(WRITTEN) | _texts()


@few
@given(_ALL, _VALUES, st.data())
def test_what_is_set_and_unset_gives_the_text_back(text: str, value: Any, draw: st.DataObject) -> None:
    above = draw.draw(st.sampled_from(_mappings(parse(text, "").data)))
    # Brackets inside of brackets with nothing in them are what was made on the way, and go.
    assume(at(parse(text, "").data, above) or not _is_in_brackets(text, above[:-1]))
    path = (*above, *draw.draw(st.lists(st.sampled_from(["new", "new.x", "1.9"]), min_size=1, max_size=3)))
    keep = draw.draw(st.integers(0, len(above)))
    changed = editing.put(text, path, value, keep, last=("apps",))
    assert at(parse(changed, "").data, path) == value
    assert editing.remove(changed, path, keep if at(parse(text, "").data, above) else len(above)) == text


@few
@given(_ALL, st.data())
def test_edits_leave_comments_and_other_lines_as_they_were(text: str, draw: st.DataObject) -> None:
    for _ in range(draw.draw(st.integers(1, 3))):
        before = parse(text, "").data
        path = draw.draw(st.sampled_from(_mappings(before)))
        inner = at(before, path)
        key = draw.draw(st.sampled_from([*inner, "new"]) if inner else st.just("new"))
        old = at(before, (*path, key))
        if isinstance(old, dict | list) and old:
            continue
        changed = editing.put(text, (*path, key), draw.draw(_SCALARS))
        assert _comments(changed) == _comments(text)
        start, end = _lines_of(text, (*path, key)) if old is not ABSENT else (None, None)
        kept = text.splitlines() if start is None else [*text.splitlines()[:start], *text.splitlines()[end:]]
        if not _is_in_brackets(text, path):
            _assert_in_order(kept, changed.splitlines())
        text = changed


def _lines_of(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    node = spans.read(text)
    start = 0
    for part in path:
        entry = node.child(part)
        assert entry is not None
        node, start = entry.node, entry.start
    return text.count("\n", 0, start), text.count("\n", 0, node.end) + 1


def _is_in_brackets(text: str, path: tuple[str | int, ...]) -> bool:
    node = spans.read(text)
    for part in path:
        if node.style in ("{", "["):
            return True
        entry = node.child(part)
        assert entry is not None
        node = entry.node
    return bool(node.style)


def _assert_in_order(kept: list[str], lines: list[str]) -> None:
    waiting = iter(lines)
    assert all(line in waiting for line in kept)


def _comments(text: str) -> list[str]:
    """Return what YAML takes for comments: those made up here are not in any value."""
    marks = ("# of the next", "  # indented", "# more", "  # why", "# the end")
    return [mark for line in text.splitlines() for mark in marks if line.endswith(mark)]


@few
@given(_texts(), _VALUES, st.booleans(), st.data())
def test_an_item_that_is_added_and_taken_out_leaves_no_trace(
    text: str, value: Any, first: bool, draw: st.DataObject
) -> None:
    text = editing.put(text, ("list",), draw.draw(st.lists(_VALUES, max_size=3)))
    changed = editing.append(text, ("list",), value, first=first)
    index = 0 if first else len(parse(text, "").data["list"])
    assert at(parse(changed, "").data, ("list", index)) == value
    assert editing.remove(changed, ("list", index), keep=1) == text


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("", "a:\n  b: 1\n"),
        ("# why\n", "# why\na:\n  b: 1\n"),
        ("# why", "# why\na:\n  b: 1\n"),
        ("---\n# why\n", "---\n# why\na:\n  b: 1\n"),
        ("# why\r\n\r\n", "# why\r\n\r\na:\r\n  b: 1\r\n"),
    ],
)
def test_a_text_without_data_keeps_its_comments_and_begins(text: str, begun: str) -> None:
    assert editing.put(text, ("a", "b"), 1) == begun


def test_a_text_that_holds_no_mapping_is_left_to_people() -> None:
    with pytest.raises(editing.EditError):
        editing.put("null\n", ("a",), 1)


FLOW = """\
coordinator: {write_timeout: 60s, # slow disks, DM-7
  query_timeout: 900s, # operators asked
  # what is slow
  log_queries_after: 15s}
"""


def test_comments_between_brackets_stay_with_what_they_are_about() -> None:
    removed = editing.remove(FLOW, ("coordinator", "query_timeout"))
    assert removed == FLOW.replace("  query_timeout: 900s, # operators asked\n", "")
    assert editing.remove(FLOW.replace("15s}", "15s\n}"), ("coordinator", "log_queries_after")) == FLOW.replace(
        "  log_queries_after: 15s}", "}"
    )
    with pytest.raises(editing.EditError):
        editing.remove(FLOW, ("coordinator", "log_queries_after"))
    with pytest.raises(editing.EditError):
        editing.remove("a: {b: 1,\n  # about c\n  c: 2}\n", ("a", "b"))


def test_a_comment_below_that_stands_further_in_belongs_to_what_is_above_it() -> None:
    text = "a: 1\nb:\n  c: 2  # behind\n  # below\n  # and more\n# of d\nd: 3\n"
    assert editing.remove(text, ("b", "c")) == "a: 1\n# of d\nd: 3\n"
    assert editing.put("b:\n  c: 2\n  # below\n", ("d",), 3) == "b:\n  c: 2\n  # below\nd: 3\n"
    assert editing.remove("b:\n  c: 2\n  # below\n  d: 3\n", ("b", "c")) == "b:\n  # below\n  d: 3\n"


def test_a_number_sign_in_a_text_is_no_comment() -> None:
    text = "a: 'x # y'\n'b # c': |\n  # text\nd: 1\n# of e\ne: [1, 2]  # why\n"
    commented = {key: editing.has_comment(text, (key,)) for key in ("a", "b # c", "d", "e")}
    assert commented == {"a": False, "b # c": False, "d": False, "e": True}


def test_a_comment_goes_only_with_all_that_it_could_be_about() -> None:
    text = "# of a\na:\n  # of b\n  b:\n    # of c\n    c: 1\n# of d\nd: 1\n"
    assert editing.remove(text, ("a", "b", "c")) == "# of a\n# of d\nd: 1\n"
    assert editing.remove(text, ("a", "b", "c"), 1) == "# of a\na: {}\n# of d\nd: 1\n"
    assert editing.remove("a:\n  # of b\n  b: 1\n  c: 1\n", ("a", "b")) == "a:\n  # of b\n  c: 1\n"
    assert editing.remove("a:\n# of all\n  b: 1\nc: 1\n", ("a", "b")) == "# of all\nc: 1\n"
