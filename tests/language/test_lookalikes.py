"""What looks like a value or a fence of a document: what is refused, and what stays text."""

from __future__ import annotations

import time

import pytest

from efdgen.language.expressions import ExpressionError
from efdgen.language.lookalikes import ended, refuse_apart, refuse_ended, short_fence
from efdgen.language.places import VALUE
from support.foreach import for_each


@for_each(
    ("line", "offset", "hint"),
    [
        ("docker start < % container %>", 13, "write <% container %>"),
        ("a < %apps[0].name%> b", 2, "write <% apps[0].name %>"),
        (f"{VALUE} and < % a %>", 0, "write <% a %>"),
    ],
)
def test_a_value_with_a_blank_in_its_bracket_is_refused(line: str, offset: int, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        refuse_apart(line)

    assert (caught.value.offset, caught.value.hint) == (offset, hint)


@for_each(
    "line",
    ["less < 5 %, more > 5 %>", "wc < %", "a < %b", "printf '%>'", "a <b% %>", f"a < %b {VALUE}", "a < 100% > b"],
)
def test_other_brackets_and_signs_stay(line: str) -> None:
    refuse_apart(line)


@for_each(
    ("text", "at"),
    [
        ("The name %>", 9),
        ("The < % name %> here", 13),
        ("https://< host('broker') %>/", 25),
        ("<% name %> and apps[0].name %>.", 28),
        ("<% name %> and name | upper %>", 28),
    ],
)
def test_an_end_behind_a_word_has_no_beginning(text: str, at: int) -> None:
    assert ended(text) == at


@for_each(
    "text",
    [
        "<% name %>",
        "${x%>}",
        "50%>40%",
        "50 %> 40 %",
        "CPU %> 80",
        "CPU %>80",
        "x %>= y",
        "frame %>% filter(site)",
        "printf '%s %>'",
        "printf '%>'",
        "name%>",
        "<% name",
    ],
)
def test_what_else_the_sign_can_be_stays(text: str) -> None:
    assert ended(text) is None


def test_many_calls_are_looked_at_in_a_time_that_grows_as_they_do() -> None:
    begin = time.process_time()
    assert ended("a()" * 20_000) is None
    assert time.process_time() - begin < 5  # looked at again from each of them, it takes minutes


def test_an_end_between_backticks_stays() -> None:
    refuse_ended("what `name %>` means", is_code=False)
    refuse_ended("name %>` ends", is_code=True)
    with pytest.raises(ExpressionError):
        refuse_ended(f"{VALUE} and `a` name %>", is_code=False)


@for_each(
    ("line", "hint"),
    [
        ("``bash", "a fence begins with three backticks: write ```bash in line 4"),
        ("`yaml by-hand", "a fence begins with three backticks: write ```yaml by-hand in line 4"),
        ("```bash", ""),
        ("``a`` b", ""),
        ("bash", ""),
    ],
)
def test_a_fence_with_too_few_backticks_is_named(line: str, hint: str) -> None:
    assert short_fence(line, 4) == hint
