"""Blanks from web pages: named where they keep a text from meaning what it looks like, left alone within texts."""

from __future__ import annotations

import pytest

from efdgen.errors import InvalidInputError
from efdgen.language import yamlio
from efdgen.language.visible import named

PLAIN = (
    "name: dome\nplace: the dome\ncluster:\n  storageClass: fast\n  provides: [one, two]\n  other: {}\nlist:\n- one\n"
)
NO_BREAK = "a non-breaking blank (U+00A0) is not a blank to YAML"
UNSEEN = "a zero-width space (U+200B) can't be seen, and is part of the text"


def said(text: str) -> list[tuple[str, str, str]]:
    """Return the problems of a text, each with its place."""
    try:
        yamlio.parse(text, "f")
    except InvalidInputError as error:
        return [(problem.code, str(problem.location)[2:], problem.message) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("place: ", "place:\u00a0", "2:7", NO_BREAK),
        ("place: ", "place:\u2003", "2:7", "an em space (U+2003) is not a blank to YAML"),
        ("place: ", "place: \u00a0", "2:8", NO_BREAK),
        ("place: ", "place\u00a0: ", "2:6", NO_BREAK),
        ("place: ", "place\u200b: ", "2:6", UNSEEN),
        ("place: ", "\ufeffplace: ", "2:1", "a byte order mark (U+FEFF) is not allowed here"),
        ("  storage", "\u00a0\u00a0storage", "4:1", NO_BREAK),
        ("  storage", " \u00a0storage", "4:2", NO_BREAK),
        ("  storage", "  \u200bstorage", "4:3", UNSEEN),
        ("  storage", "\u200bstorage", "4:1", UNSEEN),
        ("fast", "fast\u00a0", "4:21", NO_BREAK),
        (", two", ",\u00a0two", "5:18", NO_BREAK),
        ("- one", "-\u00a0one", "8:2", NO_BREAK),
    ],
)
def test_a_blank_that_is_none_is_named_where_it_stands(old: str, new: str, place: str, message: str) -> None:
    assert said(PLAIN) == []
    assert said(PLAIN.replace(old, new, 1)) == [("E102", place, message)]


def test_where_every_line_is_indented_so_each_is_named() -> None:
    text = PLAIN.replace("\n  ", "\n\u00a0\u00a0")
    assert [place for _, place, _ in said(text)] == ["4:1", "5:1", "6:1"]


def test_what_means_nothing_else_is_left_alone() -> None:
    meant = 'a: 10\u00a0000 m # \u00a0\nb: "\u00a0"\nc: |\n  \u00a0text\nd: "x\u200b"\n"\u00a0e": 1\n'
    assert said(meant) == []
    # It is not to blame for another mistake, before it or behind it.
    for text in (f"{meant}f: [\n", f"e: : 1\n{meant}", f"{meant}f: 1\n g: 2\n"):
        ((code, _, _),) = said(text)
        assert code == "E103", text


def test_characters_have_names() -> None:
    assert named("\u2028") == "a line separator (U+2028)"
    assert named("\x07") == "the character U+0007"
