"""Which values differ although no object does, so that a review of the objects does not call them nothing.

A chart of another version can make the same objects as before. Argo CD reads other data then all the same, and
`--fail-outside` counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from efdgen.language.layers import ABSENT
from efdgen.repository import paths
from efdgen.review.folding import Found, fold
from efdgen.review.model import Change, InNoObject


def search(changes: Iterable[Change], told: AbstractSet[tuple[str, str]]) -> tuple[InNoObject, ...]:
    """Return the values that differ in apps of which nothing is told.

    Args:
        changes: what differs between the trees.
        told: the environments and apps of which an object differs, comes or goes, or is not known.
    """
    environments = {environment for environment, _ in told}

    def is_told(change: Change, environment: str, app: str) -> bool:
        if (environment, app) in told:
            return True
        if app == paths.PARENT:
            return environment in environments  # what holds for all of its apps
        return change.part == "Application" and (environment, paths.PARENT) in told

    untold = [
        Found(environment, app, change.part, change.path, ABSENT, ABSENT)
        for change in changes
        for environment, app in _places(change)
        if not is_told(change, environment, app)
    ]
    # Folding calls these lists that are in another order: it is asked for places, and told no values.
    return tuple(InNoObject(*place) for place in fold(untold)[1])


def _places(change: Change) -> Iterator[tuple[str, str]]:
    for environment, apps in change.apps_by_environment().items():
        yield from ((environment, app) for app in apps)
    if not change.environments:
        yield from (("", app) for app in change.apps)
