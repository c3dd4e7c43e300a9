"""Which charts.lock says what the charts of a former tree are, and what two locks say differently."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, UsageError
from efdgen.helm.charts import lock
from efdgen.helm.charts.lock import ChartLock
from efdgen.helm.dependencies import dependencies
from efdgen.language import yamlio
from efdgen.output import layout
from efdgen.repository import chartaddress, git, paths
from efdgen.repository.model import ChartReference
from efdgen.review import gitsources

Tree = Mapping[str, bytes]


def former(root: Path, content: bytes | None, base: str) -> ChartLock:
    """Return the lock of a former tree: what the last commit says, where that tree has none.

    Args:
        root: the repository.
        content: the lock that belongs to the tree, if it has one.
        base: what the tree is, as people call it.

    Raises:
        ChartError: when it is not what a lock should be.
    """
    if content is None:
        with contextlib.suppress(UsageError):
            content = git.files(root, git.revision(root, "HEAD"), [paths.LOCK]).get(paths.LOCK)
    if content is None:
        return lock.EMPTY
    try:
        return lock.parse(yamlio.decode(content, paths.LOCK))
    except InvalidInputError as error:
        problem = error.problems[0]
        raise ChartError(
            f"{paths.LOCK} at {base} is wrong on line {problem.location.line}: {problem.message}"
        ) from None


def is_one(content: bytes) -> bool:
    """Say whether a lock is what a lock should be."""
    try:
        lock.parse(yamlio.decode(content, paths.LOCK))
    except InvalidInputError:
        return False
    return True


def with_republished(before: Tree, after: Tree, old: bytes, new: bytes) -> tuple[Tree, Tree]:
    """Return two trees, and in each what its lock says of charts that are other archives under the same version.

    That stands beside the Chart.yaml of each app that has such a chart, as charts.lock. Archives in the tree speak for
    themselves.

    Args:
        before: the former tree.
        after: the tree as it will be.
        old: the former lock.
        new: the lock as it is now.
    """
    try:
        locks = [lock.parse(yamlio.decode(content, paths.LOCK)) for content in (old, new)]
    except InvalidInputError:
        return before, after  # whoever needs a chart says what is wrong
    differing = {
        chart: entry
        for chart, entry in locks[0].charts.items()
        if (now := locks[1].find(chart)) is not None and now.sha256 != entry.sha256
    }
    if not differing:
        return before, after
    sides = []
    for tree, locked in zip((before, after), locks, strict=True):
        added = {}
        for path in [path for path in tree if path.endswith("/Chart.yaml") and path.count("/") == 2]:  # noqa: PLR2004
            said = _said(tree, path, locked, differing)
            if said:
                added[path.replace("Chart.yaml", paths.LOCK)] = yamlio.dump(said).encode()
        sides.append({**tree, **added})
    return sides[0], sides[1]


def _said(tree: Tree, path: str, locked: ChartLock, differing: Iterable[ChartReference]) -> dict[str, str]:
    """Return what a lock says of those charts of an app that differ, by what people call them."""
    names = {chart[:2] for chart in differing}
    app = layout.app_of(path)
    return {
        name: f"{entry.version} sha256:{entry.sha256}{f' (commit {entry.commit})' if entry.commit else ''}"
        for name, chart in _charts(tree, path, differing)
        if (entry := locked.find(chart)) is not None
        and entry[:2] in names
        and layout.vendored(app, chart.name, chart.version) not in tree
    }


def _charts(tree: Tree, path: str, differing: Iterable[ChartReference]) -> Iterator[tuple[str, ChartReference]]:
    """Yield the charts of an app. Those from Git stand in its Application, which is read where one of them differs."""
    with contextlib.suppress(ChartError):
        yield from ((chart.name, chart) for chart in dependencies(tree[path]))
    if any(chartaddress.git_of(chart.repository) for chart in differing):
        for source in gitsources.of_app(tree, layout.app_of(path)):
            yield source.key, ChartReference("", source.revision, source.address)
