"""Lines with values, put together piece by piece: where values are nothing, several lines, blocks or wrong.

sync <% app %> <% none %>   ->   "sync store": a word that is nothing takes the blank before it away
"""

from __future__ import annotations

from efdgen.language import expressions, quoting
from efdgen.language.documents import blocks
from efdgen.language.documents.model import Form, Item, Prose, Stretch, Value
from efdgen.language.documents.values import MOST_WORDS
from efdgen.language.documents.writing import Most, Part, Writer
from efdgen.language.expressions import ExpressionError, Names
from efdgen.language.quoting import Blocks


class Row(Part):
    """A line with values.

    Args:
        pieces: text and values, in turn.
        number: the line's.
        is_inside: whether it is in a fence, or in another language than Markdown.
    """

    __slots__ = ("is_inside", "number", "pieces")

    def __init__(self, pieces: tuple[str | Value, ...], number: int, *, is_inside: bool) -> None:
        super().__init__(Most(1, sum(MOST_WORDS if isinstance(piece, Value) else len(piece) for piece in pieces)))
        self.pieces = pieces
        self.number = number
        self.is_inside = is_inside

    def write(self, writer: Writer, names: Names) -> Names:
        """Write it piece by piece."""
        line, own, is_gap = "", -1, False
        made: Blocks | None = None
        for piece in self.pieces:
            text: str = piece if isinstance(piece, str) else ""
            if isinstance(piece, Value):
                try:
                    text = _quoted(piece, names, made)
                except ExpressionError as error:
                    writer.refuse(error, piece.line, piece.column)
                    continue
                if isinstance(text, Blocks):
                    made = text
                    continue
            if is_gap and text and text[0] not in " ;&|)":
                # Null took a blank away, and this would be a part of the word before it.
                line += " "
            is_gap = is_gap and not text
            if isinstance(piece, str):
                line += piece
                continue
            if not text and piece.place in quoting.WORDS and line.endswith(" "):
                # No word, and no blank before it.
                line = line[:-1]
                is_gap = True
            if text and own < 0:
                own = len(line)
            first, *more = text.split("\n")
            line += first
            for following in more:
                self._line(writer, line, own)
                line, own, is_gap = following, 0, False
        self._end(writer, line, len(line) if own < 0 else own, made)
        return names

    def _line(self, writer: Writer, text: str, own: int) -> None:
        """Write a line of which so many letters, from the first, are the document's own."""
        item: Item = text if self.is_inside else blocks.item(text, own, self.number)
        self._add(writer, text, blocks.folded((item,)))

    def _end(self, writer: Writer, line: str, own: int, made: Blocks | None) -> None:
        """Write the last line, or blocks, which count as one."""
        if made is None:
            self._line(writer, line, own)
            return
        if line.strip():
            writer.refuse_beside_blocks(self.number)
        self._add(writer, made, ((Prose(made),),))

    def _add(self, writer: Writer, text: str, stretch: Stretch) -> None:
        writer.written.append((Form(text, (self.number,), len(text), stretch), ()))
        if writer.expect(Most(1, len(text))):
            writer.count()


def _quoted(value: Value, names: Names, made: Blocks | None) -> str:
    found = expressions.value(value.expression, names)
    if made is not None:
        raise ExpressionError("E304", quoting.ALONE)
    return quoting.quote(found, value.place)
