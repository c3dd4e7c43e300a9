"""From text and values, one behind the other, to whole lines: those without a control line between are a run.

two lines, "ls " and Value(odd)     ->      Run((Text("two lines", ...), Row(("ls ", Value(odd)), ...)), ...)
"""

from __future__ import annotations

from efdgen.language.documents import blocks, forms
from efdgen.language.documents.model import Form, Value
from efdgen.language.documents.parts import Run, Text
from efdgen.language.documents.rows import Row


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
        self._has_value = False
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
        self._has_value = True

    def take(self) -> list[Text | Run]:
        """Return the lines that were ended since they were last taken."""
        self._end_whole()
        found, self._done = tuple(self._done), []
        texts = [each for each in found if isinstance(each, Text)]
        if len(texts) == len(found):
            return [*texts]
        return [Run(found, forms.form)]

    def end(self) -> list[Text | Run]:
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
        if self._has_value:
            self._has_value = False
            self._end_whole()
            is_inside = self._fences is None or self._fences.is_inside
            self._done.append(Row(tuple(pieces), self._number, is_inside=is_inside))
        else:
            self._whole.append("".join(map(str, pieces)))

    def _end_whole(self) -> None:
        lines, self._whole = self._whole, []
        if not lines:
            return
        numbers = range(self._number - len(lines), self._number)
        stretch = None
        if self._fences is not None:
            is_inside = self._fences.is_inside
            items = [self._fences.item(line, number) for line, number in zip(lines, numbers, strict=True)]
            if not (is_inside and items == lines):
                stretch = blocks.folded(items)
        text = "\n".join(lines)
        self._done.append(Text(Form(text, numbers, len(text), stretch)))
