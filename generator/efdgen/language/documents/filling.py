"""From a document and the facts of an environment to the blocks of Markdown that the document's own text makes."""

from __future__ import annotations

from collections.abc import Iterable

from efdgen.language.documents.blocks import gathered
from efdgen.language.documents.model import Block, Written
from efdgen.language.documents.parts import Document
from efdgen.language.documents.writing import Writer
from efdgen.language.expressions import Names
from efdgen.language.tuples import NamedTuple


class Filled(NamedTuple):
    """The lines of a document, with its values: their text, and the numbers of the document's lines they come from."""

    text: str
    numbers: list[int]


def fill(document: Document, names: Names, where: str = "") -> tuple[Block, ...]:
    """Return the blocks of a document in Markdown, with its values.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    return tuple(gathered(_written(document, names, where)))


def fill_text(document: Document, names: Names, where: str = "") -> str:
    """Return the lines of a document that is all in one language, with its values.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    return _text(_written(document, names, where))


def fill_lines(document: Document, names: Names, where: str = "") -> Filled:
    """Return the same as `fill_text`, and where its lines come from.

    Raises:
        InvalidInputError: with every expression that can't be evaluated, or yields what its place can't hold.
    """
    written = _written(document, names, where)
    numbers: list[int] = []
    for form, _ in written:
        # A line of the document is one line, but for blocks, and these are made of one.
        numbers += form.numbers if len(form.numbers) > 1 else [*form.numbers] * (form.text.count("\n") + 1)
    return Filled(_text(written), numbers)


def _text(written: Iterable[Written]) -> str:
    return "\n".join([form.text % values if values else form.text for form, values in written])


def _written(document: Document, names: Names, where: str) -> list[Written]:
    """Return what the parts of a document write.

    Raises:
        InvalidInputError: when something could not be written.
    """
    writer = Writer(document.source, document.parts, document.most, where)
    for part in document.parts:
        names = part.write(writer, names)
    return writer.end()
