"""What only `efdgen validate` looks for: pins that are due, and environments that stages do not fit.

It takes the whole repository, which nothing else needs where nothing changed, so it is kept: once for each repository,
without a day, and of use while all that people wrote is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efdgen.errors import Problem
from efdgen.output.cache.store import Store
from efdgen.repository import paths
from efdgen.verbs import extras, records
from efdgen.verbs.model import Rendering

if TYPE_CHECKING:
    from efdgen.repository.model import Repository

_WHAT = "due"


Found = tuple[tuple[str, str, Any], ...]
"""What is or will be due: the environment, the last day without it (empty: none), the problem as plain data."""


def problems(rendered: Rendering, store: Store | None, today: str) -> tuple[Problem, ...]:
    """Return what is due in the environments of a rendering.

    Args:
        rendered: the rendering.
        store: what earlier runs found out, and where this is kept; None: nothing is.
        today: the day, as 2027-01-31.
    """
    project = rendered.project
    kept: Found | None = extras.read(store, _WHAT, rendered)
    if kept is None:
        if not _may_be(project.root):
            return ()
        kept = _found(project.repository)
        extras.write(store, _WHAT, rendered, kept)
    asked = frozenset(project.selected)
    return records.problems(plain for name, until, plain in kept if name in asked and until < today)


def _found(repository: Repository) -> Found:
    from efdgen.rules import ahead, overdue

    names = sorted(repository.environments)

    def each() -> Iterator[tuple[str, str, Problem]]:
        yield from overdue.pins(repository, names)
        for name, problem in (*ahead.tags(repository, names), *ahead.strays(repository, names)):
            yield name, "", problem

    return tuple((name, until, *records.plain_problems([problem])) for name, until, problem in each())


def _may_be(root: Path) -> bool:
    """Say whether a pin may have a day, or the fleet an order: else nothing has to be loaded for that."""
    files = [paths.FACTS, *(paths.spec(name) for name in paths.environment_names(root))]
    shared, *specs = ((root / file).read_bytes() for file in files)
    return b"stages" in shared or any(b"until" in text for text in (shared, *specs))
