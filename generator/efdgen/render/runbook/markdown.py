"""A runbook as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from efdgen.language.quoting import in_prose
from efdgen.render.runbook.model import Command, Phase

_TICKS = re.compile(r"^ *(`+)", re.MULTILINE)
_SHORTEST = 3
"""Backticks that a fence has at least."""


def markdown(phases: Sequence[Phase]) -> str:
    """Return the phases of a runbook as sections of a page."""
    return "\n".join(_lines(phases))


def _lines(phases: Sequence[Phase]) -> Iterator[str]:
    for phase in phases:
        yield f"## {in_prose(phase.title)}\n"
        if phase.introduction:
            yield f"{phase.introduction}\n"
        for step in phase.steps:
            yield f"### {step.title}\n"
            for part in step.parts:
                if isinstance(part, Command) and part.only == "script":
                    continue
                yield f"{fenced(part.language, part.text) if isinstance(part, Command) else part}\n"


def fenced(language: str, text: str) -> str:
    """Return text in a fence that no line of it ends: longer than the backticks that any begins with."""
    longest = max(map(len, _TICKS.findall(text)), default=0) if "`" in text else 0
    fence = "`" * max(_SHORTEST, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
