"""Facts that their schema calls deprecated: whoever says one, or reads it, is told what its description says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.language.annotations import Place, found
from efdgen.language.layers import Layer, leaves
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities


def facts_are_not_retired(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find retired facts that a spec or its site says, and expressions that read one.

    The defaults have each fact for as long as it is declared.
    """
    for place in identities.retired:
        for layer in environment.spec.layers[1:]:
            for path, _ in found(layer.data, place):
                message = f"{dotted(path)} is retired{_why(place)}"
                yield _finding(message, layer.locate(path, key=True), path, "")
        if all(isinstance(step, str) for step in place.path):
            yield from _read(environment, place, dotted(tuple(map(str, place.path))))


def _read(environment: ResolvedEnvironment, place: Place, fact: str) -> Iterator[Finding]:
    name = re.compile(rf"<%(?:(?!%>).)*?(?<![\\w.'\"]){re.escape(fact)}(?!\\w)", re.DOTALL)
    layers: list[tuple[str, Layer]] = [("", layer) for layer in environment.spec.layers]
    layers += [(app.definition.name, layer) for app in environment.apps for layer in app.layers]
    for app, layer in layers:
        for path, text in leaves(layer.data or {}):
            match = name.search(text) if isinstance(text, str) and fact in text else None
            if match and path[: len(place.path)] != place.path:
                message = f"an expression reads {fact}, which is retired{_why(place)}"
                yield _finding(message, layer.locate(path, match.start()), path, app)


def _why(place: Place) -> str:
    return f": {str(place.says).rstrip('.')}" if place.says else ""


def _finding(message: str, location: Location, path: Path, app: str) -> Finding:
    return Finding(Problem("W546", message, location, path, severity=Severity.WARNING), app)
