"""From a repository to its environments, and to the tree that they render to: what every verb begins with.

It is imported before anybody knows how much there is to do: what does the work is imported then (`anew`).
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from efdgen.errors import FlawedSpecError, UsageError
from efdgen.language import suggest
from efdgen.output.seen import Looking
from efdgen.repository import paths
from efdgen.verbs import parallel
from efdgen.verbs.means import ALONE, Means
from efdgen.verbs.model import Project, Rendering, Resolution, Resolved, selected

__all__ = [
    "Project",
    "Rendering",
    "Resolution",
    "Resolved",
    "find_root",
    "open_project",
    "render",
    "rendering",
    "resolutions",
    "resolve",
]


def find_root(start: Path) -> Path:
    """Return the repository that `start` lies in: the nearest folder with `environments/` and `templates/`.

    Raises:
        UsageError: when there is none.
    """
    for folder in (start, *start.parents):
        if paths.is_repository(folder):
            return folder
    raise UsageError(f"no folder with environments/ and templates/apps/ at or above {start}; name it with --root")


def open_project(
    root: Path,
    names: Sequence[str] = (),
    apps: Sequence[str] = (),
    instead: Mapping[str, str | None] = types.MappingProxyType({}),
) -> Project:
    """Load a repository, for the named environments and apps (none named: all).

    Args:
        root: the repository.
        names: the environments.
        apps: the apps.
        instead: texts of files as they would be after an edit; they can be new. None: the file is gone then.

    Raises:
        UsageError: when an environment or an app is unknown.
    """
    from efdgen.repository.load import load
    from efdgen.repository.snapshot import take

    for app in apps:
        if app not in (known := paths.app_names(root)):
            raise UsageError(suggest.unknown("app", app, known))
    # Plain folders are read at once: to look at each file, link or not, in the folder or not, takes as long again.
    repository = load(root, names, apps, take(root, is_digested=False), instead=instead)
    return Project(root, selected(root, names, repository.names), lambda: repository)


def resolutions(project: Project) -> Iterator[Resolution]:
    """Resolve and check the selected environments one at a time: memory never holds more than one.

    Of environments whose spec has problems of its own, which `project.repository.problems` has, only those of their
    expressions come: what can be known before the others are solved.
    """
    from efdgen.verbs import anew

    return anew.resolutions(project)


def resolve(root: Path, names: Sequence[str] = ()) -> Resolved:
    """Load a repository, and resolve and check the named environments (none named: all).

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    from efdgen.verbs.once import raise_errors, said_once

    project = open_project(root, names)
    found = list(resolutions(project))
    problems = [*project.repository.problems, *(problem for each in found for problem in each.problems)]
    raise_errors(problems)
    environments = tuple(each.environment for each in found if each.environment is not None)
    return Resolved(project, environments, tuple(said_once(problems)))


def rendering(
    root: Path,
    names: Sequence[str] = (),
    apps: Sequence[str] = (),
    *,
    keep: bool = False,
    means: Means = ALONE,
    there: Looking | None = None,
) -> Rendering:
    """Render the named environments (none named: all) and check the result, in memory.

    Args:
        root: the repository.
        names: the environments.
        apps: the apps that the run is about (none: all). Of others, the tree holds what it can.
        keep: whether to keep the environments beside their files.
        means: what may be used to be done sooner.
        there: looks at files that may be what the specs render to: with a store, such a file is taken where an
            earlier run made the same from the same input. None: nobody needs the tree.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown.
    """
    try:
        if means.store is not None and not (apps or keep):
            from efdgen.verbs import incremental

            found = incremental.rendering(root, names, means.store, there, means.jobs)
            if found is not None:
                return found
        if not (names or apps or keep) and parallel.may_pay(paths.environment_names(root), means.jobs):
            from efdgen.verbs import inparts

            found = inparts.rendering(root, means.jobs)
            if found is not None:
                return found
    except FlawedSpecError:  # loading all of them says what is wrong
        gc.collect()  # what was loaded holds itself
    return render(open_project(root, names, apps), keep=keep, jobs=means.jobs)


def render(project: Project, *, keep: bool = False, jobs: int = 1) -> Rendering:
    """Render the selected environments of a project and check the result, in memory.

    Args:
        project: the project.
        keep: whether to keep the environments beside their files.
        jobs: the most processes that work at once; who keeps the environments needs all of them in this one.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    from efdgen.verbs import anew

    return anew.render(project, keep=keep, jobs=jobs)
