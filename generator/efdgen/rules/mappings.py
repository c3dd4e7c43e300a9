"""Text, a number, a boolean or a list in the place of a mapping: it replaces it, and drops what is below in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.language import expressions
from efdgen.language.late import late
from efdgen.language.layers import Layer, at, leaves, winner
from efdgen.language.secrecy import HIDDEN, is_of_secret
from efdgen.language.shown import listed
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities

_NO_BLANK = late(r"(?P<key>[\w./-]+):(?P<value>[^\s:/][^\s:]*)(?:\s|\Z)")
"""A key with a colon and no blank behind it; not a URL."""


def mappings_are_not_replaced(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find what is no mapping, and not null, where a layer below or the chart has a mapping with something in it."""
    for app, *_, uneven, unfit in identities.looked(environment):
        if not uneven and not unfit:
            continue
        told: set[Location] = set()
        for index, (path, over, below) in uneven:
            # The other settings of apps, parameters among them, have their types.
            if not isinstance(below, Mapping) or not below or path[0] != "values":
                continue
            layer, lower = app.layers[index], winner(app.layers[:index], path)
            if lower is not None and _drops(app, layer, path, over):
                dropped = [dotted(each) for each, _ in leaves(below, in_lists=False)]
                finding = _finding(app, layer, path, over, f"in {lower.locate(path, key=True)}", dropped)
                told.add(finding.problem.location)
                yield finding
        for layer, path, _, (rest, known, is_known) in unfit:
            over = at(layer.data, path) if is_known else None
            if over is not None and layer.locate(path) not in told and _drops(app, layer, path, over):
                yield _finding(app, layer, path, over, f"to {app.definition.takes(rest)}", [*known])


def _drops(app: ResolvedApp, layer: Layer, path: Path, over: Any) -> bool:
    """Say whether what a layer says is no mapping, and not null; of an expression, what it yields where that counts."""
    if isinstance(over, str) and expressions.has_expression(over):
        if winner(app.layers, path) is not layer:
            return False
        over = at(app.values, path[1:], None)  # one that yields null is not there
    return over is not None and not isinstance(over, Mapping)


def _finding(app: ResolvedApp, layer: Layer, path: Path, over: Any, where: str, dropped: list[str]) -> Finding:
    name = app.definition.name
    message = (
        f"{dotted(path)} is a mapping {where}, and {_kind(over)} here drops what is below it: "
        f"{listed(dropped)} ({name})"
    )
    problem = Problem("W548", message, layer.locate(path), path, _hint(path, over, dropped), Severity.WARNING)
    return Finding(problem, name)


def _kind(over: Any) -> str:
    if isinstance(over, bool):
        return "true" if over else "false"
    return "a list" if isinstance(over, list) else "text" if isinstance(over, str) else "a number"


def _hint(path: Path, over: Any, known: Collection[str]) -> str:
    """Return what may be meant, without what is or may be a secret."""
    if isinstance(over, bool) and "enabled" in known:
        return f"did you mean enabled: {_kind(over)} below it?"
    if isinstance(over, list) and over and all(isinstance(item, Mapping) for item in over):
        return "if the items are keys, leave their hyphens out"
    slip = _NO_BLANK.match(over) if isinstance(over, str) and not expressions.has_expression(over) else None
    if slip is None or any(is_of_secret(str(part)) for part in path):
        return "write below it what is to be another; null takes all of it away"
    value = HIDDEN if is_of_secret(slip["key"]) else slip["value"]
    return f"if that is a key, write it below with a blank behind its colon: {slip['key']}: {value}"
