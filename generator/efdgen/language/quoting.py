r"""Where a value stands in a document, and how it is quoted there.

text so far                              the value's place     `a b'c` becomes
kubectl get                              SHELL_WORD            'a b'"'"'c'
echo "in                                 SHELL_DOUBLE          a b'c
jq '.x == "                              SHELL_SINGLE          a b'\''c
The app                                  PROSE                 a b'c   (Markdown's own characters escaped)
"""

from __future__ import annotations

import enum
import functools
import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from efdgen.language import expressions
from efdgen.language.expressions import ExpressionError

_SHELLS = ("bash", "sh")
_DATA = ("json", "yaml", "python", "hcl")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>[\w-]*)(?: [a-z -]+)?\Z")
_HERE = re.compile(r"<<-?\s*(?P<quote>['\"]?)(?P<word>\w+)(?P=quote)")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&|]")
_TICKS = re.compile(r"`+")
_STRUCTURE = re.compile(r"\A(\d*)([-+#~=.)])")
_IN_DOUBLE = re.compile(r"[\\\"$`]")
_IN_ADDRESS = re.compile(r"[\s<>()]")
_ADDRESS = re.compile(r"(?:<(?:[a-z][a-z0-9+.-]*:[^\s<>]*)?|\]\([^\s()]*)\Z")
"""What a value continues, or begins, an address after: `<`, `<https://`, `[text](`."""


class Place(enum.Enum):
    """The kinds of place that a value can stand in."""

    PROSE = enum.auto()
    PROSE_LINE = enum.auto()
    CODE = enum.auto()
    CELL_CODE = enum.auto()
    ADDRESS = enum.auto()
    SHELL_WORD = enum.auto()
    SHELL_SINGLE = enum.auto()
    SHELL_DOUBLE = enum.auto()
    HERE_DOCUMENT = enum.auto()
    HERE_DOCUMENT_LINE = enum.auto()
    EXPANDED_DOCUMENT = enum.auto()
    DATA = enum.auto()
    DATA_TEXT = enum.auto()
    VERBATIM = enum.auto()


class Verbatim(str):
    """Text that is already what its place needs: it is not quoted again."""

    __slots__ = ()


class Places:
    """Follows the text of a document, and says which place is reached."""

    def __init__(self) -> None:
        self._line = ""
        self._ticks = ""
        self._language = ""
        self._here = ""
        self._is_expanded = False
        self._quotes: list[str] = []

    def state(self) -> tuple[Any, ...]:
        """Return what must be the same before and after a block of control lines."""
        return self._ticks, self._here, tuple(self._quotes)

    def follow(self, text: str) -> None:
        """Go on over literal text."""
        first, *more = text.split("\n")
        self._go(first)
        for line in more:
            self._end_line()
            self._go(line)

    def of_value(self) -> Place:
        """Return the place that is reached; the value there becomes a part of the line."""
        place = self._place()
        self._line += "\0"
        return place

    def _place(self) -> Place:
        if not self._ticks:
            if self._line.count("`") % 2:
                return Place.CELL_CODE if self._line.startswith("|") else Place.CODE
            if _ADDRESS.search(self._line):
                return Place.ADDRESS
            return Place.PROSE if self._line.strip() else Place.PROSE_LINE
        if self._language in _SHELLS:
            if self._here:
                if self._is_expanded:
                    return Place.EXPANDED_DOCUMENT
                return Place.HERE_DOCUMENT if self._line.strip() else Place.HERE_DOCUMENT_LINE
            innermost = self._quotes[-1] if self._quotes else ""
            return {"'": Place.SHELL_SINGLE, '"': Place.SHELL_DOUBLE}.get(innermost, Place.SHELL_WORD)
        if self._language in _DATA:
            return Place.DATA_TEXT if self._line.count('"') % 2 else Place.DATA
        return Place.VERBATIM

    def _go(self, text: str) -> None:
        if self._ticks and self._language in _SHELLS and not self._here:
            self._follow_quotes(text)
        self._line += text

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        if not self._ticks:
            fence = _FENCE.match(line)
            if fence:
                self._ticks, self._language = fence["ticks"], fence["language"]
        elif line.rstrip() == self._ticks:
            self._ticks = self._language = self._here = ""
            self._quotes = []
        elif self._here:
            if line.strip() == self._here:
                self._here = ""
        elif self._language in _SHELLS:
            here = _HERE.search(line)
            if here:
                self._here, self._is_expanded = here["word"], not here["quote"]

    def _follow_quotes(self, text: str) -> None:
        """Follow the shell's quotes and `$(`: the innermost that is open decides."""
        before = self._line[-1:]
        letters = iter(text)
        for letter in letters:
            innermost = self._quotes[-1] if self._quotes else ""
            if letter == "\\" and innermost != "'":
                next(letters, "")
            elif innermost in ("'", '"') and letter == innermost:
                self._quotes.pop()
            elif innermost == '"' and before == "$" and letter == "(":
                self._quotes.append("(")
            elif innermost not in ("'", '"'):
                if letter == "#" and (not before or before.isspace()):
                    return
                self._follow_unquoted(letter, innermost)
            before = letter

    def _follow_unquoted(self, letter: str, innermost: str) -> None:
        if letter in "\"'(":
            self._quotes.append(letter)
        elif letter == ")" and innermost == "(":
            self._quotes.pop()


def quote(value: Any, place: Place) -> str:
    """Return a value as its place needs it; null is nothing, and a list, in a command, its words.

    Raises:
        ExpressionError: when the place can't hold it.
    """
    if value is None:
        return ""
    if isinstance(value, Verbatim):
        return value
    if place is Place.SHELL_WORD and isinstance(value, list | tuple):
        return " ".join(shell_word(expressions.text(item)) for item in value)
    if place is Place.DATA:
        return json.dumps(expressions.plain(value), ensure_ascii=False)
    return _quoted(expressions.text(value), place)


@functools.lru_cache(maxsize=4096)
def _quoted(text: str, place: Place) -> str:
    """Return text as its place needs it; the same few names and hosts stand everywhere."""
    return _QUOTES[place](text)


def in_prose(text: str) -> str:
    """Return text on one line, with no character that Markdown would take for its own."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))


def in_code(text: str) -> str:
    """Return text in code style, on one line; where it holds backticks, with more of them around it."""
    words = " ".join(text.split()) or " "
    if "`" not in words:
        return f"`{words}`"
    fence = "`" * (max(map(len, _TICKS.findall(words))) + 1)
    return f"{fence} {words} {fence}"


def shell_word(text: str) -> str:
    """Return text as one word of a shell command, on one line."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(_ansi_c(letter) for letter in text) + "'"


def _ansi_c(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    return letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in letter.encode())


def _prose_line(text: str) -> str:
    """Return prose that begins a line: a list, a heading or a rule would begin there, too."""
    quoted = in_prose(text)
    return _STRUCTURE.sub(r"\1\\\2", quoted, count=1)


def _code(text: str) -> str:
    if "`" in text:
        raise ExpressionError("E304", f"{text!r} can't stand between backticks", "write <% code(...) %> instead")
    return " ".join(text.split())


def _in_address(text: str) -> str:
    return _IN_ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), text)


def _on_one_line(quoted: Callable[[str], str]) -> Callable[[str], str]:
    def checked(text: str) -> str:
        if not text.isprintable():
            raise ExpressionError("E304", f"{text!r} holds a line break or a control character, which can't stand here")
        return quoted(text)

    return checked


_QUOTES: Mapping[Place, Callable[[str], str]] = {
    Place.PROSE: in_prose,
    Place.PROSE_LINE: _prose_line,
    Place.CODE: _code,
    Place.CELL_CODE: lambda text: _code(text).replace("|", "\\|"),
    Place.ADDRESS: _in_address,
    Place.SHELL_WORD: shell_word,
    Place.SHELL_SINGLE: _on_one_line(lambda text: text.replace("'", "'\\''")),
    Place.SHELL_DOUBLE: _on_one_line(lambda text: _IN_DOUBLE.sub(r"\\\g<0>", text)),
    Place.HERE_DOCUMENT: _on_one_line(lambda text: text),
    Place.DATA_TEXT: lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    Place.VERBATIM: _on_one_line(lambda text: text),
}
