"""From text and values, one behind the other, to whole lines: those in which no value stands are taken together.

two lines, "ls " and Value(odd)       ->      Text("two lines", ...), Row(("ls ", Value(odd)), ...)
"""

from __future__ import annotations

from efdgen.language import quoting
from efdgen.language.documents import blocks
from efdgen.language.documents.model import Row, Text, Value


class Lines:
    """Gathers lines.

    Args:
        language: of a document that is all in one language, such as `bash`; empty: it is Markdown.
    """

    def __init__(self, language: str = "") -> None:
        self._fences = None if language else blocks.Fences()
        self._done: list[Text | Row] = []
        self._whole: list[str] = []
        self._line: list[str | Value] = []
        self._values: list[Value] = []
        self._number = 1

    def add_text(self, text: str, number: int) -> None:
        """Add text that begins at line `number`."""
        if not self._line:
            self._begin(number)
        first, *more = text.split("\n")
        if first:
            self._line.append(first)
        if more:
            self._end_line()
            *whole, last = more
            self._whole += whole
            self._number += len(more)
            if last:
                self._line.append(last)

    def add_value(self, value: Value) -> None:
        """Add a value."""
        if not self._line:
            self._begin(value.line)
        self._line.append(value)
        self._values.append(value)

    def take(self) -> list[Text | Row]:
        """Return the lines that were ended since they were last taken."""
        self._end_whole()
        found, self._done = self._done, []
        return found

    def end(self) -> list[Text | Row]:
        """End the document, and return the lines that were not taken; the last one is one even if it is empty."""
        self._end_line()
        self._number += 1
        return self.take()

    def _begin(self, number: int) -> None:
        """Begin a line; lines that follow each other only in what is filled, not in the document, are kept apart."""
        if number != self._number:
            self._end_whole()
            self._number = number

    def _end_line(self) -> None:
        pieces, self._line = self._line, []
        if self._values:
            values, self._values = self._values, []
            self._end_whole()
            self._done.append(self._row(tuple(pieces), tuple(values)))
        else:
            self._whole.append("".join(map(str, pieces)))

    def _end_whole(self) -> None:
        lines, self._whole = self._whole, []
        if not lines:
            return
        begin = self._number - len(lines)
        items = None
        if self._fences is not None:
            is_inside = self._fences.is_inside
            each = [self._fences.item(line, number) for number, line in enumerate(lines, begin)]
            if not (is_inside and each == lines):
                items = blocks.folded(each, is_inside=is_inside)
        self._done.append(Text("\n".join(lines), len(lines), begin, items))

    def _row(self, pieces: tuple[str | Value, ...], values: tuple[Value, ...]) -> Row:
        pattern = "".join("%s" if isinstance(piece, Value) else piece.replace("%", "%%") for piece in pieces)
        quoted = tuple(quoting.quoted(value.expression, value.place) for value in values)
        own = len(pieces[0]) if isinstance(pieces[0], str) else 0
        is_inside = self._fences is None or self._fences.is_inside
        return Row(pieces, pattern, values, quoted, own, self._number, is_inside)
