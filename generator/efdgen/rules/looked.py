"""What many rules ask of an app, looked for once: the Secrets that it reads, and what its layers say twice."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.environment.inside import inside
from efdgen.environment.model import ResolvedApp
from efdgen.errors import InvalidInputError, Location, Path
from efdgen.language import expressions, yamlio
from efdgen.language.layers import SCALARS, Layer, Overlap, at, merge_layers, overlaps, stacked
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple
from efdgen.repository import chartkeys
from efdgen.repository.model import AppDefinition
from efdgen.rules.places import matches

_Overlaps = list[tuple[int, list[Overlap]]]
_Uneven = list[tuple[int, Overlap]]
_Unfit = list[tuple[Layer, Path, Location, chartkeys.Unfit]]
"""Each with its layer, its path there, and the place of its key."""


class Looked(NamedTuple):
    """An app as rules see it: what they all ask of it is looked for once.

    Attributes:
        app: the app.
        secrets: the names of the Secrets that its values read, each with its path, which begins with `values`.
        by_templates: those that its own templates name, each with its place.
        overlaps: where a layer says something, and those below it do, too: by the number of the layer.
        uneven: those of them with a mapping or a list on either side, each with the number of its layer.
        unfit: what is not as the keys of its charts have it, by the layer that says it.
    """

    app: ResolvedApp
    secrets: list[tuple[Path, str]]
    by_templates: Sequence[tuple[Location, str]]
    overlaps: _Overlaps
    uneven: _Uneven
    unfit: _Unfit


class Defined(NamedTuple):
    """What is asked of an app's definition, which all environments share.

    Attributes:
        secrets: the Secrets that its own templates name, each with its place.
        merged: what its layers come to together.
        overlaps: where one says something, and those below it do, too.
        uneven: those of them with a mapping or a list on either side.
        keys: the keys that its charts know; None: not known.
        unfit: what of its layers is not as these keys have it.
    """

    secrets: Sequence[tuple[Location, str]]
    merged: Any
    overlaps: _Overlaps
    uneven: _Uneven
    keys: Mapping[str, Any] | None
    unfit: _Unfit


def defined(definition: AppDefinition) -> Defined:
    """Return what is asked of an app's definition."""
    layers, keys = definition.layers, definition.known_keys
    found = overlapping(layers)
    unfit = [each for each in _unfit(layers, keys) if not _may_be_a_mapping(*each)] if keys else []
    return Defined(named_by_templates(definition), merge_layers(layers), found, _uneven(found), keys, unfit)


def looked(app: ResolvedApp, known: Defined) -> Looked:
    """Return an app with what rules ask of it; `known` is what is asked of its definition."""
    count = len(app.definition.layers)
    own = app.layers[count:]
    unfit = known.unfit + _unfit(own, known.keys) if known.keys else known.unfit
    if app.layers[:count] != app.definition.layers:  # a list of it was written out
        found = overlapping(app.layers)
        return Looked(app, secrets(app), known.secrets, found, _uneven(found), unfit)
    found = overlapping(own, count, known.merged)
    uneven = known.uneven + _uneven(found) if found else known.uneven
    return Looked(app, secrets(app), known.secrets, known.overlaps + found, uneven, unfit)


def _uneven(found: _Overlaps) -> _Uneven:
    """Return the overlaps with a mapping or a list on either side: most have none."""
    return [
        (number, each)
        for number, those in found
        for each in those
        if type(each[1]) not in SCALARS or type(each[2]) not in SCALARS
    ]


def _unfit(layers: Sequence[Layer], keys: Mapping[str, Any]) -> _Unfit:
    """Return what of layers is not as the keys of charts have it."""
    return [
        (layer, path, layer.locate(path, key=True), each)
        for layer in layers
        if (values := layer.data.get("values"))
        for each in chartkeys.unfit(values, keys)
        if (path := ("values", *each.path))
    ]


def _may_be_a_mapping(layer: Layer, path: Path, _place: Location, found: chartkeys.Unfit) -> bool:
    """Say whether a definition has nothing but an expression where the chart has a mapping.

    What it yields is what the author means: that is not asked in each environment.
    """
    value = at(layer.data, path) if found.is_known else None
    return isinstance(value, str) and value.startswith(expressions.OPEN) and value.rstrip().endswith(expressions.CLOSE)


def overlapping(layers: Sequence[Layer], first: int = 0, below: Any = None) -> _Overlaps:
    """Return where layers say something about the same, the least specific layer first.

    Args:
        layers: the layers.
        first: the number of the first of them.
        below: what those below them come to; None: there are none.
    """
    found: _Overlaps = []
    for number, (layer, under) in enumerate(stacked(layers, below), first):
        both = overlaps(layer.data, under)
        if both:
            found.append((number, both))
    return found


def secrets(app: ResolvedApp) -> list[tuple[Path, str]]:
    """Return the names of the Secrets that an app's values read, each with its path; an empty text names none."""
    found: list[tuple[Path, str]] = [(("values", *path), name) for path, name in app.inside.secrets if name]
    declared = app.definition.reads_secrets
    for switches in [entry.split(".") for entry in declared if entry.endswith(".*")] if declared else ():
        for path, keys, is_read in matches(app.values, switches):
            if is_read is True:
                found.append((("values", *path), keys[-1]))
    return found


def named_by_templates(definition: AppDefinition) -> tuple[tuple[Location, str], ...]:
    """Return the Secrets that an app's own templates name, each with its place."""
    return tuple(each for file in definition.templates.values() for each in _named_in_template(file))


@functools.lru_cache(maxsize=256)
def _named_in_template(file: TextFile) -> tuple[tuple[Location, str], ...]:
    """Return the Secrets that a Helm template names literally; templates are valid YAML."""
    found: list[tuple[Location, str]] = []
    line = 0
    for text in re.split(r"^---$", file.text, flags=re.MULTILINE):
        # Line breaks in front keep the places right.
        with contextlib.suppress(InvalidInputError):
            document = yamlio.parse("\n" * line + text, file.source)
            for path, name in inside(document.data).secrets:
                if "{{" not in name and not expressions.has_expression(name):
                    found.append((document.locate(path), name))
        line += text.count("\n")
    return tuple(found)
