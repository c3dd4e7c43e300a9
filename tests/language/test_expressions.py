from __future__ import annotations

import math
import random
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import expressions, jinjatree, quickly, yamlio
from efdgen.language.expressions import ExpressionError, evaluate, has_expression, plain
from efdgen.language.syntaxtree import Name
from support import data, many
from support.efd import EFD
from support.foreach import for_each


def _double(number: int) -> int:
    return number * 2


NAMES: dict[str, Any] = {
    "name": "summit",
    "number": 3,
    "fraction": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "cluster": {"storageClass": "local-path", "dotted.key": 1, "deep": {"er": "x"}},
    "items": ["a", "b", "c"],
    "numbers": [1, 2],
    "double": _double,
}


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, NAMES)
    return caught.value


@for_each(
    ("text", "hint"),
    [
        ("""<% "%>" %>""", "%> can't stand in text there; write '%' ~ '>'"),
        ("""<% name %> or <% 'a%>b' ~ name %>""", "%> can't stand in text there; write '%' ~ '>'"),
        ("""<% "a %> and <% "b" %>""", 'end it with "'),
        ("""<% "a %> and %>""", 'end it with "'),
        ("<% name", "; if # stands in it, quote the value: behind a blank, # begins a comment to YAML"),
        ("<% name >", "end it with %>: <% name %>"),
        ("<% name\nof all", "end it with %>: <% name %>"),
    ],
)
def test_what_takes_the_end_of_an_expression_is_said(text: str, hint: str) -> None:
    assert refusal(text).hint.endswith(hint)


@for_each(
    ("text", "value"),
    [
        ("<% name %>", "summit"),
        ("<%name%>", "summit"),
        ("<% number %>", 3),
        ("<% fraction %>", 2.5),
        ("<% yes %>", True),
        ("<% nothing %>", None),
        ("<% cluster %>", NAMES["cluster"]),
        ("<% items %>", ["a", "b", "c"]),
        ("<% cluster.storageClass %>", "local-path"),
        ("<% cluster['dotted.key'] %>", 1),
        ("<% cluster.deep['er'] %>", "x"),
        ("<% items[1] %>", "b"),
        ("<% 'text' %>", "text"),
        ('<% "it\'s" %>', "it's"),
        ("<% 4 %>", 4),
        ("<% 1.5 %>", 1.5),
        ("<% true %>", True),
        ("<% none %>", None),
        ("<% [name, 1, [none]] %>", ["summit", 1, [None]]),
        ("<% {'a': {'b': name}} %>", {"a": {"b": "summit"}}),
        ("<% {} %>", {}),
        ("<% 'a' ~ number ~ yes ~ fraction %>", "a3true2.5"),
        ("<% 'a' if yes else 'b' %>", "a"),
        ("<% 'a' if no else 'b' %>", "b"),
        ("<% 'a' if no %>", None),
        ("<% yes and 'x' %>", "x"),
        ("<% empty or 'x' %>", "x"),
        ("<% not yes %>", False),
        ("<% number == 3 %>", True),
        ("<% number != 3 %>", False),
        ("<% 1 < number <= 3 %>", True),
        ("<% 3 > number >= 1 %>", False),
        ("<% 'a' in items %>", True),
        ("<% 'z' not in items %>", True),
        ("<% 'storageClass' in cluster %>", True),
        ("<% items != [] %>", True),
        ("<% double(number) %>", 6),
        ("<% double(double(1)) %>", 4),
        ("<% name | upper %>", "SUMMIT"),
        ("<% name | capitalize %>", "Summit"),
        ("<% 'AB' | lower %>", "ab"),
        ("<% items | join('-') %>", "a-b-c"),
        ("<% items | join %>", "abc"),
        ("<% numbers | join(',') %>", "1,2"),
        ("<% items | length %>", 3),
        ("<% name | replace('mm', 'b') | upper %>", "SUBIT"),
        ("<% missing | default('x') %>", "x"),
        ("<% cluster.missing.deeper | default(none) %>", None),
        ("<% name | default('x') %>", "summit"),
        ("<% nothing | default('x') %>", None),
        ("<% missing is defined %>", False),
        ("<% name is defined %>", True),
        ("<% missing is undefined %>", True),
        ("<% nothing is none %>", True),
        ("<% name is not none %>", True),
        ("<% name\n ~ 'x' %>", "summitx"),
    ],
)
def test_an_expression_has_its_native_type(text: str, value: Any) -> None:
    result = evaluate(text, NAMES)
    assert (type(result), result) == (type(value), value)


@for_each(
    ("text", "value"),
    [
        ("https://<% name %>.lsst.codes", "https://summit.lsst.codes"),
        ("<% name %><% number %>", "summit3"),
        ("<% name %>\n", "summit\n"),
        ("<% yes %>/<% no %>", "true/false"),
        ("a %> b", "a %> b"),
        ("a < b % c > d", "a < b % c > d"),
        ("", ""),
        ("{{ .Values.x }} {% raw %} {# c #} <% name %>", "{{ .Values.x }} {% raw %} {# c #} summit"),
    ],
)
def test_expressions_fill_text(text: str, value: str) -> None:
    assert evaluate(text, NAMES) == value


@for_each(
    ("text", "code", "offset"),
    [
        ("a <% missing %>", "E301", 2),
        ("<% cluster.missing %>", "E301", 0),
        ("<% items[9] %>", "E301", 0),
        ("<%%>", "E302", 0),
        ("ab <% %>", "E302", 3),
        ("<% name", "E302", 0),
        ("<% name %> <% name", "E302", 11),
        ("<% name name %>", "E302", 0),
        ("x<% name ~ %>", "E302", 1),
        ("<% name }} %>", "E302", 0),
        ("<% 'open %>", "E302", 0),
        ("<% " + "a" * 1001 + " %>", "E302", 0),
        ("<% " + "(" * 400 + "1" + ")" * 400 + " %>", "E302", 0),
        ("<% if yes %>", "E302", 0),
        ("<% set x = 1 %>", "E302", 0),
        ("<% 1 + 1 %>", "E303", 0),
        ("<% name * 9 %>", "E303", 0),
        ("<% name % 1 %>", "E303", 0),
        ("<% 9 ** 9 %>", "E303", 0),
        ("<% items[0:1] %>", "E303", 0),
        ("<% (1, 2) %>", "E303", 0),
        ("<% name.upper() %>", "E303", 0),
        ("<% name.__class__ %>", "E303", 0),
        ("<% cluster.keys() %>", "E303", 0),
        ("<% items.append(1) %>", "E303", 0),
        ("<% double.__globals__ %>", "E303", 0),
        ("<% name[0] %>", "E303", 0),
        ("<% items['a'] %>", "E303", 0),
        ("<% items[yes] %>", "E303", 0),
        ("<% nothing.x %>", "E303", 0),
        ("<% name() %>", "E303", 0),
        ("<% double(1)(2) %>", "E303", 0),
        ("<% double(number=1) %>", "E303", 0),
        ("<% double(*numbers) %>", "E303", 0),
        ("<% double() %>", "E303", 0),
        ("<% double(nothing) %>", "E303", 0),
        ("<% name | nonsense %>", "E303", 0),
        ("<% number | upper %>", "E303", 0),
        ("<% [items] | join %>", "E304", 0),
        ("<% name | default %>", "E303", 0),
        ("<% number is odd %>", "E303", 0),
        ("<% number < name %>", "E303", 0),
        ("<% cluster[items] %>", "E303", 0),
        ("<% double %>", "E304", 0),
        ("<% [double] %>", "E304", 0),
        ("<% 18446744073709551616 %>", "E304", 0),
        ("a <% 18446744073709551616 %>", "E304", 2),
        ("<% [18446744073709551616] %>", "E304", 0),
        ("a <% nothing %>", "E304", 2),
        ("<% name %> <% items %>", "E304", 11),
        ("a<% cluster %>", "E304", 1),
        ("a<% double %>", "E304", 1),
        ("<% 'a' ~ items %>", "E304", 0),
        ("<% {items: 1} %>", "E304", 0),
        ("<% range(9) %>", "E301", 0),
        ("<% self %>", "E301", 0),
    ],
)
def test_what_is_refused_has_a_code_and_a_place(text: str, code: str, offset: int) -> None:
    error = refusal(text)
    assert (error.code, error.offset) == (code, offset)
    assert str(error) == error.message != ""


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("<% nmae %>", "did you mean 'name'?"),
        ("<% cluster.storageclass %>", "did you mean 'storageClass'?"),
        ("<% name | uper %>", "did you mean 'upper'?"),
        ("<% name is define %>", "did you mean 'defined'?"),
    ],
)
def test_a_misspelt_name_is_suggested(text: str, hint: str) -> None:
    assert refusal(text).hint == hint


def test_a_dictionary_in_a_condition_is_not_evaluated_twice_nor_when_it_is_not_needed() -> None:
    calls: list[int] = []

    def count() -> bool:
        calls.append(1)
        return True

    names = {"count": count, "yes": True}
    assert evaluate("<% 'a' if yes else count() %>", names) == "a"
    assert evaluate("<% yes or count() %>", names) is True
    assert not calls
    assert evaluate("<% count() %>", names) is True
    assert len(calls) == 1


@pytest.mark.parametrize("text", ["<% 1e999 %>", "<% [1e400] %>"])
def test_a_number_beyond_every_float_is_refused(text: str) -> None:
    assert refusal(text).code.startswith("E30")


@pytest.mark.parametrize("text", [r"<% '\ud800' %>", r"a <% '\udfff' %>"])
def test_half_a_character_is_refused(text: str) -> None:
    assert refusal(text).code.startswith("E30")


_FRAGMENTS = [
    *(*NAMES, "missing", ".", "[", "]", "(", ")", "{", "}", ",", ":", "|", "~", "'a'", "'", '"', "0", "1", "-"),
    *("if", "else", "and", "or", "not", "in", "is", "defined", "none", "true", "==", "<", "+", "*", "//", "**"),
    *("upper", "join", "length", "replace", "default", "__class__", "%>", "<%", "\n", "#", "}}", "%}", "1e9", "\\"),
]


_OF_PYTHON = re.compile(r"\b(None|True|False|NoneType|bool|dict|float|int|str|tuple)\b|<\w+ ")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("cluster[none]", "null is not defined"),
        ("cluster[true]", "true is not defined"),
        ("[1][true]", "true can't be looked up in a list"),
        ("none[none]", "null can't be looked up in null"),
        ("cluster[double]", "a function can't be looked up in a mapping"),
    ],
)
def test_a_message_shows_values_as_people_write_them(expression: str, said: str) -> None:
    assert refusal(f"<% {expression} %>").message == said


@many
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=9).map(" ".join))
def test_any_expression_yields_data_or_is_refused(expression: str) -> None:
    text = f"<% {expression} %>"
    refused = None
    value = None
    try:
        value = evaluate(text, NAMES)
    except ExpressionError as error:
        refused = error
    if refused is None:
        assert plain(value) == value
    else:
        assert refused.code in {"E301", "E302", "E303", "E304"}
        assert 0 <= refused.offset < len(text)
        assert not _OF_PYTHON.search(f"{refused.message} {refused.hint}")


@many
@given(data)
def test_a_name_yields_the_data_that_it_stands_for(value: Any) -> None:
    assert evaluate("<% x %>", {"x": value}) == value


@many
@given(st.text().filter(lambda text: not has_expression(text)))
def test_text_without_an_expression_stays_as_it_is(text: str) -> None:
    assert evaluate(text, {}) == text


@many
@given(st.text(), st.text().filter(lambda text: not has_expression(text)))
def test_what_is_filled_in_is_not_evaluated_again(value: str, before: str) -> None:
    assert evaluate(before + "<% x %>", {"x": value + "<% y %>"}) == before + value + "<% y %>"


def test_plain_data_is_new_data() -> None:
    value = {"a": [1, {"b": 2}]}
    copied = plain(value)
    copied["a"][1]["b"] = 3
    assert value == {"a": [1, {"b": 2}]}
    assert plain((1, math.pi)) == [1, math.pi]


def test_an_error_moves_with_the_text_that_holds_it() -> None:
    moved = ExpressionError("E301", "message", "hint", 3).at(4)
    assert (moved.code, moved.message, moved.hint, moved.offset) == ("E301", "message", "hint", 7)


def test_only_the_opening_mark_makes_an_expression() -> None:
    assert has_expression(f"a {expressions.OPEN} b")
    assert not has_expression(f"a {expressions.CLOSE} b")


@for_each(
    "source",
    [
        *("name", " cluster.k3d.name ", "a.if", "'text'", '"text"', "''", "'%'", "'a\tb'", "'é'"),
        *("code(site)", "host('grafana')", 'host( "grafana" )', " f(a.b.c) ", "f('')", "f( a )"),
        # What only looks simple.
        *(
            "if(a)",
            "else",
            "true",
            "None",
            "not (a)",
            "not(a)",
            "True(a)",
            "a.b(c)",
            "f(a)(b)",
            "f((a))",
            "a.b[0][c] ~ 'x' ~ 1",
            "not not a or b and not c",
            "a if b else c if d else e",
            "a if b",
            "a is defined and b is not none",
            "a | lower | replace('a', 'b') in ['x', 'y'] == true",
            "{'a': [1, b], c: {}}",
            "a not in b < c",
            "f()",
            "f(a, b)",
            "'a' 'b'",
        ),
        *("'a\\nb'", "'it\\'s'", "900", "f(900)", "f(true)", "f (a)", "a .b"),
    ],
)
def test_what_is_read_quickly_is_what_jinja_makes_of_it(source: str) -> None:
    assert expressions.parse(source) == jinjatree.expression(source)


_TOKENS = (
    *("a", "b.c", "f(", "(", ")", "[", "]", "{", "}", ",", ":", "|", "~", ".", "==", "<", "<=", "=", "-", "+", "0"),
    *("12", "0x1", "1.5", "01", "'t'", '"u"', "'it\\'s'", "'\\n'", "'\\x41'", "''", "lower", "default", "é", "}}"),
    *("if", "else", "and", "or", "not", "in", "is", "defined", "none", "None", "true", "True", "tRue", "for", "elif"),
)


def test_the_quick_reading_is_jinjas_or_none() -> None:
    chance = random.Random(1)  # noqa: S311 - the same each time
    read = 0
    for _ in range(20_000):
        source = chance.choice(["", " "]).join(chance.choices(_TOKENS, k=chance.randint(1, 8)))
        for quick, jinja in ((quickly.expression, jinjatree.expression), (quickly.loop, jinjatree.loop)):
            found = quick(source)
            if found is not None:
                read += 1
                assert repr(found) == repr(jinja(source)), source  # as text: 1 is true, too
    assert read > 300


def test_the_expressions_of_this_repository_need_no_jinja() -> None:
    run = "import sys; from efdgen.__main__ import main\ntry: main()\nfinally: print('jinja2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", run, "check", "--no-cache"], cwd=EFD, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("source", ["f(a", "f)", "'a\"", "f('a)", "'a'b", "f(a b)"])
def test_what_only_looks_simple_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError, match="malformed"):
        expressions.parse(source)


@pytest.mark.parametrize("source", ["a in b", " a in b.c ", "a  in b.if"])
def test_a_loop_that_is_read_quickly_is_what_jinja_makes_of_it(source: str) -> None:
    ((target,), items, test) = jinjatree.loop(source)
    assert isinstance(target, Name)
    assert expressions.parse_loop(source) == ((target.name,), items, test)


@pytest.mark.parametrize("source", ["true in b", "loop in b", "a in", "a in b c", "a in b."])
def test_a_loop_that_only_looks_simple_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        expressions.parse_loop(source)


@for_each(
    ("number", "hint"),
    [
        ("0x1F", "write 31, or, as text, '0x1F'"),
        ("0b11", "write 3, or, as text, '0b11'"),
        ("0o17", "write 15, or, as text, '0o17'"),
        ("1_000", "write 1000, or, as text, '1_000'"),
        ("00", "write 0, or, as text, '00'"),
        ("1e3", "write 1000.0, or, as text, '1e3'"),
        ("1_0.5", "write 10.5, or, as text, '1_0.5'"),
        ("12e4567", "write as text, '12e4567'"),
    ],
)
def test_a_number_that_yaml_would_refuse_is_none(number: str, hint: str) -> None:
    for source in (number, f" a | default( {number} )", f"[a, {number}]"):
        with pytest.raises(ExpressionError) as caught:
            expressions.parse(source)
        assert caught.value.message == f"malformed expression: {number!r} is no plain decimal number"
        assert caught.value.hint == hint
    with pytest.raises(ExpressionError, match="no plain decimal number"):
        expressions.parse_loop(f"a in [{number}]")
    with pytest.raises(InvalidInputError):
        yamlio.parse(f"a: {number}\n", "f")
    assert evaluate(f"<% '{number}' %>", {}) == number


@pytest.mark.parametrize("number", ["0", "12", "0.5", "1.5", "1.5e+3", "9000000000000000000"])
def test_a_number_that_yaml_reads_is_one(number: str) -> None:
    assert evaluate(f"<% {number} %>", {}) == yamlio.parse(number, "f").data


@for_each(
    ("text", "said"),
    [
        ("<% a %> <% b", ("<% without %>: the expression has no end", 8)),
        ("x: <% a >", ("<% without %>: the expression has no end", 3)),
        ("<% a %> b %>", ("%> without <%: the expression has no beginning", 10)),
        ("<% a %> b", None),
        ("b", None),
    ],
)
def test_half_of_an_expression_is_found_where_it_stands(text: str, said: tuple[str, int] | None) -> None:
    assert expressions.half(text) == said
