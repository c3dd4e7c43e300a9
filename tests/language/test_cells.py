"""A line of Markdown with values: what a table's cell says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import Location
from efdgen.language import cells
from efdgen.language.quoting import Verbatim, in_code
from support import HIDDEN, TRICKY_WORDS, many
from support.documents import document, problems_of
from support.foreach import for_each

NAMES: dict[str, Any] = {
    "size": "15Gi",
    "address": "https://vault.example.org/a%20b",
    "odd": "a|b *c*",
    "nothing": None,
    "list": [1],
    "code": lambda text: Verbatim(in_code(text)),
}


def cell(line: str) -> cells.Cell:
    written = document(f'columns:\n- name: A\n  is: "{line}"\n')
    return cells.parse(line, written.locate_in_text, ("columns", 0, "is"))


@for_each(
    ("line", "expected"),
    [
        ("<% size %>", "15Gi"),
        ("<% size %> each, class <% code(size) %>", "15Gi each, class `15Gi`"),
        ("<<% address %>>", "<https://vault.example.org/a%20b>"),
        ("<% odd %>", r"a\|b \*c\*"),
        ("<% code(odd) %>", r"`a\|b *c*`"),
        ("**<% size %>** | a", r"**15Gi** \| a"),
        ("<% nothing %>", ""),
        ("<% code(size) if nothing else 'none' %>", "none"),
        ("# <% size %>", "# 15Gi"),
        ("%% if size", "%% if size"),
    ],
)
def test_a_cell_is_a_line_of_markdown_with_values(line: str, expected: str) -> None:
    assert cells.fill(cell(line), NAMES) == expected


@pytest.mark.parametrize(
    ("line", "code", "column", "message"),
    [
        ("<% nowhere %>", "E301", 8, "'nowhere' is not defined (environment lab)"),
        ("<% size %> and <% nowhere %>", "E301", 23, "'nowhere' is not defined (environment lab)"),
        ("<% list %>", "E304", 8, "the expression yields a list in the middle of text (environment lab)"),
    ],
)
def test_what_is_wrong_is_located_in_the_file(line: str, code: str, column: int, message: str) -> None:
    (problem,) = problems_of(cells.fill, cell(line), NAMES, "environment lab")
    assert (problem.code, problem.location, problem.message) == (code, Location("file.yaml", 3, column), message)
    assert problem.path == ("columns", 0, "is")


def test_a_malformed_expression_is_located_when_it_is_read() -> None:
    (problem,) = problems_of(cell, "<% size")
    assert (problem.code, problem.location) == ("E302", Location("file.yaml", 3, 8))


@many
@given(st.one_of(st.sampled_from(TRICKY_WORDS), st.text("ab`|\\ \n#<>*", max_size=12)))
def test_no_value_ends_its_cell_or_its_line(words: str) -> None:
    for line in ("<% words %>", "<% code(words) %>", "<% raw(words) %>", "<https://a.org/<% words %>>"):
        names = {**NAMES, "words": words, "raw": Verbatim}
        if HIDDEN.search(words) and line == "<% words %>":
            (problem,) = problems_of(cells.fill, cell(line), names, "lab")
            assert (problem.code, "can't be seen" in problem.message) == ("E304", True)
            continue
        filled = cells.fill(cell(line), names)
        assert "\n" not in filled
        assert not re.search(r"(?<!\\)\|", filled)
