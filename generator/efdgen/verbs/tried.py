"""A repository with some of its files as they would be, in memory."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem
from efdgen.output import layout
from efdgen.verbs import project
from efdgen.verbs.once import said_once


def outdated(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the files that come, go or change from one tree to another, in order."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def to_render(paths: Sequence[str], after: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the environments to render so that these files are up to date; none: all of them.

    Args:
        paths: the files that differ.
        after: what there is to be: what environments share is deleted only where all are rendered.
    """
    owners = {path: layout.environment_of(path) for path in paths}
    if any(owner is None and path not in after for path, owner in owners.items()):
        return ()
    return tuple(sorted({owner for owner in owners.values() if owner is not None}))


class Tried:
    """What a repository comes to, with some of its files as they would be. It is rendered when somebody asks.

    Args:
        root: the repository.
        instead: the texts of these files; None: one is gone.
        names: the environments; none: all.

    Attributes:
        repository: what people wrote.
    """

    def __init__(self, root: Path, instead: Mapping[str, str | None], names: Sequence[str] = ()) -> None:
        self._project = project.open_project(root, names, instead=instead)
        self.repository = self._project.repository

    @functools.cached_property
    def _rendered(self) -> project.Rendering | InvalidInputError:
        try:
            return project.render(self._project, keep=True)
        except InvalidInputError as error:
            return error

    def rendered(self) -> project.Rendering:
        """Return what it renders to.

        Raises:
            InvalidInputError: with everything wrong with it.
        """
        if isinstance(self._rendered, InvalidInputError):
            raise self._rendered
        return self._rendered

    @property
    def tree(self) -> Mapping[str, bytes] | None:
        """Return the files that it renders to; None: there are errors."""
        return None if isinstance(self._rendered, InvalidInputError) else self._rendered.tree

    @property
    def environments(self) -> Sequence[ResolvedEnvironment]:
        """Return the environments, resolved; none while there are errors."""
        return () if isinstance(self._rendered, InvalidInputError) else self._rendered.environments

    @property
    def problems(self) -> Sequence[Problem]:
        """Return everything that is wrong or odd."""
        if isinstance(self._rendered, InvalidInputError):
            return said_once(self._rendered.problems)
        return self._rendered.warnings
