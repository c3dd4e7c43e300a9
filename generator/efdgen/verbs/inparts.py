"""All environments of a repository, each of whose specs is loaded by the process that works on it.

That is for many specs that nothing is wrong with. What is wrong with some, who loads all of them in one process says.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.repository import snapshot as snapshots
from efdgen.repository.load import load
from efdgen.repository.ondemand import SpecsOnDemand
from efdgen.rules import Identities
from efdgen.verbs import anew, meeting, parallel
from efdgen.verbs.model import Project, Rendering
from efdgen.verbs.records import Known


def rendering(root: Path, jobs: int) -> Rendering | None:
    """Render all environments; None: something is wrong with what they share, or not all is plain files.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        FlawedSpecError: when something is wrong with a spec.
    """
    # What several processes read, each in its time, must be the same.
    snapshot = snapshots.take(root, is_digested=False)
    if snapshot is None:
        return None
    repository = load(root, snapshot=snapshot, on_demand=True)
    if repository.environments.keys() != repository.names:
        return None
    project = Project(root, sorted(repository.names), lambda: repository)
    each = made(project, jobs, lambda known: meeting.all_new(project, known, is_noted=False).identities)
    return anew.rendering(project, project.selected, each)


def made(
    project: Project, jobs: int, met: Callable[[Mapping[str, Known]], Identities]
) -> Generator[tuple[Any, ...], None, None]:
    """Yield what comes of each of all environments: the parts of `anew.Made`.

    Args:
        project: the environments; their specs are loaded on demand.
        jobs: the most processes that work at once.
        met: returns what the environments are to each other, from what each is known by. Every process asks for it.

    Raises:
        FlawedSpecError: when something is wrong with a spec.
    """

    def work(known: Sequence[tuple[bytes, ...]]) -> parallel.Work:
        every = {name: Known(*each) for name, each in zip(project.selected, known, strict=True)}
        return anew.Work(project, met(every)).made

    def known(names: Sequence[str]) -> list[tuple[bytes, ...]]:
        environments = project.repository.environments
        if isinstance(environments, SpecsOnDemand):
            environments.load(names)
        return [tuple(meeting.known_by(name, project)) for name in names]

    return parallel.each_among(project.selected, known, work, jobs)
