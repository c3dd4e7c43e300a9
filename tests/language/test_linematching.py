"""What two texts have in common: what difflib says, however much differs."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from efdgen.language import linematching
from efdgen.language.linematching import Matcher, unified
from support import many

LINES = st.lists(st.sampled_from("abcdef"), max_size=12)
FREQUENT = [f"{number}" if number % 5 else "x" for number in range(300)]
"""So many lines that difflib leaves out those that are frequent."""


def changed(lines: list[str], places: list[tuple[int, str]]) -> list[str]:
    found = [*lines]
    for place, line in places:
        found[place % len(found)] = line
    return found


OF_MANY = st.lists(st.tuples(st.integers(0, 299), st.sampled_from(["x", "1", "299", "y"])), max_size=60).map(
    lambda places: (changed(FREQUENT, places), changed(FREQUENT[100:] + FREQUENT[:100], places[::2]))
)


@given(st.one_of(st.tuples(LINES, LINES), OF_MANY), st.booleans())
@example((["x"] * 250, ["x"] * 249), True)
@example((["x"] * 250 + ["a"], ["x"] * 249 + ["a"]), True)
@many
def test_it_is_what_difflib_finds(both: tuple[list[str], list[str]], is_frequent_left_out: bool) -> None:
    before, after = both
    found = difflib.SequenceMatcher(None, before, after, is_frequent_left_out).get_matching_blocks()
    with pytest.MonkeyPatch.context() as patch:
        assert Matcher(None, before, after, is_frequent_left_out).get_matching_blocks() == found
        for most in (10, 0):
            patch.setattr(linematching, "_MOST_LINES", most)
            assert Matcher(None, before, after, is_frequent_left_out).get_matching_blocks() == found
        patch.setattr(linematching, "_MOST_PAIRS", -1)
        assert Matcher(None, before, after, is_frequent_left_out).get_matching_blocks() == found


@given(LINES, LINES, st.integers(0, 4))
@many
def test_a_unified_diff_is_difflib_s(before: list[str], after: list[str], context: int) -> None:
    for names, end in ((("", ""), ""), (("a/x", "b/x"), "\n")):
        expected = difflib.unified_diff(before, after, *names, n=context, lineterm=end)
        assert list(unified(before, after, names, context=context, end=end)) == list(expected)


def test_thousands_of_changed_places_are_found_without_a_look_at_all_lines_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    longest = difflib.SequenceMatcher.find_longest_match

    def counted(matcher: Any, alo: int, ahi: int, blo: int, bhi: int) -> Any:
        looked.append(ahi - alo)
        return longest(matcher, alo, ahi, blo, bhi)

    monkeypatch.setattr(difflib.SequenceMatcher, "find_longest_match", counted)
    before = [f"key{number}: old" for number in range(4000)]
    after = [line if number % 2 else f"key{number}: new" for number, line in enumerate(before)]
    assert len(list(unified(before, after, context=0))) == 2 + 3 * 2000
    # difflib alone looks at four million.
    assert sum(looked) <= 200_000
