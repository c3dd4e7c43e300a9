"""What only repeats that a fact is wrong: a fact that is read from a wrong one is wrong, too, and so is a value.

With `cluster: {storageClass: <% 5 %>}` and `kafka: {storageClass: <% cluster.storageClass %>}` both must be names, and
both are 5: the former is wrong, the latter only an echo of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import expressions
from efdgen.language.layers import Layer, at, leaves, reach
from efdgen.language.scope import Scope, evaluate

Wrong = Mapping[Path, Sequence[Problem]]
"""Facts that are wrong, by where they were written, with what is said when an expression reads one."""

_MOST = 100
"""Wrong facts with expressions that are held against each other; of more, each is told, be it an echo or not."""


def wrong(problems: Iterable[Problem], facts: Any, layers: Sequence[Layer], without: Callable[[Wrong], Scope]) -> Wrong:
    """Return which facts are wrong, each with the problems of those that were wrong first: the same for all.

    Args:
        problems: what is wrong with the evaluated facts.
        facts: the facts as written, expressions and all.
        layers: where they come from.
        without: makes names in which reading one of some facts fails.
    """
    # A problem may be deep in what an expression yields: ("links", "a", "b") of `links: <% ... %>` is ("links",).
    found: dict[Path, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.path[: reach(facts, problem.path)[0]], []).append(problem)
    first: list[Problem] = []
    read = {path: texts for path in found if (texts := _expressions(at(facts, path), path))}
    if len(read) > _MOST:
        read = {}
    for path, those in found.items():
        others = {other: said for other, said in found.items() if other != path} if path in read else {}
        said_by_others = _said(read[path], layers, without(others)) if others else set()
        if not said_by_others & set().union(*others.values()):
            first += those
    # A map and a fact in it may each be an echo of the other: then nobody knows which was wrong first.
    said = tuple(first) or tuple(problem for those in found.values() for problem in those)
    return dict.fromkeys(found, said)


def _expressions(written: Any, path: Path) -> dict[Path, str]:
    """Return the texts with expressions that are written at a path, by where."""
    return {
        where: text
        for where, text in leaves(written, path)
        if isinstance(text, str) and expressions.has_expression(text)
    }


def _said(texts: Mapping[Path, str], layers: Sequence[Layer], names: Scope) -> set[Problem]:
    """Return what expressions say."""
    found: set[Problem] = set()
    for where, text in texts.items():
        try:
            evaluate(text, names, names.environment, layers, where)
        except InvalidInputError as error:
            found.update(error.problems)
    return found
