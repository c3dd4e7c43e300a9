"""The facts of an environment: evaluated, checked, and efdgen's own of them with their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.environment import applications
from efdgen.environment.model import Facts
from efdgen.environment.once import Merged, Once
from efdgen.environment.typed import typed
from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import schema, scope
from efdgen.language.annotations import properties
from efdgen.language.scope import Scope
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import EnvironmentSpec


class Evaluated(NamedTuple):
    """Evaluated facts, or None and what is wrong: with expressions, and with the values that others yield.

    Attributes:
        settled: the names of which expressions find the same here as among `names`, but without evaluating anything.
    """

    facts: Facts | None
    expressions: list[Problem]
    values: list[Problem]
    settled: Mapping[str, Any]


def evaluated(spec: EnvironmentSpec, names: Scope, rules: schema.Rules, once: Once) -> Evaluated:
    """Evaluate every fact, check the result against the schema again, and give efdgen's own their types.

    Args:
        spec: the environment's.
        names: its facts, and what their expressions can use.
        rules: what evaluated facts must be.
        once: what is known of parts of the facts.
    """
    raw = applications.without_patterns(names.facts)
    found: list[Problem] = []
    filling = scope.Filling(names, spec.name, spec.layers, found, [], once.shared)
    filled = applications.with_patterns(scope.fill(raw, (), filling), names.facts)
    # Nothing was left out where nothing is null, or wrong.
    is_all = not found and not any(value is None for _, value in filling.evaluated)
    nulls: frozenset[Path] = frozenset()
    if not is_all:
        filled, nulls = _with_nulls(raw, scope.left_open(filled, raw, filling), rules, ())
    values: list[Problem] = []
    facts = {key: value for key, value in filled.items() if key != "name"}
    merged = Merged(facts, spec.layers)
    for problem in schema.check_data(merged, rules, is_evaluated=True, reading=once.evaluated):
        code = "E304" if problem.path in nulls else problem.code
        values.append(problem._replace(code=code, message=f"{problem.message} (environment {spec.name})"))
    if not (found or values):
        try:
            return Evaluated(typed(filled, spec, once.shared), [], [], _settled(names, filled) if is_all else {})
        except InvalidInputError as error:
            values.extend(error.problems)
    return Evaluated(None, found, values, {})


def _settled(names: Scope, filled: Mapping[str, Any]) -> dict[str, Any]:
    """Return names with the facts that were evaluated, none of which yields null, but for patterns.

    What yields null is left out of the facts, and yet is null to expressions; and nobody evaluated the patterns.
    """
    settled = {**filled, **names.extra}
    for name in applications.of_patterns(names.facts):
        del settled[name]
    return settled


def _with_nulls(
    raw: Mapping[str, Any], filled: dict[str, Any], rules: Any, path: Path
) -> tuple[dict[str, Any], frozenset[Path]]:
    """Put back the facts whose expression yielded null, and return their paths: a fact is there, whatever it is.

    Keys that no schema names, such as the services of `hosts`, stay away.
    """
    whole, nulls = filled, frozenset[Path]()
    if raw.keys() <= filled.keys() and not any(_is_changed(raw[name], filled[name]) for name in raw):
        return whole, nulls
    for name, rule in properties(rules).items():
        if name not in raw:
            continue
        if name not in filled:
            whole, nulls = {**whole, name: None}, nulls | {(*path, name)}
        elif _is_changed(raw[name], filled[name]):
            below, found = _with_nulls(raw[name], filled[name], rule, (*path, name))
            if found:
                whole, nulls = {**whole, name: below}, nulls | found
    return whole, nulls


def _is_changed(raw: Any, filled: Any) -> bool:
    """Say whether something in a mapping became another thing when it was filled."""
    return filled is not raw and isinstance(raw, dict) and isinstance(filled, dict)
