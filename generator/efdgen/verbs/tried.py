"""A repository with some of its files as they would be, in memory."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem
from efdgen.verbs import project
from efdgen.verbs.once import said_once


class Tried:
    """What a repository comes to, with some of its files as they would be. It is rendered when somebody asks.

    Attributes:
        repository: what people wrote.
    """

    def __init__(self, root: Path, instead: Mapping[str, str]) -> None:
        self._project = project.open_project(root, instead=instead)
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
