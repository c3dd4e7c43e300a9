"""How people read changes, whatever the format: names of environments, paths, values, line diffs."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from efdgen.errors import dotted
from efdgen.language import visible, yamlio
from efdgen.language.layers import ABSENT
from efdgen.language.shown import count
from efdgen.review import linediff
from efdgen.review.model import AppObjects, Change, InNoObject, Radius, RefusedChange, Reordered, Review
from efdgen.review.semantic import Item, Steps

NOT_SET = "not set"
MAX_NAMES = 6
"""So many environments are named; of more, only the number, and the first ones."""


def names(environments: Sequence[str]) -> str:
    """Return environments for a line of text: `base, summit`; of very many, the first and the number of the others."""
    if not environments:
        return "deployed nowhere"
    if len(environments) <= MAX_NAMES:
        return ", ".join(environments)
    return f"{', '.join(environments[:MAX_NAMES])} and {len(environments) - MAX_NAMES} more"


def path(steps: Steps) -> str:
    """Write a path: `persistence.size`, `env[HOSTNAME].valueFrom`, `args[1]`."""
    text = ""
    for step in steps:
        if isinstance(step, Item):
            text += f"[{step.name}]"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            part = dotted((step,))
            text += part if part.startswith("[") or not text else f".{part}"
    return visible.line(text)


WHERE_DEPLOYED = " (where deployed)"


def is_patchy(change: Change | Reordered | InNoObject) -> bool:
    """Say whether not all of the environments have all of the apps."""
    return isinstance(change, Change) and bool(change.lacking)


def where(change: Change | Reordered | InNoObject) -> str:
    """Return the place of a change: `base, summit / influxdb / persistence.size`."""
    inside = path(change.path)
    apps = ", ".join(change.apps) + (WHERE_DEPLOYED if is_patchy(change) else "")
    parts = (names(change.environments), apps, change.part, inside)
    return " / ".join(part for part in parts if part)


def value(data: Any) -> str:
    """Write a value on one line."""
    if data is ABSENT:
        return NOT_SET
    if isinstance(data, dict | list) and data:
        return visible.lines(json.dumps(data, ensure_ascii=False))
    return visible.lines(yamlio.inline(data))


def is_long(change: Change) -> bool:
    """Say whether a change is shown as a diff of lines: texts with line breaks, and values that fill a line."""
    return any(isinstance(side, str) and "\n" in side for side in (change.before, change.after)) or (
        len(value(change.before)) + len(value(change.after)) > MAX_WIDTH
    )


MAX_WIDTH = 160
"""Values that are longer, together, are shown below each other."""


def lines(change: Change) -> list[str]:
    """Return a change as a diff of lines, without head lines."""
    sides = (change.before, change.after)
    are_texts = all(side is ABSENT or isinstance(side, str) for side in sides)
    # A text beside other data is written as data, too: `a: 1` is not the map that it looks like.
    before, after = ("" if side is ABSENT else side if are_texts else yamlio.dump(side) for side in sides)
    return [visible.lines(line) for line in linediff.lines(before, after)]


_BY_SIZE = operator.attrgetter("values", "apps", "not_compared", "in_no_object")


def extents(review: Review) -> list[tuple[Radius, tuple[str, ...]]]:
    """Return how much changes, the most first, each with the environments in which it is just as much.

    What changes in apps that are deployed nowhere comes last, with no environment.
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for radius in sorted(review.radius(), key=lambda radius: tuple(-each for each in _BY_SIZE(radius))):
        groups.setdefault(radius[1:], []).append(radius.environment)
    found = [(Radius("", *extent), tuple(environments)) for extent, environments in groups.items()]
    nowhere = [change.apps for change in review.changes if not change.environments]
    silent = sum(len(each.apps) for each in review.in_no_object if not each.environments)
    if nowhere or silent:
        apps = {app for having in nowhere for app in having}
        found.append((Radius("", len(apps), sum(map(len, nowhere)), in_no_object=silent), ()))
    return found


def summary(review: Review) -> str:
    """Return the blast radius: `summit: 2 apps, 3 values; base, sandbox: nothing`."""
    return "; ".join(f"{names(environments)}: {extent(radius)}" for radius, environments in extents(review))


def extent(radius: Radius) -> str:
    """Return how much changes: `2 apps, 3 values`; `1 app not compared` is not nothing."""
    if radius.is_nothing:
        return "nothing"
    said = [count(radius.apps, "app")] if radius.apps else []
    said += [count(radius.values, "value")] if radius.values else []
    said += [f"{count(radius.not_compared, 'app')} not compared"] if radius.not_compared else []
    said += [in_no_object(radius.in_no_object)] if radius.in_no_object else []
    return ", ".join(said)


def in_no_object(number: int) -> str:
    """Return what is said of values that differ where no object does."""
    return f"{count(number, 'value')} in no object"


def command(review: Review) -> str:
    """Return the command that shows a review again: with the commit, which means the same everywhere."""
    commit = _COMMIT.search(review.base)
    return f"efdgen diff --base {commit[1]}" if commit else "efdgen diff"


_COMMIT = re.compile(r"(?:^|[ (])([0-9a-f]{9})(?=\)|,|\Z)")
"""The commit in the name of what a review compares with."""


def comings_and_goings(review: Review) -> list[tuple[str, str]]:
    """Return what is to be said loudest, each with what happens: environments and apps that are added or removed."""
    said = []
    for verb, environments in (
        ("environment added", review.added_environments),
        ("environment removed", review.removed_environments),
    ):
        for environment in environments:
            apps = f"{count(len(environment.apps), 'app')}: {', '.join(environment.apps)}"
            said.append((verb, f"{environment.name} ({apps})"))
    for verb, deployments in (("app added", review.added_apps), ("app removed", review.removed_apps)):
        for app in deployments:
            said.append((verb, f"{' '.join(filter(None, (app.app, app.version)))}: {names(app.environments)}"))  # noqa: PERF401
    unknown: dict[str, list[str]] = {}
    for place in review.unknown:
        unknown.setdefault(place.app, []).append(place.environment)
    said += [("not compared", f"{app} in {', '.join(environments)}") for app, environments in unknown.items()]
    return said + about_objects(review)


def about_objects(review: Review) -> list[tuple[str, str]]:
    """Return what is to be said loudest of objects: whole apps, what goes with any, what Kubernetes refuses."""
    said = [line for moving in review.objects for line in _moving(moving)]
    said += [
        (
            f"{each.what} {'that stay' if each.stays else 'removed'}",
            f"{names(each.environments)} / {each.app} / {', '.join(each.objects)}: {each.advice}",
        )
        for each in review.gone_with
    ]
    said += [
        (
            "refused by Kubernetes",
            f"{names(each.environments)} / {each.app} / {each.part} / {_paths(each)}: {each.advice}",
        )
        for each in review.refused
    ]
    return said


def _paths(change: RefusedChange) -> str:
    return ", ".join(map(path, change.paths))


def _moving(moving: AppObjects) -> Iterator[tuple[str, str]]:
    """Yield what an app that comes or goes takes with it, the data that would be lost last."""
    where = f"{names(moving.environments)} / {moving.app}"
    verb = "added" if moving.is_new else "removed"
    yield f"objects {verb}", f"{where} / {count(len(moving.objects), 'object')}: {', '.join(moving.objects)}"
    if moving.is_new:
        return
    if moving.claims:
        yield (
            "claims removed",
            f"{where} / {', '.join(moving.claims)}: the data in them goes, unless volumes are retained",
        )
    if moving.kept_claims:
        yield (
            "claims that stay",
            f"{where} / {', '.join(moving.kept_claims)}: delete them by hand when nobody needs them",
        )


IN_NO_OBJECT = "No object changes with these values"


def only_places(listed: Iterable[Reordered | InNoObject]) -> list[str]:
    """Return the places of lists of which only the order differs, or of values that differ in no object."""
    return [where(each) for each in listed]
