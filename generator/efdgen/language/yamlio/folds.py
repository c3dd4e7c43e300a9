"""Where the lines of a text behind `>` stand, which are joined in it: looked for when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from efdgen.language.tuples import NamedTuple


class Fold(NamedTuple):
    """A line of such a text: where it begins in the text, and in the file."""

    begin: int
    line: int
    column: int


Folds = Mapping[tuple[int, int], Sequence[Fold]]
"""The lines of the texts behind `>` of a document, by the line and the column at which each is found."""


def read(text: str) -> Folds:
    """Return the lines of all such texts of a document that could be read."""
    events = iter(yaml.CSafeLoader(text).get_event, None)
    folded: list[Any] = [event for event in events if type(event) is yaml.ScalarEvent and event.style == ">"]
    return {(each.start_mark.line + 1, each.start_mark.column + 1): _lines(each, text) for each in folded}


def _lines(event: Any, text: str) -> list[Fold]:
    first, value = event.start_mark, event.value
    found: list[Fold] = []
    end = 0
    _, *lines = text[first.index : event.end_mark.index].split("\n")
    for number, line in enumerate(lines, first.line + 2):
        content = line.strip()
        # Between two lines, there is nothing but blanks and line ends.
        begin = value.find(content, end) if content else -1
        if begin >= 0 and not value[end:begin].strip():
            found.append(Fold(begin, number, line.index(content) + 1))
            end = begin + len(content)
    return found
