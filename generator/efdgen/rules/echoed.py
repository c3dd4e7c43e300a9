"""Values that say what would be so without them: silently, the next change of what they repeat passes them by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Path, Problem, Severity, dotted
from efdgen.language.inheriting import expanded
from efdgen.language.layers import ABSENT, Layer, at, leaves, merge
from efdgen.language.shown import shown
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities

_MEASURED: tuple[Path, ...] = (("cluster", "kubernetesVersion"),)
"""Facts that say what somebody saw, and whose default stands in where nobody looked: to say them again is no echo."""

_HINT = "remove it: when what it repeats changes, this stays behind"


def values_say_something(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find facts, settings of apps and pins that a spec, its site or the defaults repeat from what is below them."""
    yield from _repeated((), environment.spec.layers, "")
    for app in environment.apps:
        yield from _repeated(
            app.definition.layers, environment.spec.app_layers[app.definition.name], app.definition.name
        )


def _repeated(below: Sequence[Layer], layers: Sequence[Layer], app: str) -> Iterator[Finding]:
    """Yield what of some layers stands in those below them, too."""
    merged: Any = {}
    whole = expanded((*below, *layers))
    for layer in whole[: len(below)]:
        merged = merge(merged, layer.data or {})
    for layer in whole[len(below) :]:
        said = layer.data or {}
        pins = {("values", *path.split(".")): path for path in said.get("pins", {})} if app else {}
        for path, value in leaves({key: each for key, each in said.items() if key != "pins"}, in_lists=False):
            if _is_same(value, at(merged, path)) and (app or path not in _MEASURED):
                what = f"the pin of {pins[path]}" if path in pins else dotted(path)
                said_value = "[]" if value == [] else "{}" if value == {} else shown(value)
                message = f"{what} is {said_value} without it, too{f' ({app})' if app else ''}"
                problem = Problem("W517", message, layer.locate(path, key=True), path, _HINT, Severity.WARNING)
                yield Finding(problem, app)
        merged = merge(merged, said)


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two values are the same; true is not 1, and what is not there is nothing."""
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_is_same, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_is_same(value[key], other[key]) for key in value)
    return other is not ABSENT and type(value) is type(other) and value == other
