"""What verbs work on and what comes of it: a project, its environments, and their files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.errors import Problem, UsageError
from efdgen.language import suggest
from efdgen.language.tuples import NamedTuple
from efdgen.output.tree import FileTree
from efdgen.repository import paths

if TYPE_CHECKING:
    from efdgen.environment.model import ResolvedEnvironment
    from efdgen.environment.resolve import Resolver
    from efdgen.repository.model import Repository


class Project:
    """A repository, loaded once, and the environments of it that a verb is about.

    Args:
        root: the repository's folder.
        selected: the names of the environments that were asked for, sorted.
        load: reads the repository.
    """

    def __init__(self, root: Path, selected: Sequence[str], load: Callable[[], Repository]) -> None:
        self.root = root
        self.selected = tuple(selected)
        self._load = load

    @functools.cached_property
    def repository(self) -> Repository:
        """What people wrote, and what is wrong with it; it is read when it is needed."""
        return self._load()

    @functools.cached_property
    def resolver(self) -> Resolver:
        """What resolves its environments."""
        from efdgen.environment.resolve import Resolver

        return Resolver(self.repository)


class Resolution(NamedTuple):
    """What came of resolving an environment: the environment, or None with the errors, and what its rules found."""

    environment: ResolvedEnvironment | None
    problems: tuple[Problem, ...]


class Resolved(NamedTuple):
    """Environments, resolved and checked, and what is odd about them, but no error."""

    project: Project
    environments: tuple[ResolvedEnvironment, ...]
    warnings: tuple[Problem, ...]


class Rendering(NamedTuple):
    """What the specs of a project render to.

    Attributes:
        project: the project.
        tree: the files.
        warnings: what is odd about the specs, but no error.
        environments: the selected environments, for who wants to keep them: else each is forgotten when its files are
            made, so that memory never holds more than one.
        is_vendored: whether archives of charts may belong in the tree; they are no part of it yet.
        read: digests of efdgen and of all that people wrote, as it was read for this; empty: not known.
    """

    project: Project
    tree: FileTree
    warnings: tuple[Problem, ...]
    environments: tuple[ResolvedEnvironment, ...] = ()
    is_vendored: bool = True
    read: str = ""


def selected(root: Path, names: Sequence[str], known: frozenset[str]) -> list[str]:
    """Return the named environments (none named: all), sorted.

    Raises:
        UsageError: when one is unknown; the message names the file that may be meant to be its spec.
    """
    for name in names:
        if name not in known:
            stray = paths.stray_spec(root, name)
            if stray:
                raise UsageError(f"unknown environment {name!r}: {stray} is not read; move it to {paths.spec(name)}")
            raise UsageError(suggest.unknown("environment", name, known))
    return sorted(set(names) or known)
