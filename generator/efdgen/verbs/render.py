"""`check` and `write`: a rendering against the output folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.errors import OutputError, Problem
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout, seen, sources, staging
from efdgen.output.compare import FileChange, compare
from efdgen.output.marks import Ownership, has_conflict
from efdgen.output.seen import Seen
from efdgen.output.staging import Finished
from efdgen.output.tree import FileTree
from efdgen.repository import paths
from efdgen.verbs.means import ALONE, Means
from efdgen.verbs.model import Rendering
from efdgen.verbs.project import rendering

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine

OUTPUT = paths.OUTPUT
"""The output folder, in the repository's."""


class Outcome(NamedTuple):
    """What a rendering and the output folder have to do with each other.

    Attributes:
        changes: what differs, and is efdgen's to change.
        foreign: files in the output folder that efdgen did not make, and leaves alone.
        edited: generated files that somebody edited, or that a merge of Git left a conflict in.
        unchanged: how many files are as they should be.
        warnings: what is odd about the input, but no error.
        is_interrupted: whether a run stopped while it wrote there, and the next one has to finish it.
        is_fleet_stale: whether the page about all environments differs, too, which `check` for some does not look at.
        refusal: why `write` would not make the changes; empty: it would, or, of an interrupted run, nobody knows.
    """

    changes: tuple[FileChange, ...]
    foreign: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: int
    warnings: tuple[Problem, ...]
    is_interrupted: bool = False
    is_fleet_stale: bool = False
    refusal: str = ""

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Return the files that a merge of Git left a conflict in."""
        edited = frozenset(self.edited)
        return tuple(each.path for each in self.changes if each.path in edited and has_conflict(each.before or b""))

    @property
    def is_clean(self) -> bool:
        """Say whether the output folder holds exactly what was rendered."""
        return not (self.changes or self.foreign or self.is_interrupted)


def is_interrupted(root: Path) -> bool:
    """Say whether a run stopped while it wrote to the output folder, and none goes on. Costs next to nothing if not."""
    return disk.is_interrupted(root / OUTPUT)


def finish(root: Path) -> Finished | None:
    """Finish what an interrupted run was writing; None when none was.

    Raises:
        OutputError: when the output folder can't be read or written, or another run is writing there.
    """
    return disk.finish(root / OUTPUT)


def check(
    root: Path,
    names: Sequence[str] = (),
    apps: Sequence[str] = (),
    means: Means = ALONE,
    *,
    engine: Engine | None = None,
) -> Outcome:
    """Say what `write` would do, without doing it.

    For some environments only, the page about all of them is not looked at: others may be the reason. For some apps
    only, no pages are, and of the parent chart only the templates of their Applications, and their parts of the
    environments' values.

    Args:
        root: the repository.
        names: the environments; none: all.
        apps: the apps; none: all.
        means: what may be used to be done sooner.
        engine: the Helm to run templates of our own with, all of them anew; None: they are not run.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown.
        OutputError: when the output folder can't be read.
        ChartError: when the archive of a vendored chart is not there.
    """
    output = _Output(root)
    rendered = rendering(root, names, apps, keep=engine is not None, means=means, there=output.look)
    if engine is not None:
        from efdgen.verbs import owntemplates

        owntemplates.refuse_failing(rendered, engine, apps)
    # An environment whose spec is gone has files that nothing renders: only a run for all of them looks there.
    scope = set(rendered.project.selected) if names else None
    there: Mapping[str, bytes] = output.seen(rendered)
    _add_archives(rendered, there, means)
    if apps:
        from efdgen.verbs import someapps

        there, tree = someapps.of_apps(there, rendered.tree, frozenset(apps))
        rendered = rendered._replace(tree=FileTree(tree))
    outcome = outcome_of(there, rendered, scope)._replace(is_interrupted=is_interrupted(root))
    if outcome.changes and not outcome.is_interrupted:
        from efdgen.verbs import refusing

        planned = refusing.Planned(outcome.changes, outcome.foreign, there, rendered.tree, bool(names))
        # Of some apps, only a part is known of what would be deleted.
        outcome = outcome._replace(refusal=refusing.refusal(root, planned, allow_mass_deletion=bool(apps)))
    if scope is None:
        return outcome
    return outcome._replace(
        changes=tuple(change for change in outcome.changes if change.path != layout.FLEET),
        foreign=tuple(path for path in outcome.foreign if path != layout.FLEET),
        edited=tuple(path for path in outcome.edited if path != layout.FLEET),
        is_fleet_stale=any(change.path == layout.FLEET for change in outcome.changes),
    )


def _add_archives(rendered: Rendering, there: Mapping[str, bytes], means: Means) -> None:
    """Add the archives of vendored charts to a rendering, if there may be any."""
    if not rendered.is_vendored:
        return
    if means.store is None:
        from efdgen.verbs.vendored import with_archives

        with_archives(rendered, there)
    else:
        from efdgen.verbs import archives

        archives.add(rendered, there, means.store)


class _Output:
    """The output folder, read once, when it is known what should be there. That it can't be read can wait."""

    def __init__(self, root: Path) -> None:
        self._folder = root / OUTPUT
        self._refused: OutputError | None = None
        self._seen: Seen | None = None

    def look(self, known: Mapping[str, bytes]) -> Seen:
        """Return the files; of those that have a known digest, no content is held. Nothing, if they can't be read."""
        return self._read(lambda: disk.look(self._folder, known))

    def _read(self, read: Callable[[], Seen]) -> Seen:
        try:
            self._seen = read()
        except OutputError as error:
            self._refused = error
            self._seen = seen.NOTHING
        return self._seen

    @property
    def is_read(self) -> bool:
        """Say whether the files were read."""
        return self._seen is not None and self._refused is None

    def seen(self, rendered: Rendering) -> Seen:
        """Return the files, beside what was rendered.

        Raises:
            OutputError: when they can't be read.
        """
        found = self._seen
        if found is None:
            found = self._read(lambda: self.read(rendered))
        if self._refused is not None:
            raise self._refused
        return found

    def read(self, rendered: Rendering) -> Seen:
        """Return the files, read now, beside what was rendered anew.

        Raises:
            OutputError: when they can't be read.
        """
        # That is in memory: comparing it takes a tenth of the time that digests of both take.
        return seen.of(disk.read(self._folder, rendered.tree))


def write(root: Path, names: Sequence[str] = (), *, allow_mass_deletion: bool = False, means: Means = ALONE) -> Outcome:
    """Render, and write what differs. Everything is rendered and checked before the first byte is written.

    What an interrupted run left half done is finished first (`finish`).

    Args:
        root: the repository.
        names: the environments to render; none: all, and files of environments that are gone are deleted.
        allow_mass_deletion: go on even if most of what is there would be deleted.
        means: what may be used to be done sooner.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
        OutputError: when the output folder can't be written, a file that efdgen did not make is in the way, or
            most of what is there would be deleted.
        ChartError: when the archive of a vendored chart is not there.
    """
    sources.resume(root)
    finish(root)
    output = _Output(root)
    rendered = rendering(root, names, means=means, there=output.look)
    scope = set(rendered.project.selected) if names else None
    folder = root / OUTPUT
    there = output.seen(rendered) if output.is_read else None
    outcome = None
    if there is not None:
        _add_archives(rendered, there, means)
        outcome = outcome_of(there, rendered, scope)
        if outcome.is_clean and rendered.tree:
            return outcome  # nothing to write: nobody has to be kept from writing
    from efdgen.verbs import refusing

    with disk.lock(folder):
        is_finished = staging.finish(folder) is not None  # of a run that began and died since
        is_as_before = (
            there is not None and outcome is not None and disk.are_as(folder, _looked_at(outcome, there, rendered.tree))
        )
        if there is None or outcome is None or is_finished or not is_as_before:
            if there is None:
                there = output.read(rendered)
                _add_archives(rendered, there, means)
            else:
                there = disk.look(folder, rendered.tree.digests())
            outcome = outcome_of(there, rendered, scope)
        planned = refusing.Planned(outcome.changes, outcome.foreign, there, rendered.tree, bool(names))
        refusing.refuse(planned, allow_mass_deletion=allow_mass_deletion)
        disk.apply(folder, sorted(outcome.changes, key=_turn))
    return outcome


def _looked_at(
    outcome: Outcome, there: Mapping[str, bytes], tree: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield what was there of all that a run is to change, and of all that is in its way."""
    yield from ((change.path, change.before) for change in outcome.changes)
    yield from ((path, there[path]) for path in outcome.foreign if path in tree)


def _turn(change: FileChange) -> int:
    """Order changes so that a file is vouched for as long as it is there, whenever the run is interrupted for good."""
    vouches = layout.can_vouch(change.path) or layout.is_chart_lock(change.path)
    if change.after is None:
        return 3 if vouches else 0
    return 1 if vouches else 2


def _is_in_scope(change: FileChange, owner: str | None, scope: set[str]) -> bool:
    """Say whether a run for some environments may make a change: what is shared is never deleted by it."""
    return change.after is not None if owner is None else owner in scope


def _former_archives(changes: Iterable[FileChange], rendered: Rendering, ownership: Ownership) -> frozenset[str]:
    """Return the archives of charts that nothing vouches for, and that efdgen wrote all the same: mostly none."""
    unknown = [
        (change.path, change.before)
        for change in changes
        if change.before is not None
        and layout.is_archive(change.path)
        and not (ownership.is_generated(change.path) or ownership.is_of_others(change.path))
    ]
    if not unknown:
        return frozenset()
    from efdgen.verbs import formerarchives

    return formerarchives.ours(rendered.project.root, unknown)


def outcome_of(there: Mapping[str, bytes], rendered: Rendering, scope: set[str] | None) -> Outcome:
    """Compare what is there with what was rendered, and tell what efdgen made from what it did not.

    Args:
        there: the output folder.
        rendered: what was rendered.
        scope: the environments that were rendered; None for all. Others' files are not looked at.
    """
    ownership = Ownership(there, rendered.tree)
    changes = []
    foreign = []
    edited = []
    differing = [
        change
        for change in compare(there, rendered.tree)
        if scope is None or _is_in_scope(change, layout.environment_of(change.path), scope)
    ]
    former = _former_archives(differing, rendered, ownership)
    for change in differing:
        path = change.path
        if change.before is None or path in former:
            changes.append(change)
        elif ownership.is_generated(path) or (path in rendered.tree and ownership.resembles(path, rendered.tree[path])):
            changes.append(change)
            if ownership.is_edited(path):
                edited.append(path)
        else:
            foreign.append(path)
    tree = rendered.tree
    written = sum([change.after is not None for change in changes])
    unchanged = len(tree) - written - sum(path in tree for path in foreign)
    return Outcome(tuple(changes), tuple(foreign), tuple(edited), unchanged, rendered.warnings)
