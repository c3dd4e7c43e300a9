"""The phases of an environment's runbook: one document each, filled with what the environment is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.names import names
from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import documents, yamlio
from efdgen.language.documents import Block, Document, Fence, Heading, Prose
from efdgen.language.scope import evaluate_text
from efdgen.render.runbook import argocd, cluster, vault
from efdgen.render.runbook.model import Command, Phase, Step

_IN_PYTHON: Mapping[str, Callable[[ResolvedEnvironment], Phase | None]] = {
    "10-cluster.md": cluster.phase,
    "20-argocd.md": argocd.phase,
    "30-vault.md": vault.phase,
}


def phases(environment: ResolvedEnvironment, runbook: Mapping[str, Document]) -> tuple[Phase, ...]:
    """Return what is to be done, from a bare machine to tearing the environment down.

    Args:
        environment: the environment.
        runbook: the documents, by the names of their files: the order of the phases.

    Raises:
        InvalidInputError: when a document can't be filled, or is no phase.
    """
    given = names(environment)
    found = (
        _phase(runbook[name], given) if name in runbook else _IN_PYTHON[name](environment)
        for name in sorted({*_IN_PYTHON, *runbook})
    )
    return tuple(phase for phase in found if phase is not None)


def _phase(document: Document, given: Mapping[str, Any]) -> Phase | None:
    """Return the phase that a document describes, or None where its `when` yields false, or it has no step."""
    where = f"environment {given['name']}"
    head = _head(document, given, where)
    if not head.get("when", True):
        return None
    blocks = documents.fill(document, given, where)
    introduction = [block.text for block in _before_first_step(blocks) if isinstance(block, Prose)]
    steps = tuple(_steps(blocks, document))
    if not steps:
        return None
    return Phase(head["phase"], head["title"], steps, "\n\n".join(introduction), tuple(head.get("tools") or ()))


def _head(document: Document, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a document's front matter, its expressions evaluated."""
    head = yamlio.parse(document.head, document.source)
    return {
        key: evaluate_text(value, given, where, head.locate_in_text, (key,)) if isinstance(value, str) else value
        for key, value in head.data.items()
    }


def _before_first_step(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Heading):
            return
        yield block


def _steps(blocks: Sequence[Block], document: Document) -> Iterator[Step]:
    heading: Heading | None = None
    parts: list[str | Command] = []
    for block in blocks:
        if isinstance(block, Heading):
            if heading is not None:
                yield Step(heading.name, heading.text, tuple(parts))
            if not block.name:
                message = "a step needs a name for ever: ### Title {#name}"
                raise InvalidInputError([Problem("E302", message, Location(document.source, block.line, 1))])
            heading, parts = block, []
        elif heading is not None:
            parts.append(block.text if isinstance(block, Prose) else _command(block))
    if heading is not None:
        yield Step(heading.name, heading.text, tuple(parts))


def _command(fence: Fence) -> Command:
    only: Literal["", "page", "script"] = ""
    if "page" in fence.words or "script" in fence.words:
        only = "page" if "page" in fence.words else "script"
    return Command(fence.text, fence.language, "by-hand" in fence.words, only)
