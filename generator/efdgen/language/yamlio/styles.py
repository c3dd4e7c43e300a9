"""Writes values as people write them: without quotes where no parser misreads it, indented as the file's other lines.

`writing` writes what only machines read; here, what stands among lines that people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import writing
from efdgen.language.yamlio.spans import Node

_PLAIN = re.compile(r"(?:[A-Za-z/_]|<%|-[A-Za-z])(?:(?![:][ ]|[ ]#)[ -~])*\Z")
_IN_BRACKETS = re.compile(r"(?:<% [A-Za-z0-9_. ]+ %>|[A-Za-z0-9_./+ -])*\Z")
"""Characters that mean nothing of their own in brackets, to any parser."""

_QUANTITY = re.compile(r"(?!0[xXoObB])[0-9]+(?:\.[0-9]+)?[A-DF-Za-df-z%][A-Za-z]{0,2}\Z")
"""50Gi, 60s, 500m: no number to any parser, and so written without quotes. 12e4567 and 1.8.5 get some."""

_DASH = re.compile(r"[ ]*-([ ]+)[^ #\r\n]")

_LONGEST = 100
"""Columns that a collection in brackets may take to stay on one line."""


class Habits(NamedTuple):
    """How a file is written: the blanks of a level, those before the dash of a list and behind it, and its line end."""

    level: int = 2
    dash: int = 0
    newline: str = "\n"
    gap: int = 1


def habits(root: Node, text: str) -> Habits:
    """Return how a text is written, by the first of its lines that tells."""
    levels, dashes = Habits().level, Habits().dash
    found = list(_offsets(root, text))
    levels = next((offset for kind, offset in found if kind == "mapping" and offset > 0), levels)
    dashes = next((offset for kind, offset in found if kind == "sequence"), dashes)
    return Habits(levels, dashes, "\r\n" if "\r\n" in text else "\n", first_gap(text))


def first_gap(text: str) -> int:
    """Return how many blanks stand behind the first dash that some stand behind."""
    gaps = (gap(line) for line in text.splitlines() if line.lstrip().startswith("- ") and gap(line))
    return next(gaps, Habits().gap)


def gap(line: str) -> int:
    """Return how many blanks stand behind the dash of a line that begins with one; 0: nothing does."""
    found = _DASH.match(line)
    return len(found[1]) if found else 0


def _offsets(node: Node, text: str) -> Iterator[tuple[str, int]]:
    for entry in node.entries:
        if isinstance(entry.key, str) and node.is_block and entry.node.is_block and entry.node.entries:
            yield entry.node.kind, column(text, entry.node.start) - column(text, entry.start)
        yield from _offsets(entry.node, text)


def column(text: str, index: int) -> int:
    """Return how many characters stand before a place on its line."""
    return index - (text.rfind("\n", 0, index) + 1)


def is_lines(value: Any) -> bool:
    """Say whether a value takes lines of its own: a collection with something in it, or a text of several lines."""
    if isinstance(value, dict | list):
        return bool(value)
    return writing.fits_block(value)


def scalar(value: Any, style: str = "", *, in_brackets: bool = False) -> str:
    """Write a scalar on one line, between the quotes that stood there before, or between none if no parser needs any.

    Args:
        value: the scalar, or an empty collection.
        style: the quote that stood there.
        in_brackets: whether it stands in a list or mapping in brackets.
    """
    if not isinstance(value, str):
        return writing.inline(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"':
        return _quoted(value)
    is_plain = _PLAIN.match(value) and value[-1] not in ": " and value.lower() not in writing.NOT_PLAIN
    if (is_plain or _QUANTITY.match(value)) and (not in_brackets or _IN_BRACKETS.match(value)):
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    """Write a text in double quotes, as people do: letters and signs of any script as they are."""
    if value.isprintable():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return writing.quoted(value)


def in_brackets(value: Any) -> str:
    """Write a value on one line, collections in brackets."""
    if isinstance(value, Mapping) and value:
        return "{" + ", ".join(entry_in_brackets(key, below) for key, below in value.items()) + "}"
    if isinstance(value, list) and value:
        return "[" + ", ".join(map(in_brackets, value)) + "]"
    return scalar(value, in_brackets=True)


def entry_in_brackets(key: str, value: Any) -> str:
    """Write an entry of a mapping in brackets."""
    return f"{scalar(key, in_brackets=True)}: {in_brackets(value)}"


def fits_brackets(value: Any) -> bool:
    """Say whether a value that stood in brackets can stand there again."""
    return len(in_brackets(value)) <= _LONGEST


def entry(key: str, value: Any, indent: int, how: Habits) -> list[str]:
    """Write an entry of a mapping as lines."""
    name = f"{' ' * indent}{scalar(key)}:"
    if not is_lines(value):
        return [f"{name} {scalar(value)}"]
    lines = block(value, indent, how)
    return [f"{name} {lines[0]}", *lines[1:]] if isinstance(value, str) else [name, *lines]


def block(value: Any, indent: int, how: Habits) -> list[str]:
    """Write what takes lines of its own, below a key that is indented by `indent`.

    The first line of a text of several lines is what stands behind its key: `|`.
    """
    if isinstance(value, str):
        header, *lines = writing.dump({"k": value}).removeprefix("k: ").removesuffix("\n").split("\n")
        return [header, *(f"{' ' * indent}{line}" if line else "" for line in lines)]
    if isinstance(value, list):
        return [line for each in value for line in item(each, indent + how.dash, how)]
    return [line for key, below in value.items() for line in entry(key, below, indent + how.level, how)]


def item(value: Any, indent: int, how: Habits) -> list[str]:
    """Write an item of a list as lines, its dash indented by `indent`."""
    dash, inner = f"{' ' * indent}-{' ' * how.gap}", indent + 1 + how.gap
    if not is_lines(value):
        return [f"{dash}{scalar(value)}"]
    if isinstance(value, dict):
        lines = [line for key, below in value.items() for line in entry(key, below, inner, how)]
    elif isinstance(value, list):
        lines = [line for each in value for line in item(each, inner, how)]
    else:
        lines = block(value, indent, how)
        return [f"{dash}{lines[0]}", *lines[1:]]
    return [f"{dash}{lines[0].lstrip(' ')}", *lines[1:]]
