r"""Lines with values, put together at once: what of them no value changes is worked out when they are first filled.

    ### Sync <% app.name %> {#sync}         Mould("### Sync %s {#sync}", first value, ...: a heading)
                                        ->
    ```bash                                 Mould("sync %s\nwait %s", second and third, ...: a fence of bash)
    sync <% app.name %>
    wait <% app.name %>
    ```

That holds for values that are words on a line: these change no blanks, and begin or end nothing. With others, lines are
put together piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from efdgen.language.documents import blocks, values
from efdgen.language.documents.model import (
    Fence,
    Form,
    Heading,
    Item,
    Mould,
    Passage,
    Prose,
    Row,
    Stretch,
    Text,
    Value,
)
from efdgen.language.expressions import Names
from efdgen.language.places import VALUE


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
        numbers += range(line.number, line.number + line.lines) if isinstance(line, Text) else (line.number,)
    texts = [line.text if isinstance(line, Text) else _text(line) for line in lines]
    letters = sum(map(len, texts)) - len(quoted)
    items = [item for line, text in zip(lines, texts, strict=True) for item in _items(line, text)]
    stretch, passage = None, None
    if not all(isinstance(item, str) for item in items):
        moulds = _Moulds()
        before, made, after = blocks.folded(items)
        first, *others = before or (None,)
        if made is None and isinstance(first, Passage) and not others:
            passage = _pattern(first.text), first.is_apart
        if any(isinstance(block, Fence) and _is_all_values(block.text) for block in made or ()):
            # Where its values are nothing, there is none.
            quoted = (_refuse,)
        stretch = moulds.of(before), None if made is None else moulds.of(made), moulds.of(after)
    return Form(quoted, _pattern("\n".join(texts)), tuple(numbers), letters, stretch, passage)


def items(moulds: Iterable[Any | Mould], texts: tuple[str, ...]) -> list[Any]:
    """Return items, with those made that have values, given the texts of all of these."""
    return [each.make(each.pattern % texts[each.values]) if isinstance(each, Mould) else each for each in moulds]


def _is_all_values(text: str) -> bool:
    return VALUE in text and not text.replace(VALUE, "").strip()


def _refuse(_names: Names) -> str:
    raise values.UnusualError


def _text(row: Row) -> str:
    return "".join(VALUE if isinstance(piece, Value) else piece for piece in row.pieces)


def _pattern(text: str) -> str:
    return text.replace("%", "%%").replace(VALUE, "%s")


def _items(line: Text | Row, text: str) -> Iterable[Item]:
    """Return what lines are as Markdown; a heading with values has its whole line as its text."""
    if isinstance(line, Text):
        return (text,) if line.stretch is None else _unfolded(line.stretch)
    if line.is_inside:
        return (text,)
    item = blocks.item(text, text.index(VALUE), line.number)
    return (item._replace(text=text, name="") if isinstance(item, Heading) else item,)


def _unfolded(stretch: Stretch) -> tuple[Item, ...]:
    return (*stretch.before, *(() if stretch.made is None else (None, *stretch.made)), *stretch.after)


class _Moulds:
    """Makes moulds of what has values, and counts these."""

    def __init__(self) -> None:
        self._count = 0

    def of(self, items: Iterable[Any]) -> tuple[Any | Mould, ...]:
        """Return items, and moulds of those with values."""
        return tuple(map(self._of, items))

    def _of(self, item: Item) -> Item | Mould:
        text = item if isinstance(item, str) else getattr(item, "text", "")
        if VALUE not in text:
            return item
        begin, self._count = self._count, self._count + text.count(VALUE)
        return Mould(_pattern(text), slice(begin, self._count), _maker(item))


def _maker(item: Item) -> Callable[[str], Item]:
    """Return what makes the same kind of item of a text."""
    if isinstance(item, Fence):
        language, words, line = item.language, item.words, item.line
        return lambda text: Fence(language, words, text, line)
    if isinstance(item, Heading):
        own, number = item.text.index(VALUE), item.line
        return lambda text: blocks.item(text, own, number)
    if isinstance(item, Passage):
        is_apart = item.is_apart
        return lambda text: Passage(text, is_apart)
    return Prose if isinstance(item, Prose) else str
