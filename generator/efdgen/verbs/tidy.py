"""`efdgen tidy`: what says nothing is taken out; what Argo CD deploys stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen.errors import InvalidEditError, UsageError
from efdgen.explain.edits.leftovers import Leftover, leftovers, removal
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.verbs.edit import Edited, Sources


class Tidied(NamedTuple):
    """What says nothing, and what taking it out comes to; None: there is nothing."""

    leftovers: tuple[Leftover, ...]
    edited: Edited | None


def tidy(root: Path) -> Tidied:
    """Find what says nothing, in specs and in what they share, and take it out in memory.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    sources = Sources(root)
    rendered = sources.rendered()
    repository = rendered.project.repository
    shared = [paths.FACTS, *(paths.table(name) for name in repository.tables)]
    documents = [*sources.written.specs.values(), *(each for file in shared if (each := sources.document(file)))]
    likely = leftovers(repository, documents, rendered.warnings)
    chosen, edited = _without_effect(sources, rendered.tree, likely)
    return Tidied(tuple(chosen), edited)


def _without_effect(
    sources: Sources, tree: Mapping[str, bytes], likely: Sequence[Leftover]
) -> tuple[Sequence[Leftover], Edited | None]:
    """Return what can be taken out without any effect: all of it at once, or what is left after trying one by one."""
    edited = _tried(sources, tree, likely)
    if edited is not None:
        return likely, edited
    chosen: list[Leftover] = []
    for each in likely:
        tried = _tried(sources, tree, [*chosen, each])
        if tried is not None:
            chosen.append(each)
            edited = tried
    return chosen, edited


def _tried(sources: Sources, tree: Mapping[str, bytes], some: Sequence[Leftover]) -> Edited | None:
    """Return what comes of taking some out; None: something is different then, or can't be edited."""
    if not some:
        return None
    # From the end on: what is taken out moves what follows it in a list.
    edits = [removal(each) for each in sorted(some, key=lambda each: each.location, reverse=True)]
    try:
        edited = sources.edited(edits)
    except (InvalidEditError, UsageError):
        return None
    return edited if edited.tree is not None and _deployed(edited.tree) == _deployed(tree) else None


def _deployed(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what Argo CD reads: pages show pins, and may show one less."""
    return {path: content for path, content in tree.items() if layout.is_in_chart(path)}
