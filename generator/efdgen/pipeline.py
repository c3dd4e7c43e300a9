"""The verbs as functions: what the command line calls, and what a program can call instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from efdgen import disk, generated, layout, load, render, suggest
from efdgen.compare import Change, Kind, compare
from efdgen.errors import InvalidInputError, OutputError, Problem, UsageError
from efdgen.model import Repository, ResolvedEnvironment
from efdgen.resolve import Resolver
from efdgen.tree import FileTree

OUTPUT = "rendered"


@dataclass(frozen=True)
class Outcome:
    """What a rendering and the output folder have to do with each other.

    Attributes:
        changes: what differs, and is efdgen's to change.
        foreign: files in the output folder that efdgen did not make, and leaves alone.
        edited: generated files that somebody edited.
        unchanged: how many files are as they should be.
    """

    changes: tuple[Change, ...]
    foreign: tuple[str, ...]
    edited: tuple[str, ...]
    unchanged: int

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
        if (folder / load.ENVIRONMENTS).is_dir() and (folder / load.APPS).is_dir():
            return folder
    raise UsageError(f"no folder with environments/ and templates/apps/ at or above {start}; name it with --root")


def select(repository: Repository, names: Sequence[str]) -> tuple[str, ...]:
    """Return the named environments, or all of them when none is named, sorted.

    Raises:
        UsageError: when one is unknown.
    """
    for name in names:
        if name not in repository.environments:
            raise UsageError(f"unknown environment {name!r}: {suggest.hint(name, repository.environments)}")
    return tuple(sorted(set(names) or repository.environments))


def resolve(root: Path, names: Sequence[str] = ()) -> Iterator[ResolvedEnvironment]:
    """Load a repository and yield the named environments (none named: all), resolved.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    repository = load.load(root)
    yield from _resolved(repository, select(repository, names))


def _resolved(repository: Repository, names: Sequence[str]) -> Iterator[ResolvedEnvironment]:
    resolver = Resolver(repository)
    problems: list[Problem] = []
    for name in names:
        try:
            environment = resolver.resolve(name)
        except InvalidInputError as error:
            problems.extend(error.problems)
            continue
        if not problems:
            yield environment
    if problems:
        raise InvalidInputError(problems)


def validate(root: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Check specs and definitions without writing anything; return the names of what was checked.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    repository = load.load(root)
    selected = select(repository, names)
    _tree(repository, selected)
    return selected


def _tree(repository: Repository, names: Sequence[str]) -> FileTree:
    tree = FileTree()
    problems: list[Problem] = []
    try:
        for path, content in render.shared_files(repository):
            tree.add(path, content)
    except InvalidInputError as error:
        problems.extend(error.problems)
    try:
        for environment in _resolved(repository, names):
            for path, content in render.environment_files(environment):
                tree.add(path, content)
    except InvalidInputError as error:
        problems.extend(error.problems)
    if problems:
        raise InvalidInputError(problems)
    return tree


def check(root: Path, names: Sequence[str] = ()) -> Outcome:
    """Say what `write` would do, without doing it.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
        OutputError: when the output folder can't be read.
    """
    repository = load.load(root)
    selected = select(repository, names)
    tree = _tree(repository, selected)
    # An environment whose spec is gone has files that nothing renders: only a run for all of them looks there.
    scope = set(selected) if names else None
    return _outcome(disk.read(root / OUTPUT), tree, scope)


def write(root: Path, names: Sequence[str] = ()) -> Outcome:
    """Render, and write what differs. Everything is rendered and checked before the first byte is written.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
        OutputError: when the output folder can't be written, or a file that efdgen did not make is in the way.
    """
    repository = load.load(root)
    selected = select(repository, names)
    tree = _tree(repository, selected)
    with disk.lock(root / OUTPUT):
        outcome = _outcome(disk.read(root / OUTPUT), tree, set(selected) if names else None)
        in_the_way = [path for path in outcome.foreign if path in tree]
        if in_the_way:
            files = ", ".join(f"{OUTPUT}/{path}" for path in in_the_way)
            raise OutputError(f"not made by efdgen, and in the way: {files}; move it, and run this again")
        disk.apply(root / OUTPUT, outcome.changes)
    return outcome


def _outcome(there: FileTree, rendered: FileTree, scope: set[str] | None) -> Outcome:
    """Compare what is there with what was rendered.

    Args:
        there: the output folder.
        rendered: what was rendered.
        scope: the environments that were rendered; None for all. Others' files are not looked at.
    """
    changes = []
    foreign = []
    edited = []
    for change in compare(there, rendered):
        owner = layout.environment_of(change.path)
        if scope is not None and owner is not None and owner not in scope:
            continue
        if change.before is not None and not generated.is_generated(change.path, change.before):
            foreign.append(change.path)
            continue
        if change.before is not None and generated.is_edited(change.before):
            edited.append(change.path)
        changes.append(change)
    removed = sum(change.kind is Kind.REMOVED for change in changes)
    unchanged = len(rendered) - (len(changes) - removed) - sum(path in rendered for path in foreign)
    return Outcome(tuple(changes), tuple(foreign), tuple(edited), unchanged)
