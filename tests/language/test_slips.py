"""Common slips in YAML: what is said of them, and that the hint works where it says what to write."""

from __future__ import annotations

import pytest

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import yamlio
from support.foreach import for_each


def problem(text: str) -> Problem:
    with pytest.raises(InvalidInputError) as caught:
        yamlio.parse(text, "a.yaml")
    (found,) = caught.value.problems
    return found


@for_each(
    ("text", "place", "message", "hint"),
    [
        ("a: 1\nt: Summit: down\n", "2:10", "a colon and a blank in this text", "put the text in quotes"),
        ("l:\n  memory:32Gi\n  cpu: 1\n", "2:9", "no blank behind the colon", "put a blank behind it"),
        ("a: 1\nb:2\n", "2:2", "no blank behind the colon", "put a blank behind it"),
        ("l:\n# why\n  a:1\n\n  # why not\n  b: 1\n", "3:4", "no blank behind the colon", "put a blank behind it"),
        ("apps:\n  a: {}\n  -b\n  c: {}\n", "3:3", "no blank behind the hyphen", "put a blank behind it"),
        ("a: 1\rb:2\rc: 3\r", "2:2", "no blank behind the colon", "put a blank behind it"),
        ("a: 1\r\nb:2\r\n", "2:2", "no blank behind the colon", "put a blank behind it"),
        ("l:\n- a\n-b\n", "3:1", "no blank behind the hyphen", "put a blank behind it"),
        (
            "apps:\n  a: {}\n   b: {}\n",
            "3:4",
            "does not line up with the others: it has 3 blanks",
            "2 blanks, as line 2",
        ),
        (
            "a:\n  v:\n    x: 1\n   y: 2\n",
            "4:4",
            "it has 3 blanks",
            "2 blanks, as line 2, where its mapping begins, or",
        ),
        ("a: 1\n  b: 2\n", "2:3", "below line 1, which has a value already", "indent it with no blank, as that line"),
        ("a: 1\nb\nc: 2\n", "2:1", "no colon behind this key", "a colon, a blank and the value"),
        ("l:\n- a\nb\n- c\n", "3:1", "no hyphen before this item", "as line 2; or, if it is a key, write a colon"),
        (
            "apps:\n  a: {}\nb: {}\n  c: {}\n",
            "3:1",
            "indented less than those around it, so that line 4 has no place",
            "with 2 blanks, as line 4; or, if this line is right, that one with no blank",
        ),
        (
            "apps:\n  a:\n    v: 1\n b: {}\n",
            "4:2",
            "it has 1 blank before it",
            "no blank, as line 1, where its mapping begins, or with 2 blanks, as line 2",
        ),
        (
            "apps:\n  a: {}\n  - b  # new\n",
            "3:3",
            "an item of a list, among the keys of the mapping that begins on line 2",
            "write it as a key: without the hyphen, and with a colon",
        ),
        (
            "apps:\n  a: {}\n- b: 1\n",
            "3:1",
            "an item of a list",
            "leave the hyphen out, or indent the list below a key",
        ),
        ("a: 'it's'\n", "1:8", "more follows behind the quoted text", "put the whole text in quotes"),
        ("- a\nb: 1\n", "2:1", "not an item of the list that begins on line 1", "begin it with a hyphen and a blank"),
    ],
)
def test_a_slip_is_said_in_plain_words(text: str, place: str, message: str, hint: str) -> None:
    found = problem(text)

    assert str(found.location) == f"a.yaml:{place}"
    assert (found.code, message in found.message, hint in found.hint) == ("E103", True, True), found


@pytest.mark.parametrize("text", ["l:\n  memory:32Gi\n  cpu: 1\n", "l:\n- a\n-b\n"])
def test_a_blank_behind_the_mark_is_what_is_missing(text: str) -> None:
    found = problem(text).location
    lines = text.split("\n")
    line = lines[found.line - 1]
    lines[found.line - 1] = f"{line[: found.column]} {line[found.column :]}"

    assert yamlio.parse("\n".join(lines), "a.yaml").data in ({"l": {"memory": "32Gi", "cpu": 1}}, {"l": ["a", "b"]})


def test_a_key_with_what_belongs_below_it_beside_it_is_told_to_indent() -> None:
    assert problem("limits:\nmemory: 32Gi\n").hint.startswith("indent what belongs below it")


@for_each(
    ("text", "place", "hint"),
    [
        ("- a\n  - b\n", "2:3", "indent it with no blank, as that item"),
        ("l:\n  - a b\n\n     - c d # why\n  - e\n", "4:6", "indent it with 2 blanks, as that item"),
        ("- - a\n    -\n", "2:5", "indent it with 2 blanks, as that item"),
        ("- - a\n     - b\n  - c\n", "2:6", "indent it with 2 blanks, as that item"),
    ],
)
def test_an_item_below_another_is_no_text_of_it(text: str, place: str, hint: str) -> None:
    found = problem(text)

    assert (found.code, str(found.location)) == ("E103", f"a.yaml:{place}")
    assert found.message.startswith("this line is no item of its own: it goes on with the text of line ")
    assert found.hint.startswith(hint)


@for_each(
    ("text", "value"),
    [
        ("- a - b\n", ["a - b"]),
        ("- a -b\n  c - d\n", ["a -b c - d"]),
        ("- a\n  - b\n  c\n", ["a - b c"]),
        ("- 'a\n  - b'\n", ["a - b"]),
        ("[a\n  - b]\n", ["a - b"]),
        ("a: b\n  - c\n", {"a": "b - c"}),
        (f"- {'a' * 80}\n  - b\n", [f"{'a' * 80} - b"]),
    ],
)
def test_what_may_be_text_stays_text(text: str, value: object) -> None:
    assert yamlio.parse(text, "a.yaml").data == value


@for_each(
    ("text", "place", "number", "blanks"),
    [
        ("a: |9\n  text", "1:5", "9 behind |", 2),
        ("x:\n  a: >-8 # why\n\n    text\n    more\nb: 2\n", "2:8", "8 behind >", 2),
        ("a:\n- |4\n  one: two\n", "2:4", "4 behind |", 2),
        ("a:\n- b: |9-\n    text\n- c\n", "2:7", "9 behind |", 2),
    ],
)
def test_a_text_with_fewer_blanks_than_its_number_asks_for(text: str, place: str, number: str, blanks: int) -> None:
    found = problem(text)
    asked = number[0]
    assert str(found.location) == f"a.yaml:{place}"
    assert f"the {number} asks for {asked} more blanks before the text below; it has {blanks}" in found.message
    assert found.hint == f"leave the {asked} out"
    assert yamlio.parse(text.replace(asked, "", 1), "a.yaml").data


def test_a_number_that_the_text_fits_is_not_what_is_wrong() -> None:
    assert "does not line up" in problem("a: |2\n  x\n y: 1").message


@pytest.mark.parametrize("key", ['"{}"', "'{}'", "{}--"])
@pytest.mark.parametrize("before", ["", "a: 1\n", "a:\n  b: 2\n  ", "a:\n- ", "a:\n- b: 1\n  "])
def test_a_key_has_a_bound(key: str, before: str) -> None:
    assert yamlio.parse(f"{before}{key.format('k' * 1022)}: 1", "a.yaml").data
    found = problem(f"{before}{key.format('k' * 1023)}: 1")
    lines = before.split("\n")
    assert str(found.location) == f"a.yaml:{len(lines)}:{len(lines[-1]) + 1}"
    assert found.message.endswith("this key has 1,025 characters, and can have at most 1,024")
    assert found.hint == "shorten it"


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("before", ["", "a: 1\n", "a:\n  ", "a:\n  b: 1\n  ", "a:\n- "])
def test_a_key_stands_on_one_line(quote: str, before: str) -> None:
    found = problem(f"{before}{quote}one\n    two{quote}: 1\n")
    lines = before.split("\n")
    assert str(found.location) == f"a.yaml:{len(lines)}:{len(lines[-1]) + 1}"
    assert found.message.endswith("this key goes over 2 lines, and a key stands on one")
    assert found.hint == "write it on one line"


@for_each("text", ['a: "b\nc": d', "a: 'b\nc': d", 'a: "b\nc: "d"'])
def test_a_quote_that_is_closed_too_late_is_no_key(text: str) -> None:
    assert problem(text).hint == "close the quote"
