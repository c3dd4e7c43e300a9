"""From a document and the facts of an environment to headings, prose and fences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, quoting
from efdgen.language.documents.model import (
    Block,
    Document,
    Fence,
    For,
    Heading,
    If,
    Line,
    Literal,
    Part,
    Prose,
    Set,
    Value,
)
from efdgen.language.expressions import ExpressionError, Names

_MOST_LINES = 100_000
_HEADING = re.compile(r"(?P<level>#{1,6}) (?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>[\w-]*)(?P<words>(?: [a-z-]+)*)\Z")
_OWN_LINE = re.compile(r"\s*(?:[-*] |[|>]|\d+\. )")
"""What begins a line that is not joined to the one before: a list's item, a table's row, a quotation."""


def fill(document: Document, names: Names, where: str = "") -> tuple[Block, ...]:
    """Return a document's blocks, with its values.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: when an expression can't be evaluated, or yields what its place can't hold.
    """
    writer = _Writer(document.source, where)
    writer.write(document.parts, names)
    return tuple(_blocks(writer.lines()))


class _Writer:
    def __init__(self, source: str, where: str) -> None:
        self._source = source
        self._where = where
        self._lines: list[Line] = []
        self._line = ""
        self._is_own = True
        self._number = 1

    def lines(self) -> list[Line]:
        self._end_line()
        return self._lines

    def write(self, parts: Sequence[Part], names: Names) -> Names:
        """Write parts, and return the names after them: with those that they set."""
        for part in parts:
            if isinstance(part, Literal):
                self._literal(part)
                continue
            try:
                names = self._dynamic(part, names)
            except ExpressionError as error:
                location = Location(self._source, part.line, part.column if isinstance(part, Value) else 1)
                message = f"{error.message}{f' ({self._where})' if self._where else ''}"
                raise InvalidInputError([Problem(error.code, message, location, hint=error.hint)]) from None
        return names

    def _dynamic(self, part: Value | If | For | Set, names: Names) -> Names:
        if isinstance(part, Value):
            self._value(quoting.quote(expressions.value(part.expression, names), part.place), part.line)
        elif isinstance(part, If):
            return self.write(part.body if expressions.value(part.test, names) else part.otherwise, names)
        elif isinstance(part, Set):
            return _with(names, {part.name: expressions.value(part.expression, names)})
        else:
            self._loop(part, names)
        return names

    def _loop(self, part: For, names: Names) -> None:
        given = _items(expressions.value(part.items, names), len(part.target))
        inside = [_with(names, dict(zip(part.target, item, strict=True))) for item in given]
        if part.test is not None:
            inside = [own for own in inside if expressions.value(part.test, own)]
        if not inside:
            self.write(part.otherwise, names)
        for index, own in enumerate(inside):
            loop = {"index": index + 1, "first": index == 0, "last": index == len(inside) - 1, "length": len(inside)}
            self.write(part.body, _with(own, {"loop": loop}))

    def _literal(self, part: Literal) -> None:
        if part.rest and not self._line:
            self._number = part.number
        self._line += part.rest
        if part.beginning is not None:
            self._end_line()
            self._lines.extend(part.lines)
            self._line = part.beginning
            self._number = part.number + 1 + len(part.lines)

    def _value(self, text: str, number: int) -> None:
        first, *more = text.split("\n")
        if first and not self._line:
            self._is_own = False
            self._number = number
        self._line += first
        for line in more:
            self._end_line()
            self._line = line
            self._is_own = False

    def _end_line(self) -> None:
        self._lines.append(Line(self._line, self._number, self._is_own))
        if len(self._lines) > _MOST_LINES:
            problem = Problem("E303", f"it has more than {_MOST_LINES:,} lines", Location(self._source))
            raise InvalidInputError([problem])
        self._line = ""
        self._is_own = True


def _with(names: Names, own: dict[str, Any]) -> Names:
    return {**names, **own}


def _items(value: Any, width: int) -> list[tuple[Any, ...]]:
    """Return what a loop goes over: the items of a list, or the keys of a mapping; with two names, keys and values."""
    if isinstance(value, Mapping) and width > 1:
        found = [(key, value[key]) for key in value]
    elif isinstance(value, list | tuple | Mapping):
        found = [tuple(item) if width > 1 and isinstance(item, list | tuple) else (item,) for item in value]
    else:
        raise ExpressionError("E304", f"a loop goes over a list or a mapping, not over {value!r}")
    if any(len(item) != width for item in found):
        raise ExpressionError("E304", f"the loop has {width} names, and an item that has no {width} parts")
    return found


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    prose: list[str] = []
    fence: re.Match[str] | None = None
    inside: list[str] = []
    for line in lines:
        if fence is not None:
            if line.is_own and line.text.rstrip() == fence["ticks"]:
                yield Fence(fence["language"], tuple(fence["words"].split()), "\n".join(inside))
                fence, inside = None, []
            else:
                inside.append(line.text)
            continue
        fence = _FENCE.match(line.text) if line.is_own else None
        heading = _HEADING.match(line.text) if line.is_own else None
        if (fence or heading or not line.text.strip()) and prose:
            yield Prose("\n".join(prose))
            prose = []
        if heading:
            yield Heading(len(heading["level"]), heading["text"], heading["name"] or "", line.number)
        elif line.text.strip() and not fence:
            if not prose or (line.is_own and _OWN_LINE.match(line.text)):
                prose.append(line.text.rstrip())
            else:
                prose[-1] += f" {line.text.strip()}"
    if prose:
        yield Prose("\n".join(prose))
