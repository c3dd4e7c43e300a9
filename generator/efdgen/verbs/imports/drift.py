"""Where environments drifted apart: tags that lag, values that one alone spells differently, an `env` of another."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.verbs.imports.facts import leaves
from efdgen.verbs.imports.model import Deployed, Finding, Hand

_ALIKE = 3
"""Values that two apps must have alike before one is called a copy of the other."""

_FEW = 3
"""Environments that must agree before another one is called different."""


def find(hand: Hand) -> Iterator[Finding]:
    """Yield what differs between environments in a way that is often an oversight."""
    for (environment, app), each in hand.deployed.items():
        said = each.values.get("env")
        if said is not None and said != environment and said in hand.environments:
            message = f"env is {said} in the values of {app} for {environment}"
            yield Finding("I501", message, _file(each), 0, "efdgen makes env of the name", environment, app)
    yield from _copies(hand)
    for app in hand.apps:
        values = {name: dict(leaves(hand.deployed[name, app].values)) for name in hand.having(app)}
        paths = dict.fromkeys(path for each in values.values() for path in each)
        for path in paths:
            having = {name: each[path] for name, each in values.items() if path in each}
            yield from _of_value(hand, app, path, having)


def _copies(hand: Hand) -> Iterator[Finding]:
    """Yield apps that are made of one chart and say much the same: one of them can extend the other."""
    for one, other in itertools.combinations(hand.apps, 2):
        both = [name for name in hand.having(one) if (name, other) in hand.deployed]
        if not both:
            continue
        first, second = (hand.deployed[both[0], app] for app in (one, other))
        made_of = [{(d.name, d.repository.rstrip("/")) for d in each.chart.dependencies} for each in (first, second)]
        is_shared = first.chart.folder == second.chart.folder
        if not is_shared and (not made_of[0] or made_of[0] != made_of[1]):
            continue
        alike, total = 0, 0
        for name in both:
            said = [dict(leaves(_inside(hand.deployed[name, app]))) for app in (one, other)]
            alike += sum(path in said[1] and _shown(said[1][path]) == _shown(value) for path, value in said[0].items())
            total += len(said[0].keys() | said[1].keys())
        if alike >= _ALIKE and alike * 2 >= total:
            how = f"are both made of {first.chart.folder}" if is_shared else "are made of one chart"
            message = f"{one} and {other} {how}, and {alike} of {total} values are the same in {', '.join(both)}"
            hint = (
                f"say in templates/apps/{other}/app.yaml: extends: {one}; and take out what {one} says (docs/apps.md)"
            )
            yield Finding("I504", message, second.chart.folder, 0, hint, "", other)


def _inside(each: Deployed) -> Mapping[str, Any]:
    """Return what an app's only chart gets, under whatever key; of several, all that the wrapper chart says."""
    keys = [dependency.key for dependency in each.chart.dependencies]
    inside = each.values.get(keys[0]) if len(keys) == 1 else each.values
    return inside if isinstance(inside, dict) else {}


def _of_value(hand: Hand, app: str, path: tuple[Any, ...], having: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is odd about one value in the environments that have it."""
    where = ".".join(map(str, path))
    if path[-1] in ("tag", "imageTag") and len({str(value) for value in having.values()}) > 1:
        tags: dict[str, list[str]] = {}
        for name, value in having.items():
            tags.setdefault(str(value), []).append(name)
        shown = "; ".join(f"{tag} in {', '.join(names)}" for tag, names in sorted(tags.items()))
        message = f"{app} has several image tags at {where}: {shown}"
        yield Finding(
            "I502", message, hand.deployed[next(iter(having)), app].chart.folder, 0, "is one forgotten?", "", app
        )
        return
    spelled = Counter(_folded(value) for value in having.values())
    for name, value in having.items():
        others = [
            other for other in having.values() if _folded(other) == _folded(value) and _shown(other) != _shown(value)
        ]
        agreed = [other for other in others if _shown(other) == _shown(others[0])]
        if len(agreed) >= _FEW - 1 and len(agreed) == spelled[_folded(value)] - 1:
            message = f"{where} of {app} is {_shown(value)} in {name}, and {_shown(agreed[0])} elsewhere"
            yield Finding("I503", message, _file(hand.deployed[name, app]), 0, "one spelling is enough", name, app)


def _folded(value: Any) -> str:
    """Return what two spellings of one value have in common: 5 and "5", a slash at the end, upper case."""
    return str(value).strip().rstrip("/").lower()


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _file(each: Deployed) -> str:
    return each.files[-1] if each.files else each.chart.folder
