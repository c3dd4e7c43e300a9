"""`efdgen diff --hydrate`: what a change means for the Kubernetes objects that Argo CD applies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen import hydrate, layout, load
from efdgen.errors import InvalidInputError
from efdgen.helm.engine import Engine
from efdgen.hydrate import Capabilities, Charts, HydratedApp
from efdgen.objects import Object
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
    found: list[Found] = []
    failed: list[HydratedApp] = []
    for environment, apps in _touched(values).items():
        sides = [_hydrated(root, tree, environment, apps, engine, charts) for tree in (both.before, both.after)]
        for app in sorted(set(sides[0]) | set(sides[1])):
            renderings = [run for side in sides for run in side.get(app, ())]
            broken = [run for run in renderings if run.error]
            if broken:
                failed.append(broken[0])
            else:
                before, after = (objects.steady(*_objects(side.get(app, ()))) for side in sides)
                found.extend(objects.compare(environment, app, before, after))
    changes, reordered = fold(found)
    return Compared(values._replace(changes=changes, reordered=reordered), tuple(failed))


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


def _hydrated(
    root: Path, tree: Tree, environment: str, apps: Sequence[str], engine: Engine, charts: Charts
) -> dict[str, list[HydratedApp]]:
    """Hydrate apps of a tree twice."""
    version = hydrate.capabilities(tree, environment, None).kubernetes_version
    cluster = Capabilities(version, _api_versions(root, environment))
    found: dict[str, list[HydratedApp]] = {}
    for _ in range(2):
        for run in hydrate.hydrate(tree, environment, apps, engine, charts, cluster):
            found.setdefault(run.app, []).append(run)
    return found


def _api_versions(root: Path, environment: str) -> tuple[str, ...]:
    try:
        return Resolver(load.load(root, [environment])).resolve(environment).facts.cluster.api_versions
    except InvalidInputError:
        return ()


def _objects(runs: Sequence[HydratedApp]) -> tuple[Sequence[Object], Sequence[Object]]:
    return (runs[0].objects, runs[1].objects) if runs else ((), ())
