from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import suggest
from support import many, words

KNOWN = ["influxdb", "influxdb-staging", "kafdrop", "kapacitor", "storageClass", "telegraf", "telegraf-ds"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("influxbd", "influxdb"),
        ("kapaciter", "kapacitor"),
        ("storageclass", "storageClass"),
        ("STORAGECLASS", "storageClass"),
        ("telegraf_ds", "telegraf-ds"),
        ("zookeeper", None),
        ("", None),
    ],
)
def test_the_word_that_was_meant_is_found(word: str, expected: str | None) -> None:
    assert suggest.closest(word, KNOWN) == expected


def test_a_hint_names_the_word_that_was_meant() -> None:
    assert suggest.hint("kafdrp", KNOWN) == "did you mean 'kafdrop'?"


def test_a_hint_names_every_word_when_none_is_close() -> None:
    assert suggest.hint("xyz", ["b", "a"]) == "known: a, b"


def test_a_hint_does_not_name_more_words_than_people_read() -> None:
    hint = suggest.hint("?", [f"word{n:02}" for n in range(100)])
    assert hint.startswith("known: word00, word01, ")
    assert hint.endswith("word14, ...")


def test_there_is_no_hint_when_nothing_is_known() -> None:
    assert suggest.hint("x", []) == ""


@many
@given(words, st.lists(words, unique=True))
def test_what_is_found_is_what_difflib_finds(word: str, names: list[str]) -> None:
    assert suggest._most_like(word, names) == next(iter(difflib.get_close_matches(word, names, n=1)), None)  # noqa: SLF001


def test_of_many_words_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    ratio = difflib.SequenceMatcher.ratio

    def counted(matcher: difflib.SequenceMatcher[str]) -> float:
        compared.append(matcher.a)  # type: ignore[attr-defined] # typeshed does not know it
        return ratio(matcher)

    monkeypatch.setattr(difflib.SequenceMatcher, "ratio", counted)
    assert suggest.closest("ap-0345", [f"app-{number:04}" for number in range(1000)]) == "app-0345"
    assert 0 < len(compared) < 10


@many
@given(st.sets(words, min_size=1))
def test_a_known_word_is_closest_to_itself(known: set[str]) -> None:
    for word in known:
        assert suggest.closest(word, known) == word


@many
@given(words, st.lists(words, unique=True))
def test_the_order_of_what_is_known_does_not_matter(word: str, known: list[str]) -> None:
    assert suggest.hint(word, known) == suggest.hint(word, reversed(known)) == suggest.hint(word, iter(known))


@many
@given(words, st.sets(words))
def test_only_known_words_are_suggested(word: str, known: set[str]) -> None:
    assert suggest.closest(word, known) in {None, *known}
