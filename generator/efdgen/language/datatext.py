"""Which place a value stands in, in a line of JSON, YAML, HCL or Python."""

from __future__ import annotations

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import Place


def of_value(line: str) -> Place:
    """Return the place that the beginning of a line leads to.

    Raises:
        ExpressionError: when no value can stand there.
    """
    quote = ""
    before = " "
    letters = iter(line)
    for letter in letters:
        if quote == '"' and letter == "\\":
            next(letters, "")
        elif letter == quote:
            quote = ""
        elif not quote and (letter == '"' or (letter == "'" and before in " [{(,=:")):
            quote = letter
        before = letter
    if quote == "'":
        raise ExpressionError("E302", "a value can't stand between single quotes here", "write double quotes")
    return Place.DATA_TEXT if quote else Place.DATA
