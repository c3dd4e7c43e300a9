"""The parts of a document: lines, conditions, loops and names, each of which writes itself.

Most lines are literal, and of the others, most have values that are written as they are quoted: these are put together
at once (`Run`). A line whose values are not like that is put together piece by piece (`rows`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.language import expressions, yamlio
from efdgen.language.documents.model import Form, Written
from efdgen.language.documents.rows import Row
from efdgen.language.documents.writing import Most, Part, Writer, most_of, names_set
from efdgen.language.expressions import FAILURES, LOOP, ExpressionError, Names, failure
from efdgen.language.shown import shown
from efdgen.language.syntaxtree import Node
from efdgen.language.tuples import NamedTuple


class Document(NamedTuple):
    """A document, ready to be filled.

    Attributes:
        source: the file.
        head: its front matter, the YAML between two lines of `---` at its beginning; None: there is none.
        parts: its lines, loops and conditions.
        most: how much these write, at most, beside what loops do.
    """

    source: str
    head: yamlio.Document | None
    parts: tuple[Part, ...]
    most: Most


class Text(Part):
    """Whole lines in which no value stands: read, counted, and made into blocks once, for all environments."""

    __slots__ = ("_written", "form")

    def __init__(self, form: Form) -> None:
        super().__init__(Most(form.lines, form.letters))
        self.form = form
        self._written: Written = (form, ())

    def write(self, writer: Writer, names: Names) -> Names:
        """Write the lines."""
        writer.written.append(self._written)
        return names


class Run(Part):
    """Whole lines without a control line between them, with values in some.

    Args:
        lines: the lines, as what is put together piece by piece.
        make: returns what puts all of them together at once; it is asked for when they are first written.
    """

    __slots__ = ("_form", "_make", "lines")

    def __init__(self, lines: tuple[Text | Row, ...], make: Callable[[Sequence[Text | Row]], Form]) -> None:
        super().__init__(most_of(lines))
        self.lines = lines
        self._make = make
        self._form: Form | None = None

    def write(self, writer: Writer, names: Names) -> Names:
        """Write the lines, at once where their values are words on a line."""
        form = self._form
        if form is None:
            form = self._form = self._make(self.lines)
        try:
            values: tuple[str, ...] = ()
            for quoted in form.quoted:
                values += (quoted(names),)
        except FAILURES:
            # Values that are no words on a line, or wrong, which is said expression by expression.
            for line in self.lines:
                line.write(writer, names)
        else:
            writer.written.append((form, values))
        return names


class If(Part):
    """A condition, and what stands there where it holds, and where it does not."""

    __slots__ = ("body", "column", "line", "otherwise", "test")

    def __init__(self, test: Node, body: tuple[Part, ...], otherwise: tuple[Part, ...], line: int, column: int) -> None:
        super().__init__(most_of((*body, *otherwise)))
        self.test = test
        self.body = body
        self.otherwise = otherwise
        self.line = line
        self.column = column

    def write(self, writer: Writer, names: Names) -> Names:
        """Write what stands there."""
        test = self.test
        try:
            parts = self.body if (test.step or expressions.step(test))(names) else self.otherwise
        except FAILURES as error:
            writer.refuse(failure(error), self.line, self.column)
            return names
        for part in parts:
            names = part.write(writer, names)
        return names

    def names_set(self) -> Iterator[tuple[object, int]]:
        """Yield each name that is set in it."""
        return names_set((*self.body, *self.otherwise))


class For(Part):
    """A loop: the names that it gives, what it goes over, which items it takes, and what stands there without any."""

    __slots__ = ("_turn", "body", "column", "items", "line", "otherwise", "target", "test")

    def __init__(
        self,
        target: tuple[str, ...],
        items: Node,
        test: Node | None,
        bodies: tuple[tuple[Part, ...], tuple[Part, ...]],
        line: int,
        column: int,
    ) -> None:
        self.body, self.otherwise = bodies
        super().__init__(most_of(self.otherwise))
        self._turn = most_of(self.body)
        self.target = target
        self.items = items
        self.test = test
        self.line = line
        self.column = column

    def write(self, writer: Writer, names: Names) -> Names:
        """Write what stands there, once for each item."""
        # Names that a turn sets are in a mapping of their own, so one is enough for all turns.
        own = {**names}
        target, body = self.target, self.body
        try:
            items = _items((self.items.step or expressions.step(self.items))(names), len(target))
            is_much = writer.begin_loop(len(items), self._turn, self.line, self.column)
            turns = items if self.test is None else self._taken(items, own)
        except FAILURES as error:
            writer.refuse(failure(error), self.line, self.column)
            return names
        count = len(turns)
        only = target[0] if len(target) == 1 else None
        for index, item in enumerate(turns, 1):
            if only is None:
                own.update(zip(target, item, strict=True))
            else:
                own[only] = item
            own[LOOP] = _place(index, count)
            inner: Names = own
            for part in body:
                inner = part.write(writer, inner)
            if is_much:
                writer.count()
        if not turns:
            inner = names
            for part in self.otherwise:
                inner = part.write(writer, inner)
        return names

    def _taken(self, items: Iterable[Any], own: dict[str, Any]) -> list[Any]:
        """Return the items for which the test holds, which has names of its own."""
        assert self.test is not None  # noqa: S101 - else it takes all
        holds = self.test.step or expressions.step(self.test)
        target = self.target
        is_one = len(target) == 1
        taken = []
        for item in items:
            own.update(zip(target, (item,) if is_one else item, strict=True))
            if holds(own):
                taken.append(item)
        return taken

    def names_set(self) -> Iterator[tuple[object, int]]:
        """Yield each name that is set in it."""
        return names_set((*self.body, *self.otherwise))


class Set(Part):
    """A name that what follows can use, to the end of the loop, or of the document."""

    __slots__ = ("column", "expression", "line", "name")

    def __init__(self, name: str, expression: Node, line: int, column: int) -> None:
        super().__init__()
        self.name = name
        self.expression = expression
        self.line = line
        self.column = column

    def write(self, writer: Writer, names: Names) -> Names:
        """Return the names with this one."""
        expression = self.expression
        try:
            return {**names, self.name: (expression.step or expressions.step(expression))(names)}
        except FAILURES as error:
            writer.refuse(failure(error), self.line, self.column)
            # Whatever uses the name would only say the same again.
            writer.stop()

    def names_set(self) -> Iterator[tuple[object, int]]:
        """Yield the name."""
        yield self.name, self.line


@functools.lru_cache(maxsize=1024)
def _place(index: int, count: int) -> dict[str, Any]:
    """Return what a turn of a loop says of where it is."""
    return {"index": index, "first": index == 1, "last": index == count, "length": count}


def _items(value: Any, width: int) -> Sequence[Any]:
    """Return what a loop goes over: the items of a list, or the keys of a mapping; with two names, keys and values."""
    if type(value) is list and width == 1:
        return value
    is_list = isinstance(value, list | tuple)
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
