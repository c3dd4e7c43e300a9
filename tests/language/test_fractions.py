from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import yamlio
from efdgen.language.yamlio.fractions import unlike_their_number
from support import many
from support.foreach import for_each


@for_each(
    ("text", "found"),
    [
        ("a: 1.10\n", {(1, 4): "1.10"}),
        ("a: 2.0 # two\nb: -3.50", {(1, 4): "2.0", (2, 4): "-3.50"}),
        ("a:\r\n- 1.10\r- +.50\n", {(2, 3): "1.10", (3, 3): "+.50"}),
        ("a: [1.10, 2.5,3.0 , {b: 4.00}]", {(1, 5): "1.10", (1, 15): "3.0", (1, 25): "4.00"}),
        ("a:\n  &b 1.10\nc: !!float 1.10\n", {(2, 3): "1.10", (3, 4): "1.10"}),
        ("a: 0.12345678901234567890\n", {(1, 4): "0.12345678901234567890"}),
        ("a: 0.12345678901234561\n", {}),
        *(
            (text, {})
            for text in ("a: 1.1", "a: '1.10'", "a: 10.0.0.10", "a: v1.10", "a: 0.0", "a: 1.10-b", "a: 1.5e+3")
        ),
        ("a: 0.1234567890123456\n", {}),
        ("# see 1.10\na: b 1.10\n", {}),
    ],
)
def test_fractions_are_found_as_they_are_written(text: str, found: dict[tuple[int, int], str]) -> None:
    assert unlike_their_number(text) == found


@many
@given(st.from_regex(r"[-+]?[0-9]{0,3}\.[0-9]{0,2}0{0,2}", fullmatch=True))
def test_what_a_number_loses_is_found_where_it_stands(written: str) -> None:
    text = f"a:\n- b: [x, &c {written} ]\n"
    try:
        document = yamlio.parse(text, "f")
    except yamlio.AmbiguousScalarError:
        return
    except Exception:  # noqa: BLE001 - refused
        return
    value = document.data["a"][0]["b"][1]
    place = document.locate(("a", 0, "b", 1))
    is_lossy = isinstance(value, float) and value != 0 and written.endswith("0")
    assert document.places.fractions == ({(place.line, place.column): written} if is_lossy else {})


def test_long_texts_take_no_longer_than_in_proportion() -> None:
    before = time.process_time()
    for text in (":&a" * 200_000, "a: [" + "1.10," * 100_000 + "]", "-" * 500_000, ": " * 200_000, "1" * 500_000):
        unlike_their_number(f"{text}\nb: 1.10\n")
    assert time.process_time() - before < 5
