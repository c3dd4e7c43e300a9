"""What libyaml says of single characters and of what stands behind a value, in plain words, with what to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.lineends import LINE_END

_QUOTE = "put the text in quotes"
_ESCAPE = r"write \\ for a backslash, or put the text in single quotes"
_SIGN = late(r".*(?:[:,\[{-]\s+|\A\s*)(?P<sign>[&*!])\S*\Z")
"""A text without quotes that begins with a sign that means something to YAML, at the end of it."""

_DASHES = late(r"[ ]*(?:- +)*")
_ENTRY = late(r"\s*(?:- |[^\s\"'\[\]{}#&*!|>%@`?,:-][^\"'\[\]{}]*:(?:\s|\Z))")
"""A line that begins as an item or an entry of a mapping does."""


class Said(NamedTuple):
    """A mistake: the line and the column, from 1, what is wrong, and how to write it."""

    line: int
    column: int
    message: str
    hint: str


def begins_line(found: Said, text: str) -> bool:
    """Say whether a mistake is the first character of its line, which may be no YAML at all, such as `> quoted`."""
    line = LINE_END.split(text)[found.line - 1]
    sign = line[found.column - 1 : found.column + 1]
    return not line[: found.column - 1].strip() and sign[:1] in tuple("&*!>|@`") and sign != "* "


def said(error: Any, text: str) -> Said | None:
    """Return what is wrong where libyaml raised an error, where a character says it."""
    mark, context = error.problem_mark, error.context_mark
    if mark is None:
        return None
    what, where = error.problem or "", error.context or ""
    lines = LINE_END.split(text)
    if "quoted scalar" in where and ("escape character" in what or "hexdecimal" in what):
        return _escape(text, mark)
    if "expected comment or line break" in what and "block scalar" in where:
        sign = text[context.index]
        hint = f"put the text on the lines below, indented; or leave the {sign} out"
        return _at(context, f"the text of {sign} begins on the next line, and something stands on this one", hint)
    if "block sequence entries are not allowed" in what:
        return _at(mark, "an item of a list stands on a line of its own", f"put it below the key; or {_QUOTE}")
    if "cannot start any token" in what and text[mark.index : mark.index + 1] not in ("\t", ""):
        return _begins_with(lines, mark, text[mark.index])
    if "incompatible YAML document" in what:
        return Said(mark.line + 1, 1, "incompatible YAML document: this version is not known", "leave the line out")
    if context is not None and any(each in where for each in ("an alias", "an anchor", "a tag")):
        return _begins_with(lines, context, text[context.index])
    if "did not find expected" in what and mark.line < len(lines):
        return _behind(lines, mark)
    return None


def open_bracket(lines: Sequence[str], bracket: Any, mark: Any) -> bool:
    """Say whether a bracket seems to lack its end: what comes next is indented as the lines around it are.

    Args:
        lines: those of the text.
        bracket: where it begins.
        mark: where something is missing in it.
    """
    begin = _DASHES.match(lines[bracket.line])
    own = begin.end() if begin is not None else 0
    below = lines[bracket.line + 1 : mark.line + 1]
    return any(_ENTRY.match(line) and _indent(line) <= own for line in below)


def _escape(text: str, mark: Any) -> Said:
    begin = text.rfind("\\", 0, mark.index + 1)
    sign = text[begin : begin + 2]
    needs = {"\\x": "2", "\\u": "4", "\\U": "8"}.get(sign)
    column = mark.column + 1 - (mark.index - begin)
    message = f"{sign} asks for {needs} hexadecimal digits" if needs else f"there is no escape {sign}"
    return Said(mark.line + 1, column, f"{message} in double quotes", _ESCAPE)


def _begins_with(lines: Sequence[str], mark: Any, sign: str) -> Said:
    line = lines[mark.line]
    if sign == "*" and not line[: mark.column].strip() and line[mark.column + 1 : mark.column + 2] == " ":
        return _at(
            mark,
            "an item of a list begins with a hyphen, not with *",
            "write - instead; or, if it is a comment, begin it with #",
        )
    return _at(mark, f"a text that begins with {sign} needs quotes", _QUOTE)


def key(lines: Sequence[str], begin: Any) -> Said | None:
    """Return what is wrong with a key that begins with a quote that nothing closes, or with a sign."""
    sign = lines[begin.line][begin.column : begin.column + 1]
    number = lines[begin.line].count(sign, begin.column) if sign and sign in "\"'" else 0
    if number == 1:
        return _at(begin, "the quoted text that begins here does not end on this line", "close the quote")
    if number % 2 and ":" in lines[begin.line]:
        return _at(begin, "a quote too many, or too few, is in this line", "close the key's, then the value's")
    return _begins_with(lines, begin, sign) if sign and sign in "&*!" else None


def _behind(lines: Sequence[str], mark: Any) -> Said | None:
    """Return what is wrong where a value is complete, and more follows on its line."""
    before, rest = lines[mark.line][: mark.column].rstrip(), lines[mark.line][mark.column :].strip()
    if before[-1:] in ("]", "}") and rest:
        is_sign = len(rest) == 1 and not rest.isalnum()
        hint = f"take the {rest} out" if is_sign else "take it out, or put the whole in quotes"
        return _at(mark, "more follows behind the bracket", hint)
    sign = _SIGN.match(before)
    if sign is not None and rest:
        return Said(
            mark.line + 1, sign.start("sign") + 1, f"a text that begins with {sign['sign']} needs quotes", _QUOTE
        )
    return None


def _at(mark: Any, message: str, hint: str) -> Said:
    return Said(mark.line + 1, mark.column + 1, message, hint)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
