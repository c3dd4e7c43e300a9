"""`efdgen tidy`: what says nothing is taken out; what Argo CD deploys stays as it is, byte for byte."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
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
from efdgen.verbs.apart import Apart, behind, one_by_one
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
        chosen, outcome = _without_effect(sources, tree, likely, _removals, _environments, made)
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


def _environments(each: Leftover | Repeat) -> Sequence[str]:
    """Return the environment in whose spec something stands; none: what they share."""
    name = paths.environment_of(each.document.file)
    return (name,) if name else ()


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
    names: dict[str, list[str]] = {}
    for name, spec in sources.written.specs.items():
        names.setdefault(spec.data.get("site"), []).append(name)
    likely = [each for each in found if each not in commented]
    chosen, edited = _without_effect(sources, tree, likely, lifting.together, lambda each: names[each.site])
    return Lifted(tuple(chosen), edited, commented)


Each = TypeVar("Each")


def _removals(some: Sequence[Leftover | Repeat]) -> list[Edit]:
    # From the end on: what is taken out moves what follows it in a list.
    last_first = sorted(some, key=lambda each: each.location, reverse=True)
    return [each.edit() if isinstance(each, Repeat) else removal(each) for each in last_first]


def _without_effect(
    sources: Sources,
    tree: Mapping[str, bytes],
    likely: Sequence[Each],
    edits: Callable[[Sequence[Each]], list[Edit]],
    about: Callable[[Each], Sequence[str]],
    made: Sequence[Edit] = (),
) -> tuple[Sequence[Each], Edited | None]:
    """Return what can be edited without any effect: all of it at once, or what is left after trying less.

    Args:
        sources: the repository.
        tree: what it renders to.
        likely: what may have no effect.
        edits: returns the edits that some of it comes to.
        about: returns the environments that one is about; none: what all share.
        made: edits that come before all others.
    """
    outcomes: dict[tuple[int, ...], Edited | None] = {}
    place = {id(each): number for number, each in enumerate(likely)}

    def outcome(some: Sequence[Each]) -> Edited | None:
        # In the order of the files, whoever found them; the last try is often the proof.
        numbers = tuple(sorted(place[id(each)] for each in some))
        if numbers not in outcomes:
            outcomes.clear()
            ordered = [likely[number] for number in numbers]
            outcomes[numbers] = _tried(sources, tree, [*made, *edits(ordered)]) if ordered else None
        return outcomes[numbers]

    def is_possible(some: Sequence[Each]) -> bool:
        return outcome(some) is not None

    edited = outcome(likely)
    if edited is not None:
        return likely, edited
    chosen: list[Each] = []
    if len({tuple(about(each)) for each in likely}) > 1:
        apart = Apart(sources, made, edits, about)
        for is_shared, some in itertools.groupby(likely, lambda each: not about(each)):
            parts: dict[Hashable, list[Each]] = {}
            for each in some:
                parts.setdefault(() if is_shared else tuple(about(each)), []).append(each)
            if is_shared:
                chosen += one_by_one(parts[()], behind(list(chosen), is_possible))
            else:
                chosen += apart.chosen(parts, list(chosen), is_possible)
        chosen.sort(key=lambda each: place[id(each)])
    else:
        chosen = one_by_one(likely, is_possible)
    edited = outcome(chosen)
    if chosen and edited is None:  # some have an effect on others
        chosen = one_by_one(likely, is_possible)
        edited = outcome(chosen)
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
