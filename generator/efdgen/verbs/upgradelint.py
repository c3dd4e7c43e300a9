"""What `efdgen lint` finds before and after an upgrade: what is new, and what is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from efdgen.errors import InvalidInputError, Problem
from efdgen.helm.engines.engine import Engine
from efdgen.helm.hydrate import Charts
from efdgen.language.tuples import NamedTuple
from efdgen.rules.kubernetes import across
from efdgen.rules.kubernetes.check import Finding
from efdgen.verbs import lint
from efdgen.verbs.project import Rendering, rendering


class Side(NamedTuple):
    """What is rendered before, or after.

    Attributes:
        given: the environments that have the apps.
        apps: the apps that alone can be looked at, because something else in these environments is wrong; none: all.
    """

    given: Rendering
    apps: tuple[str, ...]


class Compared(NamedTuple):
    """What differs in what is wrong with the objects.

    Attributes:
        environments: those that were looked at: all that have the apps.
        new: what is wrong now, and was not.
        gone: what was wrong, and is not now.
        staying: how many problems were there before, and are there now.
        not_together: the environments whose objects were not looked at together, each with why.
    """

    environments: tuple[str, ...]
    new: tuple[Problem, ...]
    gone: tuple[Problem, ...]
    staying: int
    not_together: tuple[tuple[str, str], ...]


def side(root: Path, apps: Sequence[str], environments: Sequence[str]) -> Side:
    """Render whole environments; where something of other apps is wrong, as much of some apps as can be.

    Raises:
        InvalidInputError: with what is wrong with these apps.
    """
    try:
        return Side(rendering(root, environments, keep=True), ())
    except InvalidInputError:
        return Side(rendering(root, environments, apps, keep=True), tuple(apps))


def compare(root: Path, before: Side, after: Side, engine: Engine, charts: tuple[Charts, Charts]) -> Compared:
    """Look at the objects of both sides.

    Args:
        root: the repository.
        before: what was rendered.
        after: what is rendered now.
        engine: Helm.
        charts: the charts as they were locked, and as they are.
    """
    only = before.apps or after.apps
    old, new = (
        lint.look(each.given, root, engine, those, only) for each, those in zip((before, after), charts, strict=True)
    )
    blind = _not_together(old, new, only)
    alone = {environment for environment, _ in blind}

    def told(linted: lint.Linted) -> dict[tuple[str, ...], Finding]:
        return {
            _key(each): each
            for each in linted.findings
            if not (each.environment in alone and each.problem.code in across.CODES)
        }

    found, now = told(old), told(new)
    vain = [frozenset() if blind else frozenset(each.in_vain) for each in (old, new)]
    return Compared(
        after.given.project.selected,
        _sorted((*lint.combined(each for key, each in now.items() if key not in found), *(vain[1] - vain[0]))),
        _sorted((*lint.combined(each for key, each in found.items() if key not in now), *(vain[0] - vain[1]))),
        len(list(lint.combined(each for key, each in now.items() if key in found))) + len(vain[0] & vain[1]),
        blind,
    )


def _key(finding: Finding) -> tuple[str, ...]:
    """Return what tells a finding from others; lines and hints may differ on both sides."""
    problem = finding.problem
    return (problem.code, problem.message, problem.location.file, finding.environment, finding.app, finding.template)


def _not_together(old: lint.Linted, new: lint.Linted, only: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the environments whose objects can't be looked at together on both sides, each with why."""
    if only:
        return tuple((name, "the specs of other apps are wrong: efdgen validate") for name in new.environments)
    failed: dict[str, set[str]] = {}
    for each in (*old.failed, *new.failed):
        failed.setdefault(each.environment, set()).add(each.app)
    return tuple((name, f"Helm can't do {', '.join(sorted(apps))}") for name, apps in sorted(failed.items()))


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.sort_key))
