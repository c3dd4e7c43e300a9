"""What else is wrong with environments whose specs, or what they share, have problems: their expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.repository import paths
from efdgen.repository.model import Repository

_OF_EXPRESSIONS = ("E204", "E205", "E206", "E3", "E502")
"""How the codes begin of what expressions do. Keys that are missing are mostly those that were left out."""

_NO_SERVICE = "there is no service "


class _Unknown(Mapping[str, Any]):
    """The items of a table with problems: nobody knows them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = problems

    def __getitem__(self, name: str) -> Any:
        raise InvalidInputError(self._problems)

    def __contains__(self, name: object) -> bool:
        raise InvalidInputError(self._problems)

    def __iter__(self) -> Any:
        raise InvalidInputError(self._problems)

    def __len__(self) -> int:
        raise InvalidInputError(self._problems)


class Unfinished:
    """Looks for what is wrong in the expressions of environments that can't be resolved."""

    def __init__(self, repository: Repository) -> None:
        said: dict[str, list[Problem]] = {}
        for problem in repository.problems:
            said.setdefault(problem.location.file, []).append(problem)
        tables = {name: _Unknown(said[paths.table(name)]) for name in repository.tables if paths.table(name) in said}
        self._knows_services = not any(paths.apps_of(file, repository.about.elsewhere) for file in said)
        self._known = {problem.location for problem in repository.problems}
        self._drafts = repository.drafts
        self._resolver = Resolver(repository, repository.drafts, tables)

    def problems(self, name: str) -> Iterator[Problem]:
        """Yield what is wrong in an environment's expressions and does not follow from what was found before."""
        wrong = self._drafts[name].wrong
        try:
            self._resolver.resolve(name)
        except InvalidInputError as error:
            for problem in error.problems:
                is_known = problem.location in self._known or _is_below(problem.path, wrong)
                is_new = not is_known and problem.code.startswith(_OF_EXPRESSIONS)
                if is_new and (self._knows_services or not problem.message.startswith(_NO_SERVICE)):
                    yield problem


def _is_below(path: Path, wrong: Mapping[Path, object]) -> bool:
    """Say whether a path is one of some, or below one."""
    return any(path[:length] in wrong for length in range(len(path) + 1))
