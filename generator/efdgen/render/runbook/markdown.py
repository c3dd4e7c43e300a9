"""A runbook as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from efdgen.language.quoting import in_prose
from efdgen.render.runbook.model import Phase

_TICKS = re.compile(r"^ *(`+)", re.MULTILINE)
_SHORTEST = "```"
"""A fence has as many backticks at least."""


def markdown(phases: Sequence[Phase]) -> str:
    """Return the phases of a runbook as sections of a page."""
    found: list[str] = []
    for phase in phases:
        found.append(f"## {in_prose(phase.title)}\n")
        if phase.introduction:
            found.append(f"{phase.introduction}\n")
        for step in phase.steps:
            found.append(f"### {step.title}\n")
            for part in step.parts:
                if isinstance(part, str):
                    found.append(f"{part}\n")
                elif part.only != "script":
                    found.append(f"{fenced(part.language, part.text)}\n")
    return "\n".join(found)


def fenced(language: str, text: str) -> str:
    """Return text in a fence that no line of it ends: longer than the backticks that any begins with."""
    fence = _SHORTEST
    if "`" in text:
        longest = max(map(len, _TICKS.findall(text)), default=0)
        fence = "`" * max(len(_SHORTEST), longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
