"""Where the characters of texts stand in a document, in every style."""

from __future__ import annotations

import io

import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from efdgen.errors import InvalidInputError, Location, Path
from efdgen.language import yamlio
from efdgen.language.layers import at, leaves
from support import many
from support.foreach import for_each

MARK = "<%@%>"


def place_of(text: str, part: str = MARK) -> Location:
    """Return where something stands in a text for whoever looks at it."""
    before = text[: text.index(part)].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Location("f", len(before), len(before[-1]) + 1)


def said(text: str, part: str = MARK, path: Path = ("a",)) -> Location:
    """Return where a part of a value is said to stand."""
    document = yamlio.parse(text, "f", is_located=False)
    return document.locate_in_text(path, at(document.data, path).index(part))


WRITTEN = [
    # without quotes
    "a: @",
    "a: one @ two # three",
    "a: one\n  two\n  three @",
    "a:\n  one\n  @ # two",
    "a:\n\n  # one\n\n  two @",
    "a: one  \n\n\n \t two\n  @",
    "a: one\n  two#three @",
    "a: b#c\n  d:e @\nf: g",
    "a: ä😀\n  ö @",
    "a: {b: 1, c: one @, d: 2}",
    "a: [one\n, two\n  @]",
    "a: &b @",
    "a: &b\n  one @",
    "a: !!str &b # one\n  # two\n  three\n  @",
    "a: !<tag:yaml.org,2002:str> @",
    "a: @@",
    # in single quotes
    "a: 'it''s @'",
    "a: '''@'''",
    "a: 'one''\n\n  \t''two'' @ '",
    "a:\n  ' one\n\n\n  @'",
    "a: '\n  @'",
    "a: &b '''@'",
    "a: 'ä😀''@' # '@'",
    r"a: '\n \\ @'",
    # in double quotes
    r'a: "\"\\\/\ \n\x41\u00e4\U0001F600\0\a\b\t\v\f\r\e\N\_\L\P@"',
    'a: "\\\t@"',
    'a: "one\n  two\n\n\n  \\"@"',
    'a: "one\\\n  two @"',
    'a: "one \\\n\n\n  \\  two @"',
    'a: "one\\ \n  @"',
    'a: "one\\\\\n  @"',
    'a: "one\\\\\\\n  @"',
    'a: "\n  @"',
    'a:\n\n  "one \t\n  two \t @\t\n  "',
    'a: "ä\\u00e4😀@"',
    'a: &b !!str\n  "\\x41@"',
    # literal
    "a: |\n  @",
    "a: |\n    one\n\n     @\n",
    "a: |-\n\n \n  one\n  \n  two @",
    "a: |+ # one\n  one\n\n\n  @\n\n\nb: 1",
    "a: |2\n    one\n  two @\n",
    "a: |2-\n\n   one @\n",
    "a: |+1\n  @",
    "a: |\n  one\n  \t@\n",
    "a: |\n  \n  one \n   @ \n# two\n",
    "a: &b |\n  ä\n  😀@",
    # folded
    "a: >\n  one\n  @",
    "a: >-\n  one  \n  @",
    "a: >-\n  one\n\n  @",
    "a: >-\n  one\n\n    two\n  @",
    "a: >2\n    one\n  two\n\n\n   @\n",
    "a: >-\n  one\n  \u3000two\n  \t@\n",
    "a: !!str >+\n\n  one\n  @\n\n\n",
    "a: >-\n  one one\n  one one\n  one @ one\n",
]


@for_each("written", [*WRITTEN, *(each.replace("\n", "\r\n") for each in WRITTEN if "\n" in each)], ids=repr)
def test_a_mark_is_found_where_it_stands(written: str) -> None:
    text = written.replace("@", MARK)
    (path, value) = next(found for found in leaves(yamlio.parse(text, "f").data) if MARK in str(found[1]))
    assert said(text, MARK, path) == place_of(text)
    assert MARK in value


@for_each(
    ("text", "part", "line", "column"),
    [
        (r'a: "one \x3c% two %>"', "<%", 1, 9),
        ('a: "\\\n  \\u003c% two %>"', "<%", 2, 3),
        ("a: 'one''two'", "'", 1, 8),
        ("a: one\n  two", " ", 1, 7),
        ("a: one\n\n  two", "\n", 2, 1),
        ("a: |\n  one\n  two\n", "\ntwo", 2, 6),
        ("a: >-\n  one\n  two\n", " two", 2, 6),
        ("a: ''", "", 1, 5),
        ('a: ""', "", 1, 5),
        ("a: one", "", 1, 4),
        ("a: |\n\n\nb: 1", "", 1, 4),
        ("a: &b !!str ''\nc: 1", "", 1, 14),
    ],
    ids=repr,
)
def test_what_is_written_otherwise_is_found_where_it_begins(text: str, part: str, line: int, column: int) -> None:
    assert said(text, part) == Location("f", line, column)


def test_a_text_that_another_place_names_is_found_where_it_stands() -> None:
    text = f'b: &c "\\"\n  one\n  {MARK}"\na: *c\n'
    assert said(text) == place_of(text)
    text = f"b: {{&c 'it''s {MARK}': 1}}\na: *c\n"
    assert said(text) == place_of(text)


def test_a_byte_order_mark_takes_no_column() -> None:
    content = "\ufeffa: 'it''s\n  ä @'\n".replace("@", MARK).encode()
    text = yamlio.decode(content, "f")
    assert said(text) == Location("f", 2, 5)


def test_what_was_not_read_from_the_text_is_found_where_that_begins() -> None:
    document = yamlio.parse("a: 'it''s'\n", "f")._replace(data={"a": "something else"})
    assert document.locate_in_text(("a",), 9) == Location("f", 1, 4)


def test_no_place_lies_beyond_the_end_of_a_line() -> None:
    for text in (each.replace("@", MARK) for each in WRITTEN):
        document = yamlio.parse(text, "f")
        lines = text.split("\n")
        for path, value in leaves(document.data):
            places = [document.locate_in_text(path, offset) for offset in range(len(str(value)) + 3)]
            assert all(place.column <= len(lines[place.line - 1]) + 1 for place in places)
            assert places == sorted(places, key=lambda place: (place.line, place.column))


def dump(data: str, style: str, width: int, *, is_unicode: bool, is_flow: bool) -> str:
    """Write data with PyYAML, or with ruamel.yaml, whose blocks keep their form."""
    if style in ("literal", "folded"):
        made = LiteralScalarString if style == "literal" else FoldedScalarString
        written, stream = YAML(), io.StringIO()
        written.width = width
        # That character marks where ruamel.yaml folds.
        written.dump({"above": 1, "below": [{"a": made(data.replace("\a", ""))}]}, stream)
        return stream.getvalue()
    return yaml.dump(
        {"above": 1, "below": [{"a": data}]},
        default_style=style or None,
        width=width,
        allow_unicode=is_unicode,
        default_flow_style=is_flow,
    )


parts = st.sampled_from(
    [
        *("one", "two", "'", '"', "\\", "\n", "\n\n", " ", "  ", "\t", ":", ": ", " #", "#", "- ", "{", "]", ", "),
        *("ä", "\U0001f600", "\u3000", "\xa0", "\x85", "\x07", "\u2028", "\r", "/", "%", "<%", "a long word"),
    ]
)
some = st.lists(parts, max_size=12).map("".join)


@many
@given(
    before=some,
    after=some,
    style=st.sampled_from(["", "'", '"', "|", ">", "literal", "folded"]),
    width=st.sampled_from([5, 12, 20, 80]),
    is_unicode=st.booleans(),
    is_flow=st.booleans(),
    has_carriage_returns=st.booleans(),
)
@example("it's\n\n one two ", "", "'", 5, True, False, True)
@example("\x07 ä one two three ", " x", '"', 12, False, True, False)
@example("  one\ntwo\n\n", "\n\n", "|", 80, True, False, True)
@example("one two one two\n  three\n\nfour ", "", ">", 12, True, False, False)
def test_a_mark_is_found_in_whatever_is_written(
    before: str, after: str, style: str, width: int, is_unicode: bool, is_flow: bool, has_carriage_returns: bool
) -> None:
    text = dump(f"{before}{MARK}{after}", style, width, is_unicode=is_unicode, is_flow=is_flow)
    text = text.replace("\n", "\r\n") if has_carriage_returns else text
    path = ("below", 0, "a")
    try:
        value = at(yamlio.parse(text, "f").data, path)
    except InvalidInputError:
        value = None
    assume(isinstance(value, str) and MARK in value and text.count(MARK) == 1)
    assert said(text, MARK, path) == place_of(text)
