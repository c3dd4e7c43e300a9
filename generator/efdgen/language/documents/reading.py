"""From the text of a document to its parts: Jinja2 parses, and each value learns the place that it stands in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from jinja2 import Environment, TemplateSyntaxError, nodes

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, suggest, yamlio
from efdgen.language.documents.model import Document, For, If, Literal, Part, Set, Value
from efdgen.language.expressions import ExpressionError
from efdgen.language.markdowntext import Places
from efdgen.language.texttemplate import TextFile

_CONTROL = "%%"
_BLOCK_OPEN, _BLOCK_CLOSE = "\x01%", "%\x01"
_COMMENT_OPEN, _COMMENT_CLOSE = "\x01#", "#\x01"
_FRONT = re.compile(r"---\n(?P<head>(?:.*\n)*?)---(?:\n|\Z)")
_VALUE = re.compile(
    rf"{_BLOCK_OPEN}.*?{_BLOCK_CLOSE}|{_COMMENT_OPEN}.*?{_COMMENT_CLOSE}"
    r"""|(?P<value><%(?P<inside>(?:[^'"%]|%(?!>)|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*)%>)""",
    re.DOTALL,
)
"""A value, or a control line or comment, in which there is none."""

_ENDS = {"if": "endif", "for": "endfor"}
_WORDS = (*_ENDS, *_ENDS.values(), "elif", "else", "set")


def parse(file: TextFile, language: str = "") -> Document:
    """Read a document.

    Args:
        file: the file.
        language: what all of it is in, such as `bash`; empty: it is Markdown.

    Raises:
        InvalidInputError: where a control line, an expression or the front matter is malformed, a value can't stand, or
            a block opens what it does not close.
    """
    front = None if language else _FRONT.match(file.text)
    # Everything keeps its line: front matter becomes empty lines, a control line one block of Jinja2's.
    skipped = file.text[: front.end()].count("\n") if front else 0
    lines = file.text.split("\n")
    source = "\n".join("" if number < skipped else _as_block(line) for number, line in enumerate(lines))
    _check_control_lines(file.source, lines, skipped)
    values = [match for match in _VALUE.finditer(source) if match["value"]]
    try:
        template = _environment().parse(source)
    except (TemplateSyntaxError, RecursionError) as error:
        _explain(file.source, source, values, error)
    parts = _Reader(file.source, source, values, Places(language)).read_all(template.body)
    # Empty lines before it make its places those of the file.
    head = yamlio.parse("\n" + front["head"], file.source) if front else None
    return Document(file.source, head, parts)


def _as_block(line: str) -> str:
    if not line.startswith(_CONTROL):
        return line
    inside = line.removeprefix(_CONTROL)
    is_comment = inside.lstrip().startswith("#")
    return f"{_COMMENT_OPEN}{_COMMENT_CLOSE}" if is_comment else f"{_BLOCK_OPEN} {inside} {_BLOCK_CLOSE}"


@functools.cache
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


def _check_control_lines(file: str, lines: Sequence[str], skipped: int) -> None:
    """Refuse words that are none of `_WORDS`, and blocks that do not end."""
    open_: list[tuple[str, int]] = []
    for number, line in enumerate(lines[skipped:], skipped + 1):
        word = (line.removeprefix(_CONTROL).split() or [""])[0]
        if not line.startswith(_CONTROL) or word.startswith("#"):
            continue
        if word not in _WORDS:
            _refuse(file, f"{word!r} begins no control line", number, 1, suggest.hint(word, _WORDS))
        if len(line) > expressions.MAX_LENGTH:
            _refuse(file, f"a control line may have at most {expressions.MAX_LENGTH} characters", number)
        if word in _ENDS:
            open_.append((word, number))
        elif word != "set":
            _check_belongs(file, word, number, open_[-1][0] if open_ else "")
            if word in _ENDS.values():
                open_.pop()
    if open_:
        word, number = open_[-1]
        _refuse(file, f"this block has no end: `{_CONTROL} {_ENDS[word]}`", number)


def _check_belongs(file: str, word: str, number: int, block: str) -> None:
    """Refuse `else`, `elif` and ends where the innermost block that is open is none of theirs."""
    if word not in {"if": ("elif", "else", "endif"), "for": ("else", "endfor")}.get(block, ()):
        inside = f"the innermost block that is open is `{_CONTROL} {block}`" if block else "no block is open"
        _refuse(file, f"`{_CONTROL} {word}` does not belong here: {inside}", number)


def _explain(file: str, source: str, values: Sequence[re.Match[str]], error: Exception) -> NoReturn:
    """Say what Jinja2 does not understand, at the value that it is in; else at the line of the control line."""
    for match in values:
        try:
            expressions.parse(match["inside"])
        except ExpressionError as wrong:
            _refuse(file, wrong.message, *_place(source, match.start()), wrong.hint)
    rest = _VALUE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    if expressions.OPEN in rest:
        message = f"{expressions.OPEN} without {expressions.CLOSE}"
        _refuse(file, message, *_place(source, rest.index(expressions.OPEN)))
    if isinstance(error, TemplateSyntaxError):
        _refuse(file, f"malformed: {error.message}", error.lineno)
    raise InvalidInputError([Problem("E302", "malformed: nested too deeply", Location(file))]) from None


def _place(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column of a place in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _refuse(file: str, message: str, line: int, column: int = 1, hint: str = "") -> NoReturn:
    raise InvalidInputError([Problem("E302", message, Location(file, line, column), hint=hint)]) from None


class _Reader:
    """Turns Jinja2's nodes into parts; follows the text to know which place each value stands in."""

    def __init__(self, file: str, source: str, values: Sequence[re.Match[str]], places: Places) -> None:
        self._file = file
        self._source = source
        self._values = iter(values)
        self._places = places

    def read_all(self, body: Sequence[nodes.Node]) -> tuple[Part, ...]:
        """Return the parts of the whole document."""
        parts = self._read(body)
        try:
            self._places.end()
        except ExpressionError as error:
            _refuse(self._file, error.message, self._places.number, 1, error.hint)
        return parts

    def _read(self, body: Sequence[nodes.Node]) -> tuple[Part, ...]:
        return tuple(part for node in body for part in self._parts(node))

    def _parts(self, node: nodes.Node) -> Iterator[Part]:
        if isinstance(node, nodes.Output):
            for piece in node.nodes:
                if isinstance(piece, nodes.TemplateData):
                    yield self._literal(piece)
                else:
                    yield self._value(piece)
        elif isinstance(node, nodes.If):
            yield self._if(node)
        elif isinstance(node, nodes.For):
            yield self._for(node)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            yield Set(node.target.name, _expression(node.node), node.lineno)
        else:
            _refuse(self._file, f"`{_CONTROL} set` gives one name one value: `set name = ...`", node.lineno)

    def _literal(self, piece: nodes.TemplateData) -> Literal:
        try:
            self._places.follow(piece.data, piece.lineno)
        except ExpressionError as error:
            _refuse(self._file, error.message, self._places.number, 1, error.hint)
        return Literal(piece.data, piece.lineno)

    def _value(self, node: nodes.Expr) -> Value:
        match = next(self._values)
        line, column = _place(self._source, match.start())
        if match["inside"][:1] in ("-", "+") or match["inside"][-1:] in ("-", "+"):
            _refuse(self._file, "an expression has a blank before it and behind it", line, column)
        if len(match["inside"]) > expressions.MAX_LENGTH:
            _refuse(self._file, expressions.TOO_LONG, line, column)
        try:
            return Value(node, self._places.of_value(), line, column)
        except ExpressionError as error:
            _refuse(self._file, error.message, line, column, error.hint)

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
            _refuse(self._file, "a loop can't be recursive: `for name in list`", node.lineno)
        targets = node.target.items if isinstance(node.target, nodes.Tuple) else [node.target]
        names = tuple(target.name for target in targets if isinstance(target, nodes.Name))
        if len(names) != len(targets):
            _refuse(self._file, "a loop gives a name, or some: `for a, b in list`", node.lineno)
        body = self._block(node.body, node.lineno)
        otherwise = self._block(node.else_, node.lineno) if node.else_ else ()
        test = None if node.test is None else _expression(node.test)
        return For(names, _expression(node.iter), test, body, otherwise, node.lineno)

    def _block(self, body: Sequence[nodes.Node], line: int) -> tuple[Part, ...]:
        before = self._places.state()
        parts = self._read(body)
        if self._places.state() != before:
            message = "a fence, a here-document or a quotation begins in this block and ends outside, or the other way"
            _refuse(self._file, message, line)
        return parts


def _expression(node: nodes.Node) -> nodes.Expr:
    assert isinstance(node, nodes.Expr)  # noqa: S101 - the grammar has nothing else there
    return node
