"""Compares two rendered trees as data. Only files that differ are read."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from efdgen import layout, yamlio
from efdgen.errors import OutputError
from efdgen.review.folding import Found, fold
from efdgen.review.model import Change, Deployment, Environment, Reordered, Review
from efdgen.semantic import ABSENT, difference

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


def _changes(
    old: _Deployed, new: _Deployed, environments: frozenset[str]
) -> tuple[tuple[Change, ...], tuple[Reordered, ...]]:
    found: list[Found] = []
    for path in sorted(old.tree.keys() | new.tree.keys()):
        before, after = old.tree.get(path), new.tree.get(path)
        if before == after or not layout.is_in_chart(path):
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
