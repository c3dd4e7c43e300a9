r"""What the lines of Markdown are, and the blocks that they make.

    ## Sync {#sync}     Heading(2, "Sync", "sync", 1)              Heading(2, "Sync", "sync", 1)
                        None
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

from efdgen.language.documents.model import (
    Block,
    Closing,
    Fence,
    Heading,
    Item,
    Opening,
    Passage,
    Prose,
    Stretch,
)
from efdgen.language.markdowntext import FENCE, OWN_LINE

_HEADING = re.compile(r"(?P<level>#{1,6} )(?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")

# To put kinds together (`Passage | str`) takes longer than to look at an item.
_GOES_ON = (Passage, Opening, str)


def item(text: str, own: int, number: int) -> Heading | Passage | None:
    """Return what a line is that is not inside a fence, and neither begins nor ends one.

    Args:
        text: the line.
        own: how many letters, from the first, are the document's own.
        number: the line's number in the document.
    """
    if text.startswith("#"):
        found = _HEADING.match(text)
        if found is not None and found.end("level") <= own:
            return Heading(len(found["level"].strip()), found["text"], found["name"] or "", number)
    if not text or text.isspace():
        return None
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
        inside: the lines of the fence that is open.
    """

    __slots__ = ("_begun", "_prose", "blocks", "inside")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.inside: list[str] = []
        self._prose: list[str] = []
        self._begun: Opening | None = None

    def add(self, item: Item) -> None:
        """Add what the next line is."""
        if isinstance(item, Passage):
            self.add_passage(*item)
        elif isinstance(item, str):
            self.inside.append(item)
        else:
            if self._prose:
                self.end_paragraph()
            if isinstance(item, Opening):
                self._begun, self.inside = item, []
            elif isinstance(item, Closing):
                self._end_fence()
            elif item is not None:
                self.blocks.append(item)

    def add_passage(self, text: str, is_apart: bool) -> None:
        """Add a line of a paragraph: joined to the one before, unless the document's own text makes it another."""
        if is_apart or not self._prose:
            self._prose.append(text.rstrip())
        else:
            self._prose[-1] += f" {text.strip()}"

    def add_all(self, before: Iterable[Item], made: Iterable[Block] | None, after: Iterable[Item]) -> None:
        """Add what the next lines are: see `Stretch`."""
        for item in before:
            self.add(item)
        if made is not None:
            if self._prose:
                self.end_paragraph()
            self.blocks += made
        for item in after:
            self.add(item)

    def end_paragraph(self) -> None:
        """End the paragraph, which is open."""
        self.blocks.append(Prose("\n".join(self._prose)))
        self._prose = []

    def end(self) -> None:
        """End the document."""
        if self._prose:
            self.end_paragraph()

    def _end_fence(self) -> None:
        text, begun = "\n".join(self.inside), self._begun
        # A loop over nothing leaves nothing to do.
        if begun is not None and text.strip():
            self.blocks.append(Fence(begun.language, begun.words, text, begun.line))


def folded(items: Sequence[Item]) -> Stretch:
    """Return lines that follow each other, with the blocks made that are whole, whatever is around them."""
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
        return Stretch(_joined(items), None, ())
    gathered = Gathered()
    for each in items[begin:end]:
        gathered.add(each)
    gathered.end()
    return Stretch(_joined(items[:begin]), tuple(gathered.blocks), _joined(items[end:]))


def _joined(items: Iterable[Item]) -> tuple[Item, ...]:
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
