"""From a repository to its environments, and to the tree that they render to: what every verb begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen import rules
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.resolve import FLAWED_LINK, Resolver
from efdgen.environment.unfinished import Unfinished
from efdgen.errors import InvalidInputError, OutputError, Problem, Severity, UsageError
from efdgen.language import suggest
from efdgen.output.tree import FileTree
from efdgen.render import files
from efdgen.render.pages import fleet
from efdgen.repository import paths
from efdgen.repository.focus import lightened
from efdgen.repository.load import load
from efdgen.repository.model import Repository
from efdgen.verbs.once import said_once


class Project(NamedTuple):
    """A repository, loaded once, and the environments of it that a verb is about.

    Attributes:
        root: the repository's folder.
        repository: what people wrote, and what is wrong with it.
        resolver: resolves its environments.
        selected: the names of the environments that were asked for, sorted.
    """

    root: Path
    repository: Repository
    resolver: Resolver
    selected: tuple[str, ...]


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
    """

    project: Project
    tree: FileTree
    warnings: tuple[Problem, ...]
    environments: tuple[ResolvedEnvironment, ...] = ()


def find_root(start: Path) -> Path:
    """Return the repository that `start` lies in: the nearest folder with `environments/` and `templates/`.

    Raises:
        UsageError: when there is none.
    """
    for folder in (start, *start.parents):
        if paths.is_repository(folder):
            return folder
    raise UsageError(f"no folder with environments/ and templates/apps/ at or above {start}; name it with --root")


def open_project(root: Path, names: Sequence[str] = (), apps: Sequence[str] = ()) -> Project:
    """Load a repository, for the named environments and apps (none named: all).

    Raises:
        UsageError: when an environment or an app is unknown.
    """
    for app in apps:
        if app not in (known := paths.app_names(root)):
            raise UsageError(suggest.unknown("app", app, known))
    repository = load(root, names, apps)
    return Project(root, repository, Resolver(repository), _selected(repository, names))


def _selected(repository: Repository, names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in repository.names:
            raise UsageError(suggest.unknown("environment", name, repository.names))
    return tuple(sorted(set(names) or repository.names))


def resolutions(project: Project) -> Iterator[Resolution]:
    """Resolve and check the selected environments one at a time: memory never holds more than one.

    Of environments whose spec has problems of its own, which `project.repository.problems` has, only those of their
    expressions come: what can be known before the others are solved.
    """
    repository = project.repository
    identities = rules.Identities(repository, project.resolver)
    unfinished = Unfinished(repository) if repository.drafts else None
    for name in project.selected:
        if unfinished is not None and name in repository.drafts:
            yield Resolution(None, tuple(unfinished.problems(name)))
        if name not in repository.environments:
            continue
        try:
            environment = project.resolver.resolve(name)
        except InvalidInputError as error:
            yield _of_named_apps(project, name, error.problems, identities)
        else:
            yield Resolution(environment, tuple(rules.check(environment, identities)))


def _of_named_apps(
    project: Project, name: str, problems: tuple[Problem, ...], identities: rules.Identities
) -> Resolution:
    """Resolve an environment that has problems with the named apps alone: what only others have, is a warning."""
    about = project.repository.about
    if about.is_on_all:
        return Resolution(None, problems)
    environment: ResolvedEnvironment | None = None
    own: tuple[Problem, ...] = ()
    try:
        environment = project.resolver.resolve(name, about.apps)
    except InvalidInputError as error:
        own = error.problems
    found = rules.check(environment, identities) if environment is not None else []
    return Resolution(environment, (*own, *(lightened(each) for each in problems if each not in own), *found))


def resolve(root: Path, names: Sequence[str] = ()) -> Resolved:
    """Load a repository, and resolve and check the named environments (none named: all).

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    project = open_project(root, names)
    found = list(resolutions(project))
    problems = [*project.repository.problems, *(problem for each in found for problem in each.problems)]
    raise_errors(problems)
    environments = tuple(each.environment for each in found if each.environment is not None)
    return Resolved(project, environments, tuple(said_once(problems)))


def raise_errors(problems: Sequence[Problem]) -> None:
    """Raise what is wrong; what only follows from another error is left out.

    Raises:
        InvalidInputError: when one of the problems is an error.
    """
    problems = said_once(problems)
    if any(p.severity is Severity.ERROR and p.code != FLAWED_LINK for p in problems):
        problems = [problem for problem in problems if problem.code != FLAWED_LINK]
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidInputError(problems)


def rendering(root: Path, names: Sequence[str] = (), apps: Sequence[str] = (), *, keep: bool = False) -> Rendering:
    """Render the named environments (none named: all) and check the result, in memory.

    Args:
        root: the repository.
        names: the environments.
        apps: the apps that the run is about (none: all). Of others, the tree holds what it can.
        keep: whether to keep the environments beside their files.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown.
    """
    return render(open_project(root, names, apps), keep=keep)


def render(project: Project, *, keep: bool = False) -> Rendering:
    """Render the selected environments of a project and check the result, in memory.

    Args:
        project: the project.
        keep: whether to keep the environments beside their files.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    repository = project.repository
    tree = FileTree()
    problems = list(repository.problems)
    try:
        for path, content in files.shared_files(repository) if paths.APPLICATION in repository.parent else ():
            tree.add(path, content)
    except InvalidInputError as error:
        problems.extend(error.problems)
    except OutputError:
        # Two files of one name: reported on loading, where they come from.
        raise_errors(problems)
        raise
    problems += _add_other_charts(repository, tree)
    rows: dict[str, fleet.Row] = {}
    kept: list[ResolvedEnvironment] = []
    for environment, found in resolutions(project):
        problems.extend(found)
        if environment is not None:
            kept += [environment] if keep else []
            # What is wrong with a template in several environments is said once.
            known = {(problem.code, problem.location) for problem in problems}
            wrong = _add_environment(environment, project, tree, rows)
            problems.extend(problem for problem in wrong if (problem.code, problem.location) not in known)
    raise_errors(problems)
    # The page about all environments is no app's.
    if repository.about.is_on_all and _complete(rows, project):
        tree.add(*files.fleet_file([rows[name] for name in sorted(rows)], repository))
    return Rendering(project, tree, tuple(said_once(problems)), tuple(kept))


def _add_other_charts(repository: Repository, tree: FileTree) -> list[Problem]:
    """Add the wrapper charts of other apps than a run is about; return what is wrong with them, as warnings."""
    problems: list[Problem] = []
    about = repository.about
    for app in repository.apps.values() if not about.is_on_all else ():
        if app.name not in about.apps:
            try:
                for path, content in files.chart_files(app, repository):
                    tree.add(path, content)
            except InvalidInputError as error:
                problems.extend(map(lightened, error.problems))
    return problems


def _add_environment(
    environment: ResolvedEnvironment, project: Project, tree: FileTree, rows: dict[str, fleet.Row]
) -> tuple[Problem, ...]:
    """Add what an environment renders to; return what is wrong in the templates of its pages."""
    problems: list[Problem] = []
    try:
        if environment.is_whole:
            rows[environment.facts.name] = fleet.row(environment, project.repository.pages.columns)
    except InvalidInputError as error:
        problems.extend(error.problems)
    try:
        for path, content in files.environment_files(environment, project.repository):
            tree.add(path, content)
    except InvalidInputError as error:
        problems.extend(error.problems)
    return tuple(problems)


def _complete(rows: dict[str, fleet.Row], project: Project) -> bool:
    """Add the environments that were not asked for; say whether all could be: else the page about all has to wait."""
    for name in project.repository.names - rows.keys():
        if name not in project.repository.environments:
            return False
        try:
            rows[name] = fleet.row(project.resolver.resolve(name), project.repository.pages.columns)
        except InvalidInputError:
            return False
    return True
