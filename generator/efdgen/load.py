"""Reads everything people wrote, and checks each file against its schema and the files it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from efdgen import definitions, layout, specs
from efdgen.errors import InvalidInputError, Problem, Severity
from efdgen.files import Files
from efdgen.model import EnvironmentSpec, Repository


def is_repository(folder: Path) -> bool:
    """Say whether a folder holds specs and app definitions."""
    return (folder / specs.ENVIRONMENTS).is_dir() and (folder / definitions.APPS).is_dir()


def environment_names(root: Path) -> list[str]:
    """Return the names of the environments that have a spec, without reading any."""
    return sorted(path.stem for path in (root / specs.ENVIRONMENTS).glob("*.yaml") if not path.name.startswith("."))


def load(root: Path, names: Sequence[str] = ()) -> Repository:
    """Load a repository.

    Args:
        root: the folder that holds `environments/` and `templates/`.
        names: the environments that matter; none: all. A spec that does not matter and has problems is left out,
            and its problems become warnings.

    Raises:
        InvalidInputError: with every problem of every file that matters.
    """
    files = Files(root)
    apps = definitions.load(files)
    news = specs.load_news(files)
    environments = specs.load(files, apps, news)
    parent = files.texts(f"{definitions.APPS}/{layout.PARENT}")
    wrapper = files.texts(definitions.WRAPPER)
    literals = [problem for problem in files.literals if not _is_accepted(problem, environments.values())]
    problems = [*files.problems, *literals]
    if names:
        others = {f"{specs.ENVIRONMENTS}/{name}.yaml" for name in set(environment_names(root)) - set(names)}
        problems = [p._replace(severity=Severity.WARNING) if p.location.file in others else p for p in problems]
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidInputError(problems)
    sound = {name: spec for name, spec in environments.items() if not _is_about(spec, problems)}
    return Repository(sound, apps, parent, wrapper, news, tuple(problems))


def _is_accepted(literal: Problem, environments: Iterable[EnvironmentSpec]) -> bool:
    """Say whether what looks like a secret is accepted: by its spec, or, in a shared file, by all."""
    accepting = {
        spec.document.file: any(accepted.rule == literal.code for accepted in spec.accept) for spec in environments
    }
    file = literal.location.file
    return accepting[file] if file in accepting else bool(accepting) and all(accepting.values())


def _is_about(spec: EnvironmentSpec, problems: Iterable[Problem]) -> bool:
    return any(problem.location.file == spec.document.file for problem in problems)
