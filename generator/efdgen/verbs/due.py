"""What only `efdgen validate` looks for: pins that are due, and environments that stages do not fit.

It takes the whole repository, which nothing else needs where nothing changed, so it is kept: once for each repository,
without a day, and of use while all that people wrote is as it was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from efdgen.errors import Problem
from efdgen.language.tuples import NamedTuple
from efdgen.output.cache.store import Store
from efdgen.repository import paths
from efdgen.verbs import records
from efdgen.verbs.model import Project, Rendering


class Due(NamedTuple):
    """What is or will be due, as plain data: the environment, the last day without it (empty: none), the problem."""

    found: tuple[tuple[str, str, Any], ...]

    def problems(self, names: Collection[str], today: str) -> tuple[Problem, ...]:
        """Return what is due in some environments.

        Args:
            names: the environments.
            today: the day, as 2027-01-31.
        """
        return records.problems(plain for name, until, plain in self.found if name in names and until < today)


def problems(rendered: Rendering, store: Store | None, today: str) -> tuple[Problem, ...]:
    """Return what is due in the environments of a rendering.

    Args:
        rendered: the rendering.
        store: what earlier runs found out, and where this is kept; None: nothing is.
        today: the day, as 2027-01-31.
    """
    project = rendered.project
    if store is None or not rendered.read:
        return _found(project, project.selected).problems(project.selected, today) if _may_be(project.root) else ()
    key = hashlib.sha256(b"due " + os.fsencode(project.root)).hexdigest()
    kept = _kept(store.read(key), rendered.read)
    if kept is None:
        if not _may_be(project.root):
            return ()
        kept = _found(project, sorted(project.repository.environments))
        store.write(key, (rendered.read, kept.found))
    return kept.problems(project.selected, today)


def _kept(data: Any, read: str) -> Due | None:
    """Return what was kept of a repository as it is now; None: nothing was."""
    is_it = isinstance(data, tuple) and len(data) == len(("read", "found")) and data[0] == read
    return Due(data[1]) if is_it else None


def _found(project: Project, names: Collection[str]) -> Due:
    from efdgen.rules import ahead, overdue

    def each() -> Iterator[tuple[str, str, Problem]]:
        yield from overdue.pins(project.repository, names)
        for name, problem in ahead.tags(project.repository, names):
            yield name, "", problem
        for name, problem in ahead.strays(project.repository, names):
            yield name, "", problem

    return Due(tuple((name, until, *records.plain_problems([problem])) for name, until, problem in each()))


def _may_be(root: Path) -> bool:
    """Say whether a pin may have a day, or the fleet an order: else nothing has to be loaded for that."""
    files = [paths.FACTS, *(paths.spec(name) for name in paths.environment_names(root))]
    shared, *specs = ((root / file).read_bytes() for file in files)
    return b"stages" in shared or any(b"until" in text for text in (shared, *specs))
