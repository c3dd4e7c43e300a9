"""The nouns of a review: what differs between two rendered trees, and where."""

from __future__ import annotations

from collections import Counter
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.review.semantic import Steps


class Change(NamedTuple):
    """One value that differs, in the same way for all these apps of all these environments that have them.

    Attributes:
        environments: where; none: what differs is deployed nowhere.
        apps: in which apps; the parent chart is one of them.
        part: what of the app: empty for its values, else a file (`Chart.yaml`, `templates/...`, `feeds`), or
            `Application`, or a Kubernetes object.
        path: the value in there.
        before: its value, ABSENT if it is new. Long texts need only differ in the same way: it is the first one's.
        after: its new value, ABSENT if it is gone.
        lacking: pairs of one of these environments and one of these apps, which it does not have.
    """

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    part: str
    path: Steps
    before: Any
    after: Any
    lacking: tuple[tuple[str, str], ...] = ()

    def apps_by_environment(self) -> dict[str, tuple[str, ...]]:
        """Return the apps in which the value differs, by environment."""
        if not self.lacking:
            return dict.fromkeys(self.environments, self.apps)
        missing = frozenset(self.lacking)
        return {name: tuple(app for app in self.apps if (name, app) not in missing) for name in self.environments}


class Reordered(NamedTuple):
    """A list of which only the order differs; nothing is told from that, but nothing is hidden."""

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    part: str
    path: Steps


class InNoObject(NamedTuple):
    """A value that differs where no object does: the environments and apps, and where the value stands."""

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    part: str
    path: Steps


class WholeApp(NamedTuple):
    """An app that comes to, or goes from, environments that stay."""

    app: str
    version: str
    environments: tuple[str, ...]


class WholeEnvironment(NamedTuple):
    """An environment that comes or goes as a whole, with its apps."""

    name: str
    apps: tuple[str, ...]


class RefusedChange(NamedTuple):
    """A change that Kubernetes refuses on an object that is there already.

    Attributes:
        environments: where.
        app: of which app.
        part: the object.
        paths: what of it.
        advice: what an operator can do.
    """

    environments: tuple[str, ...]
    app: str
    part: str
    paths: tuple[Steps, ...]
    advice: str


class AppObjects(NamedTuple):
    """The objects of an app that comes or goes.

    Attributes:
        app: the app.
        environments: where.
        is_new: whether it comes.
        objects: their names.
        claims: those of them that are volume claims: their data goes with them.
        kept_claims: the templates of claims that StatefulSets make, and that stay when these go.
    """

    app: str
    environments: tuple[str, ...]
    is_new: bool
    objects: tuple[str, ...]
    claims: tuple[str, ...]
    kept_claims: tuple[str, ...]


class GoneWith(NamedTuple):
    """What more than themselves goes with objects, or stays when they go.

    Attributes:
        environments: where.
        app: of which app.
        what: `claims`, `custom resources` or `namespaces`.
        objects: the names of the objects, or of the templates of claims.
        stays: whether it stays in the cluster.
        advice: what is lost, or what an operator can do.
    """

    environments: tuple[str, ...]
    app: str
    what: str
    objects: tuple[str, ...]
    stays: bool
    advice: str


class Radius(NamedTuple):
    """How much of an environment changes, how many of its apps could not be compared, and values in no object."""

    environment: str
    apps: int
    values: int
    not_compared: int = 0
    in_no_object: int = 0

    @property
    def is_nothing(self) -> bool:
        """Say whether nothing changes, and that is known."""
        return not (self.apps or self.not_compared or self.in_no_object)


class NotCompared(NamedTuple):
    """An app of an environment of which nobody knows whether it changes."""

    environment: str
    app: str

    def __str__(self) -> str:
        return f"{self.app} in {self.environment}"


class Review(NamedTuple):
    """Everything that a reviewer wants to know of a change.

    Attributes:
        base: what was compared with, as people call it.
        environments: those that were looked at, and stay.
        added_environments: those that come.
        removed_environments: those that go.
        added_apps: apps that come to environments that stay.
        removed_apps: apps that go from environments that stay.
        changes: everything else that differs, each difference once.
        reordered: lists of which only the order differs.
        unknown: what could not be compared.
        looked_at: the apps that were looked at; none: all.
        refused: of the changes of objects, those that Kubernetes refuses.
        objects: those of apps that come or go.
        gone_with: what goes with objects that go, or stays; the claims of apps that go stand in `objects`.
        in_no_object: the values that differ where no object does, if objects were compared.
    """

    base: str
    environments: tuple[str, ...]
    added_environments: tuple[WholeEnvironment, ...] = ()
    removed_environments: tuple[WholeEnvironment, ...] = ()
    added_apps: tuple[WholeApp, ...] = ()
    removed_apps: tuple[WholeApp, ...] = ()
    changes: tuple[Change, ...] = ()
    reordered: tuple[Reordered, ...] = ()
    unknown: tuple[NotCompared, ...] = ()
    looked_at: tuple[str, ...] = ()
    refused: tuple[RefusedChange, ...] = ()
    objects: tuple[AppObjects, ...] = ()
    gone_with: tuple[GoneWith, ...] = ()
    in_no_object: tuple[InNoObject, ...] = ()

    @property
    def compared_with(self) -> str:
        """Return what was compared with, and the apps that were looked at, if not all were."""
        return f"{self.base}; only {', '.join(self.looked_at)}" if self.looked_at else self.base

    @property
    def is_empty(self) -> bool:
        """Say whether nothing changes, for all that is known."""
        whole = (*self.added_environments, *self.removed_environments)
        moved = self.added_apps or self.removed_apps
        return not (whole or moved or self.changes or self.unknown or self.in_no_object)

    def radius(self) -> tuple[Radius, ...]:
        """Return how much of each environment that stays changes, the unchanged ones included."""
        apps: dict[str, set[str]] = {name: set() for name in self.environments}
        values = dict.fromkeys(self.environments, 0)
        for deployment in (*self.added_apps, *self.removed_apps):
            for name in deployment.environments:
                apps[name].add(deployment.app)
        for change in self.changes:
            for name, having in change.apps_by_environment().items():
                apps[name].update(having)
                values[name] += len(having)
        unknown = Counter(place.environment for place in self.unknown)
        silent: Counter[str] = Counter()
        for each in self.in_no_object:
            silent.update(dict.fromkeys(each.environments, len(each.apps)))
        return tuple(
            Radius(name, len(apps[name]), values[name], unknown[name], silent[name]) for name in self.environments
        )

    def touched(self) -> frozenset[str]:
        """Return the environments in which anything comes, goes or changes, for all that is known."""
        whole = {environment.name for environment in (*self.added_environments, *self.removed_environments)}
        return frozenset(whole | {radius.environment for radius in self.radius() if not radius.is_nothing})
