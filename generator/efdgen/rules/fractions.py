"""Numbers that are not written as what they are: as YAML has it, a version 1.10 is the number 1.1.

version: 1.10        {{ .Values.version }}  ->  1.1
version: "1.10"                             ->  1.10
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.language.layers import Layer, leaves, winner
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities

_OF_APPS = ("parameters", "values")


def numbers_are_written_as_they_are(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find fractions with zeros behind them, or with more digits than a number holds, that are in force.

    A whole number has one form that YAML takes: what has zeros before it, or underscores, is refused (E109).
    """
    where = f"environment {environment.facts.name}"
    for path, written, location in _lossy(environment.spec.layers):
        yield _finding(path, written, location, "", where)
    for app in environment.apps:
        name = app.definition.name
        for path, written, location in _lossy(app.layers):
            if path[0] in _OF_APPS:
                yield _finding(path, written, location, name, f"{name} in {where}")


def _lossy(layers: Sequence[Layer]) -> list[tuple[Path, str, Location]]:
    """Return the path of each such number that no layer replaces, how it is written, and where."""
    known = {
        Location(layer.document.file, *place): written
        for layer in layers
        if layer.document is not None and layer.document.places.fractions
        for place, written in layer.document.places.fractions.items()
    }
    if not known:  # nearly always
        return []
    return [
        (path, known[location], location)
        for layer in layers
        for path, value in leaves(layer.data or {})
        if type(value) is float and winner(layers, path) is layer and (location := layer.locate(path)) in known
    ]


def _finding(path: Path, written: str, location: Location, app: str, where: str) -> Finding:
    number = repr(float(written)).removesuffix(".0")
    what = dotted(path[1:] if path[0] == "values" and app else path)
    message = f"{what}: {written} is read as the number {number} ({where})"
    hint = f'quote it: "{written}"; if it is a number, write {number}'
    full: Path = ("apps", app, *path) if app else path
    return Finding(Problem("W549", message, location, full, hint, Severity.WARNING), app)
