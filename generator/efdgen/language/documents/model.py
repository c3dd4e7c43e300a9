"""A document as it is read, and the blocks that come of filling it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from efdgen.language import yamlio
from efdgen.language.expressions import Names
from efdgen.language.places import Place
from efdgen.language.syntaxtree import Node
from efdgen.language.tuples import NamedTuple


class Heading(NamedTuple):
    """A heading, its name for ever, and its line in the document: `### Title {#name}`."""

    level: int
    text: str
    name: str
    line: int


class Prose(NamedTuple):
    """A paragraph, a list or a table, in Markdown. Lines of a paragraph are joined, so that it is one line."""

    text: str


class Fence(NamedTuple):
    """A block of code, and its line in the document; the words after its language are not printed."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int


Block = Heading | Prose | Fence


class Document(NamedTuple):
    """A document, ready to be filled.

    Attributes:
        source: the file.
        head: its front matter, the YAML between two lines of `---` at its beginning; None: there is none.
        parts: its lines, loops and conditions.
    """

    source: str
    head: yamlio.Document | None
    parts: tuple[Part, ...]


class Line(NamedTuple):
    """A line of a filled document, and the line of the document that it comes from."""

    text: str
    number: int


class Passage(NamedTuple):
    """A line of a paragraph; `is_apart`: it begins an item, a row or a quotation, and so is not joined to another."""

    text: str
    is_apart: bool


class Opening(NamedTuple):
    """The line that begins a fence: what stands behind the backticks, and its number."""

    language: str
    words: tuple[str, ...]
    line: int


class Closing(NamedTuple):
    """The line that ends a fence."""


Item = Block | Passage | Opening | Closing | str | None
"""What a line of Markdown is, before blocks are made: text is a line inside a fence, or several; None: a blank line."""


class Text(NamedTuple):
    """Whole lines in which no value stands: read, counted, and made into blocks once, for all environments.

    Attributes:
        text: the lines.
        lines: how many they are.
        number: the first one's.
        items: what they are as Markdown, with those blocks that are whole; None: they are in a fence, or in another
            language.
    """

    text: str
    lines: int
    number: int
    items: tuple[Item, ...] | None


class Value(NamedTuple):
    """A value, the place that it stands in, and where its expression begins."""

    expression: Node
    place: Place
    line: int
    column: int


class Row(NamedTuple):
    """A line with values.

    Attributes:
        pieces: text and values, in turn.
        pattern: the same with `%s` for each value.
        values: the values among them.
        quoted: what returns each of these, quoted for its place: a function of the names.
        own: how many letters are the document's own before the first value.
        number: the line's.
        is_inside: whether it is in a fence, or in another language than Markdown.
    """

    pieces: tuple[str | Value, ...]
    pattern: str
    values: tuple[Value, ...]
    quoted: tuple[Callable[[Names], str], ...]
    own: int
    number: int
    is_inside: bool


class If(NamedTuple):
    """A condition, and what stands there where it holds, and where it does not."""

    test: Node
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int
    column: int


class For(NamedTuple):
    """A loop: the names that it gives, what it goes over, which items it takes, and what stands there without any."""

    target: tuple[str, ...]
    items: Node
    test: Node | None
    body: tuple[Any, ...]
    otherwise: tuple[Any, ...]
    line: int
    column: int


class Set(NamedTuple):
    """A name that what follows can use, to the end of the loop, or of the document."""

    name: str
    expression: Node
    line: int
    column: int


Part = Text | Row | If | For | Set
