"""A runbook as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.render.runbook.model import Command, Phase


def markdown(phases: Sequence[Phase]) -> str:
    """Return the phases of a runbook as sections of a page."""
    return "\n".join(_lines(phases))


def _lines(phases: Sequence[Phase]) -> Iterator[str]:
    for phase in phases:
        yield f"## {phase.title}\n"
        if phase.introduction:
            yield f"{phase.introduction}\n"
        for step in phase.steps:
            yield f"### {step.title}\n"
            for part in step.parts:
                if isinstance(part, Command) and part.only == "script":
                    continue
                yield f"{_code(part) if isinstance(part, Command) else part}\n"


def _code(command: Command) -> str:
    return f"```{command.language}\n{command.text}\n```"
