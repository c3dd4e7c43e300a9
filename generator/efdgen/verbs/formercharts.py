"""`efdgen charts fetch --base`: the charts that a revision locked, which a review against it needs."""

from __future__ import annotations

from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm.charts import cache, lock, mirrors
from efdgen.helm.charts.cache import Cache, LockedCharts
from efdgen.helm.charts.lock import LockedChart
from efdgen.helm.charts.outcomes import Failure
from efdgen.helm.charts.repositories import Repositories
from efdgen.language.tuples import NamedTuple
from efdgen.repository import git, paths
from efdgen.repository.model import ChartReference
from efdgen.verbs import locks
from efdgen.verbs.chartdamage import refuse_damaged
from efdgen.verbs.charts import side_by_side


class FetchedFormer(NamedTuple):
    """The charts of a revision that were downloaded, how many were there, and what went wrong with others."""

    base: str
    fetched: tuple[LockedChart, ...]
    kept: int
    failures: tuple[Failure, ...]


def fetch(root: Path, base: str, timeout: float) -> FetchedFormer:
    """Download to the cache what charts.lock of a revision says, and nothing else. No file of the repository changes.

    Args:
        root: the repository.
        base: the revision; `main...` is where HEAD left main.
        timeout: how long a server may be silent, in seconds.

    Raises:
        UsageError: when there is no such revision.
        ChartError: when its lock is not what it should be, or there is no cache.
    """
    at = git.revision(root, base)
    content = git.files(root, at, [paths.LOCK]).get(paths.LOCK)
    locked = locks.former(root, content, at.name) if content is not None else lock.EMPTY
    store = Cache(cache.folder())
    store.sweep()
    there = LockedCharts(locked, store)
    repositories = Repositories(timeout, mirrors.load(root))

    def one(chart: ChartReference) -> LockedChart:
        entry = locked.charts[chart]
        found = repositories.download(chart, entry.url)
        try:
            refuse_damaged(chart, found, locked)
        except ChartError as error:
            # There is nothing to accept: what was reviewed then is that archive.
            raise ChartError(f"{str(error).partition('. To accept')[0]} ({lock.FILE} of {at.name})") from None
        store.write(found.content)
        return entry

    wanted = [chart for chart in locked.charts if not there.has(chart)]
    results, failures = side_by_side(one, wanted)
    return FetchedFormer(at.name, tuple(results.values()), len(locked.charts) - len(wanted), failures)
