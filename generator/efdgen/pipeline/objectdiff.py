"""`efdgen diff --hydrate`: what a change means for the Kubernetes objects that Argo CD applies."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen import hydrate, layout, load
from efdgen.errors import ChartError, InvalidInputError
from efdgen.helm.engine import Engine
from efdgen.hydrate import Capabilities, Charts, HydratedApp
from efdgen.pipeline.diff import Tree, Trees
from efdgen.resolve import Resolver
from efdgen.review import objects
from efdgen.review.folding import Found, fold
from efdgen.review.model import Review


class Compared(NamedTuple):
    """The review of the objects, and the apps whose objects are not known, because Helm failed."""

    shown: Review
    failed: tuple[HydratedApp, ...]


def compare(root: Path, both: Trees, values: Review, engine: Engine, charts: Charts) -> Compared:
    """Say what a change of the rendered trees does to the objects.

    Only apps of which anything rendered differs are hydrated, each side twice: what differs between the two is made
    up on every rendering, and no change.

    Args:
        root: the repository.
        both: the trees.
        values: the review of their values: it says which apps to look at.
        engine: Helm.
        charts: third-party charts, for both sides.
    """
    touched = _touched(values)
    means = _Means(root, engine, charts)
    first = _hydrated(both, touched, means)
    if touched:
        time.sleep(_TICK)
    second = _hydrated(both, touched, means)
    found: list[Found] = []
    failed: list[HydratedApp] = []
    for (environment, app), sides in first.items():
        again = second.get((environment, app), sides)
        broken = [run for run in (*sides, *again) if run.error]
        if broken:
            failed.append(broken[0])
            continue
        before, after = (objects.steady(one.objects, other.objects) for one, other in zip(sides, again, strict=True))
        found.extend(objects.compare(environment, app, before, after))
    changes, reordered = fold(found)
    unknown = tuple(sorted(f"{app.app} in {app.environment}" for app in failed))
    return Compared(values._replace(changes=changes, reordered=reordered, unknown=unknown), tuple(failed))


def _touched(values: Review) -> dict[str, list[str]]:
    """Return the apps of which anything rendered differs, by environment. The parent chart yields Applications."""
    touched: dict[str, set[str]] = {}
    for change in values.changes:
        for environment, apps in change.apps_by_environment().items():
            touched.setdefault(environment, set()).update([layout.PARENT] if change.part == "Application" else apps)
    for deployment in (*values.added_apps, *values.removed_apps):
        for environment in deployment.environments:
            touched.setdefault(environment, set()).add(layout.PARENT)
    return {environment: sorted(apps) for environment, apps in sorted(touched.items())}


class _Means(NamedTuple):
    root: Path
    engine: Engine
    charts: Charts


def _hydrated(
    both: Trees, touched: Mapping[str, Sequence[str]], means: _Means
) -> dict[tuple[str, str], tuple[HydratedApp, HydratedApp]]:
    """Hydrate both sides of the touched apps. An app that one side lacks has no objects there."""
    found: dict[tuple[str, str], list[HydratedApp]] = {}
    for environment, apps in touched.items():
        api_versions = _api_versions(means.root, environment)
        sides = [_side(tree, environment, apps, api_versions, means) for tree in (both.before, both.after)]
        for app in sorted({*sides[0], *sides[1]}):
            found[environment, app] = [_result(side, environment, app) for side in sides]
    return {key: (before, after) for key, (before, after) in found.items()}


def _side(
    tree: Tree, environment: str, apps: Sequence[str], api_versions: tuple[str, ...], means: _Means
) -> dict[str, HydratedApp]:
    """Hydrate those of the apps that a tree deploys. What can't be known stands as the parent chart's failure."""
    try:
        cluster = Capabilities(hydrate.capabilities(tree, environment, None).kubernetes_version, api_versions)
    except ChartError as error:
        return {layout.PARENT: HydratedApp(environment, layout.PARENT, (), str(error))}
    ways = (means.engine, means.charts, cluster)
    parent = hydrate.hydrate_app(tree, layout.PARENT, environment, *ways)
    if parent.error:
        return {layout.PARENT: parent}
    deployed = hydrate.deployments(parent)
    wanted = [app for app in apps if app == layout.PARENT or app in deployed]
    return {run.app: run for run in hydrate.hydrate(tree, environment, wanted, *ways)} if wanted else {}


def _result(side: Mapping[str, HydratedApp], environment: str, app: str) -> HydratedApp:
    """Return what a side yields for an app: nothing, if it lacks it; unknown, if its parent chart failed."""
    parent = side.get(layout.PARENT)
    error = parent.error if parent else ""
    return side.get(app, HydratedApp(environment, app, (), error))


def _api_versions(root: Path, environment: str) -> tuple[str, ...]:
    """Return what the cluster serves beside Kubernetes' own APIs, as far as the specs tell."""
    try:
        return Resolver(load.load(root, [environment])).resolve(environment).facts.cluster.api_versions
    except InvalidInputError:
        return ()


_TICK = 1.0
"""Seconds between two hydrations: a chart that writes down the time shows it."""
