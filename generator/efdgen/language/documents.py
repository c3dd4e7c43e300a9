"""Markdown with values, loops and conditions: runbooks and pages, as people write them.

A document is Markdown. A value stands as `<% expression %>`; lines that begin with `%%` are control lines, in Jinja2's
own syntax (`%% if`, `%% elif`, `%% else`, `%% endif`, `%% for ... in ...`, `%% endfor`). Jinja2 parses, the evaluator
of expressions evaluates, no code is generated. A value is quoted by the place that it stands in, for the shell or for
Markdown, and can't add structure: a heading, a fence or a row is one only where the template's own text begins it.

    ### Sync <% app.name %> {#sync}                      Heading(3, "Sync influxdb", "sync")
                                                  ->
    ```bash by-hand                                      Fence("bash", ("by-hand",), "kubectl get 'a b'")
    kubectl get <% odd %>
    ```
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, quoting
from efdgen.language.expressions import ExpressionError
from efdgen.language.quoting import Place, Places
from efdgen.language.texttemplate import TextFile

CONTROL = "%%"
_MOST_LINES = 100_000
_BLOCK_OPEN, _BLOCK_CLOSE = "\x01%", "%\x01"
_FRONT = re.compile(r"---\n(?P<head>(?:.*\n)*?)---(?:\n|\Z)")
_HEADING = re.compile(r"(?P<level>#{1,6}) (?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>[\w-]*)(?P<words>(?: [a-z-]+)*)\Z")
_OWN_LINE = re.compile(r"\s*(?:[-*|>] ?|\d+\. )")
"""What begins a line that is not joined to the one before: a list's item, a table's row, a quotation."""

Names = Mapping[str, Any]


class Heading(NamedTuple):
    """A heading, and its name for ever: `### Title {#name}`."""

    level: int
    text: str
    name: str
    line: int


class Prose(NamedTuple):
    """A paragraph, a list or a table, in Markdown. Lines of a paragraph are joined, so that it is one line."""

    text: str


class Fence(NamedTuple):
    """A block of code; the words after its language say who it is for, and are not printed."""

    language: str
    words: tuple[str, ...]
    text: str


Block = Heading | Prose | Fence


class Document(NamedTuple):
    """A document, ready to be filled.

    Attributes:
        source: the file.
        head: the text of its front matter, after as many empty lines as make its places true; empty: none.
        parts: literal text, values, loops and conditions.
    """

    source: str
    head: str
    parts: tuple[_Part, ...]


class _Literal(NamedTuple):
    text: str


class _Value(NamedTuple):
    expression: nodes.Expr
    place: Place
    line: int
    column: int


class _If(NamedTuple):
    test: nodes.Expr
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int


class _For(NamedTuple):
    target: tuple[str, ...]
    items: nodes.Expr
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int


_Part = _Literal | _Value | _If | _For


def parse(file: TextFile) -> Document:
    """Read a document.

    Raises:
        InvalidInputError: where a control line or an expression is malformed, or a block opens what it does not close.
    """
    front = _FRONT.match(file.text)
    skipped = file.text[: front.end()].count("\n") if front else 0
    head = "\n" + front["head"] if front else ""
    # Everything keeps its line: front matter becomes empty lines, a control line becomes one block of Jinja2's.
    lines = file.text.split("\n")
    source = "\n".join(_as_block(line) if number >= skipped else "" for number, line in enumerate(lines))
    try:
        template = _environment().parse(source)
        return Document(file.source, head, _Reader(file.source, source).read(template.body))
    except TemplateSyntaxError as error:
        message = f"malformed: {error.message}"
        raise InvalidInputError([Problem("E302", message, Location(file.source, error.lineno, 1))]) from None
    except RecursionError:
        problem = Problem("E302", "malformed: nested too deeply", Location(file.source))
        raise InvalidInputError([problem]) from None


def _as_block(line: str) -> str:
    return f"{_BLOCK_OPEN}{line.removeprefix(CONTROL)}{_BLOCK_CLOSE}" if line.startswith(CONTROL) else line


def _environment() -> Environment:
    return Environment(  # noqa: S701 - it only parses
        block_start_string=_BLOCK_OPEN,
        block_end_string=_BLOCK_CLOSE,
        variable_start_string=expressions.OPEN,
        variable_end_string=expressions.CLOSE,
        comment_start_string="\x01#",
        comment_end_string="#\x01",
        trim_blocks=True,
        keep_trailing_newline=True,
    )


class _Reader:
    """Turns Jinja2's nodes into parts; follows the text to know which place each value stands in."""

    def __init__(self, source: str, text: str) -> None:
        self._source = source
        self._text = text
        self._at = 0
        self._places = Places()

    def read(self, body: Sequence[nodes.Node]) -> tuple[_Part, ...]:
        return tuple(part for node in body for part in self._parts(node))

    def _parts(self, node: nodes.Node) -> Iterator[_Part]:
        if isinstance(node, nodes.Output):
            for piece in node.nodes:
                if isinstance(piece, nodes.TemplateData):
                    self._places.follow(piece.data)
                    yield _Literal(piece.data)
                else:
                    yield self._value(piece)
        elif isinstance(node, nodes.If):
            yield self._if(node)
        elif isinstance(node, nodes.For):
            yield self._for(node)
        else:
            kind = type(node).__name__.lower()
            raise self._error("E302", f"documents have no {kind}: only for and if", node.lineno)

    def _value(self, node: nodes.Expr) -> _Value:
        start = self._text.index(expressions.OPEN, self._at)
        self._at = start + len(expressions.OPEN)
        line = self._text.count("\n", 0, start) + 1
        column = start - self._text.rfind("\n", 0, start)
        place = self._places.of_value()
        if place is Place.EXPANDED_DOCUMENT:
            message = "a value can't stand in a here-document that the shell expands"
            raise self._error("E302", message, line, column, "put its first word in quotes: <<'EOF'")
        if place is Place.HERE_DOCUMENT_LINE:
            message = "a value can't begin a line of a here-document: it could end it"
            raise self._error("E302", message, line, column)
        return _Value(node, place, line, column)

    def _if(self, node: nodes.If) -> _If:
        body = self._block(node.body, node.lineno)
        otherwise: tuple[_Part, ...] = ()
        if node.elif_:
            first, *rest = node.elif_
            otherwise = (self._if(nodes.If(first.test, first.body, rest, node.else_, lineno=first.lineno)),)
        elif node.else_:
            otherwise = self._block(node.else_, node.lineno)
        return _If(_expression(node.test), body, otherwise, node.lineno)

    def _for(self, node: nodes.For) -> _For:
        if node.recursive or node.test is not None:
            raise self._error("E302", "a loop has only a name and a list: `for ... in ...`", node.lineno)
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        names = tuple(target.name for target in targets if isinstance(target, nodes.Name))
        if len(names) != len(targets):
            raise self._error("E302", "a loop needs a name, or some: `for a, b in ...`", node.lineno)
        body = self._block(node.body, node.lineno)
        otherwise = self._block(node.else_, node.lineno) if node.else_ else ()
        return _For(names, _expression(node.iter), body, otherwise, node.lineno)

    def _block(self, body: Sequence[nodes.Node], line: int) -> tuple[_Part, ...]:
        before = self._places.state()
        parts = self.read(body)
        if self._places.state() != before:
            message = "a fence, a here-document or a quotation begins in this block and ends outside, or the other way"
            raise self._error("E302", message, line)
        return parts

    def _error(self, code: str, message: str, line: int, column: int = 1, hint: str = "") -> InvalidInputError:
        return InvalidInputError([Problem(code, message, Location(self._source, line, column), hint=hint)])


def _expression(node: nodes.Node) -> nodes.Expr:
    assert isinstance(node, nodes.Expr)  # noqa: S101 - the grammar has nothing else there
    return node


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


class _Line(NamedTuple):
    """A line of a filled document. Only one that the template's own text begins can be a heading, a fence, a row."""

    text: str
    number: int
    is_own: bool


class _Writer:
    def __init__(self, source: str, where: str) -> None:
        self._source = source
        self._where = where
        self._lines: list[_Line] = []
        self._pieces: list[str] = []
        self._is_own = True
        self._number = 1

    def lines(self) -> list[_Line]:
        self._end_line(1)
        return self._lines

    def write(self, parts: Sequence[_Part], names: Names) -> None:
        for part in parts:
            if isinstance(part, _Literal):
                self._text(part.text, is_own=True)
                continue
            try:
                self._dynamic(part, names)
            except ExpressionError as error:
                location = Location(self._source, part.line, part.column if isinstance(part, _Value) else 1)
                message = f"{error.message}{f' ({self._where})' if self._where else ''}"
                raise InvalidInputError([Problem(error.code, message, location, hint=error.hint)]) from None

    def _dynamic(self, part: _Value | _If | _For, names: Names) -> None:
        if isinstance(part, _Value):
            self._number = part.line
            self._text(quoting.quote(expressions.value(part.expression, names), part.place), is_own=False)
        elif isinstance(part, _If):
            self.write(part.body if expressions.value(part.test, names) else part.otherwise, names)
        else:
            items = _items(expressions.value(part.items, names), len(part.target))
            if not items:
                self.write(part.otherwise, names)
            for index, item in enumerate(items):
                loop = {"index": index + 1, "first": index == 0, "last": index == len(items) - 1, "length": len(items)}
                own = dict(zip(part.target, item, strict=True))
                self.write(part.body, ChainMap({"loop": loop, **own}, names))  # type: ignore[arg-type]

    def _text(self, text: str, *, is_own: bool) -> None:
        first, *more = text.split("\n")
        if first and not self._pieces:
            self._is_own = is_own
        if first:
            self._pieces.append(first)
        for line in more:
            self._end_line(int(is_own))
            self._is_own = is_own
            if line:
                self._pieces.append(line)

    def _end_line(self, step: int) -> None:
        self._lines.append(_Line("".join(self._pieces), self._number, self._is_own))
        if len(self._lines) > _MOST_LINES:
            problem = Problem("E303", f"it has more than {_MOST_LINES:,} lines", Location(self._source))
            raise InvalidInputError([problem])
        self._pieces = []
        self._is_own = True
        self._number += step


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


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
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
