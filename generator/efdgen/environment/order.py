"""The order in which people, or Argo CD, sync apps."""

from __future__ import annotations

import functools
import heapq
import operator
from collections.abc import Iterable, Mapping

from efdgen.environment.model import ResolvedApp
from efdgen.repository.model import AppDefinition


def sync_order(apps: Iterable[ResolvedApp]) -> tuple[ResolvedApp, ...]:
    """Return apps so that each comes after those it requires; of what is ready, the lowest wave first, then by name.

    What is required but not among them is there already: the cluster provides it. Apps that require each other in a
    circle come in the order of their waves and names: every app comes once, whatever is written.
    """
    named = {app.definition.name: app for app in apps}
    return tuple(map(named.__getitem__, _ordered(tuple(map(_NEED_OF_APP, named.values())))))


def sync_waves(definitions: Mapping[str, AppDefinition]) -> dict[str, int]:
    """Return the wave in which Argo CD syncs each app: one after the last that it requires, and not before its own.

    So, where `wave` says nothing, it is the length of the longest chain of apps that the app requires. Of apps that
    require each other in a circle, the first does not wait.
    """
    waves: dict[str, int] = {}
    for name in _ordered(tuple(map(_NEED, definitions.values()))):
        before = (waves[other] + 1 for other in definitions[name].requires if other in waves)
        waves[name] = max([definitions[name].wave, *before])
    return waves


Needs = tuple[tuple[str, int, tuple[str, ...]], ...]
"""All that the order of apps depends on: the name of each, its wave, and the names of those that it requires."""


_NEED = operator.attrgetter("name", "wave", "requires")
_NEED_OF_APP = operator.attrgetter("definition.name", "definition.wave", "definition.requires")


@functools.lru_cache(maxsize=256)
def _ordered(apps: Needs) -> tuple[str, ...]:
    """Return the names so that each comes after those it requires (`sync_order`). Many environments have the same."""
    waiting = {name: wave for name, wave, _ in apps}
    missing = {name: {other for other in requires if other in waiting} for name, _, requires in apps}
    wanted_by: dict[str, list[str]] = {name: [] for name in waiting}
    for name, required in missing.items():
        for other in required:
            wanted_by[other].append(name)

    def rank(name: str) -> tuple[int, str]:
        return waiting[name], name

    ready = [rank(name) for name, required in missing.items() if not required]
    heapq.heapify(ready)
    ordered: list[str] = []
    while waiting:
        name = heapq.heappop(ready)[1] if ready else min(map(rank, waiting))[1]
        ordered.append(name)
        waiting.pop(name)
        missing.pop(name)
        for other in wanted_by[name]:
            if other in missing:
                missing[other].discard(name)
                if not missing[other]:
                    heapq.heappush(ready, rank(other))
    return tuple(ordered)
