"""Compares two versions of a chart: what it says of itself, its defaults, and what of our overrides it still reads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Location, Path, dotted
from efdgen.language import suggest
from efdgen.language.layers import ABSENT, Layer, at
from efdgen.language.tuples import NamedTuple
from efdgen.repository import chartkeys
from efdgen.review.semantic import same

_SAID = ("appVersion", "kubeVersion", "deprecated", "type", "home")
"""What of Chart.yaml is compared."""


class Side(NamedTuple):
    """One version of a chart.

    Attributes:
        version: the version.
        says: its Chart.yaml.
        defaults: its values.yaml.
        inside: the versions of charts inside it, by where their values stand.
        keys: the keys that it knows.
        required: the values that its templates insist on, each with their message.
        unreadable: templates that could not be read: any key counts as read there.
        published: the day on which its repository published it, as far as that is known.
        is_deprecated: whether its repository, or it itself, says that nobody looks after it.
    """

    version: str
    says: Mapping[str, Any]
    defaults: Mapping[str, Any]
    inside: Mapping[Path, str]
    keys: Mapping[str, Any]
    required: Mapping[Path, str]
    unreadable: tuple[str, ...] = ()
    published: str = ""
    is_deprecated: bool = False


class Edit(NamedTuple):
    """A value that differs; ABSENT: it is not there. A map that comes or goes as a whole is one."""

    path: Path
    before: Any
    after: Any

    @property
    def is_of_another_type(self) -> bool:
        """Say whether a value of another type takes its place. Null is of any type, and all numbers are of one."""
        if any(side is ABSENT or side is None for side in (self.before, self.after)):
            return False
        return _type(self.before) is not _type(self.after)


class Override(NamedTuple):
    """An override of ours, where it stands, and the key of the new version that may be meant."""

    location: Location
    path: Path
    meant: str = ""


class Cluster(NamedTuple):
    """An environment's version of Kubernetes, and whether the new version of the chart is for it; None: not known."""

    environment: str
    version: str
    fits: bool | None


class ChartReview(NamedTuple):
    """What a reviewer wants to know of another version of a chart.

    Attributes:
        name: the chart's name.
        before: the version that was.
        after: the version that is to be.
        days: when each was published; empty where not known.
        said: what it says of itself that differs.
        is_deprecated: whether nobody looks after the new version.
        kube_version: the versions of Kubernetes that the new one is for; empty: any.
        clusters: those that the app goes to.
        charts_inside: versions of charts inside it that differ.
        required: values that the new version insists on, was content without, and that nobody sets, with the message.
        unread: overrides that the former version read, and the new one does not.
        dead: overrides that neither reads.
        overridden: defaults that differ, and that overrides of ours win over or stand in; those of another
            type first.
        defaults: the other defaults that differ.
        unreadable: templates of the new version that could not be read: any key counts as read there.
        asked: the words of the command that compares these versions.
        opened: below which values any key counts as known in the new version, and only some did; empty: all values.
    """

    name: str
    before: str
    after: str
    days: tuple[str, str]
    said: tuple[Edit, ...]
    is_deprecated: bool
    kube_version: str
    clusters: tuple[Cluster, ...]
    charts_inside: tuple[Edit, ...]
    required: tuple[tuple[Path, str], ...]
    unread: tuple[Override, ...]
    dead: tuple[Override, ...]
    overridden: tuple[Edit, ...]
    defaults: tuple[Edit, ...]
    unreadable: tuple[str, ...]
    asked: str = ""
    opened: tuple[Path, ...] = ()


class Ours(NamedTuple):
    """What we say of a chart.

    Attributes:
        layers: every layer that sets values of it, in any environment.
        below: where its values begin in those of the app.
        clusters: those that the app goes to.
    """

    layers: tuple[Layer, ...]
    below: Path
    clusters: tuple[Cluster, ...]


def compare(name: str, before: Side, after: Side, ours: Ours) -> ChartReview:
    """Compare two versions of a chart."""
    overrides = list(_overrides(ours))
    edits = list(_edits(before.defaults, after.defaults))
    ours_are = {path for _, path in overrides}
    return ChartReview(
        name,
        before.version,
        after.version,
        (before.published[:10], after.published[:10]),
        tuple(_said(before.says, after.says)),
        after.is_deprecated,
        str(after.says.get("kubeVersion") or ""),
        ours.clusters,
        tuple(_charts_inside(before.inside, after.inside)),
        tuple(sorted(_required(before, after, ours_are))),
        tuple(_unknown(overrides, after.keys, before.keys)),
        tuple(_dead(overrides, after.keys, before.keys)),
        tuple(sorted(filter(_meets(ours_are), edits), key=lambda edit: not edit.is_of_another_type)),
        tuple(itertools.filterfalse(_meets(ours_are), edits)),
        after.unreadable,
        opened=tuple(chartkeys.opened(before.keys, after.keys)),
    )


def _overrides(ours: Ours) -> Iterator[tuple[Location, Path]]:
    """Yield each value of the chart that a layer sets, once a place; a list is one, and so is an empty map."""
    seen = set()
    for layer in ours.layers:
        top = ("values", *ours.below)
        for path in _leaves(at(layer.data or {}, top, {}) or {}):
            location = layer.locate((*top, *path), key=True)
            if (location, path) not in seen:
                seen.add((location, path))
                yield location, path


def _leaves(values: Any, above: Path = ()) -> Iterator[Path]:
    for key, value in values.items() if isinstance(values, dict) else ():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key)


def _nested(path: Path) -> dict[str, Any]:
    nested: Any = None
    for key in reversed(path):
        nested = {key: nested}
    return dict(nested)


def _first_unknown(path: Path, tree: Mapping[str, Any]) -> tuple[Path, Collection[str]] | None:
    return next(chartkeys.unknown(_nested(path), tree), None)


def _unknown(
    overrides: Iterable[tuple[Location, Path]], new: Mapping[str, Any], old: Mapping[str, Any]
) -> Iterator[Override]:
    for location, path in overrides:
        found = _first_unknown(path, new)
        if found is not None and _first_unknown(path, old) is None:
            where, known = found
            fresh = [key for key in known if _first_unknown((*where[:-1], key), old) is not None]
            likely = suggest.closest(str(where[-1]), fresh) or suggest.closest(str(where[-1]), known)
            yield Override(location, path, dotted((*where[:-1], likely)) if likely else "")


def _dead(
    overrides: Iterable[tuple[Location, Path]], new: Mapping[str, Any], old: Mapping[str, Any]
) -> Iterator[Override]:
    for location, path in overrides:
        if _first_unknown(path, new) is not None and _first_unknown(path, old) is not None:
            yield Override(location, path)


def _required(before: Side, after: Side, ours: set[Path]) -> Iterator[tuple[Path, str]]:
    for path, message in after.required.items():
        has_default = at(after.defaults, path, None) not in (None, "")
        if path not in before.required and not has_default and not _is_ours(path, ours):
            yield path, message


def _said(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Edit]:
    for key in _SAID:
        one, other = before.get(key, ABSENT), after.get(key, ABSENT)
        if one is not other and not (ABSENT not in (one, other) and same(one, other)):
            yield Edit((key,), one, other)


def _charts_inside(before: Mapping[Path, str], after: Mapping[Path, str]) -> Iterator[Edit]:
    for path in sorted({*before, *after}, key=str):
        one, other = before.get(path, ABSENT), after.get(path, ABSENT)
        if one != other:
            yield Edit(path, one, other)


def _is_ours(path: Path, ours: set[Path]) -> bool:
    """Say whether an override of ours stands at a path, or above it."""
    return any(path[: len(each)] == each for each in ours)


def _meets(ours: set[Path]) -> Callable[[Edit], bool]:
    """Return what says whether a default that differs meets an override of ours: at its path, above it or below it."""
    below: dict[Path, list[Path]] = {}
    for path in ours:
        for length in range(len(path)):
            below.setdefault(path[:length], []).append(path[length:])

    def meets(edit: Edit) -> bool:
        sides = [side for side in (edit.before, edit.after) if side is not ABSENT]
        # What a map has that comes or goes does not concern ours elsewhere in it; that it is no map on a side does.
        return _is_ours(edit.path, ours) or any(
            not isinstance(side, dict) or at(side, rest) is not ABSENT
            for rest in below.get(edit.path, ())
            for side in sides
        )

    return meets


def _type(value: Any) -> type:
    return float if type(value) is int else type(value)


def _edits(before: Any, after: Any, above: Path = ()) -> Iterator[Edit]:
    """Yield what differs between two maps of defaults; a map that comes or goes is one."""
    for key in (*before, *(key for key in after if key not in before)):
        one, other = before.get(key, ABSENT), after.get(key, ABSENT)
        here = (*above, str(key))
        if isinstance(one, dict) and isinstance(other, dict) and one and other:
            yield from _edits(one, other, here)
        elif ABSENT in (one, other) or not same(one, other):
            yield Edit(here, one, other)
