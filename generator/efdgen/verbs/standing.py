"""What stands at a value that is to be pinned, down to what its chart brings: it says what a typed word means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from efdgen.environment import images
from efdgen.errors import EfdgenError
from efdgen.explain.edits import values
from efdgen.explain.edits.model import Target
from efdgen.helm.charts.cache import ChartsOnDemand
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at, merge_layers
from efdgen.repository.model import AppDefinition
from efdgen.verbs.edit import Sources
from efdgen.verbs.explain import ChartDefaults


def standing(sources: Sources, target: Target) -> Any:
    """Return what a value of an app is, as far as its layers, or the chart where it is at hand, tell; ABSENT: unknown.

    Args:
        sources: the repository.
        target: the value.
    """
    for found in _known(sources, target):
        if found is not ABSENT and found is not None:
            return found
    return ABSENT


def _known(sources: Sources, target: Target) -> Iterator[Any]:
    yield sources.value_now(target)
    yield from _written(sources, target)
    yield _of_chart(sources, target)


def _written(sources: Sources, target: Target) -> Iterator[Any]:
    """Yield what values.yaml of the app says, and of those that it extends, whatever else is wrong there."""
    apps = dict(sources.written.apps)
    app: AppDefinition | None = apps.pop(target.app)
    while app is not None:
        try:
            found = at({"values": yamlio.load(sources.text(f"{app.source}/values.yaml"))}, target.setting)
        except (ValueError, EfdgenError):
            found = ABSENT
        yield ABSENT if isinstance(found, str) and "<%" in found else found
        app = apps.pop(app.document.data.get("extends", ""), None)


def _of_chart(sources: Sources, target: Target) -> Any:
    app = sources.written.apps[target.app]
    taker = app.taker(target.setting[1:])
    defaults = ChartDefaults(sources.root, ChartsOnDemand(sources.root), lambda _: None)
    return at(merge_layers(defaults(app, () if taker is None else (taker,))), target.setting)


def read(text: str, target: Target, now: Any) -> Any:
    """Return the value that a text means that is to be pinned: text, where the value is text, or an image's tag.

    Args:
        text: what was typed.
        target: the value.
        now: what is there (`standing`).

    Raises:
        UsageError: when it begins like a collection or a quoted text, and is none.
    """
    is_number = isinstance(now, int | float) or (now is ABSENT and target.setting[-1] not in images.SAYING)
    return values.read(text, now) if is_number else text
