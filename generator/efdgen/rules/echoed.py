"""Values that say what would be so without them: silently, the next change of what they repeat passes them by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Path, Problem, Severity, dotted
from efdgen.language.layers import Layer, Overlap
from efdgen.language.shown import shown
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities
from efdgen.rules.looked import overlapping

_MEASURED: tuple[Path, ...] = (("cluster", "kubernetesVersion"),)
"""Facts that say what somebody saw, and whose default stands in where nobody looked: to say them again is no echo."""

_SHORT = 60
"""Characters of a list that a message shows."""

_HINT = "remove it: when what it repeats changes, this stays behind"


def values_say_something(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find facts, settings of apps and pins that a spec, its site or the defaults repeat from what is below them."""
    for number, found in overlapping(environment.spec.layers):
        yield from _repeated(environment.spec.layers[number], found, "")
    for app, _, _, overlaps, _, _ in identities.looked(environment):
        for number, found in overlaps:
            if number >= len(app.definition.layers):
                yield from _repeated(app.layers[number], found, app.definition.name)


def _repeated(layer: Layer, overlaps: Iterable[Overlap], app: str) -> Iterator[Finding]:
    """Yield what a layer says that follows from those below it, too."""
    pins = {("values", *path.split(".")): path for path in layer.data.get("pins", {})} if app else {}
    for path, said, below in overlaps:
        if path[0] != "pins" and _is_same(said, below) and (app or path not in _MEASURED):
            what = f"the pin of {pins[path]}" if path in pins else dotted(path)
            said_value = _shown(said)
            message = f"{what} is {said_value} without it, too{f' ({app})' if app else ''}"
            problem = Problem("W517", message, layer.locate(path, key=True), path, _HINT, Severity.WARNING)
            yield Finding(problem, app)


def _shown(value: Any) -> str:
    """Return a value as a message has it: a short list as it is written."""
    if value in ([], {}):
        return "{}" if value == {} else "[]"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        from efdgen.language.yamlio import styles

        written = styles.in_brackets(value)
        if len(written) <= _SHORT:
            return written
    return shown(value)


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two values are the same; true is not 1."""
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_is_same, value, other))
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_is_same(value[key], other[key]) for key in value)
    return type(value) is type(other) and value == other
