"""`efdgen tidy`: what says nothing is taken out; what Argo CD deploys stays as it is, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from efdgen.errors import InvalidEditError, UsageError
from efdgen.explain.edits import lifting, repeating
from efdgen.explain.edits.leftovers import Leftover, leftovers, removal
from efdgen.explain.edits.lifting import Lift
from efdgen.explain.edits.making import Edit
from efdgen.explain.edits.repeating import Repeat
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import Edited


class Tidied(NamedTuple):
    """What says nothing, and what taking it out comes to; None: there is nothing."""

    leftovers: tuple[Leftover | Repeat, ...]
    edited: Edited | None


def tidy(root: Path) -> Tidied:
    """Find what says nothing, in specs and in what they share, and take it out; lists inherit what they repeat.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    sources = Sources(root)
    rendered = sources.rendered()
    repository = rendered.project.repository
    shared = [paths.FACTS, *(paths.table(name) for name in repository.tables)]
    documents = [*sources.written.specs.values(), *(each for file in shared if (each := sources.document(file)))]
    likely: list[Leftover | Repeat] = [
        *leftovers(repository, documents, rendered.warnings),
        *repeating.repeats(sources.written, sources.below),
    ]
    likely.sort(key=lambda each: each.location)
    chosen, edited = _without_effect(sources, rendered.tree, likely, _removals)
    return Tidied(tuple(chosen), edited)


class Lifted(NamedTuple):
    """What all environments of a site say alike, and what it comes to when the site says it; None: there is nothing.

    Attributes:
        commented: what stays, since a comment is about it: only people know where that belongs.
    """

    lifts: tuple[Lift, ...]
    edited: Edited | None
    commented: tuple[Lift, ...] = ()


def lift(root: Path) -> Lifted:
    """Find what all environments of a site say alike, and let the site say it, in memory.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    sources = Sources(root)
    tree = sources.rendered().tree
    found = lifting.lifts(sources.written)
    files = [spec.file for spec in sources.written.specs.values()]
    texts = {file: yamlio.decode((root / file).read_bytes(), file) for file in files}
    commented = tuple(each for each in found if each.is_commented(texts))
    chosen, edited = _without_effect(sources, tree, [each for each in found if each not in commented], lifting.together)
    return Lifted(tuple(chosen), edited, commented)


Each = TypeVar("Each")


def _removals(some: Sequence[Leftover | Repeat]) -> list[Edit]:
    # From the end on: what is taken out moves what follows it in a list.
    last_first = sorted(some, key=lambda each: each.location, reverse=True)
    return [each.edit() if isinstance(each, Repeat) else removal(each) for each in last_first]


def _without_effect(
    sources: Sources, tree: Mapping[str, bytes], likely: Sequence[Each], edits: Callable[[Sequence[Each]], list[Edit]]
) -> tuple[Sequence[Each], Edited | None]:
    """Return what can be edited without any effect: all of it at once, or what is left after trying one by one."""
    edited = _tried(sources, tree, edits(likely))
    if edited is not None:
        return likely, edited
    chosen: list[Each] = []
    for each in likely:
        tried = _tried(sources, tree, edits([*chosen, each]))
        if tried is not None:
            chosen.append(each)
            edited = tried
    return chosen, edited


def _tried(sources: Sources, tree: Mapping[str, bytes], edits: Sequence[Edit]) -> Edited | None:
    """Return what comes of some edits; None: something is different then, or can't be edited."""
    if not edits:
        return None
    try:
        edited = sources.edited(edits)
    except (InvalidEditError, UsageError):
        return None
    return edited if edited.tree is not None and _deployed(edited.tree) == _deployed(tree) else None


def _deployed(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what Argo CD reads: pages show pins, and may show one less."""
    return {path: content for path, content in tree.items() if layout.is_in_chart(path)}
