"""The comments of a text: where they stand, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable

from efdgen.language.yamlio import comments
from support.growth import is_in_proportion


def test_comments_are_found_and_what_looks_like_one_is_not() -> None:
    text = (
        "# top\na: 'x # y'  # why\n'b # c': |  # header\n  # text\nd#e: f#g\n"
        "l: [1,  # one\n  # two\n  2]\n# of e\ne: 1\n"
    )
    found = [(each.line, each.column, each.text, each.is_alone) for each in comments.comments(text)]
    assert found == [
        (1, 0, "# top", True),
        (2, 12, "# why", False),
        (3, 12, "# header", False),
        (6, 8, "# one", False),
        (7, 2, "# two", True),
        (9, 0, "# of e", True),
    ]
    assert [each.text for each in comments.comments("# only\r\n")] == ["# only"]
    assert comments.comments("") == []


def test_many_lines_and_many_comments_take_time_in_proportion() -> None:
    for line in ("key-{}: 1\n", "# {}\n"):

        def prepared(count: int, line: str = line) -> Callable[[], object]:
            text = "a: 1\n" + "".join(line.format(number) for number in range(count))
            return lambda: comments.comments(text)

        assert is_in_proportion(prepared, 16000), line
