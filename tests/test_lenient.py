"""Reading YAML as others write it: quickly, and still as PyYAML's own loader does."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from efdgen import yamlio
from efdgen.yamlio import lenient
from support import TRICKY_WORDS, data, many, texts


def slow(text: str) -> Any:
    """Read a document by PyYAML's loader, with the same rules for plain text."""
    try:
        return yaml.load(text, Loader=lenient._Loader)  # noqa: S506, SLF001 - the loader that is to be matched
    except (yaml.YAMLError, ValueError):
        return ValueError


def quick(text: str) -> Any:
    try:
        return yamlio.load(text)
    except ValueError:
        return ValueError


def written(value: Any) -> str:
    """Return data and its types: 1 is not true, and not 1.0."""
    return repr(value)


@many
@given(data)
def test_it_reads_what_is_written(value: Any) -> None:
    assert written(yamlio.load(yamlio.dump(value))) == written(value)


@many
@given(data, st.booleans())
def test_it_reads_what_others_write(value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    assert written(quick(text)) == written(slow(text))


@many
@given(texts)
def test_it_reads_any_text_as_the_loader_does(text: str) -> None:
    assert written(quick(text)) == written(slow(text))


@pytest.mark.parametrize("word", TRICKY_WORDS)
def test_it_reads_any_word_as_the_loader_does(word: str) -> None:
    for text in (word, f"a: {word}", f"- {word}", f"{word}: a", f"[{word}, {word}]", f'? "{word}"\n: {word}'):
        assert written(quick(text)) == written(slow(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "a",
        "--- a\n--- b",
        "a: &x [1]\nb: *x",
        "&x a",
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        "a: !!str 1",
        "!!map {a: b}",
        "!!set {a, b}",
        "!own a",
        "! 1",
        "{a: 1, a: 2}",
        "<<: {a: 1}\nb: 2",
        "- &x {a: 1}\n- <<: *x\n  b: 2",
        '"<<": a',
        "=: a",
        "a: 2022-01-01",
        "a: [",
        "a: *x",
        "a: {b: {c: [{}, []]}}\nd: 1",
        "- - - a\n    - b\n- c",
        "0b",
        "1: 2\ntrue: 3\nnull: 4\n1.5: 5",
    ],
)
def test_it_reads_what_is_rare_as_the_loader_does(text: str) -> None:
    assert written(quick(text)) == written(slow(text))


def test_words_are_not_mixed_up() -> None:
    for _ in range(2):
        assert written(yamlio.load("[1, '1', 1.0, true, 'true', yes, null, ~, '', '~']")) == (
            "[1, '1', 1.0, True, 'true', True, None, None, '', '~']"
        )
