"""Where the text stands that `tpl` is given; what comes of it is in `test_madeup`."""

from __future__ import annotations

import pytest

from efdgen.helm.kept import giventexts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tpl .Values.a .", ".Values.a"),
        ("tpl  $x.a $", "$x.a"),
        ('tpl "a ( b" .', '"a ( b"'),
        ("tpl `{{ ( }}` .", "`{{ ( }}`"),
        ('tpl (print ")" (list 1 | first)) .', '(print ")" (list 1 | first))'),
        ("tpl (index . 1).a.b $.c", "(index . 1).a.b"),
        ("tpl\n  (\n'(' ) .", "(\n'(' )"),
        ("tpl (a", None),
        ("tpl | a", None),
        ("tpl(a)", None),
    ],
)
def test_the_text_that_tpl_is_given_is_found(text: str, expected: str | None) -> None:
    found = giventexts.operand(text, len("tpl"))
    assert (None if found is None else text[slice(*found)]) == expected
