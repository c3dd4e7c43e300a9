"""What is meant by a word that YAML and people read differently, such as 1.10: the number 1.1, or a version.

What stands at the place says it first (`explain/edits/values`), then what the place takes: the edit is tried. Where
both would do, nobody but who typed it knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from efdgen.errors import InvalidEditError, Problem, UsageError
from efdgen.explain.edits.making import Edit
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import styles
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import Edited

_MISTYPED, _QUOTED = "E204", "without quotes"


class Word(NamedTuple):
    """A number that only YAML says is one, or that is not written as it was typed.

    Attributes:
        text: what was typed.
        value: the number.
        is_changed: whether it would not be written as it was typed: 1.10 as 1.1, +5 as 5.
        is_open: whether it could be text, too.
    """

    text: str
    value: float
    is_changed: bool
    is_open: bool = True

    @property
    def shown(self) -> str:
        """Return the number as it is written."""
        return styles.scalar(self.value)


class Read(NamedTuple):
    """What comes of an edit, and the words in it that are numbers, and could be text or are written in another way."""

    edited: Edited
    numbers: tuple[Word, ...] = ()


def edited(sources: Sources, edits: Sequence[Edit], others: Sequence[Edit] = (), words: Sequence[Word] = ()) -> Read:
    """Make edits in memory, in the reading that the place takes.

    Args:
        sources: the repository.
        edits: the edits, as words are read by what stands there.
        others: the same with the other reading of each word; none: there is no other one.
        words: those that only YAML says are numbers, and those that are not written as they were typed.

    Raises:
        InvalidEditError: when something is wrong that was not wrong before.
        UsageError: when an edit can't be made, or both readings can be meant, and one loses what was typed.
    """
    try:
        found = sources.edited(edits)
    except InvalidEditError as error:
        if not others or not any(map(_is_of_reading, error.problems)):
            raise
        try:
            return Read(sources.edited(others))
        except InvalidEditError:
            raise error from None
    changed = next((word for word in words if word.is_changed and word.is_open), None)
    if changed is not None and others and is_right(sources, others):
        raise UsageError(
            f"{changed.text} is the number {changed.shown} to YAML, and may be meant as text. "
            f"For text, type '\"{changed.text}\"'; for the number, {changed.shown}"
        )
    return Read(found, tuple(dict.fromkeys(words)) if others else ())


def _is_of_reading(problem: Problem) -> bool:
    """Say whether a problem may be one of how a word is read: as text, or as a number."""
    return problem.code == _MISTYPED or problem.hint.endswith(_QUOTED)


def is_right(sources: Sources, edits: Sequence[Edit]) -> bool:
    """Say whether edits can be made, and nothing is wrong with what comes of them that was not wrong before."""
    try:
        sources.edited(edits)
    except (InvalidEditError, UsageError):
        return False
    return True
