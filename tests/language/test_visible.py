from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import visible
from support import many
from support.foreach import for_each

ANY = st.text(max_size=20)
HARMLESS = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@for_each(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Ünïcode 日本", "Ünïcode 日本"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\n::error::x", r"a\n::error::x"),
        ("a\r\nb", r"a\x0d\nb"),
        ("\x9b2J", r"\x9b2J"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("c\udcff", r"c\xff"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("a\tb", "a\tb"),
    ],
)
def test_what_hides_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible.line(text) == shown


def test_ends_of_lines_stay_in_a_text_of_several() -> None:
    assert visible.lines("a\n\x1bb\n") == "a\n\\x1bb\n"


def test_a_line_stays_as_wide_as_it_was() -> None:
    assert visible.in_place("a\tb\x1bc\u202ed") == "a b\ufffdc\ufffdd"


@many
@given(ANY)
def test_nothing_hides(text: str) -> None:
    for shown in (visible.line(text), visible.lines(text), visible.in_place(text), visible.json(text)):
        assert not [each for each in shown if unicodedata.category(each) in HARMLESS and each not in "\n\t"]
    assert "\n" not in visible.line(text)
    assert len(visible.in_place(text)) == len(text)


@many
@given(st.recursive(ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3)))
def test_json_means_the_same(data: object) -> None:
    assert json.loads(visible.json(json.dumps(data, indent=2, ensure_ascii=False))) == data
