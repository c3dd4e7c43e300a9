"""Mappings over an expression: the expression is replaced as a whole, and what only it yields is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Path, Problem, Severity, dotted
from efdgen.language import expressions, scope
from efdgen.language.layers import at, leaves, merge, reach, without
from efdgen.language.shown import listed
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities

_PARAMETER = re.compile(r"\bparameters\.(\w+)")


def expressions_are_not_covered(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find mappings among an app's values that drop a part of the mapping that an expression below them yields."""
    for app, *_, uneven, _ in identities.looked(environment):
        for index, (path, over, expression) in uneven:
            if not _is_covered(path, over, expression):
                continue
            dropped = _dropped(environment, app, index, path, over, identities)
            if dropped:
                where = scope.locate(app.layers[:index], path)
                message = (
                    f"{dotted(path)} replaces the expression of {where} as a whole, and so drops "
                    f"{listed(dropped)} ({app.definition.name} in environment {environment.facts.name})"
                )
                hint = _hint(expression)
                place = app.layers[index].locate(path, key=True)
                yield Finding(Problem("W530", message, place, path, hint, Severity.WARNING), app.definition.name)


def _is_covered(path: Path, over: Any, below: Any) -> bool:
    """Say whether a mapping stands over an expression, somewhere among the values."""
    is_expression = isinstance(below, str) and expressions.has_expression(below)
    return is_expression and isinstance(over, Mapping) and path[0] == "values" and len(path) > 1


def _dropped(
    environment: ResolvedEnvironment,
    app: ResolvedApp,
    index: int,
    path: Path,
    over: Mapping[str, Any],
    identities: Identities,
) -> list[str]:
    """Return what an app would have at a path without what a layer and those above it say there, and now has not."""
    above = (layer._replace(data=without(layer.data, path)) for layer in app.layers[index:])
    try:
        below = identities.resolver.resolve_app(environment, app.definition.name, (*app.layers[:index], *above))
    except InvalidInputError:
        return []
    yielded = at(below.values, path[1:])
    if not isinstance(yielded, Mapping) or not yielded:
        return []
    return [dotted(each) for each, _ in leaves(merge(yielded, over), in_lists=False) if _is_left_out(over, each)]


def _is_left_out(over: Mapping[str, Any], path: Path) -> bool:
    reached, value = reach(over, path)
    return reached < len(path) and isinstance(value, Mapping)


def _hint(expression: str) -> str:
    read = _PARAMETER.findall(expression)
    whole = "write all of it here, with null for what is to go"
    return f"set parameters.{read[0]} instead, or {whole}" if read else whole
