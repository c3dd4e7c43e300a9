"""`efdgen tidy`: what says nothing is taken out; what Argo CD deploys stays as it is, byte for byte."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from efdgen.errors import InvalidEditError, Location, UsageError
from efdgen.explain.edits import lifting, repeating
from efdgen.explain.edits.leftovers import Leftover, leftovers, removal, unreached
from efdgen.explain.edits.lifting import Lift
from efdgen.explain.edits.making import Edit
from efdgen.explain.edits.repeating import Repeat
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.language.yamlio.cutting import Cutting
from efdgen.language.yamlio.editing import EditError
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import Edited


class Stuck(NamedTuple):
    """What says nothing and stays, since it can't be taken out: where it is, why it says nothing, and the reason."""

    location: Location
    why: str
    reason: str


class Tidied(NamedTuple):
    """What says nothing, and what taking it out comes to; None: there is nothing that can be taken out.

    Attributes:
        leftovers: what goes, also what says nothing only when others are gone.
        edited: what that comes to.
        stuck: what says nothing, too, and stays.
    """

    leftovers: tuple[Leftover | Repeat, ...]
    edited: Edited | None
    stuck: tuple[Stuck, ...] = ()


def tidy(root: Path) -> Tidied:
    """Find what says nothing, in specs and in what they share, and take it out; lists inherit what they repeat.

    What is left then may say nothing any more, such as a mapping without its only entry: that goes, too.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    sources = now = Sources(root)
    tree = sources.rendered().tree
    gone: list[Leftover | Repeat] = []
    made: list[Edit] = []
    edited: Edited | None = None
    while True:
        documents = _documents(now)
        warnings = now.rendered().warnings
        likely: list[Leftover | Repeat] = [
            *leftovers(now.rendered().project.repository, documents, warnings),
            *repeating.repeats(now.written, now.below),
        ]
        likely.sort(key=lambda each: each.location)
        tried = functools.partial(_edits_behind, made)
        chosen, outcome = _without_effect(sources, tree, likely, tried)
        if outcome is None or not outcome.changes:
            stuck = [found for each in likely if (found := _stuck(now, made, each, sources)) is not None]
            stuck += [Stuck(each.location, each.message, _NOT_EDITED) for each in unreached(documents, warnings)]
            places = {document.file: document for document in _documents(sources)}
            return Tidied(tuple(_as_it_stands(each, places) for each in gone), edited, tuple(stuck))
        gone += chosen
        made += _removals(chosen)
        edited = outcome
        now = Sources(root, edited.texts)


_NOT_EDITED = "efdgen tidy can't edit this: take it out by hand"


def _documents(sources: Sources) -> list[Document]:
    """Return the specs, and the files that they share."""
    repository = sources.rendered().project.repository
    shared = [paths.FACTS, *(paths.table(name) for name in repository.tables)]
    return [*sources.written.specs.values(), *(each for file in shared if (each := sources.document(file)))]


def _edits_behind(made: Sequence[Edit], some: Sequence[Leftover | Repeat]) -> list[Edit]:
    """Return edits that were made before, and those that take out some more; none when there is no more."""
    return [*made, *_removals(some)] if some else []


def _as_it_stands(each: Leftover | Repeat, documents: Mapping[str, Document]) -> Leftover | Repeat:
    """Return what goes with its place in the file before all edits, where its path leads somewhere there."""
    document = documents.get(each.document.file, each.document)
    path = each.target.path if isinstance(each, Repeat) else each.path
    return each if at(document.data, path) is ABSENT else each._replace(document=document)


def _stuck(now: Sources, made: Sequence[Edit], each: Leftover | Repeat, sources: Sources) -> Stuck | None:
    """Return what surely says nothing and can't be taken out, with the reason; None: it may say something."""
    if isinstance(each, Repeat) or not each.is_sure:
        return None
    edit = removal(each)
    try:
        edit.apply(now.text(each.document.file))
        sources.edited([*made, edit])
    except (EditError, UsageError) as error:
        return Stuck(each.location, each.why, str(error))
    except InvalidEditError as error:
        return Stuck(each.location, each.why, f"without it, {error.problems[0].message}")
    return Stuck(each.location, each.why, "without it, something else would be deployed")


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
    specs = {file: Cutting(yamlio.decode((root / file).read_bytes(), file)) for file in files}
    commented = tuple(each for each in found if each.is_commented(specs))
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
    """Return what can be edited without any effect: all of it at once, or what is left after trying one by one.

    Where several in a row can be, twice as many are tried at once, and fewer again where they can't: each try renders.
    """
    edited = _tried(sources, tree, edits(likely))
    if edited is not None:
        return likely, edited
    chosen: list[Each] = []
    waiting = list(likely)
    size, was_possible = 1, False
    while waiting:
        some = waiting[:size]
        tried = _tried(sources, tree, edits([*chosen, *some]))
        if tried is not None:
            chosen += some
            edited = tried
        if tried is not None or len(some) == 1:
            del waiting[:size]
        if tried is None:
            size = max(1, len(some) // 2)
        elif was_possible:
            size = len(some) * 2
        was_possible = tried is not None
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
