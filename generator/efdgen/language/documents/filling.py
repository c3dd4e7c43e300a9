"""From a document and the facts of an environment to the blocks of Markdown that the document's own text makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from efdgen.language.expressions import LOOP, ExpressionError, Names, UndefinedNameError
from efdgen.language.markdowntext import FENCE, OWN_LINE
from efdgen.language.places import Place
from efdgen.language.quoting import Blocks
from efdgen.language.shown import shown

_MOST_LINES = 100_000
_MOST_LETTERS = 10_000_000
_MOST_TURNS = 100_000
_HEADING = re.compile(r"(?P<level>#{1,6} )(?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")


def fill(document: Document, names: Names, where: str = "") -> tuple[Block, ...]:
    """Return the blocks of a document in Markdown, with its values.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    return tuple(_blocks(fill_text(document, names, where)))


def fill_text(document: Document, names: Names, where: str = "") -> list[Line]:
    """Return the lines of a document that is all in one language, with its values.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    writer = _Writer(document, where)
    writer.write(document.parts, names)
    return writer.end()


def _names_set(parts: Iterable[Part]) -> Iterator[tuple[object, int]]:
    """Yield each name that a document sets, with its line."""
    for part in parts:
        if isinstance(part, Set):
            yield part.name, part.line
        elif isinstance(part, If | For):
            yield from _names_set((*part.body, *part.otherwise))


class _Writer:
    def __init__(self, document: Document, where: str) -> None:
        self._source = document.source
        self._document = document
        self._lacking: set[object] = set()
        self._where = f" ({where})" if where else ""
        self._problems: dict[tuple[Location, str], Problem] = {}
        self._lines: list[Line] = []
        self._line = ""
        self._number = 1
        self._own: int | None = None
        self._is_gap = False
        self._made: Blocks | None = None
        self._letters = 0
        self._turns = 0

    def end(self) -> list[Line]:
        """Return the lines.

        Raises:
            InvalidInputError: when something could not be written.
        """
        self._end_line()
        if self._problems:
            raise InvalidInputError(list(self._problems.values()))
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
                name, set_at = self._set_elsewhere(error)
                if set_at and name in self._lacking:
                    continue
                self._lacking.add(name)
                set_it = f"line {set_at} sets it, in another branch or loop, or below: set it above this, too"
                location = Location(self._source, part.line, part.column)
                # Once for all the turns of a loop.
                key = location, error.code
                if key not in self._problems:
                    message = f"{error.message}{self._where}"
                    self._problems[key] = Problem(error.code, message, location, hint=set_it if set_at else error.hint)
                if isinstance(part, Set):
                    # Whatever uses the name would only say the same again.
                    raise InvalidInputError(list(self._problems.values())) from None
        return names

    def _set_elsewhere(self, error: ExpressionError) -> tuple[object, int]:
        """Return the name that is not defined, and the line that sets it somewhere else; 0: none does."""
        if not isinstance(error, UndefinedNameError) or error.code != "E301":
            return None, 0
        return error.name, dict(_names_set(self._document.parts)).get(error.name, 0)

    def _dynamic(self, part: Value | If | For | Set, names: Names) -> Names:
        if isinstance(part, Value):
            self._value(part, expressions.value(part.expression, names))
        elif isinstance(part, If):
            return self.write(part.body if expressions.value(part.test, names) else part.otherwise, names)
        elif isinstance(part, Set):
            return _with(names, {part.name: expressions.value(part.expression, names)})
        else:
            self._loop(part, names)
        return names

    def _loop(self, part: For, names: Names) -> None:
        given = _items(expressions.value(part.items, names), len(part.target))
        self._turns += len(given)
        if self._turns > _MOST_TURNS:
            message = f"the loops of this document have more than {_MOST_TURNS:,} turns{self._where}"
            problem = Problem("E303", message, Location(self._source, part.line, part.column))
            raise InvalidInputError([*self._problems.values(), problem])
        turns = [dict(zip(part.target, item, strict=True)) for item in given]
        if part.test is not None:
            turns = [own for own in turns if expressions.value(part.test, _with(names, own))]
        if not turns:
            self.write(part.otherwise, names)
        for index, own in enumerate(turns):
            loop = {"index": index + 1, "first": index == 0, "last": index == len(turns) - 1, "length": len(turns)}
            self.write(part.body, _with(names, {**own, LOOP: loop}))

    def _literal(self, part: Literal) -> None:
        if part.rest and not self._line:
            self._number = part.number
        self._close_gap(part.rest)
        self._line += part.rest
        if part.beginning is not None:
            self._end_line()
            self._lines.extend(part.lines)
            self._letters += part.letters
            self._line = part.beginning
            self._number = part.number + 1 + len(part.lines)

    def _value(self, part: Value, value: Any) -> None:
        if self._made is not None:
            raise ExpressionError("E304", quoting.ALONE)
        text = quoting.quote(value, part.place)
        if not self._line:
            self._number = part.line
        if isinstance(text, Blocks):
            self._made = text
            return
        self._close_gap(text)
        if not text and part.place in (Place.SHELL_WORD, Place.SHELL_ARGUMENT) and self._line.endswith(" "):
            # No word, and no blank before it.
            self._line = self._line[:-1]
            self._is_gap = True
        if text and self._own is None:
            self._own = len(self._line)
        first, *more = text.split("\n")
        self._line += first
        for line in more:
            self._end_line()
            self._line = line
            self._own = 0

    def _close_gap(self, text: str) -> None:
        """Put a blank back that null took away, where text follows that would be a part of the word before it."""
        if self._is_gap and text and text[0] not in " ;&|)":
            self._line += " "
        self._is_gap = self._is_gap and not text

    def _end_line(self) -> None:
        self._is_gap = False
        if self._made is None:
            own = len(self._line) if self._own is None else self._own
            self._lines.append(Line(self._line, self._number, own))
        else:
            self._lines.append(Line(self._made, self._number, 0))
            if self._line.strip():
                location = Location(self._source, self._number, 1)
                self._problems[location, "E304"] = Problem("E304", quoting.ALONE + self._where, location)
        self._made = None
        self._letters += len(self._lines[-1].text)
        if len(self._lines) > _MOST_LINES or self._letters > _MOST_LETTERS:
            message = f"it has more than {_MOST_LINES:,} lines or {_MOST_LETTERS:,} characters"
            raise InvalidInputError([Problem("E303", message, Location(self._source))])
        self._line = ""
        self._own = None


def _with(names: Names, own: Mapping[str, Any]) -> Names:
    return {**names, **own}


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


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    prose: list[str] = []
    following = iter(lines)
    for line in following:
        text = line.text
        block: Block | None = None
        is_fence = False
        if isinstance(text, Blocks):
            block = Prose(text)
        elif text.startswith("#"):
            block = _heading(line)
        elif text.startswith("```") and line.is_plain and (fence := FENCE.match(text)):
            is_fence = True
            inside = "\n".join(_inside(following, fence["ticks"]))
            # A loop over nothing leaves nothing to do.
            if inside.strip():
                block = Fence(fence["language"], tuple(fence["words"].split()), inside, line.number)
        is_blank = not text or text.isspace()
        if prose and (block is not None or is_fence or is_blank):
            yield Prose("\n".join(prose))
            prose = []
        if block is not None:
            yield block
        elif not (is_fence or is_blank):
            _add(prose, line)
    if prose:
        yield Prose("\n".join(prose))


def _inside(following: Iterator[Line], ticks: str) -> Iterator[str]:
    """Yield the lines of a fence, as far as the one that ends it."""
    for line in following:
        if line.is_plain and line.text.rstrip() == ticks:
            return
        yield line.text


def _add(prose: list[str], line: Line) -> None:
    """Add a line to a paragraph's: joined to the one before, unless the document's own text makes it another."""
    own = OWN_LINE.match(line.text)
    if not prose or (own and own.end() <= line.own):
        prose.append(line.text.rstrip())
    else:
        prose[-1] += f" {line.text.strip()}"


def _heading(line: Line) -> Heading | None:
    found = _HEADING.match(line.text)
    if found is None or found.end("level") > line.own:
        return None
    return Heading(len(found["level"].strip()), found["text"], found["name"] or "", line.number)
