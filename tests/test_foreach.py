from __future__ import annotations

import pytest

from support.foreach import for_each


def test_every_case_is_asked_and_each_that_fails_is_named() -> None:
    asked = []

    @for_each("number, text", [(1, "a"), (2, "b"), pytest.param(3, "c", id="third"), (4, "d")])
    def test_even(number: int, text: str) -> None:
        asked.append((number, text))
        if number == 3:
            pytest.fail("odd")
        assert number % 2 == 0, text

    with pytest.raises(AssertionError) as failed:
        test_even()

    assert asked == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    told = str(failed.value)
    assert told.startswith("2 of 4 cases:")
    assert "[1, 'a'] AssertionError: a" in told
    assert "[third] Failed: odd" in told


def test_cases_have_the_names_that_are_given() -> None:
    def told(ids: object) -> str:
        def test(word: str) -> None:
            raise ValueError(word)

        with pytest.raises(AssertionError) as failed:
            for_each("word", ["a"], ids=ids)(test)()
        return str(failed.value)

    assert "[first] ValueError: a" in told(["first"])
    assert "[A] ValueError: a" in told(str.upper)


def test_what_would_not_be_asked_is_refused() -> None:
    def test(word: str) -> None: ...

    for names, cases in (("word", []), ("other", ["a"]), ("word", [pytest.param("a", marks=pytest.mark.slow)])):
        with pytest.raises(AssertionError):
            for_each(names, cases)(test)
