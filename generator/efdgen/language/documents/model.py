"""Blocks of Markdown, and what makes them of the lines of a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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


Item = Passage | Opening | Closing | str | tuple[Block, ...]
"""What a line of Markdown is, or several: text is one inside a fence; a tuple, blocks that are whole.

A heading is such a block; a blank line is no block, and ends a paragraph, too: an empty tuple.
"""

Stretch = tuple[Item, ...]
"""Lines of Markdown that follow each other."""


class Value(NamedTuple):
    """A value, the place that it stands in, and where its expression begins."""

    expression: Node
    place: Place
    line: int
    column: int


Mould = Callable[[tuple[str, ...]], Any]
"""Makes an item, or a block, that has values, given the texts of all the values of the lines that it is made with."""


class Form:
    """Lines that follow each other, put together at once: any values of theirs are words on a line.

    Attributes:
        text: all the lines; where they have values, a pattern with `%s` for each.
        numbers: the numbers of the lines.
        lines: how many they count as.
        letters: how many letters they have without the values.
        stretch: what they are as Markdown; None: they are in a fence, or in another language.
        passage: where all of them belong to one paragraph: the text, or pattern, of it, and whether it begins an item.
        quoted: what returns each of the values, quoted for its place: a function of the names.
        moulds: what makes those items of the stretch that have values, each with its index.
    """

    # What is read as often as this is read fastest from such a class.
    __slots__ = ("letters", "lines", "moulds", "numbers", "passage", "quoted", "stretch", "text")

    def __init__(self, text: str, numbers: Sequence[int], letters: int, stretch: Stretch | None) -> None:
        self.text = text
        self.numbers = numbers
        self.lines = len(numbers)
        self.letters = letters
        self.stretch = stretch
        self.passage: tuple[str, bool] | None = None
        self.quoted: tuple[Callable[[Names], str], ...] = ()
        self.moulds: Sequence[tuple[int, Mould]] = ()
        if stretch is not None and len(stretch) == 1 and isinstance(stretch[0], Passage):
            self.passage = stretch[0].text, stretch[0].is_apart


Written = tuple[Form, tuple[str, ...]]
"""Lines that were written, and the texts of their values."""
