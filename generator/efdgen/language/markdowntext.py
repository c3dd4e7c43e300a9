"""Follows the text of a document, and says which kind of place is reached."""

from __future__ import annotations

import re
from typing import Any

from efdgen.language import datatext
from efdgen.language.expressions import ExpressionError
from efdgen.language.late import late
from efdgen.language.lookalikes import refuse_apart, refuse_control, refuse_ended, refuse_jinja, short_fence
from efdgen.language.places import VALUE, Place
from efdgen.language.shelltext import ShellText

SHELLS = ("bash", "sh", "shell")
"""The languages of fences in which values are quoted for the shell; a script runs these, and no others."""

FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>[\w-]*)(?P<words>(?: [a-z-]+)*)\Z")
"""The line that begins a fence: ```bash by-hand."""

OWN_LINE = re.compile(r"\s*(?:[-*] |[|>]|\d+\. )")
"""What begins a line that is not joined to the one before: a list's item, a table's row, a quotation."""

_DATA = ("json", "yaml", "python", "hcl")
_FENCE_LIKE = re.compile(r"\s*(?:```|~~~)")
_MARKERS = re.compile(rf"[\s\d>#*+=~.){VALUE}-]*\Z")
"""A line's beginning that can be, or become, the mark of a heading or of a list's item."""

_ROW = re.compile(r"[\s\d>*+.)-]*\|")
"""What begins a table's row, in a list's item or a quotation as well."""

_RULE = late(r"\s*\|[\s:|]*-[\s:|-]*\Z")
"""The line below the head of a table."""

_DEFINITION = re.compile(r"[\s\d>*+.)-]*\[[^\]]*\]\Z")
"""What a colon makes the definition of a link of."""

_NEAR = 2000
"""How far back an address can begin, in characters: a long line with many values is not read again for each."""

_ADDRESS = re.compile(
    rf"(?<!\\)(?:\\\\)*<(?P<pointed>(?:(?:[a-z][a-z0-9+.-]*:|{VALUE})[^\s<>]*)?)\Z|\]\((?P<round>[^\s()<]*)\Z",
    re.IGNORECASE,
)
"""What a value begins, or goes on with, an address after: `<`, `<https://`, `[text](`."""

_BEGINS = re.compile(
    r"\\.|(?P<ticks>`+)|(?P<comment><!--)|(?P<tag><(?:[/!?]|[a-z][a-z0-9-]*(?=[\s/>]|\Z)))|[\[\]]", re.IGNORECASE
)
"""What begins code or HTML, or brackets, and what ends these; behind a backslash, nothing does."""

_TICKS = re.compile(r"`+")
_IN_TAG = re.compile(r"""["'>]""")
_HTML = re.compile(rf"[\s\d>*+.)-]*<(?:[/!?]|[a-z][a-z0-9-]*(?=[\s/>{VALUE}]|\Z))", re.IGNORECASE)
_OVER_BLANK_LINES = re.compile(r"\s*<(?:(?P<name>script|pre|style|textarea)\b|!--)", re.IGNORECASE)


class _Inline:
    """Follows a paragraph, and says whether its text is in code or in HTML; each letter is read once."""

    def __init__(self, begun: str = "", brackets: int = 0) -> None:
        self.open = begun
        """The backticks that code began with, or what HTML did: `<`, a quotation in it, `<!--`; empty: text."""
        self.brackets = brackets
        """How many brackets are open, each of which may be a link's."""

    @property
    def is_code(self) -> bool:
        """Say whether the text is between backticks."""
        return self.open.startswith("`")

    def follow(self, text: str) -> _Inline:
        """Go on over text that does not end between two backticks."""
        at = 0
        while found := self._next(text, at):
            at = found.end()
            self.open = self._opened(found)
        return self

    def _next(self, text: str, at: int) -> re.Match[str] | None:
        if not self.open:
            return _BEGINS.search(text, at)
        if self.is_code:
            # A backslash is nothing special between backticks.
            return _TICKS.search(text, at)
        return _END_OF_COMMENT.search(text, at) if self.open == "<!--" else _IN_TAG.search(text, at)

    def _opened(self, found: re.Match[str]) -> str:
        if not self.open:
            self.brackets = max(0, self.brackets + {"[": 1, "]": -1}.get(found[0], 0))
            return found["ticks"] or found["comment"] or ("<" if found["tag"] else "")
        if self.is_code:
            return "" if found[0] == self.open else self.open
        if self.open == "<":
            return "" if found[0] == ">" else found[0]
        if self.open == "<!--":
            return ""
        # In a quotation of a tag.
        return "<" if found[0] == self.open else self.open


_END_OF_COMMENT = re.compile("-->")


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
        self._before = ""
        self._is_begun = False
        self._is_html = False
        self._is_row = False
        self._goes_on = ""
        self._inline = _Inline()
        self._short_fence = ""
        self._ticks = ""
        self._shell = ShellText()
        self._followed = 0

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        self._catch_up()
        return self._ticks, self._language, self._shell.state(), self._reached().open

    @property
    def is_in_text(self) -> bool:
        """Say whether a fence is open that is no command: all of its text is its own."""
        return bool(self._ticks) and self._language not in SHELLS

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
            return self._shell.place_of_value()
        if self._language in _DATA:
            return datatext.of_value(self._line)
        if self._ticks or not self._is_markdown:
            return Place.VERBATIM
        return self._in_markdown()

    def _in_markdown(self) -> Place:
        self._begin_line()
        line = self._line
        is_row = self._is_row if self._before else bool(_ROW.match(line))
        self._inline = self._reached()
        self._followed = len(line)
        if (
            self._is_html
            or (not self._before and _HTML.match(line))
            or (self._inline.open and not self._inline.is_code)
        ):
            raise ExpressionError("E302", "a value can't stand in HTML", "write it in Markdown; for a <, write \\<")
        if self._inline.is_code:
            return _CODE[is_row, line.endswith("`")]
        if (len(line) - len(line.rstrip("\\"))) % 2:
            raise ExpressionError("E302", "a value can't stand right behind a backslash", "write two: \\\\")
        if not self._before and _DEFINITION.match(line):
            raise ExpressionError("E302", "a value can't stand right behind brackets that begin a paragraph")
        near = line[-_NEAR:]
        address = _ADDRESS.search(near) if "<" in near or "](" in near else None
        if address:
            return _of_address(address["pointed"], address["round"])
        if is_row:
            return Place.CELL_LINK_TEXT if self._inline.brackets else Place.CELL
        if line.startswith("#") and line.rfind(" {#") > line.rfind("}"):
            return Place.NAME
        if _MARKERS.match(line):
            return Place.PROSE_LINE
        return Place.LINK_TEXT if self._inline.brackets else Place.PROSE

    def _reached(self) -> _Inline:
        """Return where the paragraph is, behind what is known of the line."""
        reached = _Inline(self._inline.open, self._inline.brackets)
        return reached.follow(self._line[self._followed :]) if self._is_markdown and not self._ticks else reached

    def _catch_up(self) -> None:
        """Let the shell's state be that of the line as far as it is known; the line that ends a fence is none of it."""
        if self._language in SHELLS:
            self._shell.follow(self._line[self._followed :])
            self._followed = len(self._line)

    def _end_line(self) -> None:
        refuse_apart(self._line)
        if self._is_markdown and not self._ticks:
            self._end_line_of_prose(self._line)
        elif self._is_markdown and self._line.rstrip() == self._ticks:
            self._end_fence()
        elif self._language in SHELLS:
            refuse_control(self._line)
            self._shell.follow(f"{self._line[self._followed :]}\n")
        else:
            refuse_control(self._line, is_data=True)
        self._line = ""
        self._followed = 0
        self._is_begun = False

    def _end_fence(self) -> None:
        is_open = self._shell.is_open
        self._ticks = self._language = ""
        self._shell = ShellText()
        self.fence = 0
        if is_open:
            raise ExpressionError("E302", _OPEN.format("fence"))

    def _end_line_of_prose(self, line: str) -> None:
        fence = FENCE.match(line) if line.startswith("```") else None
        if fence is None and ("```" in line or "~~~" in line) and _FENCE_LIKE.match(line):
            hint = "it begins at the beginning of its line: ```language and words of a-z"
            raise ExpressionError("E302", "this fence can't be read", hint)
        refuse_control(self._line)
        refuse_jinja(line, is_code=self._inline.is_code)
        refuse_ended(line, is_code=self._inline.is_code)
        if fence or not line.strip():
            self._end_paragraph()
        if fence:
            self._ticks, self._language, self.fence = fence["ticks"], fence["language"], self.number
        elif line.strip():
            self._begin_line()
            self._add(line)
            if line.startswith("#"):
                self._end_paragraph()

    def _begin_line(self) -> None:
        """End the paragraph before a line that is not joined to it; what is known of the line says so."""
        if self._is_begun:
            return
        self._is_begun = True
        line = self._line
        if not line.startswith("#") and not OWN_LINE.match(line):
            return
        if VALUE in self._before and not self._is_row and "|" in self._before and _RULE.match(line):
            raise ExpressionError("E302", "the line before is the head of a table", "begin it with a bar: |")
        self._end_paragraph()

    def _add(self, line: str) -> None:
        """Add a line to the paragraph."""
        if not self._before:
            self._is_row = bool(_ROW.match(line))
            self._is_html = bool(_HTML.match(line))
            begun = _OVER_BLANK_LINES.match(line)
            self._goes_on = (f"</{begun['name']}>" if begun["name"] else "-->") if begun else ""
        if not self._inline.open:
            self._short_fence = short_fence(line, self.number)
        self._inline = self._reached()
        self._before = line
        if self._goes_on.lower() in line.lower():
            self._goes_on = ""

    def _end_paragraph(self) -> None:
        is_in_code, goes_on, hint = self._inline.is_code, self._goes_on, self._short_fence
        self._inline = _Inline()
        self._before = self._goes_on = self._short_fence = ""
        self._is_row = self._is_html = False
        if is_in_code:
            raise ExpressionError("E302", "a backtick before this line has no other that ends its code", hint)
        if goes_on:
            raise ExpressionError(
                "E302", f"HTML before this line goes on as far as {goes_on}", "end it in its paragraph"
            )


_OPEN = "a quotation, a bracket or a here-document begins in this {}, and does not end in it"

_CODE = {
    (False, False): Place.CODE,
    (False, True): Place.CODE_BEGIN,
    (True, False): Place.CELL_CODE,
    (True, True): Place.CELL_CODE_BEGIN,
}
"""Places between backticks: whether they are in a row, and right behind the first of them."""


def _of_address(pointed: str | None, parenthesised: str | None) -> Place:
    """Return the place in an address of which this much stands there."""
    if pointed is not None:
        return Place.ADDRESS if pointed else Place.ADDRESS_WHOLE
    if not parenthesised:
        return Place.ADDRESS_BEGIN
    return Place.ADDRESS if re.search(r"[:/#?]", parenthesised) else Place.ADDRESS_PATH
