"""A runbook as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from efdgen.language.documents import Block, Heading, Prose
from efdgen.language.quoting import in_prose
from efdgen.render.runbook.model import SCRIPT, Phase

_TICKS = re.compile(r"^ *(`+)", re.MULTILINE)
_SHORTEST = "```"
"""A fence has as many backticks at least."""


def markdown(phases: Sequence[Phase]) -> str:
    """Return the phases of a runbook as sections of a page."""
    found: list[str] = []
    for phase in phases:
        found.append(f"## {in_prose(phase.title)}")
        found += texts(phase.blocks, but_for=SCRIPT)
    return below_each_other(found)


def texts(blocks: Iterable[Block], but_for: str = "") -> list[str]:
    """Return the Markdown of each block; fences with the word `but_for` are left out."""
    found: list[str] = []
    for block in blocks:
        text = block.text
        if isinstance(block, Prose):
            found.append(text)
        elif isinstance(block, Heading):
            found.append(f"{'#' * block.level} {text}")
        elif but_for not in block.words:
            fence = _longest(text) if "`" in text else _SHORTEST
            found.append(f"{fence}{block.language}\n{text}\n{fence}")
    return found


def _longest(text: str) -> str:
    """Return a fence that no line of a text ends: longer than the backticks that any begins with."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    return "`" * max(len(_SHORTEST), longest + 1)


def below_each_other(texts: Sequence[str]) -> str:
    """Return blocks of Markdown, with an empty line between any two."""
    return "\n\n".join(texts) + "\n" if texts else ""
