"""What people do wrong most often where libyaml can't go on, in their words."""

from __future__ import annotations

import re
from typing import Any

from efdgen.language.tuples import NamedTuple

_NO_BLANK = re.compile(r"\s*(?:- )?(?P<key>[\w./-]+):(?P<value>[^\s:/][^:]*|[^\s:/]*)\s*\Z")
"""A key with a colon and no blank behind it; not a URL."""

_HYPHEN = re.compile(r"\s*-[^\s-]")


class Slip(NamedTuple):
    """A mistake: the line and the column, from 1, what is wrong, and how to write it."""

    line: int
    column: int
    message: str
    hint: str


def slip(error: Any, text: str) -> Slip | None:
    """Return what is wrong where libyaml raised an error, where it is one of the common mistakes."""
    mark = error.problem_mark
    said, context = error.problem or "", error.context_mark
    if mark is None:
        return None
    lines = text.split("\n")
    if "mapping values are not allowed" in said:
        return _second_colon(lines, mark)
    if "could not find expected ':'" in said and context is not None:
        return _missing_blank(lines, context.line) or _no_colon(lines, context)
    if "did not find expected key" in said and context is not None:
        return _text_above(lines, mark) or _not_in_line(lines, mark, context) or _more_than_quoted(lines, mark)
    if "did not find expected '-' indicator" in said and context is not None:
        message = f"this line is not an item of the list that begins on line {context.line + 1}"
        return Slip(mark.line + 1, mark.column + 1, message, "begin it with a hyphen and a blank, or indent it less")
    return None


def _second_colon(lines: list[str], mark: Any) -> Slip | None:
    line = lines[mark.line]
    if re.search(r":\s", line[: mark.column]):
        message = "a colon and a blank in this text look like another key"
        return Slip(mark.line + 1, mark.column + 1, message, "put the text in quotes")
    above = _line_above(lines, mark.line)
    if above is None:
        return None
    missing = _missing_blank(lines, above)
    if missing is not None:
        return missing
    if _indent(line) > _indent(lines[above]):
        message = f"this line is indented below line {above + 1}, which has a value already"
        hint = f"indent it with {_blanks(_indent(lines[above]))}, as that line"
        return Slip(mark.line + 1, _indent(line) + 1, message, hint)
    return None


def _missing_blank(lines: list[str], number: int) -> Slip | None:
    line = lines[number].rstrip("\r")
    if _HYPHEN.match(line):
        return Slip(number + 1, _indent(line) + 1, "there is no blank behind the hyphen", "put a blank behind it")
    pair = _NO_BLANK.match(line)
    if pair is not None and pair["value"]:
        return Slip(number + 1, pair.end("key") + 1, "there is no blank behind the colon", "put a blank behind it")
    return None


def _text_above(lines: list[str], mark: Any) -> Slip | None:
    """Return the slip in the line above, where that is text for lack of a blank, and a comment ends it."""
    above = _line_above(lines, mark.line)
    if above is None or lines[above].lstrip().startswith("- ") or _indent(lines[above]) != mark.column:
        return None
    return _missing_blank(lines, above)


def _no_colon(lines: list[str], context: Any) -> Slip | None:
    line = lines[context.line]
    if line[: context.column].strip(" -") or ":" in line:
        return None
    message = "there is no colon behind this key"
    return Slip(context.line + 1, context.column + 1, message, "write a key, a colon, a blank and the value")


def _not_in_line(lines: list[str], mark: Any, context: Any) -> Slip | None:
    if mark.line >= len(lines) or lines[mark.line][: mark.column].strip() or mark.column == context.column:
        return None
    where = f"line {context.line + 1}, where its mapping begins"
    message = f"this line does not line up with the others: it has {_blanks(mark.column)} before it"
    hint = f"indent it with {_blanks(context.column)}, as {where}"
    above = _line_above(lines, mark.line)
    if above is not None and mark.column < _indent(lines[above]) and _indent(lines[above]) != context.column:
        hint += f", or with {_blanks(_indent(lines[above]))}, as the line above"
    return Slip(mark.line + 1, mark.column + 1, message, hint)


def _more_than_quoted(lines: list[str], mark: Any) -> Slip | None:
    if mark.line < len(lines) and re.search(r"['\"]\s*\Z", lines[mark.line][: mark.column]):
        hint = "put the whole text in quotes; a single quote inside of '...' is written twice"
        return Slip(mark.line + 1, mark.column + 1, "more follows behind the quoted text", hint)
    return None


def _line_above(lines: list[str], number: int) -> int | None:
    """Return the next line above that is not blank and not a comment."""
    found = (each for each in range(number - 1, -1, -1) if lines[each].strip() and lines[each].strip()[0] != "#")
    return next(found, None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _blanks(count: int) -> str:
    return {0: "no blank", 1: "1 blank"}.get(count, f"{count} blanks")
