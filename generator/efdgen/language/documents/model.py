"""A document as it is read, and the blocks that come of filling it."""

from __future__ import annotations

from typing import Any, NamedTuple

from jinja2 import nodes

from efdgen.language.quoting import Place


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
        parts: literal text, values, loops, conditions and names.
    """

    source: str
    head: str
    parts: tuple[Part, ...]


class Line(NamedTuple):
    """A line of a filled document. Only one that the template's own text begins can be a heading, a fence, a row."""

    text: str
    number: int
    is_own: bool


class Literal(NamedTuple):
    """Text that stands as it is: the rest of a line, whole lines, and the beginning of the next one.

    Split once, when the document is read: most of a document is such lines, and it is filled for each environment.
    """

    rest: str
    lines: tuple[Line, ...]
    beginning: str | None
    number: int


class Value(NamedTuple):
    """An expression, the place that its value stands in, and where it was written."""

    expression: nodes.Expr
    place: Place
    line: int
    column: int


class If(NamedTuple):
    """Parts that depend on a test."""

    test: nodes.Expr
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int


class For(NamedTuple):
    """Parts once for each item of a list, or for those that pass a test; `otherwise`, when there are none."""

    target: tuple[str, ...]
    items: nodes.Expr
    test: nodes.Expr | None
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int


class Set(NamedTuple):
    """A name for what an expression yields."""

    name: str
    expression: nodes.Expr
    line: int


Part = Literal | Value | If | For | Set
