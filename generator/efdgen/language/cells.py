"""One line of Markdown with values, as a YAML file holds it: what a table's cell says.

is: <% code(store.class) if store.class else 'the default' %>, <% store.size %>   ->   `local-path`, 15Gi
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Path
from efdgen.language import documents
from efdgen.language.documents import Document
from efdgen.language.layers import Locate
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple

_BEGIN, _END = "| ", " |"
_BAR = re.compile(r"(?<!\\)\|")


class Cell(NamedTuple):
    """A cell, ready to be filled.

    Attributes:
        document: a document of one line, a row of a table that has only this cell: so values are quoted for a cell.
        locate: says where a character of the line stands.
        path: where the line stands in the file.
    """

    document: Document
    locate: Locate
    path: Path


def parse(line: str, locate: Locate, path: Path) -> Cell:
    """Read a line of a YAML file.

    Args:
        line: Markdown with values, without a line break.
        locate: says where a part of the file stands.
        path: where the line stands in it.

    Raises:
        InvalidInputError: where an expression is malformed.
    """
    try:
        document = documents.parse(TextFile(locate(path).file, f"{_BEGIN}{line}{_END}"))
    except InvalidInputError as error:
        raise _in_the_file(error, locate, path) from None
    return Cell(document, locate, path)


def fill(cell: Cell, names: Mapping[str, Any], where: str = "") -> str:
    """Return a cell's Markdown, with its values.

    Args:
        cell: the cell.
        names: what its expressions can use.
        where: for messages: whose names they are.

    Raises:
        InvalidInputError: when an expression can't be evaluated, or yields what can't stand in a cell.
    """
    try:
        row = documents.fill_text(cell.document, names, where).replace("\n", " ")
    except InvalidInputError as error:
        raise _in_the_file(error, cell.locate, cell.path) from None
    text = row.removeprefix(_BEGIN).removesuffix(_END).strip()
    # Values have no such bar, unless they are not to be quoted; the line's own text may have one.
    return _BAR.sub(r"\\|", text) if "|" in text else text


def _in_the_file(error: InvalidInputError, locate: Locate, path: Path) -> InvalidInputError:
    """Return what is wrong, located in the YAML file instead of in the document of one line."""
    return InvalidInputError(
        problem._replace(location=locate(path, max(0, problem.location.column - 1 - len(_BEGIN))), path=path)
        for problem in error.problems
    )
