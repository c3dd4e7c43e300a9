"""The order in which people sync apps."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from efdgen.environment.model import ResolvedApp


def sync_order(apps: Iterable[ResolvedApp]) -> tuple[ResolvedApp, ...]:
    """Return apps so that each comes after those it requires; of what is ready, the lowest wave first, then by name.

    What is required but not among them is there already: the cluster provides it. Apps that require each other in a
    circle come in the order of their waves and names: every app comes once, whatever is written.
    """
    waiting = {app.definition.name: app for app in apps}
    missing = {name: {n for n in app.definition.requires if n in waiting} for name, app in waiting.items()}
    wanted_by: dict[str, list[str]] = {name: [] for name in waiting}
    for name, required in missing.items():
        for other in required:
            wanted_by[other].append(name)

    def rank(name: str) -> tuple[int, str]:
        return waiting[name].definition.wave, name

    ready = [rank(name) for name, required in missing.items() if not required]
    heapq.heapify(ready)
    ordered: list[ResolvedApp] = []
    while waiting:
        name = heapq.heappop(ready)[1] if ready else min(map(rank, waiting))[1]
        ordered.append(waiting.pop(name))
        missing.pop(name)
        for other in wanted_by[name]:
            if other in missing:
                missing[other].discard(name)
                if not missing[other]:
                    heapq.heappush(ready, rank(other))
    return tuple(ordered)
