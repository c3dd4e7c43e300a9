"""Follows the text of a document, and says which kind of place is reached."""

from __future__ import annotations

import re
from typing import Any

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE, Place
from efdgen.language.shelltext import ShellText

SHELLS = ("bash", "sh")
"""The languages of fences in which values are quoted for the shell."""

FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>[\w-]*)(?P<words>(?: [a-z-]+)*)\Z")
"""The line that begins a fence: ```bash by-hand."""

OWN_LINE = re.compile(r"\s*(?:[-*] |[|>]|\d+\. )")
"""What begins a line that is not joined to the one before: a list's item, a table's row, a quotation."""

_DATA = ("json", "yaml", "python", "hcl")
_TICKS = re.compile(r"`+")
_TICKS_OR_ESCAPE = re.compile(r"\\.|`+")
_FENCE_LIKE = re.compile(r"\s*(?:```|~~~)")
_MARKERS = re.compile(rf"[\s\d>#*+=~.){VALUE}-]*\Z")
"""A line's beginning that can be, or become, the mark of a heading or of a list's item."""

_ADDRESS = re.compile(r"(?:<(?:[a-z][a-z0-9+.-]*:[^\s<>]*)?|\]\([^\s()]*)\Z")
"""What a value begins, or goes on with, an address after: `<`, `<https://`, `[text](`."""


class Places:
    """Follows the text of a document, and says which place is reached.

    Args:
        language: of a document that is all in one language, such as `bash`; empty: it is Markdown.

    Attributes:
        number: the line that is reached.
        fence: the line at which the fence begins that is open; 0: none is.
    """

    def __init__(self, language: str = "") -> None:
        self.number = 1
        self.fence = 0
        self._is_markdown = not language
        self._language = language
        self._line = ""
        self._paragraph = ""
        self._ticks = ""
        self._shell = ShellText()
        self._followed = 0

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        self._catch_up()
        is_in_code = self._is_markdown and not self._ticks and _is_in_code(self._paragraph + self._line)
        return self._ticks, self._language, self._shell.state(), is_in_code

    def mark(self) -> Any:
        """Return where the text of commands is, for branches: one begins where the other one began."""
        self._catch_up()
        return self._shell.mark()

    def go_back(self, mark: Any) -> None:
        """Go back to where a branch began; its state is the same."""
        self._shell.go_back(mark)

    def follow(self, text: str, number: int) -> None:
        """Go on over literal text, which begins at line `number`.

        Raises:
            ExpressionError: when it is in no form that can be followed; `self.number` is the line.
        """
        self.number = number
        first, *more = text.split("\n")
        self._line += first
        for line in more:
            self._end_line()
            self.number += 1
            self._line = line

    def of_value(self) -> Place:
        """Return the place that is reached; the value there becomes a part of the line.

        Raises:
            ExpressionError: when no value can stand there.
        """
        place = self._place()
        self._line += VALUE
        return place

    def end(self) -> None:
        """End the document.

        Raises:
            ExpressionError: when something is open; `self.number` is the line.
        """
        self._end_line()
        if self.fence:
            self.number = self.fence
            raise ExpressionError("E302", "the fence has no end", "end it with a line of as many backticks")
        if self._is_markdown:
            self._end_paragraph()
        elif self._shell.is_open:
            raise ExpressionError("E302", _OPEN.format("file"))

    def _place(self) -> Place:
        if self._language in SHELLS:
            self._catch_up()
            return self._shell.place()
        if self._language in _DATA:
            return _in_data(self._line)
        if self._ticks or not self._is_markdown:
            return Place.VERBATIM
        return self._in_markdown()

    def _in_markdown(self) -> Place:
        is_row = self._line.startswith("|")
        if _is_in_code(self._paragraph + self._line):
            return Place.CELL_CODE if is_row else Place.CODE
        if _ADDRESS.search(self._line):
            return Place.ADDRESS
        if is_row:
            return Place.CELL
        if self._line.startswith("#") and self._line.rfind(" {#") > self._line.rfind("}"):
            return Place.NAME
        return Place.PROSE_LINE if _MARKERS.match(self._line) else Place.PROSE

    def _catch_up(self) -> None:
        """Let the shell's state be that of the line as far as it is known; the line that ends a fence is none of it."""
        if self._language in SHELLS:
            self._shell.follow(self._line[self._followed :])
            self._followed = len(self._line)

    def _end_line(self) -> None:
        if self._is_markdown and not self._ticks:
            self._end_line_of_prose(self._line)
        elif self._is_markdown and self._line.rstrip() == self._ticks:
            self._end_fence()
        elif self._language in SHELLS:
            self._catch_up()
            self._shell.follow("\n")
        self._line = ""
        self._followed = 0

    def _end_fence(self) -> None:
        is_open = self._shell.is_open
        self._ticks = self._language = ""
        self._shell = ShellText()
        self.fence = 0
        if is_open:
            raise ExpressionError("E302", _OPEN.format("fence"))

    def _end_line_of_prose(self, line: str) -> None:
        fence = FENCE.match(line)
        if fence is None and _FENCE_LIKE.match(line):
            hint = "it begins at the beginning of its line: ```language and words of a-z"
            raise ExpressionError("E302", "this fence can't be read", hint)
        if fence or not line.strip() or line.startswith("#") or OWN_LINE.match(line):
            self._end_paragraph()
        if fence:
            self._ticks, self._language, self.fence = fence["ticks"], fence["language"], self.number
        elif line.startswith("#"):
            self._paragraph = line
            self._end_paragraph()
        elif line.strip():
            self._paragraph += f"{line} "

    def _end_paragraph(self) -> None:
        paragraph, self._paragraph = self._paragraph, ""
        if _is_in_code(paragraph):
            raise ExpressionError("E302", "a backtick before this line has no other that ends its code")


_OPEN = "a quotation, a bracket or a here-document begins in this {}, and does not end in it"


def _is_in_code(text: str) -> bool:
    """Say whether the text of a paragraph ends between backticks."""
    ticks, at = "", 0
    # A backslash is nothing special between backticks.
    while found := (_TICKS if ticks else _TICKS_OR_ESCAPE).search(text, at):
        at = found.end()
        if ticks:
            ticks = "" if found[0] == ticks else ticks
        elif found[0].startswith("`"):
            ticks = found[0]
    return bool(ticks)


def _in_data(line: str) -> Place:
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
