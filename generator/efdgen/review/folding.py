"""Makes one of each difference that is the same in several environments and apps.

    found                                     folded
    summit  store  image.tag  1 -> 2
    base    store  image.tag  1 -> 2    ->    base, summit  store, view  image.tag  1 -> 2
    summit  view   image.tag  1 -> 2

That says nothing of `view` in `base` if `base` has no such app. If it has one, whose tag stays, folding all would be a
lie: then it is `base, summit  store` and `summit  view`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple
from efdgen.review import linediff
from efdgen.review.model import Change, Reordered
from efdgen.review.semantic import Steps, fingerprint


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

    part: str
    path: Steps
    fingerprints: tuple[str, ...]


_Rectangle = tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]
"""Environments, apps, and the pairs of them that there are not."""


def fold(
    found: Iterable[Found], has: Callable[[str, str], bool] = lambda _environment, _app: True
) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    """Make one of each difference that is the same in several environments and apps.

    One that is the same wherever these environments have these apps is one change. Of others, those of the same apps
    are folded first, and then those of the same environments. The widest come first. Differences without a value
    before and after are lists of which only the order differs.

    Args:
        found: the differences.
        has: whether an environment has an app.
    """
    # {image.tag 1 -> 2: {"store": ["summit", "base"], "view": ["summit"]}}. Of an app that is deployed nowhere, [""].
    places: dict[_What, dict[str, list[str]]] = {}
    samples: dict[_What, Found] = {}
    for each in found:
        what = _What(each.part, each.path, _fingerprints(each.before, each.after))
        samples.setdefault(what, each)
        places.setdefault(what, {}).setdefault(each.app, []).append(each.environment)
    changes: list[Change] = []
    reordered: list[Reordered] = []
    for what, apps in places.items():
        sample = samples[what]
        for where, having, lacking in _rectangles(apps, has):
            if sample.before is ABSENT and sample.after is ABSENT:
                reordered.append(Reordered(where, having, sample.part, sample.path))
            else:
                before, after = sample.before, sample.after
                changes.append(Change(where, having, sample.part, sample.path, before, after, lacking))
    return tuple(sorted(changes, key=_turn)), tuple(sorted(reordered, key=_turn))


def _rectangles(apps: Mapping[str, list[str]], has: Callable[[str, str], bool]) -> Iterator[_Rectangle]:
    """Yield where a difference is, as few entries of environments and apps as can be said without a lie."""
    # {"store": {"base", "summit"}, "view": {"summit"}}: everywhere is base, summit; lacking is view in base.
    sets = {app: frozenset(filter(None, names)) for app, names in apps.items()}
    everywhere = tuple(sorted(frozenset().union(*sets.values())))
    having = tuple(sorted(sets))
    lacking = tuple((name, app) for app in having for name in everywhere if name not in sets[app])
    if all(sets.values()) and not any(has(name, app) for name, app in lacking):
        yield everywhere, having, lacking
        return
    alike: dict[frozenset[str], list[str]] = {}
    for app, names in sets.items():
        alike.setdefault(names, []).append(app)
    for names, those in alike.items():
        yield tuple(sorted(names)), tuple(sorted(those)), ()


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
