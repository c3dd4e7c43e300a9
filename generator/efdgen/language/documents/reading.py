"""From a file to a document: Jinja2 parses, and each value learns which place it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jinja2 import Environment, TemplateSyntaxError, nodes

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions
from efdgen.language.documents.model import Document, For, If, Line, Literal, Part, Set, Value
from efdgen.language.quoting import Place, Places
from efdgen.language.texttemplate import TextFile

CONTROL, _COMMENT = "%%", "%#"
_BLOCK_OPEN, _BLOCK_CLOSE = "\x01%", "%\x01"
_COMMENT_OPEN, _COMMENT_CLOSE = "\x01#", "#\x01"
_FRONT = re.compile(r"---\n(?P<head>(?:.*\n)*?)---(?:\n|\Z)")


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
    if line.startswith(CONTROL):
        return f"{_BLOCK_OPEN}{line.removeprefix(CONTROL)}{_BLOCK_CLOSE}"
    return f"{_COMMENT_OPEN}{_COMMENT_CLOSE}" if line.startswith(_COMMENT) else line


def _environment() -> Environment:
    return Environment(  # noqa: S701 - it only parses
        block_start_string=_BLOCK_OPEN,
        block_end_string=_BLOCK_CLOSE,
        variable_start_string=expressions.OPEN,
        variable_end_string=expressions.CLOSE,
        comment_start_string=_COMMENT_OPEN,
        comment_end_string=_COMMENT_CLOSE,
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

    def read(self, body: Sequence[nodes.Node]) -> tuple[Part, ...]:
        return tuple(part for node in body for part in self._parts(node))

    def _parts(self, node: nodes.Node) -> Iterator[Part]:
        if isinstance(node, nodes.Output):
            for piece in node.nodes:
                if isinstance(piece, nodes.TemplateData):
                    self._places.follow(piece.data)
                    yield _literal(piece.data, piece.lineno)
                else:
                    yield self._value(piece)
        elif isinstance(node, nodes.If):
            yield self._if(node)
        elif isinstance(node, nodes.For):
            yield self._for(node)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            yield Set(node.target.name, _expression(node.node), node.lineno)
        else:
            kind = type(node).__name__.lower()
            raise self._error("E302", f"documents have no {kind}: only for, if and set", node.lineno)

    def _value(self, node: nodes.Expr) -> Value:
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
        return Value(node, place, line, column)

    def _if(self, node: nodes.If) -> If:
        body = self._block(node.body, node.lineno)
        otherwise: tuple[Part, ...] = ()
        if node.elif_:
            first, *rest = node.elif_
            otherwise = (self._if(nodes.If(first.test, first.body, rest, node.else_, lineno=first.lineno)),)
        elif node.else_:
            otherwise = self._block(node.else_, node.lineno)
        return If(_expression(node.test), body, otherwise, node.lineno)

    def _for(self, node: nodes.For) -> For:
        if node.recursive:
            raise self._error("E302", "a loop is not recursive: `for ... in ...`", node.lineno)
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        names = tuple(target.name for target in targets if isinstance(target, nodes.Name))
        if len(names) != len(targets):
            raise self._error("E302", "a loop needs a name, or some: `for a, b in ...`", node.lineno)
        body = self._block(node.body, node.lineno)
        otherwise = self._block(node.else_, node.lineno) if node.else_ else ()
        test = None if node.test is None else _expression(node.test)
        return For(names, _expression(node.iter), test, body, otherwise, node.lineno)

    def _block(self, body: Sequence[nodes.Node], line: int) -> tuple[Part, ...]:
        before = self._places.state()
        parts = self.read(body)
        if self._places.state() != before:
            message = "a fence, a here-document or a quotation begins in this block and ends outside, or the other way"
            raise self._error("E302", message, line)
        return parts

    def _error(self, code: str, message: str, line: int, column: int = 1, hint: str = "") -> InvalidInputError:
        return InvalidInputError([Problem(code, message, Location(self._source, line, column), hint=hint)])


def _literal(text: str, number: int) -> Literal:
    rest, *more = text.split("\n")
    if not more:
        return Literal(rest, (), None, number)
    lines = tuple(Line(line, number + 1 + index, is_own=True) for index, line in enumerate(more[:-1]))
    return Literal(rest, lines, more[-1], number)


def _expression(node: nodes.Node) -> nodes.Expr:
    assert isinstance(node, nodes.Expr)  # noqa: S101 - the grammar has nothing else there
    return node
