"""Resolves, checks and renders environments, whatever earlier runs found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from efdgen import rules
from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, OutputError, Problem
from efdgen.language.tuples import NamedTuple
from efdgen.output.tree import FileTree
from efdgen.render import files
from efdgen.render.pages import fleet
from efdgen.repository import paths
from efdgen.repository.focus import lightened
from efdgen.repository.model import Repository
from efdgen.repository.specs import accepts_literals
from efdgen.verbs import parallel, records
from efdgen.verbs.model import Project, Rendering, Resolution
from efdgen.verbs.once import raise_errors, said_once

if TYPE_CHECKING:
    from efdgen.environment.unfinished import Unfinished


def resolutions(project: Project) -> Iterator[Resolution]:
    """See `project.resolutions`."""
    repository = project.repository
    identities = rules.Identities(repository, project.resolver, is_noted=False)
    unfinished = _unfinished(repository)
    for name in project.selected:
        if unfinished is not None and name in repository.drafts:
            yield Resolution(None, tuple(unfinished.problems(name)))
        if name in repository.environments:
            yield resolution(name, project, identities)


def _unfinished(repository: Repository) -> Unfinished | None:
    """Return what looks at specs with problems; None: there are none."""
    if not repository.drafts:
        return None
    from efdgen.environment.unfinished import Unfinished

    return Unfinished(repository)


def resolution(name: str, project: Project, identities: rules.Identities) -> Resolution:
    """Resolve and check one environment whose spec has no problems of its own."""
    try:
        environment = project.resolver.resolve(name)
    except InvalidInputError as error:
        return _of_named_apps(project, name, error.problems, identities)
    return Resolution(environment, tuple(rules.check(environment, identities)))


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


def render(project: Project, *, keep: bool, jobs: int) -> Rendering:
    """See `project.render`."""
    repository = project.repository
    kept: list[ResolvedEnvironment] = []
    work = Work(project, rules.Identities(repository, project.resolver, is_noted=False))
    made_of = work.made_keeping(kept) if keep else work.made
    names = [name for name in project.selected if name in repository.environments or name in repository.drafts]
    found = rendering(project, names, parallel.each(names, made_of, 1 if keep else jobs))
    return found._replace(environments=tuple(kept))


def rendering(project: Project, names: Sequence[str], each: Generator[tuple[Any, ...], None, None]) -> Rendering:
    """Return what the selected environments of a project render to.

    Args:
        project: the project.
        names: those of its environments that something comes of.
        each: yields the parts of what comes of each of them: of `Made`.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """
    repository = project.repository
    tree = FileTree()
    rows: dict[str, fleet.Row] = {}
    with contextlib.closing(each) as results:
        problems = [*repository.problems, *add_shared(repository, tree), *_add_other_charts(repository, tree)]
        for name, plain in zip(names, results, strict=True):
            made = Made(*plain)
            problems += records.problems(made.found)
            problems += news(records.problems(made.wrong), problems) if made.wrong else ()
            tree.add_all(made.files)
            if made.row is not None:
                rows[name] = fleet.Row(*made.row)
    raise_errors(problems)
    # The page about all environments is no app's.
    if repository.about.is_on_all and complete(rows, project):
        tree.add(*files.fleet_file([rows[name] for name in sorted(rows)], repository))
    return Rendering(project, tree, tuple(said_once(problems)))


class Made(NamedTuple):
    """What comes of an environment, as plain data.

    Attributes:
        found: what resolving it and its rules found.
        wrong: what is wrong with the templates of its pages.
        files: what it renders to.
        row: its row of the page about all environments; None: it has none, because something is wrong with it.
        looked_at: itself, the environments that links lead to from it, and those whose specs its rules looked at.
        accepts: whether its spec accepts what looks like a secret.
        asked: what its rules asked about others. Where nobody wants to know this, the two above say nothing, either.
    """

    found: tuple[Any, ...]
    wrong: tuple[Any, ...] = ()
    files: tuple[files.File, ...] = ()
    row: tuple[Any, ...] | None = None
    looked_at: tuple[str, ...] = ()
    accepts: bool = False
    asked: bytes = b""


class Work:
    """Resolves, checks and renders environments of a project.

    Args:
        project: the project.
        identities: what its environments are known by.
    """

    def __init__(self, project: Project, identities: rules.Identities) -> None:
        self._project = project
        self._identities = identities
        repository = project.repository
        self._unfinished = _unfinished(repository)

    def made(self, name: str) -> tuple[Any, ...]:
        """Return what comes of an environment: the parts of `Made`."""
        return tuple(self._made(name, []))

    def made_keeping(self, kept: list[ResolvedEnvironment]) -> Callable[[str], tuple[Any, ...]]:
        """Return what does the same, and keeps what was resolved."""
        return lambda name: tuple(self._made(name, kept))

    def _made(self, name: str, kept: list[ResolvedEnvironment]) -> Made:
        repository = self._project.repository
        self._identities.begin()
        found: tuple[Problem, ...] = ()
        environment = None
        if self._unfinished is not None and name in repository.drafts:
            found = tuple(self._unfinished.problems(name))
        if name in repository.environments:
            environment, problems = resolution(name, self._project, self._identities)
            found = (*found, *problems)
        made = Made(records.plain_problems(found))
        if self._identities.asked.is_wanted and name in repository.environments:
            made = made._replace(
                looked_at=tuple(sorted({*linked(name, self._project), *self._identities.looked_at})),
                accepts=accepts_literals(repository.environments[name]),
                asked=self._identities.asked.packed(),
            )
        if environment is None:
            return made
        kept.append(environment)
        problems, rendered, row = _rendered(environment, self._project)
        return made._replace(
            wrong=records.plain_problems(problems),
            files=rendered,
            row=None if row is None else tuple(row),
        )


def _rendered(
    environment: ResolvedEnvironment, project: Project
) -> tuple[tuple[Problem, ...], tuple[files.File, ...], fleet.Row | None]:
    """Return what is wrong with the templates of an environment's pages, its files, and its row, if it has one."""
    repository, resolver = project.repository, project.resolver
    problems: list[Problem] = []
    row = None
    found: list[files.File] = []
    try:
        if environment.is_whole:
            row = fleet.row(environment, repository.pages.columns)
    except InvalidInputError as error:
        problems.extend(error.problems)
    try:
        found.extend(files.environment_files(environment, repository, resolver.texts, resolver.alike))
    except InvalidInputError as error:
        problems.extend(error.problems)
    return tuple(problems), tuple(found), row


def linked(name: str, project: Project) -> set[str]:
    """Return an environment and those whose facts its expressions can reach, by links of links."""
    found = {name}
    waiting = [name]
    while waiting:
        new = project.resolver.scope(waiting.pop()).facts["links"].keys() - found
        found |= new
        waiting += new & project.repository.names
    return found


def news(problems: Iterable[Problem], said: Iterable[Problem]) -> list[Problem]:
    """Return problems in templates without those that were said: in several environments, each is said once."""
    known = {(problem.code, problem.location) for problem in said}
    return [problem for problem in problems if (problem.code, problem.location) not in known]


def add_shared(repository: Repository, tree: FileTree) -> tuple[Problem, ...]:
    """Add what environments share; return what is wrong with it.

    Raises:
        InvalidInputError: when two files have one name: reported on loading, where they come from.
    """
    try:
        for path, content in files.shared_files(repository) if paths.APPLICATION in repository.parent else ():
            tree.add(path, content)
    except InvalidInputError as error:
        return error.problems
    except OutputError:
        raise_errors(repository.problems)
        raise
    return ()


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


def complete(rows: dict[str, fleet.Row], project: Project) -> bool:
    """Add the environments that were not asked for; say whether all could be: else the page about all has to wait."""
    for name in project.repository.names - rows.keys():
        if name not in project.repository.environments:
            return False
        try:
            rows[name] = fleet.row(project.resolver.resolve(name), project.repository.pages.columns)
        except InvalidInputError:
            return False
    return True
