"""From the text of a document to its parts: blocks nest, and each value learns the place that it stands in."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, suggest, yamlio
from efdgen.language.documents.lines import Lines
from efdgen.language.documents.model import Value
from efdgen.language.documents.parts import Document, For, If, Set
from efdgen.language.documents.writing import Part, most_of
from efdgen.language.expressions import LOOP, ExpressionError
from efdgen.language.markdowntext import Places
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple

_CONTROL = "%%"
_RULE = "---"
_FRONT = re.compile(r"---\n(?P<head>(?:.*\n)*?)---(?:\n|\Z)")
_VALUE = re.compile(r"""<%((?:[^'"%]|%(?!>)|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*)%>""")
_WORD = re.compile(r"\s*(\S*)\s*")
_SET = re.compile(r"([A-Za-z_]\w*)\s*=(?!=)\s*")

_IF = re.compile(r"if\b")
_OWN_TEXT = "%%{"
"""What begins a line of Mermaid's own, as `%%{init: ...}`: no control line in a fence that is no command."""

_DEEPEST = 100
"""How deep blocks nest, at most; each `elif` counts."""

_ENDS = {"if": "endif", "for": "endfor"}
_BRANCHES = {"if": ("elif", "else", "endif"), "elif": ("elif", "else", "endif"), "for": ("else", "endfor")}
_WORDS = (*_ENDS, *_ENDS.values(), "elif", "else", "set")


@functools.lru_cache(maxsize=512)
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
    if front is None and not language and file.text.partition("\n")[0].rstrip() == _RULE:
        message = f"the front matter that begins here has no end: a line of {_RULE}, and nothing else on it"
        raise InvalidInputError([Problem("E302", message, Location(file.source, 1, 1))])
    begin = front.end() if front else 0
    number = file.text.count("\n", 0, begin) + 1
    parts = _Reader(file.source, language).read(file.text[begin:], number)
    # Empty lines before it make its places those of the file.
    head = yamlio.parse("\n" + front["head"], file.source) if front else None
    return Document(file.source, head, parts, most_of(parts))


def _values(line: str) -> Iterator[re.Match[str]]:
    """Yield the values of a line, as far as the first that has no end: what follows it is looked at no more."""
    start = line.find(expressions.OPEN)
    while start >= 0 and (match := _VALUE.match(line, start)):
        yield match
        start = line.find(expressions.OPEN, match.end())


class _Token(NamedTuple):
    """Text as it stands (no word), a value (`<%`) or a control line (its word); and where `text` begins."""

    word: str
    text: str
    line: int
    column: int = 1


class _Reader:
    """Turns text into parts, and follows it to know which place each value stands in."""

    def __init__(self, file: str, language: str) -> None:
        self._file = file
        self._places = Places(language)
        self._lines = Lines(language)
        self._tokens: Iterator[_Token] = iter(())
        self._depth = 0

    def read(self, text: str, number: int) -> tuple[Part, ...]:
        """Return the parts of a text that begins at line `number`."""
        self._tokens = self._split(text, number)
        parts, end = self._parts()
        if end is not None:
            self._refuse(f"`{_CONTROL} {end.word}` does not belong here: no block is open", end.line)
        try:
            self._places.end()
        except ExpressionError as error:
            self._refuse(error.message, self._places.number, error.offset + 1, error.hint)
        return (*parts, *self._lines.end())

    def _split(self, text: str, begun: int) -> Iterator[_Token]:
        done = at = 0
        for number, line in enumerate(text.split("\n"), begun):
            start, at = at, at + len(line) + 1
            if line.startswith(_CONTROL):
                yield _Token("", text[done:start], begun)
                done, begun = start, number
                if not (line.startswith(_OWN_TEXT) and self._places.is_in_text):
                    done, begun = at, number + 1
                    if not line.removeprefix(_CONTROL).lstrip().startswith("#"):
                        yield self._control_line(line, number)
                    continue
            if expressions.OPEN not in line:
                continue
            end = 0
            for match in _values(line):
                yield _Token("", text[done : start + match.start()], begun)
                yield _Token(expressions.OPEN, match[1], number, match.start() + 1)
                end = match.end()
                done, begun = start + end, number
            if expressions.OPEN in line[end:]:
                message = f"{expressions.OPEN} without {expressions.CLOSE} on the same line"
                begin = line.index(expressions.OPEN, end)
                rest = line[begin + len(expressions.OPEN) :]
                self._refuse(message, number, begin + 1, expressions.end_hint(rest) if "% >" in rest else "")
        yield _Token("", text[done:], begun)

    def _control_line(self, line: str, number: int) -> _Token:
        match = _WORD.match(line, len(_CONTROL))
        assert match is not None  # noqa: S101 - nothing matches, too
        word, text = match[1], line[match.end() :].rstrip()
        if word not in _WORDS:
            self._refuse(f"{word!r} begins no control line", number, match.start(1) + 1, suggest.hint(word, _WORDS))
        if text and word in ("else", *_ENDS.values()):
            hint = f"write `{_CONTROL} elif{text.removeprefix('if')}`" if word == "else" and _IF.match(text) else ""
            self._refuse(f"nothing stands behind `{_CONTROL} {word}`", number, match.end() + 1, hint)
        return _Token(word, text, number, match.end() + 1)

    def _parts(self) -> tuple[tuple[Part, ...], _Token | None]:
        """Return the parts as far as the control line that ends them, and that line; None: the document's end."""
        found: list[Part] = []
        for token in self._tokens:
            if not token.word:
                self._literal(token)
                continue
            if token.word == expressions.OPEN:
                self._value(token)
                continue
            found += self._lines.take()
            if token.word == "if":
                found.append(self._if(token, token))
            elif token.word == "for":
                found.append(self._for(token))
            elif token.word == "set":
                found.append(self._set(token))
            else:
                return tuple(found), token
        return tuple(found), None

    def _literal(self, token: _Token) -> None:
        if not token.text:
            return
        try:
            self._places.follow(token.text, token.line)
        except ExpressionError as error:
            self._refuse(error.message, self._places.number, error.offset + 1, error.hint)
        self._lines.add_text(token.text, token.line)

    def _value(self, token: _Token) -> None:
        expression = self._parsed(expressions.parse, token)
        try:
            place = self._places.of_value()
        except ExpressionError as error:
            self._refuse(error.message, token.line, token.column, error.hint)
        self._lines.add_value(Value(expression, place, token.line, token.column))

    def _if(self, token: _Token, first: _Token) -> If:
        """Return a condition, or one of its further branches; `first` is where the whole of it begins."""
        test = self._parsed(expressions.parse, token)
        self._begin_block(token)
        mark = self._places.mark()
        body, end = self._block(token, first)
        if end.word in ("elif", "else"):
            self._places.go_back(mark)
        otherwise: tuple[Part, ...] = ()
        if end.word == "elif":
            otherwise = (self._if(end, first),)
        elif end.word == "else":
            otherwise = self._otherwise(first)
        self._depth -= 1
        return If(test, body, otherwise, token.line, token.column)

    def _for(self, token: _Token) -> For:
        names, items, test = self._parsed(expressions.parse_loop, token)
        self._begin_block(token)
        body, end = self._block(token, token)
        otherwise = self._otherwise(token) if end.word == "else" else ()
        self._depth -= 1
        return For(names, items, test, (body, otherwise), token.line, token.column)

    def _set(self, token: _Token) -> Set:
        match = _SET.match(token.text)
        if match is None:
            self._refuse(f"a name is set like this: `{_CONTROL} set name = ...`", token.line, token.column)
        if match[1] == LOOP:
            self._refuse(f"`{LOOP}` is the name of where a loop is", token.line, token.column, "choose another name")
        at = _Token(token.word, token.text[match.end() :], token.line, token.column + match.end())
        return Set(match[1], self._parsed(expressions.parse, at), at.line, at.column)

    def _begin_block(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse("blocks nest too deeply", token.line)

    def _otherwise(self, begun: _Token) -> tuple[Part, ...]:
        """Return the parts behind an `else`."""
        body, end = self._block(begun, begun)
        if end.word not in _ENDS.values():
            self._refuse(f"`{_CONTROL} {end.word}` does not belong here: an `{_CONTROL} else` stands before", end.line)
        return body

    def _block(self, begun: _Token, first: _Token) -> tuple[tuple[Part, ...], _Token]:
        """Return the parts of a branch, and the control line that ends it; `first` is where its block begins."""
        before = self._places.state()
        body, end = self._parts()
        if end is None:
            word = _BRANCHES[begun.word][-1]
            self._refuse(f"this block has no end: `{_CONTROL} {word}`", first.line)
        if end.word not in _BRANCHES[begun.word]:
            block = f"`{_CONTROL} {first.word}` of line {first.line}"
            message = f"`{_CONTROL} {end.word}` does not belong here: the innermost block that is open is {block}"
            self._refuse(message, end.line)
        if self._places.state() != before:
            message = "a fence, a here-document or a quotation begins in this block and ends outside, or the other way"
            self._refuse(message, begun.line)
        return body, end

    def _parsed(self, parse: Callable[[str], Any], token: _Token) -> Any:
        try:
            return parse(token.text)
        except ExpressionError as error:
            self._refuse(error.message, token.line, token.column, error.hint)

    def _refuse(self, message: str, line: int, column: int = 1, hint: str = "") -> NoReturn:
        raise InvalidInputError([Problem("E302", message, Location(self._file, line, column), hint=hint)]) from None
