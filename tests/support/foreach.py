"""One question about many small cases, in one test: what pytest and xdist do for a test costs more than such a case.

    @for_each(("text", "expected"), [("1", 1), ("a", "a")])
    def test_text_is_read(text: str, expected: object) -> None: ...

takes what `pytest.mark.parametrize` takes, and asks of every case, also behind one that fails. A test that needs a
fixture for each case, that skips cases, or that is long, uses parametrize.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., None]
Ids = Sequence[str] | Callable[[Any], object] | None


def for_each(names: str | Sequence[str], cases: Iterable[Any], ids: Ids = None) -> Callable[[Test], Callable[[], None]]:
    """Make a test of a function that is called for each case, and that says which ones are wrong."""
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    listed = [(_values(case, len(arguments)), case) for case in cases]
    assert listed, "there are no cases"

    def decorate(test: Test) -> Callable[[], None]:
        assert list(inspect.signature(test).parameters) == arguments, f"{test.__name__} takes {arguments}"

        def together() -> None:
            wrong: list[tuple[str, BaseException]] = []
            for number, (values, case) in enumerate(listed):
                try:
                    test(*values)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever a test can fail with
                    wrong.append((_name(values, case, number, ids), error))
            if wrong:
                told = "\n\n".join(f"[{name}] {type(error).__name__}: {error}" for name, error in wrong)
                raise AssertionError(f"{len(wrong)} of {len(listed)} cases:\n\n{told}") from wrong[0][1]

        together.__name__, together.__qualname__ = test.__name__, test.__qualname__
        together.__module__, together.__doc__ = test.__module__, test.__doc__
        # It stands where the test does, and takes no fixture.
        together.__dict__.update(__wrapped__=test, __signature__=inspect.Signature())
        return together

    return decorate


def _values(case: Any, count: int) -> tuple[Any, ...]:
    values = case.values if _is_param(case) else case if count != 1 else (case,)
    assert len(values) == count, f"{case!r} has not {count} values"
    return tuple(values)


def _is_param(case: Any) -> bool:
    """Say whether a case is a `pytest.param`, which has no marks here."""
    is_param = isinstance(case, type(pytest.param()))
    assert not (is_param and case.marks), f"{case!r} has marks"
    return is_param


def _name(values: tuple[Any, ...], case: Any, number: int, ids: Ids) -> str:
    if _is_param(case) and case.id:
        return str(case.id)
    if callable(ids):
        return "-".join(str(ids(value)) for value in values)
    return ids[number] if ids else ", ".join(map(repr, values))
