"""The functions of documents, as documents call them."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.environment.documentfunctions import FUNCTIONS
from efdgen.language import documents
from efdgen.language.documents import Prose
from efdgen.language.texttemplate import TextFile
from support.documents import problems_of
from support.foreach import for_each


def said(expression: str, **names: Any) -> str:
    (prose,) = documents.fill(
        documents.parse(TextFile("lab.md", f"It is <% {expression} %>.\n")), {**FUNCTIONS, **names}
    )
    assert isinstance(prose, Prose)
    return prose.text.removeprefix("It is ").removesuffix(".")


@for_each(
    ("expression", "expected"),
    [
        ("code('a')", "`a`"),
        ("code('a`b')", "`` a`b ``"),
        ("code(['a', 'b|c'])", "`a`, `b|c`"),
        ("code({'a': 1, 'b': 2})", "`a`, `b`"),
        ("raw('*a*')", "*a*"),
        ("raw(json({'a': ['b', 1, none]}))", '{"a": ["b", 1, null]}'),
        ("raw(json(each('--add-port={}/tcp', [80, 443])))", '["--add-port=80/tcp", "--add-port=443/tcp"]'),
        ("raw(json(each('{name}:{port}', [{'name': 'a', 'port': 1}])))", '["a:1"]'),
        ("raw(json(ports('lab.org:31090', 2)))", "[31090, 31091]"),
        ("raw(json(ports('lab.org:31090', 0)))", "[]"),
        ("raw(json(address('https://lab.org/argo-cd')))", '{"host": "lab.org", "path": "/argo-cd"}'),
        ("raw(json(address('https://lab.org:8443')))", '{"host": "lab.org:8443", "path": ""}'),
        ("raw(json(sorted(['b', 'a'])))", '["a", "b"]'),
    ],
)
def test_a_function_yields_what_it_says(expression: str, expected: str) -> None:
    assert said(expression) == expected


@pytest.mark.parametrize(
    ("expression", "code", "message"),
    [
        ("ports('lab.org', 2)", "E304", "'lab.org' ends in no port"),
        ("each('{name}', [{'nam': 1}])", "E301", "'name' is not defined"),
        ("each('{name}', ['a'])", "E303", "'name' can't be looked up in text"),
        ("sorted([1, 'a'])", "E303", "a list of texts, or one of numbers"),
        ("code(none)", "E304", "null in the middle of text"),
    ],
)
def test_what_a_function_can_t_do_is_said(expression: str, code: str, message: str) -> None:
    (problem,) = problems_of(said, expression)
    assert (problem.code, problem.location.line, problem.location.column) == (code, 1, 7)
    assert message in problem.message
