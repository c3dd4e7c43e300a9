from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from efdgen.language import tuples


class Ours(tuples.NamedTuple):
    """A place."""

    line: int
    column: int = 1
    style: str = ""

    @property
    def both(self) -> int:
        """Return a sum."""
        return self.line + self.column


class Theirs(typing.NamedTuple):
    """A place."""

    line: int
    column: int = 1
    style: str = ""

    @property
    def both(self) -> int:
        """Return a sum."""
        return self.line + self.column


class Nothing(tuples.NamedTuple):
    """No fields."""


def test_a_class_is_what_typing_makes_of_it() -> None:
    for kind in (Ours, Theirs):
        made: Any = kind(3, style="|")
        assert made == (3, 1, "|") == kind(line=3, column=1, style="|")
        assert (made.line, made.column, made.style, made.both) == (3, 1, "|", 4)
        assert (kind._fields, dict(kind._field_defaults)) == (("line", "column", "style"), {"column": 1, "style": ""})
        assert made._replace(column=2) == (3, 2, "|")
        assert made._asdict() == {"line": 3, "column": 1, "style": "|"}
        assert kind._make([1, 2, ""]) == kind(1, 2)
        assert repr(made) == f"{kind.__name__}(line=3, column=1, style='|')"
        assert (kind.__doc__, kind.__module__, kind.__match_args__) == ("A place.", __name__, kind._fields)
        assert hash(made) == hash((3, 1, "|"))
        for same in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own
            assert same == made
            assert type(same) is kind
        match made:
            case kind(3, column, style="|"):
                assert column == 1
            case _:
                pytest.fail("no match")
    assert Nothing() == ()


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_what_typing_refuses_is_refused(kind: Any) -> None:
    for refused in (
        kind,
        lambda: kind(1, 2, "", 4),
        lambda: kind(1, row=2),
        lambda: kind(1, line=2),
        lambda: kind._make([1]),
    ):
        with pytest.raises(TypeError):
            refused()
    with pytest.raises((ValueError, TypeError)):
        kind(1)._replace(row=2)
    with pytest.raises(AttributeError):
        kind(1).row = 2
    with pytest.raises(AttributeError):
        kind(1).line = 2


def test_one_that_is_made_of_all_its_values_is_what_its_constructor_makes() -> None:
    made = tuples.make(Ours, (1, 2, "bold"))
    assert made == Ours(1, 2, "bold")
    assert type(made) is Ours
    assert (made.style, made.both) == ("bold", 3)
