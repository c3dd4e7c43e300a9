r"""Lines with values, put together at once: what of them no value changes is worked out when they are first filled.

    ### Sync <% app.name %> {#sync}         a mould: "### Sync %s {#sync}" with the first value, a heading
                                        ->
    ```bash                                 a mould: "sync %s\nwait %s" with the second and the third, a fence of bash
    sync <% app.name %>
    wait <% app.name %>
    ```

That holds for values that are words on a line: these change no blanks, and begin or end nothing. With others, lines are
put together piece by piece.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from efdgen.language.documents import blocks, values
from efdgen.language.documents.model import Block, Fence, Form, Heading, Item, Mould, Passage, Prose, Value
from efdgen.language.documents.parts import Text
from efdgen.language.documents.rows import Row
from efdgen.language.expressions import Names
from efdgen.language.places import VALUE
from efdgen.language.tuples import make


def form(lines: Sequence[Text | Row]) -> Form:
    """Return what puts lines that follow each other together."""
    quoted = tuple(
        values.in_line(piece.expression, piece.place, is_inside=line.is_inside)
        for line in lines
        if isinstance(line, Row)
        for piece in line.pieces
        if isinstance(piece, Value)
    )
    numbers: list[int] = []
    for line in lines:
        numbers += line.form.numbers if isinstance(line, Text) else (line.number,)
    texts = [line.form.text if isinstance(line, Text) else _text(line) for line in lines]
    items = [item for line, text in zip(lines, texts, strict=True) for item in _items(line, text)]
    stretch = None if all(isinstance(item, str) for item in items) else blocks.folded(items)
    found = Form(_pattern("\n".join(texts)), numbers, sum(map(len, texts)) - len(quoted), stretch)
    found.quoted = quoted
    if found.passage is not None:
        text, is_apart = found.passage
        found.passage = _pattern(text), is_apart
    elif stretch is not None:
        if any(_is_all_values(block) for item in stretch if type(item) is tuple for block in item):
            # Where its values are nothing, there is none.
            found.quoted = (_refuse,)
        found.moulds = _Moulds().of(stretch)
    return found


def _is_all_values(block: Any) -> bool:
    return isinstance(block, Fence) and VALUE in block.text and not block.text.replace(VALUE, "").strip()


def _refuse(_names: Names) -> str:
    raise values.UnusualError


def _text(row: Row) -> str:
    return "".join(VALUE if isinstance(piece, Value) else piece for piece in row.pieces)


def _pattern(text: str) -> str:
    return text.replace("%", "%%").replace(VALUE, "%s")


def _items(line: Text | Row, text: str) -> Iterable[Item]:
    """Return what lines are as Markdown; a heading with values has its whole line as its text."""
    if isinstance(line, Text):
        return (text,) if line.form.stretch is None else line.form.stretch
    if line.is_inside:
        return (text,)
    item = blocks.item(text, text.index(VALUE), line.number)
    return (item if isinstance(item, Passage) else tuple(each._replace(text=text, name="") for each in item),)


class _Moulds:
    """Makes moulds of what has values, and counts these."""

    def __init__(self) -> None:
        self._count = 0

    def of(self, items: Sequence[Item | Block]) -> list[tuple[int, Mould]]:
        """Return the moulds of those items that have values, each with its index."""
        found = ((at, self._of(item)) for at, item in enumerate(items))
        return [(at, mould) for at, mould in found if mould is not None]

    def _of(self, item: Any) -> Mould | None:
        if type(item) is tuple:
            moulds = self.of(item)
            return functools.partial(blocks.filled, item, moulds) if moulds else None
        text = item if isinstance(item, str) else getattr(item, "text", "")
        if VALUE not in text:
            return None
        begin, self._count = self._count, self._count + text.count(VALUE)
        return _mould(item, _pattern(text), slice(begin, self._count))


def _mould(item: Item | Block, pattern: str, where: slice) -> Mould:
    """Return what makes the same kind of item, given which values are its own."""
    if isinstance(item, Fence):
        language, words, line = item.language, item.words, item.line
        return lambda values: make(Fence, (language, words, pattern % values[where], line))
    if isinstance(item, Heading):
        own, number = item.text.index(VALUE), item.line
        return lambda values: blocks.item(pattern % values[where], own, number)[0]
    if isinstance(item, Passage):
        is_apart = item.is_apart
        return lambda values: make(Passage, (pattern % values[where], is_apart))
    if isinstance(item, Prose):
        return lambda values: make(Prose, (pattern % values[where],))
    return lambda values: pattern % values[where]
