"""A document as it is read, and the blocks that come of filling it."""

from __future__ import annotations

from typing import Any

from efdgen.language import yamlio
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
        parts: literal text, values, loops and conditions.
    """

    source: str
    head: yamlio.Document | None
    parts: tuple[Part, ...]


class Line(NamedTuple):
    """A line of a filled document: its text, the line that it comes from, and how many letters are the document's own.

    These are counted from the first, as far as the first value. Text that is `Blocks` is as many lines as they are.
    """

    text: str
    number: int
    own: int

    @property
    def is_plain(self) -> bool:
        """Say whether there is no value in it."""
        return self.own == len(self.text)


class Literal(NamedTuple):
    """Text as it stands in the document: the rest of a line, whole lines, and the beginning of the next one.

    Split and counted once, when the document is read: most of a document is such lines, and it is filled for each
    environment.
    """

    rest: str
    lines: tuple[Line, ...]
    beginning: str | None
    number: int
    letters: int


class Value(NamedTuple):
    """A value, the place that it stands in, and where its expression begins."""

    expression: Node
    place: Place
    line: int
    column: int


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


Part = Literal | Value | If | For | Set
