"""How people read changes, whatever the format: names of environments, paths, values, line diffs."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from efdgen import yamlio
from efdgen.errors import dotted
from efdgen.report.text import count
from efdgen.review.model import Change, Radius, Reordered, Review
from efdgen.semantic import ABSENT, Item, Steps

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
    return text


def where(change: Change | Reordered) -> str:
    """Return the place of a change: `base, summit / influxdb / persistence.size`."""
    inside = path(change.path)
    parts = (names(change.environments), ", ".join(change.apps), change.part, inside)
    return " / ".join(part for part in parts if part)


def value(data: Any) -> str:
    """Write a value on one line."""
    if data is ABSENT:
        return NOT_SET
    if isinstance(data, dict | list) and data:
        return json.dumps(data, ensure_ascii=False)
    return yamlio.inline(data)


def is_long(change: Change) -> bool:
    """Say whether a change is shown as a diff of lines: texts with line breaks, and values that fill a line."""
    return any(isinstance(side, str) and "\n" in side for side in (change.before, change.after)) or (
        len(value(change.before)) + len(value(change.after)) > MAX_WIDTH
    )


MAX_WIDTH = 160
"""Values that are longer, together, are shown below each other."""


def lines(change: Change) -> list[str]:
    """Return a change as a diff of lines, without head lines."""
    before, after = (_block(side) for side in (change.before, change.after))
    diff = difflib.unified_diff(before, after, lineterm="", n=2)
    return [line for line in diff if not line.startswith(("---", "+++"))]


def _block(data: Any) -> list[str]:
    if data is ABSENT:
        return []
    return data.splitlines() if isinstance(data, str) else yamlio.dump(data).splitlines()


def summary(review: Review) -> str:
    """Return the blast radius: `summit: 2 apps, 3 values; base, sandbox: nothing`."""
    groups: dict[str, list[str]] = {}
    for radius in sorted(review.radius(), key=lambda radius: (-radius.values, -radius.apps)):
        groups.setdefault(_extent(radius), []).append(radius.environment)
    return "; ".join(f"{names(environments)}: {extent}" for extent, environments in groups.items())


def _extent(radius: Radius) -> str:
    if not radius.apps:
        return "nothing"
    return f"{count(radius.apps, 'app')}, {count(radius.values, 'value')}"


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
            said.append((verb, f"{app.app} {app.version}: {names(app.environments)}"))  # noqa: PERF401 - reads better
    return said


def only_order(reordered: Iterable[Reordered]) -> list[str]:
    """Return the places of lists of which only the order differs."""
    return [where(each) for each in reordered]
