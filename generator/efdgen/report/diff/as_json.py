"""A review for programs: everything, in a stable order. docs/review.md describes it."""

from __future__ import annotations

import json
from typing import Any

from efdgen.language import visible
from efdgen.language.layers import ABSENT
from efdgen.report.diff import changes
from efdgen.report.text import Style
from efdgen.review.model import (
    AppObjects,
    Change,
    InNoObject,
    Radius,
    RefusedChange,
    Reordered,
    Review,
    WholeApp,
    WholeEnvironment,
)
from efdgen.review.semantic import Item, Step


def as_json(review: Review, _style: Style) -> str:
    """Return a review as one JSON document. A value that is not there has no key; null is a value."""
    document = {
        "base": review.base,
        "apps": review.looked_at,
        "nothingChanges": review.is_empty,
        "environments": review.environments,
        "added": _group(review.added_environments, review.added_apps),
        "removed": _group(review.removed_environments, review.removed_apps),
        "notCompared": [str(place) for place in review.unknown],
        "refused": [_refused(each) for each in review.refused],
        "objects": [_objects(each) for each in review.objects],
        "goneWith": [each._asdict() for each in review.gone_with],
        "radius": [_radius(radius) for radius in review.radius()],
        "changes": [_change(change) for change in review.changes],
        "inNoObject": [_place(each) for each in review.in_no_object],
        "reordered": [_place(each) for each in review.reordered],
    }
    return visible.json(json.dumps(document, indent=2, ensure_ascii=False))


def _refused(change: RefusedChange) -> dict[str, Any]:
    return {
        "environments": change.environments,
        "app": change.app,
        "part": change.part,
        "paths": [changes.path(steps) for steps in change.paths],
        "advice": change.advice,
    }


def _objects(moving: AppObjects) -> dict[str, Any]:
    return {
        "app": moving.app,
        "environments": moving.environments,
        "kind": "added" if moving.is_new else "removed",
        "objects": moving.objects,
        "claims": moving.claims,
        "claimsThatStay": moving.kept_claims,
    }


def _radius(radius: Radius) -> dict[str, Any]:
    environment, apps, values, not_compared, in_no_object = radius
    return {
        "environment": environment,
        "apps": apps,
        "values": values,
        "notCompared": not_compared,
        "inNoObject": in_no_object,
    }


def _group(environments: tuple[WholeEnvironment, ...], apps: tuple[WholeApp, ...]) -> dict[str, Any]:
    return {
        "environments": [environment._asdict() for environment in environments],
        "apps": [app._asdict() for app in apps],
    }


def _place(place: Change | Reordered | InNoObject) -> dict[str, Any]:
    return {
        "environments": place.environments,
        "apps": place.apps,
        "part": place.part,
        "path": changes.path(place.path),
        "steps": [_step(step) for step in place.path],
    }


def _step(step: Step) -> Any:
    return step._asdict() if isinstance(step, Item) else step


def _change(change: Change) -> dict[str, Any]:
    fact = _place(change)
    fact["lacking"] = [{"environment": environment, "app": app} for environment, app in change.lacking]
    if change.before is not ABSENT:
        fact["before"] = change.before
    if change.after is not ABSENT:
        fact["after"] = change.after
    if changes.is_long(change):
        fact["lines"] = changes.lines(change)
    return fact
