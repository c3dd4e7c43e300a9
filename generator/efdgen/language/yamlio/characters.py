"""Where the characters of a document's texts stand, in every style of YAML: looked for when somebody asks.

Between quotes, escapes take more room than what they mean; lines are joined, and their indentation goes. So a text is
read again as libyaml reads it, and whatever comes out otherwise than its value is not known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple


class Piece(NamedTuple):
    """Characters that stand in a row: where they begin in the text, and in the file."""

    begin: int
    line: int
    column: int


_BLANKS: Final = " \t"
_LINE_END = late(r"\r\n?|\n")
_PROPERTIES = late(r"[ \t]*(?:[&!][^ \t]*(?:[ \t]+|\Z))*")
"""The anchor and the tag of a text."""

_DOUBLE = late(r"(?:[^\"\\]+|\\.)*")
_SINGLE = late(r"(?:[^']+|'')*")
_IN_DOUBLE = late(r"[^\\]+|\\(?:(?:x|u..|U.{6})[0-9A-Fa-f]{2}|.)")
_IN_SINGLE = late(r"[^']+|''")
_ESCAPES: Final = dict(zip("0abtnvfreN_LP", "\0\a\b\t\n\v\f\r\x1b\x85\xa0\u2028\u2029", strict=True))


class Characters:
    """Knows where the characters of the texts of a document stand.

    Args:
        text: the document.
    """

    __slots__ = ("_found", "_lines")

    def __init__(self, text: str) -> None:
        self._lines: Sequence[str] = _LINE_END.split(text)
        self._found: dict[tuple[int, int, str], Sequence[Piece]] = {}

    def place(self, line: int, column: int, value: str, offset: int) -> tuple[int, int]:
        """Return the line and the column of the character at an offset of a text, or of the text, if it is not known.

        What stands for a line end is where the line ends, and so is what comes after all characters.

        Args:
            line: where the text begins, with its anchor and its tag.
            column: where it begins there.
            value: what it means.
            offset: which character of that.
        """
        key = (line, column, value)
        if key not in self._found:
            self._found[key] = _pieces(self._lines, line - 1, column - 1, value)
        pieces = self._found[key]
        if not pieces:
            return line, column
        found = pieces[max(0, bisect_right(pieces, offset, key=lambda piece: piece.begin) - 1)]
        end = len(self._lines[found.line - 1]) + 1
        return found.line, min(found.column + max(0, offset - found.begin), end)


class _Text:
    """A text that is read again, with where its characters stand."""

    __slots__ = ("length", "parts", "pieces")

    def __init__(self) -> None:
        self.length = 0
        self.parts: list[str] = []
        self.pieces: list[Piece] = []

    def add(self, part: str, row: int, at: int) -> None:
        """Add characters that stand in a row."""
        if part:
            self.pieces.append(Piece(self.length, row + 1, at + 1))
            self.parts.append(part)
            self.length += len(part)

    def is_like(self, value: str) -> bool:
        """Say whether it is a value, but for line ends behind it."""
        text = "".join(self.parts)
        return text.startswith(value) and not text[len(value) :].strip("\n")


def _pieces(lines: Sequence[str], row: int, at: int, value: str) -> Sequence[Piece]:
    """Return the pieces of a value, whose style and properties begin somewhere; none where they are not known."""
    while 0 <= row < len(lines):
        properties = _PROPERTIES.match(lines[row], at)
        at = properties.end() if properties else at
        style = lines[row][at : at + 1]
        if style not in ("", "#"):
            break
        row, at = row + 1, 0
    else:
        return ()
    text = _reading(lines, row, at, value)
    return [piece for piece in text.pieces if piece.begin < max(1, len(value))] if text.is_like(value) else ()


def _reading(lines: Sequence[str], row: int, at: int, value: str) -> _Text:
    style = lines[row][at]
    if style in ("'", '"'):
        return _quoted(lines, row, at)
    if style not in ("|", ">"):
        return _plain(lines, row, at, value) if value else _Text()
    # `|2` counts from where what the text stands in begins: the first line that holds something shows it, too.
    first = next((lines[below] for below in range(row + 1, len(lines)) if lines[below].strip(" ")), "")
    meant = next((line for line in value.split("\n") if line.strip(" ")), "")
    indentation = max(0, _indentation(first) - _indentation(meant))
    return _block(lines, row + 1, indentation, is_literal=style == "|")


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _quoted(lines: Sequence[str], row: int, at: int) -> _Text:
    quote = lines[row][at]
    inside, tokens, escape = (_DOUBLE, _IN_DOUBLE, "\\") if quote == '"' else (_SINGLE, _IN_SINGLE, "'")
    text = _Text()
    at += 1
    text.pieces.append(Piece(0, row + 1, at + 1))  # where nothing is in it
    while row < len(lines):
        line = lines[row]
        found = inside.match(line, at)
        end = found.end() if found else at
        is_closed = line.startswith(quote, end)
        is_escaped = line.startswith("\\", end)
        for token in tokens.finditer(line, at, end):
            part = token[0]
            if part[0] == escape:
                part = _meant(part)
            elif token.end() == end and not (is_closed or is_escaped):
                part = part.rstrip(_BLANKS)
            text.add(part, row, token.start())
        if is_closed:
            break
        row, at = _below(lines, row, text, is_escaped=is_escaped)
    return text


def _meant(escape: str) -> str:
    """Return the character that an escape means, `''` among them."""
    if escape == "''":
        return "'"
    if len(escape) > len("\\n"):
        return chr(int(escape.lstrip("\\xuU"), 16))
    return _ESCAPES.get(escape[1], escape[1])


def _plain(lines: Sequence[str], row: int, at: int, value: str) -> _Text:
    text = _Text()
    while row < len(lines):
        # A comment, a bracket and the like may stand behind it.
        content = lines[row][at:].rstrip(_BLANKS)[: len(value) - text.length]
        text.add(content, row, at)
        if text.length == len(value) or not value.startswith(content, text.length - len(content)):
            break
        row, at = _below(lines, row, text)
    return text


def _below(lines: Sequence[str], row: int, text: _Text, *, is_escaped: bool = False) -> tuple[int, int]:
    """Add what line ends become, up to the next line that holds something, and return where that begins."""
    below = row + 1
    while below < len(lines) and not lines[below].strip(_BLANKS):
        text.add("\n", below, len(lines[below]))
        below += 1
    if below == row + 1 and not is_escaped:
        text.add(" ", row, len(lines[row]))
    return below, len(lines[below]) - len(lines[below].lstrip(_BLANKS)) if below < len(lines) else 0


def _block(lines: Sequence[str], row: int, indentation: int, *, is_literal: bool) -> _Text:
    text = _Text()
    margin = " " * indentation
    above: int | None = None
    blank: list[int] = []
    is_folded = False
    for each in range(row, len(lines)):
        line = lines[each]
        if len(line) <= indentation and not line.strip(" "):
            blank.append(each)
            continue
        if not line.startswith(margin):
            break
        # Lines that are indented more are not joined.
        was_folded, is_folded = is_folded, not is_literal and line[indentation] not in _BLANKS
        _end(lines, text, above, blank, is_joined=was_folded and is_folded)
        text.add(line[indentation:], each, indentation)
        above, blank = each, []
    _end(lines, text, above, blank, is_joined=False)
    return text


def _end(lines: Sequence[str], text: _Text, above: int | None, blank: Iterable[int], *, is_joined: bool) -> None:
    """Add what the end of a line of a block becomes, and those of the blank lines that follow it."""
    blank = list(blank)
    if above is not None and not (is_joined and blank):
        text.add(" " if is_joined else "\n", above, len(lines[above]))
    for each in blank:
        text.add("\n", each, len(lines[each]))
