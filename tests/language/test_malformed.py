"""What is said of expressions that can't be read: what is wrong, in words of our own, at the first such place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import expressions, jinjatree, malformed
from efdgen.language.expressions import ExpressionError
from support import many
from support.foreach import for_each


@for_each(
    ("source", "message"),
    [
        # brackets
        ("['a', 'b' if x else ['c']", "'[' before 'a' has no ']'"),
        ("['a', 'b'", "'[' has no ']'"),
        ("f(a", "'(' has no ')'"),
        ("{a: [1, 2}", "'[' has no ']': '}' stands in its place"),
        ("a)", "')' closes nothing: there is no '(' before it"),
        # texts and numbers
        ("'abc", "the text that begins with ' has no end"),
        ("a ~ \"abc'", 'the text that begins with " has no end'),
        (r"'\x'", r"a backslash in '\x' begins no character"),
        ("1a", "'1a' is no number"),
        ("012", "'012' is no number: it begins with 0; write 12, or, as text, '012'"),
        ("[a, 007]", "'007' is no number: it begins with 0; write 7, or, as text, '007'"),
        # what stands side by side
        ("a b", "a sign, such as ~ or ==, is missing between 'a' and 'b'"),
        ("f(a b)", "a comma, or another sign, is missing between 'a' and 'b'"),
        ("['a' b]", "a comma, or another sign, is missing between 'a' and 'b'"),
        ("a not b", "a sign, such as ~ or ==, is missing between 'a' and 'not'"),
        (f"a '{'b' * 40}'", f"a sign, such as ~ or ==, is missing between 'a' and '{'b' * 29}..."),
        ("[x for x in y]", "'for' stands behind 'x', and no expression is a loop"),
        ("set x = 1", "'set' begins a statement"),
        # values
        ("a ~ ", "a value is missing behind '~'"),
        ("a or", "a value is missing behind 'or'"),
        ("not", "a value is missing behind 'not'"),
        ("a if b else", "a value is missing behind 'else'"),
        ("if a", "a value is missing before 'if'"),
        ("a + * b", "a value is missing between '+' and '*'"),
        ("[a, , b]", "a value is missing between ',' and ','"),
        ("f(a, ~ b)", "a value is missing between ',' and '~'"),
        (".a", "a value is missing before '.'"),
        ("{'a':}", "a value is missing between ':' and '}'"),
        ("{'a': 1, 'b'}", "a colon and a value are missing behind 'b'"),
        # names
        ("a..b", "a name is missing behind '.'"),
        ("a |", "the name of a filter is missing behind '|'"),
        ("a | 1", "the name of a filter is missing behind '|'"),
        ("a is", "the name of a test is missing behind 'is'"),
        ("a is not 1", "the name of a test is missing behind 'not'"),
        # signs of other languages
        ("a && b", "'&' means nothing here; for both, write: and"),
        ("a || b", "the name of a filter is missing behind '|'; for one or the other, write: or"),
        ("!a", "'!' means nothing here; for the opposite, write: not"),
        ("a ? b : c", "'?' means nothing here; a choice is: A if CONDITION else B"),
        ("a = b", "'=' means nothing here; to compare, write =="),
        ("a => b", "'=' means nothing here"),
        ("a : b", "':' means nothing here"),
        ("`a`", "'`' means nothing here; text stands between ' and ', or between \" and \""),
        ("{{ a }}", "'{{' means nothing here; write the expression alone, between <% and %>"),
        ("a @ b", "'@' means nothing here"),
        ("a\\ ", r"'\' means nothing here"),
        ("- name -", "'-' means nothing behind <%; write <% name %>"),
        ("-name", "'-' means nothing behind <%; write <% name %>"),
        (" name -", "'-' means nothing before %>; write <% name %>"),
        ("= hosts['a'] ", "'=' means nothing behind <%; write <% hosts['a'] %>"),
        ("= a b", "'=' means nothing here"),
        ("name[]", "a key is missing between '[' and ']'; write it, as in ['name'], or a number, as in [0]"),
        # what only Jinja's grammar knows
        ("a, b", "unexpected ','"),
        ("a if b else c else d", "unexpected 'else'"),
        (f"{'(' * 400}a{')' * 400}", "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said(source: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expressions.parse(source)
    said = caught.value
    text = f"{said.message}; {said.hint}" if "; " in message else said.message
    assert (said.code, text) == ("E302", f"malformed expression: {message}")


def test_the_same_holds_for_loops() -> None:
    with pytest.raises(ExpressionError, match=r"malformed expression: '\[' has no '\]'"):
        expressions.parse_loop("x in [a")


PARTS = ["a", "'b'", "1", *"()[]{},:.|+-*~=", "==", "and c", "if d else 2", "is defined", "is not e", "not in f"]


def refusal(source: str) -> str:
    """Return what is said of a text that is no expression; empty: it is one."""
    try:
        jinjatree.expression(source)
    except jinjatree.MalformedError as error:
        return str(error)
    return ""


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=7).map(" ".join))
@many
def test_what_can_be_read_has_nothing_wrong_and_what_can_t_has(source: str) -> None:
    # Behind an operator and a point, Jinja takes these words for names.
    if refusal(source) or re.search(r"(?:^|[-+*~=.|(\[{,:] )(?:is|not|and|if)", source):
        assert refusal(source) != "it can't be read"
    else:
        assert malformed.why(source, "") == ("it can't be read", "")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
@many
def test_no_word_of_jinja_s_parser_is_shown(source: str) -> None:
    said = refusal(source).replace(source, "")
    assert not re.search(r"token|template|char\b|identifier|codec|expected [^',]", said), said
