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


class Stretch(NamedTuple):
    """Lines of Markdown that follow each other, with those blocks made that are whole, whatever is around them.

    Attributes:
        before: what the first lines are: they can belong to a block that was begun before.
        made: the blocks that are whole; None: the first lines are all there are.
        after: what the last lines are: they can belong to a block that goes on.
    """

    before: tuple[Item, ...]
    made: tuple[Block, ...] | None
    after: tuple[Item, ...]


class Text(NamedTuple):
    """Whole lines in which no value stands: read, counted, and made into blocks once, for all environments.

    Attributes:
        text: the lines.
        lines: how many they are.
        number: the first one's.
        stretch: what they are as Markdown; None: they are in a fence, or in another language.
    """

    text: str
    lines: int
    number: int
    stretch: Stretch | None


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
        number: the line's.
        is_inside: whether it is in a fence, or in another language than Markdown.
    """

    pieces: tuple[str | Value, ...]
    number: int
    is_inside: bool


class Mould:
    """A block, or a line, with values.

    Attributes:
        pattern: its text, with `%s` for each value.
        values: which ones these are among the values of all the lines that it is made with.
        make: returns what the text is as Markdown.
    """

    # What is read as often as this and `Form` is read fastest from such a class.
    __slots__ = ("make", "pattern", "values")

    def __init__(self, pattern: str, values: slice, make: Callable[[str], Any]) -> None:
        self.pattern = pattern
        self.values = values
        self.make = make


class Form:
    """What puts lines together at once, as long as their values are words on a line.

    Attributes:
        quoted: what returns each of the values, quoted for its place: a function of the names.
        pattern: all the lines, with `%s` for each value.
        numbers: the numbers of the lines.
        lines: how many they are.
        letters: how many letters they have without the values.
        stretch: what they are as Markdown, see `Stretch`; None: they are in a fence, or in another language.
        passage: where all of them belong to one paragraph, the pattern of its text, and whether that begins an item.
    """

    __slots__ = ("letters", "lines", "numbers", "passage", "pattern", "quoted", "stretch")

    def __init__(
        self,
        quoted: tuple[Callable[[Names], str], ...],
        pattern: str,
        numbers: tuple[int, ...],
        letters: int,
        stretch: tuple[tuple[Any, ...], tuple[Any, ...] | None, tuple[Any, ...]] | None,
        passage: tuple[str, bool] | None,
    ) -> None:
        self.quoted = quoted
        self.pattern = pattern
        self.numbers = numbers
        self.lines = len(numbers)
        self.letters = letters
        self.stretch = stretch
        self.passage = passage


class Run(NamedTuple):
    """Whole lines without a control line between them, with values in some.

    Attributes:
        lines: the lines, as what is put together piece by piece.
        form: returns what puts all of them together at once; it is made when it is first asked for.
    """

    lines: tuple[Text | Row, ...]
    form: Callable[[], Form]


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


Part = Text | Row | Run | If | For | Set
