from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.review import linediff
from support import many, texts

close = st.lists(st.sampled_from(["a", "b", "", "---", "+++ x", "@@", "\r"]), max_size=6).map("\n".join)


@many
@given(close | texts, close | texts)
def test_texts_that_differ_have_lines_that_differ(before: str, after: str) -> None:
    lines = linediff.lines(before, after)
    assert any(line[0] in "+-" for line in lines) is (before != after)


@many
@given(close, close)
def test_every_line_says_what_it_is(before: str, after: str) -> None:
    lines = linediff.lines(f"{before}\n", f"{after}\n")
    assert all(line[0] in "@ +-" for line in lines)
    assert [line[1:] for line in lines if line[0] == "-"].count("---") <= before.split("\n").count("---")


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "a\nb\n", ["@@ -0,0 +1,2 @@", "+a", "+b"]),
        ("a\n---\n", "a\n", ["@@ -1,2 +1 @@", " a", "----"]),
        ("a\n", "a\n++ b\n", ["@@ -1 +1,2 @@", " a", "+++ b"]),
        ("a\nb", "a\nc", ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]),
        ("a\nb\n", "a\nb", ["@@ -1,2 +1,2 @@", " a", "-b", "+b", "\\ No newline at end"]),
        ("a\r\nb\n", "a\nb\n", ["@@ -1,2 +1,2 @@", "-a\r", "+a", " b"]),
        ("a\x85b\n", "a\nb\n", ["@@ -1 +1,2 @@", "-a\x85b", "+a", "+b"]),
    ],
)
def test_lines(before: str, after: str, lines: list[str]) -> None:
    assert linediff.lines(before, after) == lines


def test_equal_lines_far_away_are_not_shown() -> None:
    before = "".join(f"{number}\n" for number in range(20))
    lines = linediff.lines(before, before.replace("10\n", "ten\n"))
    assert lines == ["@@ -9,5 +9,5 @@", " 8", " 9", "-10", "+ten", " 11", " 12"]
