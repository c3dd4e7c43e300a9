"""What is said of single characters where a text is not YAML: in plain words, at its place, with what to write."""

from __future__ import annotations

import pytest

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import yamlio
from support.foreach import for_each

QUOTE, BRACKET = "put the text in quotes", "more follows behind the bracket"


def problem(text: str) -> Problem:
    with pytest.raises(InvalidInputError) as caught:
        yamlio.parse(text, "a.yaml")
    return caught.value.problems[0]


@for_each(
    ("text", "place", "message", "hint"),
    [
        ('a: "900\\s"\n', "1:8", "there is no escape \\s in double quotes", "write \\\\ for a backslash, or put"),
        ('a: "C:\\Users"\n', "1:7", "\\U asks for 8 hexadecimal digits in double quotes", "write \\\\ for a backslash"),
        ('a: "\\xg"\n', "1:5", "\\x asks for 2 hexadecimal digits", "write \\\\ for a backslash"),
        (
            "a: | b\nc: 1\n",
            "1:4",
            "the text of | begins on the next line",
            "on the lines below, indented; or leave the |",
        ),
        ("a:\n- b: >-,\n    c\n", "2:6", "the text of > begins on the next line", "leave the > out"),
        ("a: - b\nc: 1\n", "1:4", "an item of a list stands on a line of its own", "put it below the key; or put the"),
        ("a: {},\nb: 1\n", "1:6", BRACKET, "take the , out"),
        ("a:\n- [b];\n- c\n", "2:6", BRACKET, "take the ; out"),
        ("a: [b]]\n", "1:7", BRACKET, "take the ] out"),
        ("a: {} b\nc: 1\n", "1:7", BRACKET, "take it out, or put the whole in quotes"),
        ("a: *[b]\n", "1:4", "a text that begins with * needs quotes", QUOTE),
        ("a: &.b c\n", "1:4", "a text that begins with & needs quotes", QUOTE),
        ("a: &b,c d\ne: 1\n", "1:4", "a text that begins with & needs quotes", QUOTE),
        ("a: ![b]\n", "1:4", "a text that begins with ! needs quotes", QUOTE),
        ("a: @b\n", "1:4", "a text that begins with @ needs quotes", QUOTE),
        ("a: %b\n", "1:4", "a text that begins with % needs quotes", QUOTE),
        ("a: `b`\n", "1:4", "a text that begins with ` needs quotes", QUOTE),
        ("a: 1\n!b: 1 2\nc: d\n", "2:1", "a text that begins with ! needs quotes", QUOTE),
        ("a:\n* b\n", "2:1", "an item of a list begins with a hyphen, not with *", "write - instead"),
        ("a: 1\n> quoted\nb: 1\n", "2:1", "neither a key nor a comment", "if it is a comment, begin it with #"),
        ('a: 1\n"b: 2\nc: 1\n', "2:1", "the quoted text that begins here has no end", "close the quote"),
        ('a: 1\n"b: 2\nc: "1"\n', "2:1", "the quoted text that begins here does not end on this", "close the quote"),
        ('a: 1\n"b: "2"\nc: 1\n', "2:1", "a quote too many, or too few", "close the key's, then the value's"),
        ("a: [b\nc: d\n", "1:4", "the bracket that begins here has no end", "close it"),
        ("a:\n- b: {c\n  d: e\n", "2:6", "the bracket that begins here has no end", "close it"),
        ("a:\n- [b\n- c: d\n", "2:3", "the bracket that begins here has no end", "close it"),
        ("a: [b,\n  c: d\n  e: f]\n", "3:4", "',' or ']' is missing before this, in the bracket of line 1", ""),
        ("%YAML 3.0\n---\na: 1\n", "1:1", "incompatible YAML document", "leave the line out"),
    ],
)
def test_a_character_is_named_with_what_to_write(text: str, place: str, message: str, hint: str) -> None:
    found = problem(text)
    assert (found.code, str(found.location)) == ("E103", f"a.yaml:{place}"), found
    assert message in found.message
    assert hint in found.hint
