from __future__ import annotations

import difflib
import random
import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import suggest
from support import many, words
from support.checkout import ROOT
from support.growth import is_in_proportion

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
    found = suggest._Known(names).most_like(word)  # noqa: SLF001
    assert found == next(iter(difflib.get_close_matches(word, names, n=1)), None)


def test_of_many_words_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    ratio = difflib.SequenceMatcher.ratio

    def counted(matcher: difflib.SequenceMatcher[str]) -> float:
        compared.append(matcher.a)  # type: ignore[attr-defined] # typeshed does not know it
        return ratio(matcher)

    monkeypatch.setattr(difflib.SequenceMatcher, "ratio", counted)
    assert suggest.closest("ap-0345", [f"app-{number:04}" for number in range(1000)]) == "app-0345"
    assert 0 < len(compared) < 10


def _slowly(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like another one, by comparing it with each."""
    candidates = sorted(known)
    if word in candidates:
        return word
    names = [candidate.casefold() for candidate in candidates]
    letters = sorted(word.casefold())
    by_name = dict(zip(reversed(names), reversed(candidates), strict=True))
    same = (candidate for candidate, name in zip(candidates, names, strict=True) if sorted(name) == letters)
    match = next(iter(difflib.get_close_matches(word.casefold(), by_name, n=1)), None)
    return next(same, by_name[match] if match is not None else None)


def _names() -> list[str]:
    """Return names as people give them: those of this code, and of the values of the EFD."""
    files = [*ROOT.glob("generator/efdgen/[a-l]*/*.py"), *ROOT.glob("tests/efd-repository/**/*.yaml")]
    found = {name for file in files for name in re.findall(r"[A-Za-z][\w-]{2,}", file.read_text(encoding="utf-8"))}
    return sorted(found)


def _misspelt(word: str, chance: random.Random) -> str:
    letters = list(word)
    for _ in range(chance.randint(1, 4)):
        index = chance.randrange(len(letters))
        letters[index : index + chance.randint(0, 2)] = chance.choice([[], ["x"], ["e", "_"], [letters[index].upper()]])
        letters = letters or ["a"]
    return "".join(letters)


@pytest.mark.parametrize("seed", range(4))
def test_of_thousands_of_names_the_one_is_found_that_comparing_with_each_finds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    real = _names()
    made = ["".join(chance.choices("eaiost01-", k=chance.randint(1, 9))) for _ in range(2000)]
    alike = [f"key{number:04}name" for number in range(300)]
    assert len(real) > 2000
    for names in (real, made, alike, made + alike):
        for _ in range(25):
            known = chance.sample(names, min(len(names), 250))
            for word in (chance.choice(names), _misspelt(chance.choice(names), chance)):
                assert suggest.closest(word, known) == _slowly(word, known), (word, known)


def test_many_words_are_found_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        known = {f"key{number:04}name" for number in range(300)}
        wrong = [f"kye{number:04}nam" for number in range(count)]
        return lambda: [suggest.closest(word, known) for word in wrong]

    assert is_in_proportion(prepared, 800)


def test_what_many_words_are_compared_with_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[object] = []
    kind = suggest._Known  # noqa: SLF001
    monkeypatch.setattr(suggest, "_Known", lambda known: prepared.append(known) or kind(known))
    known = [f"prepared-{number}" for number in range(50)]
    for number in range(50):
        assert suggest.hint(f"prepraed-{number}", iter(known)).startswith(suggest.SIMILAR)
    assert len(prepared) == 1


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
