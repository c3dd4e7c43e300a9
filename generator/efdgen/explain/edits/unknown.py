"""Values that an edit of an app definition brings, and that no chart of the app knows."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.errors import Path, Problem, Severity
from efdgen.explain.edits.model import Target
from efdgen.language import suggest, yamlio
from efdgen.repository import chartkeys
from efdgen.repository.model import AppDefinition


def unknown(definition: AppDefinition, target: Target, text: str) -> Iterator[Problem]:
    """Yield a warning for each value at a target that its charts do not know, where their keys are known.

    The rule about overrides, W511, leaves definitions alone: what stands there for long may be for a reason.

    Args:
        definition: the app.
        target: the place that was changed.
        text: its file as it would be.
    """
    keys = definition.known_keys
    if keys is None or target.layer != "app definition" or target.setting[:1] != ("values",):
        return
    document = yamlio.parse(text, target.file)
    for path, known in chartkeys.unknown(document.data or {}, keys):
        if _touches(path, target.path):
            message = f"{definition.takes(path)} knows no value {path[-1]!r}"
            hint = suggest.hint(str(path[-1]), known)
            yield Problem("W511", message, document.locate(path, key=True), path, hint, Severity.WARNING)


def _touches(path: Path, changed: Path) -> bool:
    shorter = min(len(path), len(changed))
    return path[:shorter] == changed[:shorter]
