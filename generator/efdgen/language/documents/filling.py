"""From a document and the facts of an environment to the blocks of Markdown that the document's own text makes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, quoting
from efdgen.language.documents import blocks, forms
from efdgen.language.documents.blocks import Gathered
from efdgen.language.documents.model import Block, Document, For, If, Line, Part, Prose, Row, Run, Set, Text, Value
from efdgen.language.expressions import LOOP, ExpressionError, Names, UndefinedNameError
from efdgen.language.quoting import Blocks
from efdgen.language.shown import shown
from efdgen.language.syntaxtree import Node

_MOST_LINES = 100_000
_MOST_LETTERS = 10_000_000
_MOST_TURNS = 100_000


def fill(document: Document, names: Names, where: str = "") -> tuple[Block, ...]:
    """Return the blocks of a document in Markdown, with its values.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    return tuple(_Writer(document, where).written(names).blocks)


def fill_text(document: Document, names: Names, where: str = "") -> list[Line]:
    """Return the lines of a document that is all in one language, with its values.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    numbers: list[int] = []
    text = "\n".join(_Writer(document, where, numbers).written(names).inside)
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
        self._gathered = Gathered()
        self._lines = 0
        self._letters = 0
        self._turns = 0

    def written(self, names: Names) -> Gathered:
        """Return what the lines are: their blocks, or, where only their text is wanted, this.

        Raises:
            InvalidInputError: when something could not be written.
        """
        self._write(self._document.parts, names)
        if self._problems:
            raise InvalidInputError(list(self._problems.values()))
        self._gathered.end()
        return self._gathered

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
        write: Callable[[_Writer, Any, Names], Names] = _Writer._write
        body: Any = part.body
        if len(part.body) == 1:
            (body,) = part.body
            write = _WRITERS[type(body)]
        count, target = len(turns), part.target
        only = target[0] if len(target) == 1 else None
        for index, item in enumerate(turns, 1):
            if only is None:
                own.update(zip(target, item, strict=True))
            else:
                own[only] = item
            own[LOOP] = _place(index, count)
            write(self, body, own)

    def write_text(self, part: Text, names: Names) -> Names:
        text, lines, number, stretch = part
        self._lines += lines
        self._letters += len(text)
        if self._lines > _MOST_LINES or self._letters > _MOST_LETTERS:
            self._refuse_size()
        if self._numbers is not None:
            self._numbers.extend(range(number, number + lines))
            self._gathered.inside.append(text)
        elif stretch is None:
            self._gathered.inside.append(text)
        else:
            self._gathered.add_all(*stretch)
        return names

    def _refuse_size(self) -> NoReturn:
        message = f"it has more than {_MOST_LINES:,} lines or {_MOST_LETTERS:,} characters"
        raise InvalidInputError([Problem("E303", message, Location(self._source))])

    def write_run(self, run: Run, names: Names) -> Names:
        form = run.form()
        try:
            values = tuple([each(names) for each in form.quoted])
        except (ExpressionError, RecursionError, TypeError, ValueError):
            # Values that are no words on a line, or wrong, which is said expression by expression.
            for part in run.lines:
                _WRITERS[type(part)](self, part, names)
            return names
        self._lines += form.lines
        self._letters += form.letters + len("".join(values))
        if self._lines > _MOST_LINES or self._letters > _MOST_LETTERS:
            self._refuse_size()
        gathered, stretch = self._gathered, form.stretch
        if self._numbers is not None:
            self._numbers.extend(form.numbers)
            gathered.inside.append(form.pattern % values)
        elif stretch is None:
            gathered.inside.append(form.pattern % values)
        elif form.passage is not None:
            pattern, is_apart = form.passage
            gathered.add_passage(pattern % values, is_apart)
        else:
            before, made, after = stretch
            gathered.add_all(
                before and forms.items(before, values),
                made and forms.items(made, values),
                after and forms.items(after, values),
            )
        return names

    def _grow(self, letters: int) -> None:
        self._lines += 1
        self._letters += letters
        if self._lines > _MOST_LINES or self._letters > _MOST_LETTERS:
            self._refuse_size()

    def _line(self, text: str, own: int, row: Row) -> None:
        """Take a line."""
        self._grow(len(text))
        if self._numbers is not None:
            self._numbers.append(row.number)
            self._gathered.inside.append(text)
        else:
            self._gathered.add(text if row.is_inside else blocks.item(text, own, row.number))

    def write_row(self, row: Row, names: Names) -> Names:
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
            if not text and piece.place in quoting.WORDS and line.endswith(" "):
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
        self._end_row(line, len(line) if own < 0 else own, row, made)
        return names

    def _quoted(self, value: Value, names: Names, made: Blocks | None) -> str:
        found = expressions.value(value.expression, names)
        if made is not None:
            raise ExpressionError("E304", quoting.ALONE)
        return quoting.quote(found, value.place)

    def _end_row(self, line: str, own: int, row: Row, made: Blocks | None) -> None:
        if made is None:
            self._line(line, own, row)
            return
        self._grow(len(made))
        if line.strip():
            location = Location(self._source, row.number, 1)
            self._problems[location, "E304"] = Problem("E304", quoting.ALONE + self._where, location)
        if self._numbers is not None:
            self._numbers.extend([row.number] * (made.count("\n") + 1))
            self._gathered.inside.append(made)
        else:
            self._gathered.add(Prose(made))


_WRITERS: Mapping[type[Part], Callable[[_Writer, Any, Names], Names]] = {
    Row: _Writer.write_row,
    Run: _Writer.write_run,
    Text: _Writer.write_text,
    If: _Writer.write_if,
    For: _Writer.write_for,
    Set: _Writer.write_set,
}
"""What writes a part. A writer that held its own methods would be a cycle, and runs look for no garbage."""


@functools.lru_cache(maxsize=1024)
def _place(index: int, count: int) -> dict[str, Any]:
    """Return what a turn of a loop says of where it is."""
    return {"index": index, "first": index == 1, "last": index == count, "length": count}


def _chosen(test: Node, target: Sequence[str], item: Any, own: dict[str, Any]) -> bool:
    """Say whether a loop takes an item; its names are put into `own`."""
    own.update(zip(target, item if len(target) > 1 else (item,), strict=True))
    return bool(expressions.value(test, own))


def _items(value: Any, width: int) -> Sequence[Any]:
    """Return what a loop goes over: the items of a list, or the keys of a mapping; with two names, keys and values."""
    kind = type(value)
    is_list = kind is list or kind is tuple or isinstance(value, list | tuple)
    if not is_list and not isinstance(value, Mapping):
        raise ExpressionError("E304", f"a loop goes over a list or a mapping, not over {shown(value)}")
    if width == 1:
        return value if is_list else [*value]
    found = [item if isinstance(item, list | tuple) else (item,) for item in value] if is_list else [*value.items()]
    if any(len(item) != width for item in found):
        raise ExpressionError(
            "E304", f"the loop gives {width} names, and an item of the list does not have {width} parts"
        )
    return found
