from __future__ import annotations

import contextlib

import pytest

from efdgen.errors import InvalidInputError
from efdgen.language import visible, yamlio
from efdgen.repository import hiddentext
from support import document


@pytest.mark.parametrize(
    ("text", "place", "code_point"),
    [
        (r'place: "a\x9bb"', (1, 10), "U+009B"),
        (r'place: "\u202ea"', (1, 9), "U+202E"),
        ('place: "a\u202eb"', (1, 10), "U+202E"),
        (r'"pl\eace": a', (1, 1), "U+001B"),
        (r'aliases: [a, "\0"]', (1, 15), "U+0000"),
        ('apps:\n  one:\n    pins:\n      a:\n        reason: "\\e"', (5, 18), "U+001B"),
    ],
)
def test_facts_hide_nothing(text: str, place: tuple[int, int], code_point: str) -> None:
    (problem,) = hiddentext.problems(document(text))
    assert (problem.code, code_point in problem.message) == ("E102", True), problem.message
    assert problem.message.endswith(" can't be seen")
    assert (problem.location.line, problem.location.column) == place


@pytest.mark.parametrize(
    "text",
    [
        'place: "15\u00a0GB\\n\\tand more"',
        'apps:\n  one:\n    values: {prompt: "\\e[31m"}',
        'appDefaults:\n  one:\n    pins:\n      prompt:\n        value: "\\e[31m"',
    ],
)
def test_what_charts_take_is_theirs(text: str) -> None:
    assert list(hiddentext.problems(document(text))) == []


def test_ascii_without_escapes_hides_nothing() -> None:
    seen = set()
    for character in map(chr, range(0x80)):
        for text in (f'place: "a{character}b"', f"a{character}b: |\n  a{character}b"):
            with contextlib.suppress(InvalidInputError):
                read = yamlio.parse(text, "a.yaml")
                assert read.hides_nothing is ("\\" not in text)
                ((key, value),) = read.data.items()
                assert not (read.hides_nothing and visible.HIDDEN.search(f"{key}{value}"))
                seen.add(character)
    assert {"\t", "\n", " ", "~", "\\"} <= seen
    assert not document('place: "é"').hides_nothing
