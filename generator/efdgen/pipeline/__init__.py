"""The verbs as functions: what the command line calls, and what a program can call instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from efdgen import disk, invariants, layout, load, render, suggest
from efdgen.compare import Change, Kind, compare
from efdgen.errors import InvalidInputError, OutputError, Problem, Severity, UsageError
from efdgen.generated import Ownership
from efdgen.model import Cluster, Repository, ResolvedEnvironment
from efdgen.pages import fleet
from efdgen.resolve import FLAWED_LINK, Resolver
from efdgen.tree import FileTree

if TYPE_CHECKING:
    from efdgen.explain.environment import ChartDefaults, Environment

OUTPUT = "rendered"


class Outcome(NamedTuple):
    """What a rendering and the output folder have to do with each other.

    Attributes:
        changes: what differs, and is efdgen's to change.
        foreign: files in the output folder that efdgen did not make, and leaves alone.
        edited: generated files that somebody edited.
        unchanged: how many files are as they should be.
        warnings: what is odd about the input, but no error.
    """

    changes: tuple[Change, ...]
    foreign: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: int
    warnings: tuple[Problem, ...]

    @property
    def is_clean(self) -> bool:
        """Say whether the output folder holds exactly what was rendered."""
        return not self.changes and not self.foreign


def find_root(start: Path) -> Path:
    """Return the repository that `start` lies in: the nearest folder with `environments/` and `templates/`.

    Raises:
        UsageError: when there is none.
    """
    for folder in (start, *start.parents):
        if load.is_repository(folder):
            return folder
    raise UsageError(f"no folder with environments/ and templates/apps/ at or above {start}; name it with --root")


def select(repository: Repository, names: Sequence[str]) -> tuple[str, ...]:
    """Return the named environments, or all of them when none is named, sorted.

    Raises:
        UsageError: when one is unknown.
    """
    for name in names:
        if name not in repository.names:
            raise UsageError(f"unknown environment {name!r}: {suggest.hint(name, repository.names)}")
    return tuple(sorted(set(names) or repository.names))


class Rendering(NamedTuple):
    """What specs render to."""

    environments: tuple[str, ...]
    tree: FileTree
    warnings: tuple[Problem, ...]


def resolve(root: Path, names: Sequence[str] = ()) -> Iterator[ResolvedEnvironment]:
    """Load a repository and yield the named environments (none named: all), resolved and checked.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    repository = load.load(root, names)
    problems = list(repository.problems)
    yield from _resolved(repository, select(repository, names), problems, Resolver(repository))
    _raise_errors(problems)


def _resolved(
    repository: Repository, names: Sequence[str], problems: list[Problem], resolver: Resolver
) -> Iterator[ResolvedEnvironment]:
    """Yield the environments that are fit for rendering; what is wrong with the others goes to `problems`."""
    fleet = invariants.Fleet(repository, resolver)
    for name in names:
        if name not in repository.environments:
            continue
        try:
            environment = resolver.resolve(name)
        except InvalidInputError as error:
            problems.extend(error.problems)
            continue
        problems.extend(invariants.check(environment, fleet))
        yield environment


def explain(root: Path, name: str, chart_defaults: ChartDefaults) -> Environment:
    """Load and resolve one environment, ready for questions. Rules across apps and environments are not looked at.

    Args:
        root: the repository.
        name: the environment.
        chart_defaults: the values that the apps' charts bring themselves, asked for when an app is.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when the environment is unknown.
    """
    from efdgen.explain.environment import Environment

    repository = load.load(root, [name])
    select(repository, [name])
    problems = list(repository.problems)
    resolver = Resolver(repository)
    try:
        resolved = resolver.resolve(name) if name in repository.environments else None
    except InvalidInputError as error:
        resolved = None
        problems.extend(error.problems)
    if resolved is None:
        _raise_errors(problems)
        raise InvalidInputError(problems)
    return Environment(repository, resolver, resolved, chart_defaults)


def _raise_errors(problems: Sequence[Problem]) -> None:
    """Raise what is wrong; what only follows from another error is left out."""
    if any(p.severity is Severity.ERROR and p.code != FLAWED_LINK for p in problems):
        problems = [problem for problem in problems if problem.code != FLAWED_LINK]
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidInputError(problems)


def rendering(root: Path, names: Sequence[str] = ()) -> Rendering:
    """Render the named environments (none named: all) and check the result, in memory.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    repository = load.load(root, names)
    return _rendering(repository, select(repository, names))


def _rendering(repository: Repository, selected: tuple[str, ...]) -> Rendering:
    tree = FileTree()
    problems = list(repository.problems)
    try:
        for path, content in render.shared_files(repository) if layout.APPLICATION in repository.parent else ():
            tree.add(path, content)
    except InvalidInputError as error:
        problems.extend(error.problems)
    except OutputError:
        # Two files of one name: reported on loading, where they come from.
        _raise_errors(problems)
        raise
    resolver = Resolver(repository)
    rows: dict[str, fleet.Row] = {}
    for environment in _resolved(repository, selected, problems, resolver):
        rows[environment.facts.name] = fleet.row(environment)
        for path, content in render.environment_files(environment):
            tree.add(path, content)
    _raise_errors(problems)
    if _complete(rows, repository, resolver):
        tree.add(*render.fleet_file([rows[name] for name in sorted(rows)]))
    warnings = sorted(set(problems), key=lambda problem: problem.sort_key)
    return Rendering(selected, tree, tuple(warnings))


def _complete(rows: dict[str, fleet.Row], repository: Repository, resolver: Resolver) -> bool:
    """Add the environments that were not asked for; say whether all could be: else the page about all has to wait."""
    for name in repository.names - rows.keys():
        if name not in repository.environments:
            return False
        try:
            rows[name] = fleet.row(resolver.resolve(name))
        except InvalidInputError:
            return False
    return True


class Deployed(NamedTuple):
    """The output folder as it is, and what the specs say about an environment in it.

    Attributes:
        tree: the output folder.
        cluster: the environment's cluster; None when the specs are invalid, or there is no such spec.
        is_outdated: whether `check` would find differences; false when the specs are invalid.
    """

    tree: Mapping[str, bytes]
    cluster: Cluster | None
    is_outdated: bool


def deployed(root: Path, environment: str) -> Deployed:
    """Read the output folder, which is what Argo CD deploys from, and compare it with the specs.

    Raises:
        OutputError: when the output folder can't be read.
    """
    there = disk.read(root / OUTPUT)
    try:
        repository = load.load(root, [environment])
        outcome = _outcome(there, _rendering(repository, select(repository, [environment])), {environment})
        cluster = Resolver(repository).resolve(environment).facts.cluster
    except (InvalidInputError, UsageError):
        return Deployed(there, None, is_outdated=False)
    # Pages are nothing that Argo CD reads.
    is_outdated = bool(outcome.foreign) or any(layout.is_in_chart(change.path) for change in outcome.changes)
    return Deployed(there, cluster, is_outdated)


def check(root: Path, names: Sequence[str] = ()) -> Outcome:
    """Say what `write` would do, without doing it.

    For some environments only, the page about all of them is not looked at: others may be the reason.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
        OutputError: when the output folder can't be read.
    """
    rendered = rendering(root, names)
    # An environment whose spec is gone has files that nothing renders: only a run for all of them looks there.
    scope = set(rendered.environments) if names else None
    outcome = _outcome(disk.read(root / OUTPUT, with_leftovers=True), rendered, scope)
    if scope is None:
        return outcome
    return outcome._replace(
        changes=tuple(change for change in outcome.changes if change.path != layout.FLEET),
        foreign=tuple(path for path in outcome.foreign if path != layout.FLEET),
        edited=tuple(path for path in outcome.edited if path != layout.FLEET),
    )


def write(root: Path, names: Sequence[str] = (), *, allow_mass_deletion: bool = False) -> Outcome:
    """Render, and write what differs. Everything is rendered and checked before the first byte is written.

    Args:
        root: the repository.
        names: the environments to render; none: all, and files of environments that are gone are deleted.
        allow_mass_deletion: go on even if most of what is there would be deleted.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
        OutputError: when the output folder can't be written, a file that efdgen did not make is in the way, or
            most of what is there would be deleted.
    """
    rendered = rendering(root, names)
    folder = root / OUTPUT
    with disk.lock(folder):
        there = disk.read(folder)
        outcome = _outcome(there, rendered, set(rendered.environments) if names else None)
        # The page about all environments must not keep one from being rendered.
        in_the_way = [
            path for path in outcome.foreign if path in rendered.tree and not (names and path == layout.FLEET)
        ]
        if in_the_way:
            files = ", ".join(f"{OUTPUT}/{path}" for path in in_the_way)
            raise OutputError(f"not made by efdgen, and in the way: {files}; move it, and run this again")
        if not allow_mass_deletion:
            _refuse_mass_deletion(there, outcome.changes)
        disk.apply(folder, sorted(outcome.changes, key=_turn))
    return outcome


def _refuse_mass_deletion(there: Iterable[str], changes: Sequence[Change]) -> None:
    """Refuse to delete more than half of the environments' files, or of all files."""
    removed = [change.path for change in changes if change.kind is Kind.REMOVED]
    for what, files, gone in (
        ("files", list(there), removed),
        ("files of environments", _of_environments(there), _of_environments(removed)),
    ):
        if len(gone) * 2 > len(files):
            message = f"this would delete {len(gone)} of {len(files)} {what} in {OUTPUT}/"
            raise OutputError(f"{message}; if that is meant, run it again with --allow-mass-deletion")


def _of_environments(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if layout.environment_of(path) is not None]


def _turn(change: Change) -> tuple[int, str]:
    """Order changes so that a file is vouched for as long as it is there, whenever the run is interrupted."""
    vouches = layout.can_vouch(change.path)
    if change.kind is Kind.REMOVED:
        return (3 if vouches else 0), change.path
    return (1 if vouches else 2), change.path


def _is_in_scope(change: Change, owner: str | None, scope: set[str]) -> bool:
    """Say whether a run for some environments may make a change: what is shared is never deleted by it."""
    return change.kind is not Kind.REMOVED if owner is None else owner in scope


def _outcome(there: Mapping[str, bytes], rendered: Rendering, scope: set[str] | None) -> Outcome:
    """Compare what is there with what was rendered.

    Args:
        there: the output folder.
        rendered: what was rendered.
        scope: the environments that were rendered; None for all. Others' files are not looked at.
    """
    ownership = Ownership(there)
    changes = []
    foreign = []
    edited = []
    for change in compare(there, rendered.tree):
        path = change.path
        owner = layout.environment_of(path)
        if scope is not None and not _is_in_scope(change, owner, scope):
            continue
        if change.before is None or path.endswith(disk.TEMPORARY):
            changes.append(change)
        elif ownership.is_generated(path) or (path in rendered.tree and ownership.resembles(path, rendered.tree[path])):
            changes.append(change)
            if ownership.is_edited(path):
                edited.append(path)
        else:
            foreign.append(path)
    tree = rendered.tree
    written = sum(change.kind is not Kind.REMOVED for change in changes)
    unchanged = len(tree) - written - sum(path in tree for path in foreign)
    return Outcome(tuple(changes), tuple(foreign), tuple(edited), unchanged, rendered.warnings)
