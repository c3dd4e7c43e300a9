"""What is wrong in a file that environments share is said once, with the environments that show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from efdgen.errors import FLAWED_LINK, InvalidInputError, Location, Problem, Severity
from efdgen.language.late import late
from efdgen.language.shown import listed

_WHERE = late(r" \((?:(?P<app>[a-z0-9-]+) in )?environment (?P<name>[^ ()]+)\)\Z")
"""How the text of a problem ends that is known in an environment only, though many may read what is wrong."""

_SHOWN = late(r"(?:, not | of the environment ).*|(?<=\Athe Secret )'[^']*'", re.DOTALL)
"""What environments make of one expression: a value that is wrong, whose it is, a name."""

_BY_PLACE = ("E502",)
"""Codes of what is wrong with a place, whatever the message: a pattern makes a host for each service."""


def said_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without those that only repeat what is wrong in a shared file, sorted.

    What stands in one place and is wrong there in one way is one mistake, whichever environments and apps read it. The
    first of them, by name, is told, with the names of the others.
    """
    alike: dict[tuple[str, Location, str], list[Problem]] = {}
    for problem in sorted(set(problems), key=lambda problem: problem.sort_key):
        text = _WHERE.sub("", problem.message)
        text = "" if problem.code in _BY_PLACE else text if text == problem.message else _SHOWN.sub("", text)
        alike.setdefault((problem.code, problem.location, text), []).append(problem)
    return [_together(those) for those in alike.values()]


def _together(problems: Sequence[Problem]) -> Problem:
    """Return one problem that stands for several of one place: the first."""
    by_place: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        match = _WHERE.search(problem.message)
        if match is not None:
            by_place.setdefault((match["app"] or "", match["name"]), problem)
    if not by_place:
        return problems[0]
    # What is only a warning in one is an error in another.
    places = sorted(by_place, key=lambda place: (by_place[place].severity is Severity.WARNING, place))
    (first_app, first), *others = places
    problem = by_place[first_app, first]
    if not others:
        return problem
    says = [name if app == first_app else f"{app} in {name}" for app, name in others]
    return problem._replace(message=f"{problem.message[:-1]}; as in {listed(says)})")


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
