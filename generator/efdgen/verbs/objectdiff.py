"""`efdgen diff --hydrate`: what a change means for the Kubernetes objects that Argo CD applies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from efdgen.errors import ChartError
from efdgen.helm import hydrate
from efdgen.helm.engines.engine import Engine
from efdgen.helm.hydrate import Capabilities, Charts, HydratedApp
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.review import innoobject, lost, objects
from efdgen.review.folding import Found, fold
from efdgen.review.immutable import what_to_do
from efdgen.review.model import AppObjects, Change, GoneWith, NotCompared, RefusedChange, Review
from efdgen.review.semantic import Steps
from efdgen.verbs.diff import Tree, Trees
from efdgen.verbs.project import Project


class ReviewedObjects(NamedTuple):
    """The review of the objects, and the apps whose objects are not known, because Helm failed."""

    shown: Review
    failed: tuple[HydratedApp, ...]


def compare(
    both: Trees, values: Review, engine: Engine, charts: Charts, former: Charts | None = None
) -> ReviewedObjects:
    """Say what a change of the rendered trees does to the objects.

    Only apps of which anything rendered differs are hydrated, or that Argo CD deploys otherwise, as with another chart
    from Git. Each side is hydrated twice, in different seconds: what differs between the two is made up on every
    rendering, and no change. Once is enough where it would be the same again.

    Args:
        both: the trees.
        values: the review of their values: it says which apps to look at.
        engine: Helm.
        charts: third-party charts as they are locked.
        former: those of the side to compare with, by its own lock; None: they are the same.
    """
    touched = _touched(values)
    api_versions = {environment: _api_versions(both.project, environment) for environment in touched}
    tools = _Tools(engine, former or charts, charts, api_versions)
    first = _hydrated(both, touched, tools, lambda app: not values.looked_at or app in values.looked_at)
    again_these = _not_determined(first)
    if again_these:
        _next_second()
    second = _hydrated(both, again_these, tools)
    moved = _moved(values)
    moving: dict[tuple[str, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...]], list[str]] = {}
    going: dict[tuple[str, str, bool, tuple[str, ...]], list[str]] = {}
    immutable: dict[tuple[str, str], dict[Steps, list[str]]] = {}
    found: list[Found] = []
    failed: list[HydratedApp] = []
    for (environment, app), sides in first.items():
        again = second.get((environment, app), sides)
        broken = [run for run in (*sides, *again) if run.error]
        if broken:
            failed.append(broken[0])
            continue
        before, after = (
            objects.steady(one.objects, other.objects, one.namespace) for one, other in zip(sides, again, strict=True)
        )
        if app == paths.PARENT and values.looked_at and app not in values.looked_at:
            before, after = (_applications_of(values.looked_at, side) for side in (before, after))
        if app in (whole := moved.get(environment, {})):
            moving.setdefault((app, whole[app], *objects.listed(before or after)), []).append(environment)
            for what in _lost_with_app(before):
                going.setdefault((app, *what), []).append(environment)
            continue
        for (kind, stays), names in lost.grouped(lost.gone(before, after)).items():
            going.setdefault((app, kind, stays, names), []).append(environment)
        found.extend(objects.compare(environment, app, before, after))
        for *place, path in objects.refused(environment, app, before, after):
            immutable.setdefault((place[1], place[2]), {}).setdefault(path, []).append(environment)
    changes, reordered = fold(found)
    in_no_object = innoobject.search(values.changes, _told(moved, failed, changes))
    values = values._replace(
        refused=tuple(_refused(immutable)),
        objects=tuple(AppObjects(what[0], tuple(sorted(names)), *what[1:]) for what, names in sorted(moving.items())),
        gone_with=tuple(_gone_with(going)),
        in_no_object=in_no_object,
    )
    unknown = tuple(sorted((NotCompared(app.environment, app.app) for app in failed), key=str))
    return ReviewedObjects(values._replace(changes=changes, reordered=reordered, unknown=unknown), tuple(failed))


def _applications_of(apps: Sequence[str], objects_: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Applications of some apps among the parent chart's objects."""
    return {name: item for name, item in objects_.items() if hydrate.app_of(item) in apps}


def _touched(values: Review) -> dict[str, list[str]]:
    """Return the apps of which anything rendered differs, by environment. The parent chart yields Applications."""
    touched: dict[str, set[str]] = {}
    for change in values.changes:
        for environment, apps in change.apps_by_environment().items():
            touched.setdefault(environment, set()).update([paths.PARENT] if change.part == "Application" else apps)
    for deployment in (*values.added_apps, *values.removed_apps):
        for environment in deployment.environments:
            touched.setdefault(environment, set()).update((paths.PARENT, deployment.app))
    for whole in (*values.added_environments, *values.removed_environments):
        touched[whole.name] = {paths.PARENT, *whole.apps}
    return {environment: sorted(apps) for environment, apps in sorted(touched.items())}


def _moved(values: Review) -> dict[str, dict[str, bool]]:
    """Return, by environment, the apps that come (true) or go (false), alone or with their environment."""
    moved: dict[str, dict[str, bool]] = {}
    for deployments, is_new in ((values.added_apps, True), (values.removed_apps, False)):
        for deployment in deployments:
            for environment in deployment.environments:
                moved.setdefault(environment, {})[deployment.app] = is_new
    for environments, is_new in ((values.added_environments, True), (values.removed_environments, False)):
        for whole in environments:
            moved[whole.name] = dict.fromkeys((paths.PARENT, *whole.apps), is_new)
    return moved


def _told(
    moved: Mapping[str, Iterable[str]], failed: Iterable[HydratedApp], changes: Iterable[Change]
) -> set[tuple[str, str]]:
    """Return the environments and apps that something is said of."""
    told = {(environment, app) for environment, apps in moved.items() for app in apps}
    told |= {(each.environment, each.app) for each in failed}
    for change in changes:
        for environment, apps in change.apps_by_environment().items():
            told |= {(environment, app) for app in apps}
    return told


def _refused(found: Mapping[tuple[str, str], Mapping[Steps, Sequence[str]]]) -> Iterator[RefusedChange]:
    """Yield the changes that Kubernetes refuses, those of one object and the same environments together."""
    for (app, part), by_path in sorted(found.items()):
        alike: dict[tuple[str, ...], list[Steps]] = {}
        for path, environments in by_path.items():
            alike.setdefault(tuple(sorted(environments)), []).append(path)
        for environments, those in sorted(alike.items()):
            yield RefusedChange(environments, app, part, tuple(those), what_to_do(part.partition(" ")[0]))


def _lost_with_app(before: Mapping[str, Any]) -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    """Yield what goes with an app, or stays, beside claims."""
    found = [each for name, data in sorted(before.items()) for each in lost.with_object(name, data, is_whole=True)]
    for (what, stays), names in lost.grouped(found).items():
        if what != lost.CLAIMS:
            yield what, stays, names


def _gone_with(going: Mapping[tuple[str, str, bool, tuple[str, ...]], Sequence[str]]) -> Iterator[GoneWith]:
    """Yield what is lost before what stays."""
    for (app, what, stays, names), environments in sorted(going.items(), key=lambda item: (item[0][2], *item[0])):
        yield GoneWith(tuple(sorted(environments)), app, what, names, stays, lost.advice(what, stays=stays))


class _Tools(NamedTuple):
    """Helm, charts, and what the cluster of each environment serves beside Kubernetes' own APIs."""

    engine: Engine
    former: Charts
    charts: Charts
    api_versions: Mapping[str, tuple[str, ...]]


class _Side(NamedTuple):
    """An environment in a tree: how Argo CD deploys its apps, and what hydrates them; nothing where it comes or goes.

    Attributes:
        tree: the tree.
        ways: what hydrates: Helm, charts, and what the cluster can do; None: that is not known.
        parent: what comes of the parent chart; None: the environment comes or goes.
        deployed: the apps; none where the parent chart fails.
    """

    tree: Tree
    ways: tuple[Engine, Charts, Capabilities] | None = None
    parent: HydratedApp | None = None
    deployed: Mapping[str, hydrate.Deployment | str] = MappingProxyType({})

    def hydrated(self, environment: str, apps: Iterable[str]) -> dict[str, HydratedApp]:
        """Hydrate those of the apps that are deployed. What can't be known stands as the parent chart's failure."""
        if self.parent is None:
            return {}
        if self.ways is None or self.parent.error:
            return {paths.PARENT: self.parent}
        wanted = [app for app in apps if app == paths.PARENT or app in self.deployed]
        runs = hydrate.hydrate(self.tree, environment, wanted, *self.ways, self.parent) if wanted else ()
        return {run.app: run for run in runs}


def _hydrated(
    both: Trees,
    touched: Mapping[str, Sequence[str]],
    tools: _Tools,
    is_wanted: Callable[[str], bool] | None = None,
) -> dict[tuple[str, str], tuple[HydratedApp, HydratedApp]]:
    """Hydrate both sides of the touched apps. An app that one side lacks has no objects there.

    Args:
        both: the trees.
        touched: the apps by environment.
        tools: what hydrates.
        is_wanted: which others are hydrated, too, where Argo CD deploys them otherwise; None: none is.
    """
    found: dict[tuple[str, str], list[HydratedApp]] = {}
    for environment, apps in touched.items():
        before = _side(both.before, environment, tools.former, tools)
        after = _side(both.after, environment, tools.charts, tools)
        others = filter(is_wanted, _deployed_otherwise(before, after)) if is_wanted else ()
        wanted = sorted({*apps, *others})
        sides = [side.hydrated(environment, wanted) for side in (before, after)]
        for app in sorted({*sides[0], *sides[1]}):
            found[environment, app] = [_result(side, environment, app) for side in sides]
    return {key: (before, after) for key, (before, after) in found.items()}


def _deployed_otherwise(before: _Side, after: _Side) -> Iterator[str]:
    """Yield the apps of which the Application leads to other objects: nothing of their own files need differ.

    The revision of a chart from Git is written there only.
    """
    for app in before.deployed.keys() & after.deployed.keys():
        if before.deployed[app] != after.deployed[app]:
            yield app


def _side(tree: Tree, environment: str, charts: Charts, tools: _Tools) -> _Side:
    if layout.values(paths.PARENT, environment) not in tree:
        return _Side(tree)
    try:
        version = hydrate.capabilities(tree, environment, None).kubernetes_version
    except ChartError as error:
        return _Side(tree, None, HydratedApp(environment, paths.PARENT, (), str(error)))
    ways = (tools.engine, charts, Capabilities(version, tools.api_versions[environment]))
    parent = hydrate.hydrate_app(tree, paths.PARENT, environment, *ways)
    return _Side(tree, ways, parent, {} if parent.error else hydrate.deployments(parent))


def _not_determined(
    found: Mapping[tuple[str, str], tuple[HydratedApp, HydratedApp]],
) -> dict[str, list[str]]:
    """Return the apps, by environment, of which nobody knows whether the same would come of them again."""
    open_: dict[str, list[str]] = {}
    for (environment, app), sides in found.items():
        if any((side.namespace or side.error) and side.determined is None for side in sides):
            open_.setdefault(environment, []).append(app)
    return open_


def _result(side: Mapping[str, HydratedApp], environment: str, app: str) -> HydratedApp:
    """Return what a side yields for an app: nothing, if it lacks it; unknown, if its parent chart failed."""
    parent = side.get(paths.PARENT)
    error = parent.error if parent else ""
    return side.get(app, HydratedApp(environment, app, (), error))


def _api_versions(project: Project, environment: str) -> tuple[str, ...]:
    """Return what the cluster serves beside Kubernetes' own APIs; nothing is known of one that has no spec now."""
    if environment not in project.repository.environments:
        return ()
    return project.resolver.resolve(environment).facts.cluster.api_versions


def _next_second() -> None:
    """Wait until the clock shows the next second: a chart that writes down the time writes another one then."""
    time.sleep(1 - time.time() % 1)
