"""Compares two rendered trees as data. Only files that differ are read."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import chartaddress, paths
from efdgen.review import gitsources, reading
from efdgen.review.folding import Found, fold
from efdgen.review.model import Change, Reordered, Review, WholeApp, WholeEnvironment
from efdgen.review.semantic import difference

Tree = Mapping[str, bytes]


def review(before: Tree, after: Tree, base: str, names: Iterable[str] = (), apps: Iterable[str] = ()) -> Review:
    """Compare two rendered trees as data. A file that can't be read as data is compared as text.

    Args:
        before: the tree to compare with, paths below the output folder.
        after: the tree as it will be.
        base: what `before` is, as people call it.
        names: the environments to look at; none: all, and what is deployed nowhere.
        apps: the apps to look at, one of which can be the parent chart; none: all.
    """
    wanted = frozenset(apps)
    old, new = _Deployed(before, wanted), _Deployed(after, wanted)
    only = frozenset(names)
    known = {name for name in (*old.environments, *new.environments) if not only or name in only}
    staying = tuple(sorted(known & old.environments & new.environments))
    return Review(
        base,
        staying,
        tuple(_whole_environments(new, known - old.environments)),
        tuple(_whole_environments(old, known - new.environments)),
        tuple(_deployments(old, new, staying)),
        tuple(_deployments(new, old, staying)),
        *_changes(_Both(old, new, frozenset(staying), bool(only))),
        looked_at=tuple(sorted(wanted)),
    )


def _whole_environments(side: _Deployed, names: Iterable[str]) -> Iterator[WholeEnvironment]:
    for name in sorted(names):
        if side.looks_at(paths.PARENT) or side.apps(name):
            yield WholeEnvironment(name, side.apps(name))


class _Deployed:
    """What a tree deploys, by the names of its files: an environment has the apps that it has values for.

    Args:
        tree: the tree.
        only: the apps that are looked at; none: all.
    """

    def __init__(self, tree: Tree, only: frozenset[str] = frozenset()) -> None:
        self.tree = tree
        self._only = only
        self._apps: dict[str, set[str]] = {}
        self._having: dict[str, set[str]] = {}
        self.charts = {layout.app_of(path) for path in tree if _is_chart_file(path)} - {paths.PARENT}
        """The apps that have a wrapper chart, deployed or not."""
        for path in tree:
            name = layout.environment_of(path)
            if name is not None and layout.can_vouch(path):
                self._apps.setdefault(name, set()).add(layout.app_of(path))
                self._having.setdefault(layout.app_of(path), set()).add(name)

    @functools.cached_property
    def environments(self) -> frozenset[str]:
        return frozenset(self._apps)

    def looks_at(self, app: str) -> bool:
        return not self._only or app in self._only

    def apps(self, environment: str) -> tuple[str, ...]:
        """Return the apps of an environment that are looked at; the parent chart has all of their Applications."""
        apps = self._apps.get(environment, set()) - {paths.PARENT}
        return tuple(sorted(apps if self.looks_at(paths.PARENT) else filter(self.looks_at, apps)))

    def having(self, app: str) -> AbstractSet[str]:
        """Return the environments that have an app."""
        return self._having.get(app, frozenset())

    @functools.cache  # noqa: B019 - lives as long as a comparison
    def dependencies(self, app: str) -> list[Mapping[str, Any]]:
        """Return the charts that an app depends on; nothing when its file can't be read."""
        path = layout.chart_file(app)
        try:
            found = reading.data(path, self.tree.get(path, b""))
        except reading.UnreadableError:
            return []
        said = found.get("dependencies") if isinstance(found, dict) else None
        return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []

    @functools.cache  # noqa: B019 - lives as long as a comparison
    def from_git(self, app: str) -> list[Mapping[str, Any]]:
        """Return the charts that Argo CD takes from Git for an app; nothing when its Application can't be read."""
        return [
            {"name": each.key, "version": chartaddress.shown_revision(each.revision), "repository": each.address}
            for each in gitsources.of_app(self.tree, app)
        ]

    def charts_of(self, app: str) -> list[Mapping[str, Any]]:
        """Return every chart of an app."""
        return [*self.dependencies(app), *self.from_git(app)]

    def chart(self, app: str) -> Any:
        """Return what an app is made of: its one chart, or all of its charts."""
        charts = self.charts_of(app)
        return (charts[0] if len(charts) == 1 else charts or "no chart") if app in self.charts else ABSENT

    def key(self, app: str) -> str:
        """Return what the values of an app's one chart stand under; nothing where they stand as the spec has them."""
        charts = self.dependencies(app)
        return str(charts[0].get("name", "")) if len(charts) == 1 and "alias" not in charts[0] else ""

    def version(self, app: str) -> str:
        """Return the versions of an app's charts, for people."""
        charts = self.charts_of(app)
        if len(charts) == 1 and "alias" not in charts[0]:
            return str(charts[0].get("version", ""))
        return ", ".join(f"{each.get('alias', each.get('name', ''))} {each.get('version', '')}" for each in charts)


class _Both(NamedTuple):
    """Two trees, the environments of both that are looked at, and whether those are only some."""

    old: _Deployed
    new: _Deployed
    environments: frozenset[str]
    is_partial: bool

    def contents(self, path: str) -> tuple[bytes | None, bytes | None]:
        return self.old.tree.get(path), self.new.tree.get(path)


def _is_chart_file(path: str) -> bool:
    return path.endswith("/Chart.yaml") and path == layout.chart_file(layout.app_of(path))


def _deployments(old: _Deployed, new: _Deployed, environments: Iterable[str]) -> Iterator[WholeApp]:
    """Yield the apps that environments have in `new` and not in `old`."""
    come: dict[str, list[str]] = {}
    for name in environments:
        for app in set(new.apps(name)) - set(old.apps(name)):
            come.setdefault(app, []).append(name)
    for app, names in sorted(come.items()):
        yield WholeApp(app, new.version(app), tuple(names))


_OF_PARENT = "Application"
"""What the parent chart has of an app."""


def _changes(both: _Both) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    found: list[Found] = []
    for path in sorted(both.old.tree.keys() | both.new.tree.keys()):
        before, after = both.contents(path)
        # Helm's lock of a wrapper chart follows from its Chart.yaml.
        if before == after or layout.is_page(path) or layout.is_chart_lock(path):
            continue
        owner = layout.environment_of(path)
        if owner is None:
            found.extend(_shared(path, both))
        elif owner in both.environments:
            app = layout.app_of(path)
            if layout.can_vouch(path):
                if app == paths.PARENT or (before is not None and after is not None):
                    found.extend(_values(path, Found(owner, app, "", (), ABSENT, ABSENT), both))
            elif owner in both.old.having(app) & both.new.having(app):
                part = path.removeprefix(f"{layout.chart(app)}/").rpartition("/")[0]
                found.extend(_as_data(path, Found(owner, app, part, (), ABSENT, ABSENT), both))
    in_parent = both.new.looks_at(paths.PARENT)
    found = [each for each in found if both.new.looks_at(each.app) or (in_parent and each.part == _OF_PARENT)]
    return fold(found, lambda name, app: name in both.old.having(app) and name in both.new.having(app))


def _values(path: str, here: Found, both: _Both) -> Iterator[Found]:
    """Yield the differences of an environment's values; apps that come or go are not told value by value."""
    sides = both.contents(path)
    if None in sides:
        yield from _as_text(path, here._replace(part=_inside(path)), both)
        return
    try:
        before, after = (reading.data(path, side or b"") for side in sides)
    except reading.UnreadableError:
        yield from _unreadable(path, here, both)
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield from _compared(here, before, after)
    elif here.app == paths.PARENT:
        applications = [side.get("applications") for side in (before, after)]
        one, other = (side if isinstance(side, dict) else {} for side in applications)
        for app in sorted(set(both.old.apps(here.environment)) & set(both.new.apps(here.environment))):
            yield from _compared(here._replace(app=app, part=_OF_PARENT), one.get(app, ABSENT), other.get(app, ABSENT))
        yield from _compared(here, *(_without(side, "applications") for side in (before, after)))
    else:
        # The key of the one chart's own values is the chart's name: a chart of another name gets the same values.
        names = [side.key(here.app) for side in (both.old, both.new)]
        yield from _compared(here, _without(before, names[0]), _without(after, names[1]))
        if any(names):
            yield from _compared(here, before.get(names[0], ABSENT), after.get(names[1], ABSENT))


def _without(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


def _shared(path: str, both: _Both) -> Iterator[Found]:
    """Yield the differences of a file that all environments share, once for each environment that they reach."""
    old, new, environments, is_partial = both
    here = _place(path, both)
    had, has = old.having(here.app), new.having(here.app)
    if here.app in old.charts ^ new.charts and not (has if here.app in old.charts else had):
        # The app itself comes or goes, with all its files. Where it is deployed, that is told already.
        if here.part == "Chart.yaml" and not had | has and not is_partial:
            yield here._replace(part="", before=old.chart(here.app), after=new.chart(here.app))
        return
    reached = sorted(had & has & environments)
    if not reached and (is_partial or had | has):
        return
    compared = _as_data if here.part in ("Chart.yaml", paths.LOCK) else _as_text
    for each in compared(path, here, both):
        yield from (each._replace(environment=environment) for environment in reached or [""])


def _place(path: str, both: _Both) -> Found:
    """Return whose a shared file is, and what of that: an app's template in the parent chart is the app's."""
    if not path.startswith("apps/") or path.count("/") == 1:
        return Found("", "", path, (), ABSENT, ABSENT)
    app = layout.application_of(path)
    if path == layout.application(app) and app in both.old.charts | both.new.charts:
        return Found("", app, _OF_PARENT, (), ABSENT, ABSENT)
    return Found("", layout.app_of(path), _inside(path), (), ABSENT, ABSENT)


def _inside(path: str) -> str:
    return path.removeprefix(f"{layout.chart(layout.app_of(path))}/")


def _as_data(path: str, here: Found, both: _Both) -> Iterator[Found]:
    """Yield what differs in a file that holds data; a file that comes or goes is one difference."""
    try:
        before, after = (ABSENT if side is None else reading.data(path, side) for side in both.contents(path))
    except reading.UnreadableError:
        yield from _unreadable(path, here, both)
        return
    if before is ABSENT or after is ABSENT:
        yield here._replace(before=before, after=after)
    else:
        yield from _compared(here, before, after)


def _as_text(path: str, here: Found, both: _Both) -> Iterator[Found]:
    """Yield what differs in a file that is text."""
    read = reading.digest if layout.is_archive(path) else reading.text
    before, after = (ABSENT if side is None else read(side) for side in both.contents(path))
    if before != after:
        yield here._replace(before=before, after=after)


def _unreadable(path: str, here: Found, both: _Both) -> Iterator[Found]:
    """Yield what rendering anew changes in a file that somebody broke."""
    return _as_text(path, here._replace(part=f"{_inside(path)} (unreadable)"), both)


def _compared(here: Found, before: Any, after: Any) -> Iterator[Found]:
    result = difference(before, after)
    for edit in result.edits:
        yield here._replace(path=edit.path, before=edit.before, after=edit.after)
    for steps in result.reordered:
        yield here._replace(path=steps)
