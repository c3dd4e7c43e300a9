"""What many rules ask of an app, looked for once: the Secrets that it reads, and what its layers say twice."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Sequence
from typing import Any

from efdgen.environment.inside import inside
from efdgen.environment.model import ResolvedApp
from efdgen.errors import InvalidInputError, Location, Path
from efdgen.language import expressions, yamlio
from efdgen.language.layers import Layer, Overlap, merge_layers, overlaps, stacked
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import AppDefinition
from efdgen.rules.places import matches

_Overlaps = list[tuple[int, list[Overlap]]]


class Looked(NamedTuple):
    """An app as rules see it: what they all ask of it is looked for once.

    Attributes:
        app: the app.
        secrets: the names of the Secrets that its values read, each with its path, which begins with `values`.
        by_templates: those that its own templates name, each with its place.
        overlaps: where a layer says something, and those below it do, too: by the number of the layer.
    """

    app: ResolvedApp
    secrets: list[tuple[Path, str]]
    by_templates: Sequence[tuple[Location, str]]
    overlaps: _Overlaps


class Defined(NamedTuple):
    """What is asked of an app's definition, which all environments share.

    Attributes:
        secrets: the Secrets that its own templates name, each with its place.
        merged: what its layers come to together.
        overlaps: where one says something, and those below it do, too.
    """

    secrets: Sequence[tuple[Location, str]]
    merged: Any
    overlaps: _Overlaps


def defined(definition: AppDefinition) -> Defined:
    """Return what is asked of an app's definition."""
    return Defined(named_by_templates(definition), merge_layers(definition.layers), overlapping(definition.layers))


def looked(app: ResolvedApp, known: Defined) -> Looked:
    """Return an app with what rules ask of it; `known` is what is asked of its definition."""
    count = len(app.definition.layers)
    if app.layers[:count] != app.definition.layers:  # a list of it was written out
        return Looked(app, secrets(app), known.secrets, overlapping(app.layers))
    found = overlapping(app.layers[count:], count, known.merged)
    return Looked(app, secrets(app), known.secrets, known.overlaps + found)


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
