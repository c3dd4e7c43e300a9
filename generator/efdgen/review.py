"""What a change of the rendered tree means: which environments and apps it touches, and which values.

Pure: two trees in, a `Review` out. Only files that differ are read as data.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from efdgen import layout, yamlio
from efdgen.errors import OutputError
from efdgen.semantic import ABSENT, Steps, difference, fingerprint


class Change(NamedTuple):
    """One value that differs, in the same way for all these apps of all these environments.

    Attributes:
        environments: where; none: what differs is deployed nowhere.
        apps: in which apps; the parent chart is one of them.
        part: what of the app: empty for its values, else a file (`Chart.yaml`, `templates/...`, `feeds`), or
            `Application`, or a Kubernetes object.
        path: the value in there.
        before: its value, ABSENT if it is new. Long texts need only differ in the same way: it is the first one's.
        after: its new value, ABSENT if it is gone.
    """

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    part: str
    path: Steps
    before: Any
    after: Any


class Reordered(NamedTuple):
    """A list of which only the order differs; nothing is told from that, but nothing is hidden."""

    environments: tuple[str, ...]
    apps: tuple[str, ...]
    part: str
    path: Steps


class Deployment(NamedTuple):
    """An app that comes to, or goes from, environments that stay."""

    app: str
    version: str
    environments: tuple[str, ...]


class Environment(NamedTuple):
    """An environment that comes or goes, with its apps."""

    name: str
    apps: tuple[str, ...]


class Radius(NamedTuple):
    """How much of an environment changes."""

    environment: str
    apps: int
    values: int


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
    """

    base: str
    environments: tuple[str, ...]
    added_environments: tuple[Environment, ...] = ()
    removed_environments: tuple[Environment, ...] = ()
    added_apps: tuple[Deployment, ...] = ()
    removed_apps: tuple[Deployment, ...] = ()
    changes: tuple[Change, ...] = ()
    reordered: tuple[Reordered, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing changes."""
        return not any(self[2:-1])

    def radius(self) -> tuple[Radius, ...]:
        """Return how much of each environment that stays changes, the unchanged ones included."""
        apps: dict[str, set[str]] = {name: set() for name in self.environments}
        values = dict.fromkeys(self.environments, 0)
        for deployment in (*self.added_apps, *self.removed_apps):
            for name in deployment.environments:
                apps[name].add(deployment.app)
        for change in self.changes:
            for name in change.environments:
                apps[name].update(change.apps)
                values[name] += len(change.apps)
        return tuple(Radius(name, len(apps[name]), values[name]) for name in self.environments)

    def touched(self) -> frozenset[str]:
        """Return the environments in which anything comes, goes or changes."""
        whole = {environment.name for environment in (*self.added_environments, *self.removed_environments)}
        return frozenset(whole | {radius.environment for radius in self.radius() if radius.apps})


Tree = Mapping[str, bytes]


def review(before: Tree, after: Tree, base: str, names: Iterable[str] = ()) -> Review:
    """Compare two rendered trees as data.

    Args:
        before: the tree to compare with, paths below the output folder.
        after: the tree as it will be.
        base: what `before` is, as people call it.
        names: the environments to look at; none: all.

    Raises:
        OutputError: when a file can't be read as what it is.
    """
    old, new = _Deployed(before), _Deployed(after)
    only = frozenset(names)
    known = {name for name in (*old.environments, *new.environments) if not only or name in only}
    staying = tuple(sorted(known & old.environments & new.environments))
    return Review(
        base,
        staying,
        tuple(Environment(name, new.apps(name)) for name in sorted(known - old.environments)),
        tuple(Environment(name, old.apps(name)) for name in sorted(known - new.environments)),
        tuple(_deployments(old, new, staying)),
        tuple(_deployments(new, old, staying)),
        *_changes(old, new, frozenset(staying)),
    )


class _Deployed:
    """What a tree deploys, by the names of its files: an environment has the apps that it has values for."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._environments: dict[str, list[str]] = {}
        for path in tree:
            if layout.can_vouch(path):
                name = layout.environment_of(path) or ""
                self._environments.setdefault(name, []).append(layout.app_of(path))

    @functools.cached_property
    def environments(self) -> frozenset[str]:
        return frozenset(self._environments)

    @functools.cached_property
    def charts(self) -> frozenset[str]:
        """Return the apps that have a wrapper chart, deployed or not."""
        found = (layout.app_of(path) for path in self.tree if path.endswith("/Chart.yaml"))
        return frozenset(app for app in found if app != layout.PARENT)

    def apps(self, environment: str) -> tuple[str, ...]:
        return tuple(sorted(app for app in self._environments.get(environment, ()) if app != layout.PARENT))

    @functools.cache  # noqa: B019 - lives as long as a comparison
    def having(self, app: str) -> frozenset[str]:
        """Return the environments that have an app."""
        return frozenset(name for name, apps in self._environments.items() if app in apps)

    @functools.cache  # noqa: B019 - lives as long as a comparison
    def chart(self, app: str) -> Mapping[str, Any]:
        """Return the third-party chart that an app depends on."""
        content = self.tree.get(layout.chart_file(app))
        data = _yaml(content, layout.chart_file(app)) if content else None
        dependencies = data.get("dependencies") if isinstance(data, dict) else None
        return dependencies[0] if dependencies else {}


def _deployments(old: _Deployed, new: _Deployed, environments: Iterable[str]) -> Iterator[Deployment]:
    """Yield the apps that environments have in `new` and not in `old`."""
    come: dict[str, list[str]] = {}
    for name in environments:
        for app in set(new.apps(name)) - set(old.apps(name)):
            come.setdefault(app, []).append(name)
    for app, names in sorted(come.items()):
        yield Deployment(app, str(new.chart(app).get("version", "")), tuple(names))


class Found(NamedTuple):
    """A difference in one app of one environment, before identical ones are folded."""

    environment: str
    app: str
    part: str
    path: Steps
    before: Any
    after: Any


def _changes(
    old: _Deployed, new: _Deployed, environments: frozenset[str]
) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    found: list[Found] = []
    for path in sorted(old.tree.keys() | new.tree.keys()):
        before, after = old.tree.get(path), new.tree.get(path)
        if before == after:
            continue
        owner = layout.environment_of(path)
        if owner is None:
            found.extend(_shared(path, old, new, environments))
        elif owner in environments and layout.can_vouch(path):
            found.extend(_values(path, owner, old, new))
        elif owner in environments:
            found.extend(_companion(path, owner, old, new))
    return fold(found)


def _values(path: str, environment: str, old: _Deployed, new: _Deployed) -> Iterator[Found]:
    """Yield the differences of an environment's values; those of apps that come or go are not told one by one."""
    before, after = old.tree.get(path), new.tree.get(path)
    if before is None or after is None:
        return
    app = layout.app_of(path)
    names = {old.chart(app).get("name"), new.chart(app).get("name")}
    staying = set(old.apps(environment)) & set(new.apps(environment))
    for found in _compared(path, before, after, environment, app, _yaml):
        steps = found.path
        if app == layout.PARENT and steps[:1] == ("applications",) and len(steps) > 1:
            if steps[1] in staying:
                yield found._replace(app=str(steps[1]), part="Application", path=steps[2:])
        elif len(steps) > 1 and steps[0] in names:
            yield found._replace(path=steps[1:])
        else:
            yield found


def _companion(path: str, environment: str, old: _Deployed, new: _Deployed) -> Iterator[Found]:
    """Yield the differences of a file that an app has in an environment beside its values."""
    app = layout.app_of(path)
    if environment not in old.having(app) & new.having(app):
        return
    part = path.removeprefix(f"{layout.chart(app)}/").rpartition("/")[0]
    before, after = old.tree.get(path), new.tree.get(path)
    if before is None or after is None:
        sides = (ABSENT if side is None else _json(side, path) for side in (before, after))
        yield Found(environment, app, part, (), *sides)
    else:
        for each in _compared(path, before, after, environment, app, _json):
            yield each._replace(part=part)


def _shared(path: str, old: _Deployed, new: _Deployed, environments: frozenset[str]) -> Iterator[Found]:
    """Yield the differences of a file that all environments share, once for each environment that they reach."""
    app, part = layout.app_of(path), path.removeprefix(f"{layout.chart(layout.app_of(path))}/")
    if app == layout.PARENT and layout.application_of(path) in old.charts | new.charts:
        app, part = layout.application_of(path), "Application"
    if app in old.charts ^ new.charts:
        # The app itself comes or goes; its files need not be told one by one.
        if part == "Chart.yaml":
            yield Found("", app, "", (), *(side.chart(app) or ABSENT for side in (old, new)))
        return
    before, after = old.tree.get(path), new.tree.get(path)
    if part == "Chart.yaml" and before is not None and after is not None:
        differences = [each._replace(part=part) for each in _compared(path, before, after, "", app, _yaml)]
    else:
        differences = [Found("", app, part, (), *(ABSENT if side is None else _text(side) for side in (before, after)))]
        differences = [each for each in differences if each.before != each.after]
    reached = sorted(old.having(app) & new.having(app) & environments)
    for each in differences:
        yield from (each._replace(environment=environment) for environment in reached or [""])


def _compared(
    path: str, before: bytes, after: bytes, environment: str, app: str, read: Callable[[bytes, str], Any]
) -> Iterator[Found]:
    result = difference(read(before, path), read(after, path))
    for edit in result.edits:
        yield Found(environment, app, "", edit.path, edit.before, edit.after)
    for steps in result.reordered:
        yield Found(environment, app, "", steps, ABSENT, ABSENT)


def fold(found: Iterable[Found]) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    """Make one of each difference that is the same in several environments, then in several apps of those.

    The widest come first. Differences without a value before and after are lists of which only the order differs.
    """
    environments: dict[tuple[Any, ...], list[str]] = {}
    firsts: dict[tuple[Any, ...], Found] = {}
    for each in found:
        what = (each.app, each.part, each.path, *_fingerprints(each.before, each.after))
        firsts.setdefault(what, each)
        environments.setdefault(what, []).append(each.environment)
    apps: dict[tuple[Any, ...], list[str]] = {}
    samples: dict[tuple[Any, ...], Found] = {}
    for what, names in environments.items():
        wide = (tuple(sorted({name for name in names if name})), *what[1:])
        samples.setdefault(wide, firsts[what])
        apps.setdefault(wide, []).append(what[0])
    changes, reordered = [], []
    for wide, sample in samples.items():
        where = (wide[0], tuple(sorted(apps[wide])), sample.part, sample.path)
        if sample.before is ABSENT and sample.after is ABSENT:
            reordered.append(Reordered(*where))
        else:
            changes.append(Change(*where, sample.before, sample.after))
    return tuple(sorted(changes, key=_turn)), tuple(sorted(reordered, key=_turn))


def _fingerprints(before: Any, after: Any) -> tuple[str, ...]:
    """Return what tells one difference from another; of long texts, the lines that differ, and those beside them."""
    if isinstance(before, str) and isinstance(after, str) and "\n" in before and "\n" in after:
        return _changed_lines(before, after)
    return fingerprint(before), fingerprint(after)


@functools.lru_cache(maxsize=4096)
def _changed_lines(before: str, after: str) -> tuple[str, ...]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return tuple(line for line in diff if not line.startswith(("---", "+++", "@@")))


def _turn(change: Change | Reordered) -> tuple[int, tuple[str, ...], tuple[str, ...], str]:
    return -len(change.environments), change.environments, change.apps, change.part


def _text(content: bytes) -> str:
    """Return the text of a shared file, without the mark that holds its digest."""
    text = content.decode(errors="replace")
    return text.partition("\n")[2] if "sha256:" in text.partition("\n")[0] else text


def _yaml(content: bytes, path: str) -> Any:
    try:
        return yamlio.load(content.decode())
    except ValueError as error:
        raise OutputError(f"{path} can't be read as YAML: {error}; render it anew") from None


def _json(content: bytes, path: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise OutputError(f"{path} can't be read as JSON: {error}; render it anew") from None
