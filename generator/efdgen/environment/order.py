"""The order in which people, or Argo CD, sync apps."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from efdgen.environment.model import ResolvedApp
from efdgen.repository.model import AppDefinition


def sync_order(apps: Iterable[ResolvedApp]) -> tuple[ResolvedApp, ...]:
    """Return apps so that each comes after those it requires; of what is ready, the lowest wave first, then by name.

    What is required but not among them is there already: the cluster provides it. Apps that require each other in a
    circle come in the order of their waves and names: every app comes once, whatever is written.
    """
    named = {app.definition.name: app for app in apps}
    return tuple(named[name] for name in _ordered({name: app.definition for name, app in named.items()}))


def sync_waves(definitions: Mapping[str, AppDefinition]) -> dict[str, int]:
    """Return the wave in which Argo CD syncs each app: one after the last that it requires, and not before its own.

    So, where `wave` says nothing, it is the length of the longest chain of apps that the app requires. Of apps that
    require each other in a circle, the first does not wait.
    """
    waves: dict[str, int] = {}
    for name in _ordered(definitions):
        before = (waves[other] + 1 for other in definitions[name].requires if other in waves)
        waves[name] = max([definitions[name].wave, *before])
    return waves


def _ordered(definitions: Mapping[str, AppDefinition]) -> list[str]:
    """Return the names so that each comes after those it requires: see `sync_order`."""
    waiting = dict(definitions)
    missing = {name: {n for n in app.requires if n in waiting} for name, app in waiting.items()}
    wanted_by: dict[str, list[str]] = {name: [] for name in waiting}
    for name, required in missing.items():
        for other in required:
            wanted_by[other].append(name)

    def rank(name: str) -> tuple[int, str]:
        return waiting[name].wave, name

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
    return ordered
