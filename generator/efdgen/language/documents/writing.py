"""What is written of a document while it is filled, and what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import quoting
from efdgen.language.documents.model import Written
from efdgen.language.expressions import ExpressionError, Names, UndefinedNameError
from efdgen.language.tuples import NamedTuple

_MOST_LINES = 100_000
_MOST_LETTERS = 10_000_000
_MOST_TURNS = 100_000


class Most(NamedTuple):
    """How much parts write at most, without what loops do and lines that are put together piece by piece."""

    lines: int
    letters: int


class Part:
    """What a document is made of: it knows how to write itself.

    Attributes:
        most: how much it writes.
    """

    __slots__ = ("most",)

    def __init__(self, most: Most = Most(0, 0)) -> None:  # noqa: B008 - nobody changes it
        self.most = most

    def write(self, writer: Writer, names: Names) -> Names:
        """Write it, and return the names after it: with those that it sets.

        Raises:
            InvalidInputError: when there is no sense in going on.
        """
        raise NotImplementedError

    def names_set(self) -> Iterator[tuple[object, int]]:
        """Yield each name that it sets, with the line."""
        return iter(())


def most_of(parts: Iterable[Part]) -> Most:
    """Return how much some parts write."""
    each = [part.most for part in parts]
    return Most(sum(most.lines for most in each), sum(most.letters for most in each))


def names_set(parts: Iterable[Part]) -> Iterator[tuple[object, int]]:
    """Yield each name that some parts set, with its line."""
    return itertools.chain.from_iterable(part.names_set() for part in parts)


class Writer:
    """Takes what the parts of a document write, and what is wrong with them.

    How much it is has bounds. It is counted only where it can be more, by what parts write at most.

    Args:
        source: the document's file.
        parts: the document's parts.
        most: how much these write.
        where: for messages: whose names they are.

    Attributes:
        written: what was written.
    """

    _counted = _lines = _letters = _turns = 0

    def __init__(self, source: str, parts: Sequence[Part], most: Most, where: str) -> None:
        self.written: list[Written] = []
        self._source = source
        self._parts = parts
        self._most_lines, self._most_letters = most
        self._where = f" ({where})" if where else ""
        self._problems: dict[tuple[Location, str], Problem] = {}
        self._lacking: set[object] = set()

    def expect(self, most: Most, times: int = 1) -> bool:
        """Take that so much more is written, at most; say whether it must be counted (`count`) when it is."""
        self._most_lines += most.lines * times
        self._most_letters += most.letters * times
        return self._most_lines > _MOST_LINES or self._most_letters > _MOST_LETTERS

    def count(self) -> None:
        """Hold what was written to its bounds.

        Raises:
            InvalidInputError: when it is more.
        """
        for form, values in self.written[self._counted :]:
            self._lines += form.lines
            self._letters += form.letters + len("".join(values))
        self._counted = len(self.written)
        if self._lines > _MOST_LINES or self._letters > _MOST_LETTERS:
            message = f"it has more than {_MOST_LINES:,} lines or {_MOST_LETTERS:,} characters"
            raise InvalidInputError([Problem("E303", message, Location(self._source))])

    def begin_loop(self, turns: int, most: Most, line: int, column: int) -> bool:
        """Take that a loop goes over so many items; say whether what it writes must be counted after each.

        Raises:
            InvalidInputError: when the turns of all loops are too many.
        """
        self._turns += turns
        if self._turns > _MOST_TURNS:
            message = f"the loops of this document have more than {_MOST_TURNS:,} turns{self._where}"
            self.stop(Problem("E303", message, Location(self._source, line, column)))
        return self.expect(most, turns)

    def end(self) -> list[Written]:
        """Return what was written.

        Raises:
            InvalidInputError: when it is too much, or something could not be written.
        """
        if self._problems:
            self.stop()
        if self._most_lines > _MOST_LINES or self._most_letters > _MOST_LETTERS:
            self.count()
        return self.written

    def stop(self, *last: Problem) -> NoReturn:
        """Raise what is wrong."""
        self.count()
        raise InvalidInputError([*self._problems.values(), *last]) from None

    def refuse(self, error: ExpressionError, line: int, column: int) -> None:
        """Keep what is wrong with an expression; each is said once for all the turns of a loop."""
        name, set_at = self._set_elsewhere(error)
        if set_at and name in self._lacking:
            return
        self._lacking.add(name)
        set_it = f"line {set_at} sets it, in another branch or loop, or below: set it above this, too"
        location = Location(self._source, line, column)
        key = location, error.code
        if key not in self._problems:
            message = f"{error.message}{self._where}"
            self._problems[key] = Problem(error.code, message, location, hint=set_it if set_at else error.hint)

    def refuse_beside_blocks(self, line: int) -> None:
        """Keep that a line has more than blocks of Markdown, which need one of their own."""
        location = Location(self._source, line, 1)
        self._problems[location, "E304"] = Problem("E304", quoting.ALONE + self._where, location)

    def _set_elsewhere(self, error: ExpressionError) -> tuple[object, int]:
        """Return the name that is not defined, and the line that sets it somewhere else; 0: none does."""
        if not isinstance(error, UndefinedNameError) or error.code != "E301":
            return None, 0
        return error.name, dict(names_set(self._parts)).get(error.name, 0)
