"""What an edit does to comments is said: those that go, and those that are about nothing any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.explain.edits import comments
from efdgen.language.yamlio import differing, editing, parse
from efdgen.language.yamlio.comments import comments as all_of
from support import few
from support.growth import is_in_proportion


@pytest.mark.parametrize(
    ("text", "path", "gone", "left"),
    [
        ("a: 1\nb: 2  # why\nc: 3\n", "b", ["2: # why"], []),
        ("a: 1\n# of b\nb: 2\nc: 3\n", "b", [], ["2: # of b"]),
        ("a: 1\n# more\n# of b\nb: 2\nc: 3\n", "b", [], ["2: # more", "3: # of b"]),
        ("# of all\n\nb: 2\nc: 3\n", "b", [], []),
        ("a:\n  x: 1\n  # of a\nb: 2\nc: 3\n", "b", [], []),
        (
            "# of a\na:\n  # of b\n  b:\n    # of c\n    c: 1\nd: 1\n",
            "a.b.c",
            ["3: # of b", "5: # of c"],
            ["1: # of a"],
        ),
        ("# of a\na:\n  # of b\n  b:\n    # of c\n    c: 1\nd: 1\n", "d", [], []),
        ("a:\n# of all\n  b: 1\nc: 1\n", "a.b", [], ["1: # of all"]),
        ("a:\n# of x\n- x\n- z\n", "a.0", [], ["2: # of x"]),
    ],
)
def test_comments_that_go_and_those_that_stay_above_nothing_are_named(
    text: str, path: str, gone: list[str], left: list[str]
) -> None:
    after = editing.remove(text, tuple(int(part) if part.isdigit() else part for part in path.split(".")))
    assert [f"{each.location.line}: {each.text}" for each in comments.gone(text, after, "f")] == gone
    assert [f"{each.location.line}: {each.text}" for each in comments.left(text, after, "f")] == left


def test_a_comment_above_a_key_that_another_one_takes_the_place_of_is_named_and_one_above_a_new_value_is_not() -> None:
    text = "a:\n  # of b\n  b: 1\nc: 1\n"
    other = differing.put(text, ("a",), {"d": 1})
    assert other == "a:\n  # of b\n  d: 1\nc: 1\n"
    assert [each.text for each in comments.left(text, other, "f")] == ["# of b"]
    assert comments.left(text, differing.put(text, ("a",), {"b": 2}), "f") == []


@pytest.mark.parametrize(
    ("line", "instead", "is_left"),
    [
        ("2, 3], c: {}}}", "2, 3, 4], c: {}}}", False),  # one more at the end
        ("2, 3], c: {}}}", "2, 3]}}", False),  # what goes stands behind it
        ("2, 3], c: {}}}", "2, 3], c: {}, p: {x: 1}}}", False),
        ("2, 3], c: {}}}", "3], c: {}}}", True),
        ("{x: 1, y: 2}], c: {}}}", "{x: 2, y: 2}], c: {}}}", False),
        ("{x: 1, y: 2}], c: {}}}", "{y: 2}], c: {}}}", True),
        ("'2', 3], c: {}}}", "'2:3', 3], c: {}}}", True),
        ("], c: {}}}", "]}}", False),  # nothing stands below it
    ],
)
def test_in_brackets_a_comment_is_about_what_begins_the_line_below(line: str, instead: str, is_left: bool) -> None:
    before, after = (f"a: {{b: {{d: [1,\n    # mid\n    {each}\n" for each in (line, instead))
    assert [each.text for each in comments.left(before, after, "f")] == ["# mid"] * is_left


_KEYS = st.sampled_from("abcd")
_TEXTS = st.recursive(
    st.just("1"), lambda below: st.dictionaries(_KEYS, below, min_size=1, max_size=3), max_leaves=8
).filter(lambda data: isinstance(data, dict))


def _written(data: object, indent: int, above: bool, number: list[int]) -> list[str]:
    assert isinstance(data, dict)
    lines = []
    for key, value in data.items():
        number[0] += 1
        lines += [f"{' ' * indent}# {number[0]}"] if above or number[0] % 2 else []
        behind = f"  # b{number[0]}" if number[0] % 3 == 0 else ""
        if isinstance(value, dict):
            lines += [f"{' ' * indent}{key}:{behind}", *_written(value, indent + 2, above, number)]
        else:
            lines.append(f"{' ' * indent}{key}: {value}{behind}")
    return lines


@few
@given(_TEXTS, st.booleans(), st.data())
def test_no_comment_goes_or_loses_its_line_without_being_named(
    data: dict[str, object], above: bool, draw: st.DataObject
) -> None:
    text = "\n".join([*_written(data, 0, above, [0]), "last: 1", ""])
    path: tuple[str, ...] = ()
    inner: object = data
    while isinstance(inner, dict) and (not path or draw.draw(st.booleans())):
        path += (draw.draw(st.sampled_from(sorted(inner))),)
        inner = inner[path[-1]]
    after = editing.remove(text, path)
    before_all, after_all = ([each.text for each in all_of(each)] for each in (text, after))
    gone = [each.text for each in comments.gone(text, after, "f")]
    left = {each.text: each.location.line for each in comments.left(text, after, "f")}
    assert sorted(after_all + gone) == sorted(before_all)
    lines, rest = text.splitlines(), after.splitlines()
    for each in all_of(after):
        if each.is_alone:
            below = lines[lines.index(rest[each.line - 1]) + 1]
            assert (each.text in left) == (rest[each.line] != below), (text, after)
    assert all(rest[line - 1].strip() == said for said, line in left.items())
    assert parse(after, "").data


def test_an_edit_among_many_lines_that_are_alike_takes_time_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        before = "# of all\n" + "".join(f"k{number}:\n  value: 1\n  other: 2\n" for number in range(count))
        return lambda: comments.left(before, before.replace("k7:\n  value: 1\n", "k7:\n", 1), "f")

    assert is_in_proportion(prepared, 2400)
