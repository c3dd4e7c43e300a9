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
from collections.abc import Iterable, Iterator, Sequence

from efdgen.language.documents.model import (
    Block,
    Closing,
    Fence,
    Heading,
    Item,
    Opening,
    Passage,
    Prose,
)
from efdgen.language.markdowntext import FENCE, OWN_LINE

_HEADING = re.compile(r"(?P<level>#{1,6} )(?P<text>.*?)(?: \{#(?P<name>[a-z0-9.-]+)\})?\Z")

# To put kinds together (`Heading | Prose`) takes longer than to look at an item.
_BLOCKS = (Heading, Prose, Fence)
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


def blocks(items: Iterable[Item]) -> Iterator[Block]:
    """Yield the blocks that lines make; lines of a paragraph are joined."""
    prose: list[str] = []
    following = iter(items)
    for each in following:
        if isinstance(each, Passage):
            _add(prose, each)
            continue
        if prose:
            yield Prose("\n".join(prose))
            prose = []
        if isinstance(each, Opening):
            inside = "\n".join(_inside(following))
            # A loop over nothing leaves nothing to do.
            if inside.strip():
                yield Fence(each.language, each.words, inside, each.line)
        elif isinstance(each, _BLOCKS):
            yield each
    if prose:
        yield Prose("\n".join(prose))


def _inside(following: Iterator[Item]) -> Iterator[str]:
    """Yield the lines of a fence, as far as the one that ends it."""
    for each in following:
        if not isinstance(each, str):
            return
        yield each


def _add(prose: list[str], line: Passage) -> None:
    """Add a line to a paragraph's: joined to the one before, unless the document's own text makes it another."""
    if line.is_apart or not prose:
        prose.append(line.text.rstrip())
    else:
        prose[-1] += f" {line.text.strip()}"


def folded(items: Sequence[Item], *, is_inside: bool) -> tuple[Item, ...]:
    """Return the items of lines that follow each other, with the blocks made that are whole, whatever is around them.

    Args:
        items: what the lines are.
        is_inside: whether the first one is inside a fence.
    """
    if all(isinstance(each, _GOES_ON) for each in items[:-1]):
        return tuple(items)
    if is_inside:
        begin = next((at + 1 for at, each in enumerate(items) if isinstance(each, Closing)), len(items))
    else:
        begin = next((at for at, each in enumerate(items) if not isinstance(each, Passage)), len(items))
    end = begin
    for at in range(begin, len(items)):
        each = items[at]
        # A fence is whole where it ends; a paragraph, where something else follows.
        if not isinstance(each, _GOES_ON):
            end = at + 1
        elif isinstance(each, Opening):
            end = at
    made = tuple(blocks(items[begin:end])) or ((None,) if end > begin else ())
    return (*items[:begin], *made, *items[end:])
