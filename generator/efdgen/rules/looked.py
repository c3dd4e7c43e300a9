"""What many rules ask of an app, looked for once: the Secrets that it reads, and what its layers say twice."""

from __future__ import annotations

from collections.abc import Sequence

from efdgen.environment.model import ResolvedApp
from efdgen.errors import Path
from efdgen.language.layers import Layer, Overlap, overlaps, stacked
from efdgen.language.tuples import NamedTuple
from efdgen.rules.places import matches


class Looked(NamedTuple):
    """An app as rules see it: what they all ask of it is looked for once.

    Attributes:
        app: the app.
        secrets: the names of the Secrets that its values read, each with its path, which begins with `values`.
        overlaps: where a layer says something, and those below it do, too: by the number of the layer.
    """

    app: ResolvedApp
    secrets: list[tuple[Path, str]]
    overlaps: list[tuple[int, list[Overlap]]]


def looked(app: ResolvedApp) -> Looked:
    """Return an app with what rules ask of it."""
    return Looked(app, secrets(app), overlapping(app.layers))


def overlapping(layers: Sequence[Layer]) -> list[tuple[int, list[Overlap]]]:
    """Return where layers say something about the same, the least specific layer first."""
    each = enumerate(overlaps(layer.data, below) for layer, below in stacked(layers))
    return [(number, found) for number, found in each if found]


def secrets(app: ResolvedApp) -> list[tuple[Path, str]]:
    """Return the names of the Secrets that an app's values read, each with its path; an empty text names none."""
    found: list[tuple[Path, str]] = [(("values", *path), name) for path, name in app.inside.secrets if name]
    declared = app.definition.reads_secrets
    for switches in [entry.split(".") for entry in declared if entry.endswith(".*")] if declared else ():
        for path, keys, is_read in matches(app.values, switches):
            if is_read is True:
                found.append((("values", *path), keys[-1]))
    return found
