"""Makes one of each difference that is the same in several environments and apps."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, NamedTuple

from efdgen import linediff
from efdgen.review.model import Change, Reordered
from efdgen.semantic import ABSENT, Steps, fingerprint


class Found(NamedTuple):
    """A difference in one app of one environment, before identical ones are folded."""

    environment: str
    app: str
    part: str
    path: Steps
    before: Any
    after: Any


class _What(NamedTuple):
    """A difference, wherever it is."""

    app: str
    part: str
    path: Steps
    fingerprints: tuple[str, ...]


def fold(found: Iterable[Found]) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    """Make one of each difference that is the same in several environments, then in several apps of those.

    The widest come first. Differences without a value before and after are lists of which only the order differs.
    """
    environments: dict[_What, list[str]] = {}
    firsts: dict[_What, Found] = {}
    for each in found:
        what = _What(each.app, each.part, each.path, _fingerprints(each.before, each.after))
        firsts.setdefault(what, each)
        environments.setdefault(what, []).append(each.environment)
    apps: dict[tuple[tuple[str, ...], _What], list[str]] = {}
    samples: dict[tuple[tuple[str, ...], _What], Found] = {}
    for what, names in environments.items():
        wide = tuple(sorted({name for name in names if name})), what._replace(app="")
        samples.setdefault(wide, firsts[what])
        apps.setdefault(wide, []).append(what.app)
    changes: list[Change] = []
    reordered: list[Reordered] = []
    for wide, sample in samples.items():
        where, having = wide[0], tuple(sorted(apps[wide]))
        if sample.before is ABSENT and sample.after is ABSENT:
            reordered.append(Reordered(where, having, sample.part, sample.path))
        else:
            changes.append(Change(where, having, sample.part, sample.path, sample.before, sample.after))
    return tuple(sorted(changes, key=_turn)), tuple(sorted(reordered, key=_turn))


def _fingerprints(before: Any, after: Any) -> tuple[str, ...]:
    """Return what tells one difference from another; of long texts, the lines that differ, and those beside them."""
    if isinstance(before, str) and isinstance(after, str) and "\n" in before and "\n" in after:
        return _changed_lines(before, after)
    return fingerprint(before), fingerprint(after)


@functools.lru_cache(maxsize=4096)
def _changed_lines(before: str, after: str) -> tuple[str, ...]:
    return tuple(line for line in linediff.lines(before, after) if not line.startswith("@@"))


def _turn(change: Change | Reordered) -> tuple[int, tuple[str, ...], tuple[str, ...], str]:
    return -len(change.environments), change.environments, change.apps, change.part
