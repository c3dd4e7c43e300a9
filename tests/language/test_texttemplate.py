from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError, Location
from efdgen.language import texttemplate
from efdgen.language.texttemplate import TextFile
from support import data, differences, go, many, problems_of, pyyaml, ruamel, texts
from support.foreach import for_each


def fill(text: str, **context: Any) -> str:
    return texttemplate.fill(TextFile("templates/file.yaml", text), context)


def test_text_without_expressions_is_left_as_it_is() -> None:
    text = "a: {{ .Values.b }}\r\n\tc\n# {{- end }}\n\nno newline at the end\u2028é"
    assert fill(text) == text


@for_each(
    ("line", "value", "filled"),
    [
        ("key: <% x %>\n", "a", "key: a\n"),
        ("key: <% x %>\n", "yes", 'key: "yes"\n'),
        ("key: <% x %>\n", "1.0", 'key: "1.0"\n'),
        ("key: <% x %>\n", "a: b # c", 'key: "a: b # c"\n'),
        ("key: <% x %>\n", "a\nb: c", 'key: "a\\nb: c"\n'),
        ("key: <% x %>\n", 3, "key: 3\n"),
        ("key: <% x %>\n", True, "key: true\n"),
        ("key: <% x %>\n", [], "key: []\n"),
        ("key: <% x %>\n", {}, "key: {}\n"),
        ("key: <% x %>\n", ["a", "b"], "key:\n- a\n- b\n"),
        ("key: <% x %>\n", {"a": 1, "b": {"c": 2}}, "key:\n  a: 1\n  b:\n    c: 2\n"),
        ("    key: <% x %>\n", {"a": [1]}, "    key:\n      a:\n      - 1\n"),
        ("    key: <% x %>\n", [1], "    key:\n    - 1\n"),
        ("- <% x %>\n", "a", "- a\n"),
        ("  - <% x %>\n", 7, "  - 7\n"),
        ("- key: <% x %>\n", "a", "- key: a\n"),
        ("key: <% x %>\n", None, ""),
        ("  - <% x %>\n", None, ""),
        ("key: prefix-<% x %>-suffix\n", "a.b/c", "key: prefix-a.b/c-suffix\n"),
        ('# {{- with get $apps "<% x %>" }}\n', "app", '# {{- with get $apps "app" }}\n'),
        ("key: '<% x %>'\n", "word", "key: 'word'\n"),
    ],
)
def test_a_value_gets_the_shape_of_its_place(line: str, value: Any, filled: str) -> None:
    assert fill(line, x=value) == filled


def _reads_as(text: str, expected: Any) -> None:
    assert not differences(pyyaml(text), expected)
    assert not differences(ruamel(text), expected)
    assert not differences(go(text), expected, as_float64=True)


@many
@given(data)
@example("wait...")
@example("a\n\U0001f600")
@example([["x"]])
@example([" \n  x"])
@example({"a": " \n  x\n \n"})
def test_whatever_is_filled_in_is_read_back_and_nothing_else_changes(value: Any) -> None:
    text = fill("before: 1\nmiddle:\n  key: <% x %>\n  other: 2\nafter: 3\n", x=value)
    middle = {"other": 2} if value is None else {"key": value, "other": 2}
    _reads_as(text, {"before": 1, "middle": middle, "after": 3})


@many
@given(data)
def test_whatever_is_filled_in_as_an_item_is_read_back(value: Any) -> None:
    text = fill("list:\n- before\n- <% x %>\n- after\n", x=value)
    _reads_as(text, {"list": ["before", "after"] if value is None else ["before", value, "after"]})


WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*")


@many
@given(data)
def test_whatever_is_filled_in_below_a_key_of_an_item_is_read_back(value: Any) -> None:
    text = fill("list:\n- first: 1\n- key: <% x %>\n  other: 2\n", x=value)
    item = {"key": value, "other": 2}
    if value is not None:
        _reads_as(text, {"list": [{"first": 1}, item]})


@many
@given(texts | st.from_regex(WORD, fullmatch=True))
def test_inside_a_word_a_word_is_filled_in_and_nothing_else(value: str) -> None:
    is_word = WORD.fullmatch(value) is not None
    try:
        text = fill("key: a-<% x %>-b\n", x=value)
    except InvalidInputError:
        assert not is_word
    else:
        assert is_word
        assert text == f"key: a-{value}-b\n"
        assert pyyaml(text) == {"key": f"a-{value}-b"}


@for_each("value", ["a b", "", "a\n", "a:", '"', "é", "-a", 3, None, True, ["a"]], ids=repr)
def test_inside_other_text_anything_but_a_word_is_refused(value: Any) -> None:
    (problem,) = problems_of(lambda: fill("one: 1\nkey: a <% x %> b\n", x=value))
    assert (problem.code, problem.location) == ("E304", Location("templates/file.yaml", 2, 8))


def test_every_wrong_expression_is_reported_with_its_place() -> None:
    found = problems_of(lambda: fill("a: <% x.y %>\nb: 1\n  c: d-<% nope %>\nd: <% 1 + 1 %>\ne: <% open\n", x={}))
    assert [(p.code, p.location.line, p.location.column) for p in found] == [
        ("E301", 1, 4),
        ("E301", 3, 8),
        ("E303", 4, 4),
        ("E302", 5, 4),
    ]


def test_several_expressions_may_stand_in_one_line() -> None:
    assert fill("key: <% x %>/<% y %>\n", x="a", y="b") == "key: a/b\n"


def test_a_comment_is_no_place_for_a_value_of_several_lines() -> None:
    (problem,) = problems_of(lambda: fill("# key: <% x %>\n", x=["a"]))
    assert problem.code == "E304"


def test_a_file_with_windows_line_ends_is_filled_alike() -> None:
    filled = fill("a: <% x %>\r\nb: 2\r\n", x="1.0")
    assert pyyaml(filled) == {"a": "1.0", "b": 2}


def test_a_last_line_without_an_end_is_filled() -> None:
    assert pyyaml(fill("a: 1\nb: <% x %>", x="c")) == {"a": 1, "b": "c"}


# -- files that are not always there


@pytest.mark.parametrize("line", ["# efdgen: when <% x %>", "#efdgen:when <% x %>  ", "# efdgen: when <% x %>\r"])
def test_the_first_line_says_whether_a_file_is_there_and_is_not_rendered(line: str) -> None:
    file = TextFile("templates/file.yaml", f"{line}\na: <% x %>\n")

    assert texttemplate.is_there(file, {"x": True})
    assert not texttemplate.is_there(file, {"x": False})
    assert texttemplate.fill(file, {"x": True}) == "a: true\n"


@pytest.mark.parametrize("text", ["", "a: 1\n", "# efdgen\n", "# when <% x %>\n", "\n# efdgen: when <% x %>\n"])
def test_a_file_without_a_condition_is_there(text: str) -> None:
    assert texttemplate.is_there(TextFile("templates/file.yaml", text), {"x": False})


@for_each(
    ("line", "code", "column"),
    [
        ("# efdgen: when <% x %>", "E304", 16),
        ("# efdgen: when <% y %>", "E301", 16),
        ("# efdgen: when <% x", "E302", 1),
        ("# efdgen: when <% %>", "E302", 16),
        ("# efdgen: if <% x %>", "E302", 1),
        ("# efdgen: when true", "E302", 1),
        ("# efdgen: when <% x %> and more", "E302", 1),
        ("# efdgen:", "E302", 1),
    ],
)
def test_a_condition_that_is_wrong_has_a_place(line: str, code: str, column: int) -> None:
    file = TextFile("templates/file.yaml", f"{line}\na: 1\n")
    (problem,) = problems_of(lambda: texttemplate.is_there(file, {"x": "yes"}))

    assert (problem.code, problem.location) == (code, Location("templates/file.yaml", 1, column))


def test_a_condition_stands_in_the_first_line() -> None:
    (problem,) = problems_of(lambda: fill("a: 1\n# efdgen: when <% x %>\n", x=True))

    assert (problem.code, problem.location) == ("E302", Location("templates/file.yaml", 2, 1))
