r"""What the lines of Markdown are, and the blocks that they make.

    ## Sync {#sync}     (Heading(2, "Sync", "sync", 1),)           Heading(2, "Sync", "sync", 1)
                        ()
    Some text           Passage("Some text", False)            ->    Prose("Some text of two lines.")
    of two lines.       Passage("of two lines.", False)

    ```bash             Opening("bash", (), 6)                     Fence("bash", (), "ls", 6)
    ls                  "ls"
    ```                 Closing()

Nothing of this depends on a value: a fence, a heading or a list's item is one where the document's own text begins it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from efdgen.language.documents.model import (
    Block,
    Closing,
    Fence,
    Heading,
    Item,
    Mould,
    Opening,
    Passage,
    Prose,
    Stretch,
    Written,
)
from efdgen.language.markdowntext import FENCE, OWN_LINE
from efdgen.language.tuples import make

_HEADING = re.compile(r"(?P<level>#{1,6} )(?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")

# To put kinds together (`Passage | str`) takes longer than to look at an item.
_GOES_ON = (Passage, Opening, str)


def item(text: str, own: int, number: int) -> Passage | tuple[Heading, ...]:
    """Return what a line is that is not inside a fence, and neither begins nor ends one.

    Args:
        text: the line.
        own: how many letters, from the first, are the document's own.
        number: the line's number in the document.
    """
    if text.startswith("#"):
        found = _HEADING.match(text)
        if found is not None and found.end("level") <= own:
            return (Heading(len(found["level"].strip()), found["text"], found["name"] or "", number),)
    if not text or text.isspace():
        return ()
    mark = OWN_LINE.match(text)
    return Passage(text, mark is not None and mark.end() <= own)


class Fences:
    """Follows the lines of Markdown, and says which ones are in a fence: control lines never open one, nor values."""

    def __init__(self) -> None:
        self._ticks = ""

    @property
    def is_inside(self) -> bool:
        """Say whether a fence is open."""
        return bool(self._ticks)

    def item(self, text: str, number: int) -> Item:
        """Return what the next line is, all of which is the document's own."""
        if self._ticks:
            if text.rstrip() != self._ticks:
                return text
            self._ticks = ""
            return Closing()
        fence = FENCE.match(text) if text.startswith("```") else None
        if fence is None:
            return item(text, len(text), number)
        self._ticks = fence["ticks"]
        return Opening(fence["language"], tuple(fence["words"].split()), number)


class Gathered:
    """Gathers blocks of what lines are: lines of a paragraph are joined, and those of a fence put below each other.

    Attributes:
        blocks: the blocks that are whole.
    """

    __slots__ = ("_begun", "_inside", "_prose", "blocks")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._prose: list[str] = []
        self._inside: list[str] = []
        self._begun: Opening | None = None

    def add_all(self, written: Iterable[Written]) -> None:
        """Add lines that were written."""
        inside = self._inside
        for form, values in written:
            if form.stretch is None:
                inside.append(form.text % values if values else form.text)
            elif form.passage is not None:
                text, is_apart = form.passage
                self._add_passage(text % values if values else text, is_apart)
            else:
                self.add(filled(form.stretch, form.moulds, values) if values else form.stretch)

    def add(self, stretch: Iterable[Any]) -> None:
        """Add what the next lines are."""
        for item in stretch:
            kind = type(item)
            if kind is tuple:
                if self._prose:
                    self.end_paragraph()
                self.blocks += item
            elif kind is Passage:
                self._add_passage(*item)
            elif kind is str:
                self._inside.append(item)
            elif kind is Closing:
                self._end_fence()
            else:
                self.end_paragraph()
                self._begun = item
                self._inside.clear()

    def _add_passage(self, text: str, is_apart: bool) -> None:
        """Add a line of a paragraph: joined to the one before, unless the document's own text makes it another."""
        if is_apart or not self._prose:
            self._prose.append(text.rstrip())
        else:
            self._prose[-1] += f" {text.strip()}"

    def end_paragraph(self) -> None:
        """End the paragraph, if one is open."""
        if self._prose:
            self.blocks.append(make(Prose, ("\n".join(self._prose),)))
            self._prose.clear()

    def _end_fence(self) -> None:
        text, begun = "\n".join(self._inside), self._begun
        # A loop over nothing leaves nothing to do.
        if begun is not None and text.strip():
            self.blocks.append(make(Fence, (begun.language, begun.words, text, begun.line)))


def filled(items: Sequence[Any], moulds: Iterable[tuple[int, Mould]], values: tuple[str, ...]) -> tuple[Any, ...]:
    """Return items, with those made that have values, given the texts of all of these."""
    found = [*items]
    for at, mould in moulds:
        found[at] = mould(values)
    return tuple(found)


def gathered(written: Iterable[Written]) -> list[Block]:
    """Return the blocks that lines make, which are all of a document."""
    found = Gathered()
    found.add_all(written)
    found.end_paragraph()
    return found.blocks


def folded(items: Sequence[Item]) -> Stretch:
    """Return lines that follow each other, with the blocks made that are whole, whatever is around them.

    These stand in one tuple, between what the first lines are, which can belong to a block that was begun before, and
    what the last lines are, which can belong to one that goes on.
    """
    count = len(items)
    # Inside a fence, the first line is text, or ends it.
    if isinstance(items[0], str | Closing):
        begin = next((at + 1 for at, each in enumerate(items) if isinstance(each, Closing)), count)
    else:
        begin = next((at for at, each in enumerate(items) if not isinstance(each, Passage)), count)
    end = begin
    for at in range(begin, count):
        each = items[at]
        # A fence is whole where it ends; a paragraph, where something else follows.
        if not isinstance(each, _GOES_ON):
            end = at + 1
        elif isinstance(each, Opening):
            end = at
    if end == begin:
        return _joined(items)
    made = Gathered()
    made.add(items[begin:end])
    made.end_paragraph()
    return (*_joined(items[:begin]), tuple(made.blocks), *_joined(items[end:]))


def _joined(items: Iterable[Item]) -> Stretch:
    """Return items with lines of one paragraph, or of one fence, as one line."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(last, str) and isinstance(item, str):
            found[-1] = f"{last}\n{item}"
        elif isinstance(last, Passage) and isinstance(item, Passage):
            more = f"\n{item.text}" if item.is_apart else f" {item.text.strip()}"
            found[-1] = Passage(last.text.rstrip() + more, last.is_apart)
        else:
            found.append(item)
    return tuple(found)
