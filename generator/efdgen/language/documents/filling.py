"""From a document and the facts of an environment to the blocks of Markdown that the document's own text makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, quoting
from efdgen.language.documents import blocks
from efdgen.language.documents.model import Block, Document, For, If, Item, Line, Part, Prose, Row, Set, Text, Value
from efdgen.language.expressions import LOOP, ExpressionError, Names, UndefinedNameError
from efdgen.language.places import Place
from efdgen.language.quoting import Blocks
from efdgen.language.shown import shown
from efdgen.language.syntaxtree import Node

_MOST_LINES = 100_000
_MOST_LETTERS = 10_000_000
_MOST_TURNS = 100_000

_WORDS = (Place.SHELL_WORD, Place.SHELL_ARGUMENT)
"""Places of words: where there is none, the blank before it goes, too."""


def fill(document: Document, names: Names, where: str = "") -> tuple[Block, ...]:
    """Return the blocks of a document in Markdown, with its values.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    return tuple(blocks.blocks(_Writer(document, where).written(names)))


def fill_text(document: Document, names: Names, where: str = "") -> list[Line]:
    """Return the lines of a document that is all in one language, with its values.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    numbers: list[int] = []
    found = _Writer(document, where, numbers).written(names)
    text = "\n".join(each for each in found if isinstance(each, str))
    return [Line(line, number) for line, number in zip(text.split("\n"), numbers, strict=True)]


def _names_set(parts: Iterable[Part]) -> Iterator[tuple[object, int]]:
    """Yield each name that a document sets, with its line."""
    for part in parts:
        if isinstance(part, Set):
            yield part.name, part.line
        elif isinstance(part, If | For):
            yield from _names_set((*part.body, *part.otherwise))


class _Writer:
    """Fills a document.

    Most lines are literal, and of the others, most have values that are written as they are quoted: these are put
    together at once (`write_row`). A line whose values are not like that is put together piece by piece (`_piecewise`).

    Args:
        document: the document.
        where: for messages: whose names they are.
        numbers: takes the numbers of the lines, where only their text is wanted; None: what they are as Markdown is.
    """

    def __init__(self, document: Document, where: str, numbers: list[int] | None = None) -> None:
        self._source = document.source
        self._document = document
        self._lacking: set[object] = set()
        self._where = f" ({where})" if where else ""
        self._problems: dict[tuple[Location, str], Problem] = {}
        self._numbers = numbers
        self._found: list[Item] = []
        self._lines = 0
        self._letters = 0
        self._turns = 0

    def written(self, names: Names) -> list[Item]:
        """Return what the lines are.

        Raises:
            InvalidInputError: when something could not be written.
        """
        self._write(self._document.parts, names)
        if self._problems:
            raise InvalidInputError(list(self._problems.values()))
        return self._found

    def _write(self, parts: Sequence[Part], names: Names) -> Names:
        """Write parts, and return the names after them: with those that they set."""
        for part in parts:
            names = _WRITERS[type(part)](self, part, names)
        return names

    def _refuse(self, error: ExpressionError, part: Value | If | For | Set) -> None:
        """Keep what is wrong with an expression; each is said once for all the turns of a loop."""
        name, set_at = self._set_elsewhere(error)
        if set_at and name in self._lacking:
            return
        self._lacking.add(name)
        set_it = f"line {set_at} sets it, in another branch or loop, or below: set it above this, too"
        location = Location(self._source, part.line, part.column)
        key = location, error.code
        if key not in self._problems:
            message = f"{error.message}{self._where}"
            self._problems[key] = Problem(error.code, message, location, hint=set_it if set_at else error.hint)

    def _set_elsewhere(self, error: ExpressionError) -> tuple[object, int]:
        """Return the name that is not defined, and the line that sets it somewhere else; 0: none does."""
        if not isinstance(error, UndefinedNameError) or error.code != "E301":
            return None, 0
        return error.name, dict(_names_set(self._document.parts)).get(error.name, 0)

    def write_if(self, part: If, names: Names) -> Names:
        try:
            holds = expressions.value(part.test, names)
        except ExpressionError as error:
            self._refuse(error, part)
            return names
        return self._write(part.body if holds else part.otherwise, names)

    def write_set(self, part: Set, names: Names) -> Names:
        try:
            return {**names, part.name: expressions.value(part.expression, names)}
        except ExpressionError as error:
            self._refuse(error, part)
            # Whatever uses the name would only say the same again.
            raise InvalidInputError(list(self._problems.values())) from None

    def write_for(self, part: For, names: Names) -> Names:
        try:
            self._loop(part, names)
        except ExpressionError as error:
            self._refuse(error, part)
        return names

    def _loop(self, part: For, names: Names) -> None:
        given = _items(expressions.value(part.items, names), len(part.target))
        self._turns += len(given)
        if self._turns > _MOST_TURNS:
            message = f"the loops of this document have more than {_MOST_TURNS:,} turns{self._where}"
            problem = Problem("E303", message, Location(self._source, part.line, part.column))
            raise InvalidInputError([*self._problems.values(), problem])
        # Names that a turn sets are in a mapping of their own, so one is enough for all turns.
        own = {**names}
        turns = given if part.test is None else [item for item in given if _chosen(part.test, part.target, item, own)]
        if not turns:
            self._write(part.otherwise, names)
        count, first = len(turns), part.target[0]
        for index, item in enumerate(turns, 1):
            if len(item) == 1:
                own[first] = item[0]
            else:
                own.update(zip(part.target, item, strict=True))
            own[LOOP] = {"index": index, "first": index == 1, "last": index == count, "length": count}
            self._write(part.body, own)

    def write_text(self, part: Text, names: Names) -> Names:
        self._grow(part.lines, len(part.text))
        if self._numbers is not None:
            self._numbers.extend(range(part.number, part.number + part.lines))
            self._found.append(part.text)
        elif part.items is None:
            self._found.append(part.text)
        else:
            self._found.extend(part.items)
        return names

    def _grow(self, lines: int, letters: int) -> None:
        self._lines += lines
        self._letters += letters
        if self._lines > _MOST_LINES or self._letters > _MOST_LETTERS:
            message = f"it has more than {_MOST_LINES:,} lines or {_MOST_LETTERS:,} characters"
            raise InvalidInputError([Problem("E303", message, Location(self._source))])

    def write_row(self, row: Row, names: Names) -> Names:
        quoted = row.quoted
        try:
            values = (quoted[0](names),) if len(quoted) == 1 else tuple([each(names) for each in quoted])
        except (ExpressionError, RecursionError, TypeError, ValueError):
            # What is wrong is said, expression by expression.
            self._piecewise(row, names)
            return names
        line = row.pattern % values
        if "\n" in line or ("" in values and _changes_blanks(row, values)) or _has_blocks(row, values):
            self._piecewise(row, names)
        else:
            self._line(line, row.own, row)
        return names

    def _line(self, text: str, own: int, row: Row) -> None:
        """Take a line."""
        self._grow(1, len(text))
        if self._numbers is not None:
            self._numbers.append(row.number)
            self._found.append(text)
        else:
            self._found.append(text if row.is_inside else blocks.item(text, own, row.number))

    def _piecewise(self, row: Row, names: Names) -> None:
        """Write a line piece by piece: one that has values that are nothing, several lines, blocks or wrong."""
        line, own, is_gap = "", -1, False
        made: Blocks | None = None
        for piece in row.pieces:
            text: str = piece if isinstance(piece, str) else ""
            if isinstance(piece, Value):
                try:
                    text = self._quoted(piece, names, made)
                except ExpressionError as error:
                    self._refuse(error, piece)
                    continue
                if isinstance(text, Blocks):
                    made = text
                    continue
            if is_gap and text and text[0] not in " ;&|)":
                # Null took a blank away, and this would be a part of the word before it.
                line += " "
            is_gap = is_gap and not text
            if isinstance(piece, str):
                line += piece
                continue
            if not text and piece.place in _WORDS and line.endswith(" "):
                # No word, and no blank before it.
                line = line[:-1]
                is_gap = True
            if text and own < 0:
                own = len(line)
            first, *more = text.split("\n")
            line += first
            for following in more:
                self._line(line, own, row)
                line, own, is_gap = following, 0, False
        self._end_piecewise(line, len(line) if own < 0 else own, row, made)

    def _quoted(self, value: Value, names: Names, made: Blocks | None) -> str:
        found = expressions.value(value.expression, names)
        if made is not None:
            raise ExpressionError("E304", quoting.ALONE)
        return quoting.quote(found, value.place)

    def _end_piecewise(self, line: str, own: int, row: Row, made: Blocks | None) -> None:
        if made is None:
            self._line(line, own, row)
            return
        self._grow(1, len(made))
        if line.strip():
            location = Location(self._source, row.number, 1)
            self._problems[location, "E304"] = Problem("E304", quoting.ALONE + self._where, location)
        if self._numbers is not None:
            self._numbers.extend([row.number] * (made.count("\n") + 1))
            self._found.append(made)
        else:
            self._found.append(Prose(made))


_WRITERS: Mapping[type[Part], Callable[[_Writer, Any, Names], Names]] = {
    Row: _Writer.write_row,
    Text: _Writer.write_text,
    If: _Writer.write_if,
    For: _Writer.write_for,
    Set: _Writer.write_set,
}
"""What writes a part. A writer that held its own methods would be a cycle, and runs look for no garbage."""


def _changes_blanks(row: Row, values: Sequence[str]) -> bool:
    """Say whether a value that is nothing changes more than its place: what a line begins with, or blanks around it."""
    return not row.is_inside or any(
        each.place in _WORDS and not value for each, value in zip(row.values, values, strict=True)
    )


def _has_blocks(row: Row, values: Sequence[str]) -> bool:
    return not row.is_inside and Blocks in map(type, values)


def _chosen(test: Node, target: Sequence[str], item: Sequence[Any], own: dict[str, Any]) -> bool:
    """Say whether a loop takes an item; its names are put into `own`."""
    own.update(zip(target, item, strict=True))
    return bool(expressions.value(test, own))


def _items(value: Any, width: int) -> list[tuple[Any, ...]]:
    """Return what a loop goes over: the items of a list, or the keys of a mapping; with two names, keys and values."""
    if isinstance(value, Mapping) and width > 1:
        found = [(key, value[key]) for key in value]
    elif isinstance(value, list | tuple | Mapping):
        found = [tuple(item) if width > 1 and isinstance(item, list | tuple) else (item,) for item in value]
    else:
        raise ExpressionError("E304", f"a loop goes over a list or a mapping, not over {shown(value)}")
    if any(len(item) != width for item in found):
        raise ExpressionError(
            "E304", f"the loop gives {width} names, and an item of the list does not have {width} parts"
        )
    return found
