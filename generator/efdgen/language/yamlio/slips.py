"""What people do wrong most often where libyaml can't go on, in their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import plainwords
from efdgen.language.yamlio.lineends import LINE_END

_NO_BLANK = re.compile(r"\s*(?:- )?(?P<key>[\w./-]+):(?P<value>[^\s:/][^:]*|[^\s:/]*)\s*\Z")
"""A key with a colon and no blank behind it; not a URL."""

_HYPHEN = re.compile(r"\s*-[^\s-]")
_ITEM = re.compile(r"\s*-(?:\s+(?P<word>[\w./-]+)\s*(?:#.*)?\Z|\s|\Z)")

_KEY = late(
    r"(?P<key>(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')[ \t]*|[^\s\"'\[\]{}#&*!|>%@`?,:-][^\n]*?):(?=\s|\Z)", re.DOTALL
)
"""A key and its colon, whatever it is: quoted, it may go over lines."""

_MOST_IN_KEY = 1024
"""Characters of a key, its quotes among them: https://yaml.org/spec/1.2.2/#822-block-mappings."""

_NUMBERED = late(r".*(?::|-|\A)[ \t]+(?P<mark>[|>])[-+]?(?P<number>[1-9])[-+]?[ \t]*(?:#.*)?\Z")
"""The beginning of a text below it, with the number of blanks that stand before the text."""

_WIDTH = 80
"""Columns: beyond them, programs that write YAML break a text, which can be before a hyphen of its own."""


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
    lines = LINE_END.split(text)
    plain = _character(error, text)
    if plain is not None:
        return plain
    if "mapping values are not allowed" in said:
        return _second_colon(lines, mark) or _without_colon(error, text) or _below_value(lines, mark)
    if "could not find expected ':'" in said and context is not None:
        return _no_key(lines, context) or _without_colon(error, text) or _no_colon(lines, context)
    numbered = _less_than_asked_for(lines, mark, context) if context is not None else None
    if numbered is not None:
        return numbered
    if "did not find expected key" in said and context is not None:
        found = _text_above(lines, mark, context) or _item_among_keys(lines, mark, context)
        found = found or _more_than_quoted(lines, mark) or _without_colon(error, text)
        return found or _ends_too_soon(lines, mark, context) or _not_in_line(lines, mark, context)
    found = _begins_indented(lines, mark) if "did not find expected <document start>" in said else None
    if found is None and text[mark.index : mark.index + 1] != "\t":
        found = _without_colon(error, text)
    if found is None and "did not find expected '-' indicator" in said and context is not None:
        return _item_before_keys(lines, mark, context) or _no_item(mark, context)
    return found


def _character(error: Any, text: str) -> Slip | None:
    """Return the slip of a character where it means something to YAML; a line that begins with one may be none."""
    found = plainwords.said(error, text)
    if found is None:
        return None
    return (_without_colon(error, text) if plainwords.begins_line(found, text) else None) or Slip(*found)


def _without_colon(error: Any, text: str) -> Slip | None:
    """Return the slip of a line that lacks a colon, or the # of a comment, where reading gets further by it."""
    from efdgen.language.yamlio.keyless import keyless

    found = keyless(error, text)
    return Slip(*found) if found is not None else None


def long_key(error: Any, text: str, spanning: tuple[Any, Any] | None) -> Slip | None:
    """Return what is wrong with the first key of a mapping that goes over lines, or is too long, which is no key then.

    Args:
        error: what libyaml raised.
        text: the document.
        spanning: where the last quoted text of several lines begins and ends.
    """
    mark = error.problem_mark
    if mark is None or "mapping values are not allowed" not in (error.problem or ""):
        return None
    lines = LINE_END.split(text)
    if spanning is not None and spanning[1].line == mark.line:
        return _long_key(lines, spanning[0].line, spanning[0].column)
    return _long_key(lines, mark.line, len(lines[mark.line]) - len(lines[mark.line].lstrip(" -")))


def items_that_go_on(places: Iterable[tuple[Any, Any]], text: str) -> Iterator[Slip]:
    """Yield the slips of items that are indented below another one, and so are read as its text.

      - one            ["one - two"]: "this line goes on with the text of line 1"
        - two

    Args:
        places: where each text of several lines without quotes begins and ends that is an item of a list.
        text: the document.
    """
    lines = LINE_END.split(text)
    for begin, end in places:
        hyphen = lines[begin.line].rfind("-", 0, begin.column)
        more = [number for number in range(begin.line + 1, end.line + 1) if lines[number].strip()]
        if len(lines[begin.line]) > _WIDTH or not all(_ITEM.match(lines[number]) for number in more):
            continue
        if lines[begin.line][:hyphen].strip(" -"):  # between brackets
            continue
        message = f"this line is no item of its own: it goes on with the text of line {begin.line + 1}"
        hint = f"indent it with {_blanks(hyphen)}, as that item; if it is text of that one, put the whole in quotes"
        yield Slip(more[0] + 1, _indent(lines[more[0]]) + 1, message, hint)


def _long_key(lines: list[str], number: int, column: int) -> Slip | None:
    """Return the slip of a key, where one begins, that goes over lines or has more characters than a key can."""
    if lines[number][:column].strip(" -"):
        return None
    key = _KEY.match("\n".join([lines[number][column:], *lines[number + 1 :]]))
    if key is None:
        return None
    over = key["key"].count("\n") + 1
    if over > 1:
        message, hint = f"this key goes over {over} lines, and a key stands on one", "write it on one line"
    elif len(key["key"]) > _MOST_IN_KEY:
        message = f"this key has {len(key['key']):,} characters, and can have at most {_MOST_IN_KEY:,}"
        hint = "shorten it"
    else:
        return None
    return Slip(number + 1, column + 1, message, hint)


def _less_than_asked_for(lines: list[str], mark: Any, context: Any) -> Slip | None:
    """Return the slip of a number behind | or > that is more than the blanks before the text."""
    above = next((number for number in range(mark.line - 1, -1, -1) if lines[number].strip()), None)
    header = _NUMBERED.match(lines[above]) if above is not None else None
    if above is None or header is None:
        return None
    number, more = int(header["number"]), mark.column - context.column
    if not 0 < more < number:
        return None
    message = f"the {number} behind {header['mark']} asks for {number} more blanks before the text below; it has {more}"
    return Slip(above + 1, header.start("number") + 1, message, f"leave the {number} out")


def _second_colon(lines: list[str], mark: Any) -> Slip | None:
    line = lines[mark.line]
    if re.search(r":\s", line[: mark.column]):
        message, hint = "a colon and a blank in this text look like another key", "put the text in quotes"
        if " " in line.lstrip(" -").partition(":")[0]:
            hint += "; or, if it is a comment, begin it with #"
        return Slip(mark.line + 1, mark.column + 1, message, hint)
    above = _line_above(lines, mark.line)
    if above is None:
        return None
    return _missing_blank(lines, above)


def _below_value(lines: list[str], mark: Any) -> Slip | None:
    """Return the slip of a key that is indented below another one, which has a value."""
    line, above = lines[mark.line], _line_above(lines, mark.line)
    if above is not None and _indent(line) > _indent(lines[above]):
        message = f"this line is indented below line {above + 1}, which has a value already"
        hint = f"indent it with {_blanks(_indent(lines[above]))}, as that line"
        return Slip(mark.line + 1, _indent(line) + 1, message, hint)
    return None


def _missing_blank(lines: list[str], number: int) -> Slip | None:
    line = lines[number]
    if _HYPHEN.match(line):
        return Slip(number + 1, _indent(line) + 1, "there is no blank behind the hyphen", "put a blank behind it")
    pair = _NO_BLANK.match(line)
    if pair is not None and pair["value"]:
        return Slip(number + 1, pair.end("key") + 1, "there is no blank behind the colon", "put a blank behind it")
    return None


def _text_above(lines: list[str], mark: Any, _context: Any) -> Slip | None:
    """Return the slip in the line above, where that is text for lack of a blank, and a comment ends it."""
    above = _line_above(lines, mark.line)
    if above is None or lines[above].lstrip().startswith("- ") or _indent(lines[above]) != mark.column:
        return None
    return _missing_blank(lines, above)


def _no_key(lines: list[str], context: Any) -> Slip | None:
    """Return the slip in what begins like a key, and is none."""
    found = _long_key(lines, context.line, context.column) or _missing_blank(lines, context.line)
    quoted = plainwords.key(lines, context) if found is None else None
    return Slip(*quoted) if quoted is not None else found or _no_hyphen(lines, context)


def _no_hyphen(lines: list[str], context: Any) -> Slip | None:
    """Return the slip of an item without a hyphen, below one that has it."""
    line, above = lines[context.line], _line_above(lines, context.line)
    if line[: context.column].strip(" -") or ":" in line:
        return None
    if above is not None and _ITEM.match(lines[above]) and _indent(lines[above]) == _indent(line):
        message = "there is no hyphen before this item"
        hint = f"begin it with a hyphen and a blank, as line {above + 1}; or, if it is a key, write a colon behind it"
        return Slip(context.line + 1, context.column + 1, message, hint)
    return None


def _no_colon(lines: list[str], context: Any) -> Slip | None:
    line = lines[context.line]
    if line[: context.column].strip(" -") or ":" in line:
        return None
    message = "there is no colon behind this key"
    return Slip(context.line + 1, context.column + 1, message, "write a key, a colon, a blank and the value")


def _item_among_keys(lines: list[str], mark: Any, context: Any) -> Slip | None:
    """Return the slip of a hyphen in a line that stands where keys stand."""
    item = _ITEM.match(lines[mark.line]) if mark.line < len(lines) else None
    if item is None or not mark.column == context.column == _indent(lines[mark.line]):
        return None
    message = f"this is an item of a list, among the keys of the mapping that begins on line {context.line + 1}"
    hint = "leave the hyphen out, or indent the list below a key"
    if item["word"]:
        # The word may be a secret: it is not said again.
        hint = "write it as a key: without the hyphen, and with a colon and {} behind it, or what belongs to it below"
    return Slip(mark.line + 1, mark.column + 1, message, hint)


def _item_before_keys(lines: list[str], mark: Any, context: Any) -> Slip | None:
    """Return the slip of the only item of a list, below which keys follow that are indented like it."""
    items = [each for each in lines[context.line : mark.line] if each.strip() and each.strip()[0] != "#"]
    below = (each for each in lines[mark.line :] if _indent(each) == context.column)
    if len(items) != 1 or sum(re.match(r" *[\w./-]+:(?:\s|\Z)", each) is not None for each in below) <= len(items):
        return None
    hint = "write it as a key, without the hyphen and with a colon; or, if it is a comment, begin it with #"
    message = f"this is an item of a list, and from line {mark.line + 1} on there are keys"
    return Slip(context.line + 1, context.column + 1, message, hint)


def _no_item(mark: Any, context: Any) -> Slip:
    message = f"this line is not an item of the list that begins on line {context.line + 1}"
    return Slip(mark.line + 1, mark.column + 1, message, "begin it with a hyphen and a blank, or indent it less")


def _ends_too_soon(lines: list[str], mark: Any, context: Any) -> Slip | None:
    """Return the slip in the line above, where the lines before and behind it are indented alike, and it is not.

    That line is right by itself, and so it is the next one that a parser can't read.
    """
    above = _line_above(lines, mark.line)
    if above is None or not context.column == _indent(lines[above]) < mark.column:
        return None
    before = _levels(lines, above)
    if mark.column not in before or above - 1 not in before.values():
        return None
    message = f"this line is indented less than those around it, so that line {mark.line + 1} has no place"
    hint = f"indent it with {_blanks(mark.column)}, as line {mark.line + 1}"
    hint += f"; or, if this line is right, that one with {_blanks(context.column)}"
    return Slip(above + 1, context.column + 1, message, hint)


def _begins_indented(lines: list[str], mark: Any) -> Slip | None:
    """Return the slip of keys that are indented less than those above them, with which the document begins."""
    said = [number for number in range(mark.line) if lines[number].strip() and lines[number].strip()[0] != "#"]
    if not said or not _indent(lines[said[0]]) > mark.column:
        return None
    first, here = said[0], mark.line
    if len(said) > 1:
        message = f"this line is indented less than line {first + 1}, with which the document begins"
        hint = f"indent it with {_blanks(_indent(lines[first]))}, as that line"
        return Slip(here + 1, mark.column + 1, message, hint)
    message = f"this line is indented more than line {here + 1}, which is the next one"
    hint = f"indent it with {_blanks(mark.column)}, as that line; or, if it is a comment, begin it with #"
    return Slip(first + 1, _indent(lines[first]) + 1, message, hint)


def _not_in_line(lines: list[str], mark: Any, context: Any) -> Slip | None:
    if mark.line >= len(lines) or lines[mark.line][: mark.column].strip() or mark.column == context.column:
        return None
    where = f"line {context.line + 1}, where its mapping begins"
    message = f"this line does not line up with the others: it has {_blanks(mark.column)} before it"
    hint = f"indent it with {_blanks(context.column)}, as {where}"
    levels = _levels(lines, mark.line)
    deeper = min((level for level in levels if level > max(mark.column, context.column)), default=None)
    if deeper is not None:
        is_above = levels[deeper] == _line_above(lines, mark.line)
        hint += f", or with {_blanks(deeper)}, as {'the line above' if is_above else f'line {levels[deeper] + 1}'}"
    return Slip(mark.line + 1, mark.column + 1, message, hint)


def _levels(lines: list[str], number: int) -> dict[int, int]:
    """Return how far the lines above are indented that a line can go on with, each with the nearest such line."""
    found: dict[int, int] = {}
    above = _line_above(lines, number)
    while above is not None:
        if not found or _indent(lines[above]) < min(found):
            found[_indent(lines[above])] = above
        above = _line_above(lines, above) if min(found) else None
    return found


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
