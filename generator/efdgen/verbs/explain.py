"""`explain`: one environment, ready for questions."""

from __future__ import annotations

from pathlib import Path

from efdgen.errors import InvalidInputError
from efdgen.explain.environment import ChartDefaults, Environment
from efdgen.verbs.project import open_project, raise_errors


def explain(root: Path, name: str, chart_defaults: ChartDefaults) -> Environment:
    """Load and resolve one environment, ready for questions. Rules across apps and environments are not looked at.

    Args:
        root: the repository.
        name: the environment.
        chart_defaults: the values that the apps' charts bring themselves, asked for when an app is.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when the environment is unknown.
    """
    project = open_project(root, [name])
    repository = project.repository
    try:
        if name in repository.environments:
            return Environment(repository, project.resolver, project.resolver.resolve(name), chart_defaults)
    except InvalidInputError as error:
        raise_errors([*repository.problems, *error.problems])
    raise InvalidInputError(repository.problems)
