from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import yamlio
from efdgen.language.yamlio import quickly
from efdgen.language.yamlio.building import MAX_DEPTH
from support import many
from support.foreach import for_each

_LINES = st.sampled_from(
    [
        "a:\n",
        "a: 1\n",
        "b: [x, -1]\n",
        "'b': {}\n",
        "  a: yes\n",
        "  c: no, no\n",
        "    more - of it\n",
        "- a\n",
        "  - b\n",
        "? a\n",
        "1: a\n",
        "a: &x b\n",
        "b: *x\n",
        "  <<: *x\n",
        "a: !!str b\n",
        "---\n",
        "a: |\n",
        "# é\n",
        "a: 'b'#c\n",
    ]
)


def _read(text: str, *, is_located: bool) -> Any:
    """Return all that is read of a text; or all that is wrong with it."""
    try:
        read = yamlio.parse(text, "f", is_located=is_located)
    except InvalidInputError as error:
        return error.problems
    # True is not 1 here, and the order of keys counts.
    return repr(read.data), read.places.marks, read.inherits, read.hides_nothing


@many
@given(
    st.lists(_LINES, max_size=8).map("".join)
    | st.text("ab1:-?[]{}&*!|>'\"#% \n\té", max_size=30)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
@example("'-': -\n-1: '-'\n")
@example("a: *b\nc: d\n")
@example("- one\n- two\n  - three\n")
@example("a: 1\n---\nb: 2\n")
@example("a: b\u00a0\n")
def test_whoever_asks_for_no_place_reads_the_same(text: str) -> None:
    assert _read(text, is_located=False) == _read(text, is_located=True)


@for_each(
    ("text", "meant"),
    [
        ("", None),
        ("# nothing\n", None),
        ("'-': ['-', -1]\n", {"-": ["-", -1]}),
        (
            "a: 1\nb: {c: [true, null, ~, 1.5, '']}\nd: |\n  e\n",
            {"a": 1, "b": {"c": [True, None, None, 1.5, ""]}, "d": "e\n"},
        ),
        ("- a\n- - b\n  - c: d & e!\n", ["a", ["b", {"c": "d & e!"}]]),
        ("--- \na: one\n  line - more\n...\n", {"a": "one line - more"}),
        ("'true': x\n\"<<\": z\n", {"true": "x", "<<": "z"}),
    ],
)
def test_what_is_usual_is_read(text: str, meant: Any) -> None:
    assert quickly.data(text) == meant


@for_each(
    "text",
    [
        "a:\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str b\n",
        "a: 1\na: 2\n",
        "1: a\n",
        "true: a\n",
        "<<: {}\n",
        "a: yes\n",
        "[a]: b\n",
        "- a\n- b\n  - c\n",
        "a: 1\n---\nb: 2\n",
        "a: [\n",
        "a: \x07\n",
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    ],
    ids=repr,
)
def test_what_is_unusual_is_left_to_others(text: str) -> None:
    assert quickly.data(text) is quickly.UNUSUAL
