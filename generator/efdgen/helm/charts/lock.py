"""charts.lock: which archive each pinned chart is. Pure: text in, text out."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping

from efdgen.helm.charts import versions
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.repository import chartaddress, lockentries, paths
from efdgen.repository.model import ChartReference

FILE = paths.LOCK
"""Its name, at the root of the repository."""

_HEAD = "# Written by `efdgen charts fetch`. Commit it; do not edit it. docs/charts.md says what it is for.\n"


class LockedChart(NamedTuple):
    """One entry: a pinned chart, where its archive came from, and the digest that it must have.

    Attributes:
        url: empty: a mirror had it, and nobody knows where it is published.
        commit: of a chart from Git, the commit that it was; empty for others.
    """

    name: str
    version: str
    repository: str
    url: str
    sha256: str
    commit: str = ""

    @property
    def reference(self) -> ChartReference:
        """Return the chart as app definitions pin it."""
        return ChartReference(self.name, self.version, self.repository)


class ChartLock(NamedTuple):
    """The entries of charts.lock, and the line on which each begins."""

    charts: Mapping[ChartReference, LockedChart]
    lines: Mapping[ChartReference, int]

    def find(self, chart: ChartReference) -> LockedChart | None:
        """Return the entry that says which archive a chart is; None where nothing does.

        A version keeps its digest when its repository changes: where nothing is locked from there, an entry of the same
        name and version counts, unless several say different things. An Application names a chart from Git by where it
        is, without a name.
        """
        if chart in self.charts:
            return self.charts[chart]
        if not chart.name:
            named = (each for each in self.charts.values() if each.reference._replace(name="") == chart)
            return next(named, None)
        same = self.of_version(chart)
        return same[0] if len({entry.sha256 for entry in same}) == 1 else None

    def of_version(self, chart: ChartReference) -> list[LockedChart]:
        """Return the entries of a chart's name and version, from wherever: from Git, or packed by others."""
        return [
            entry
            for entry in self.charts.values()
            if entry[:2] == chart[:2] and _is_from_git(entry.repository) == _is_from_git(chart.repository)
        ]

    def over(self, other: ChartLock) -> ChartLock:
        """Return a lock with the entries of this one, and those of another for what this one does not know."""
        more = {chart: entry for chart, entry in other.charts.items() if not self.of_version(chart)}
        return ChartLock({**self.charts, **more}, self.lines)


def _is_from_git(repository: str) -> bool:
    return chartaddress.git_of(repository) is not None


EMPTY = ChartLock({}, {})


def parse(text: str) -> ChartLock:
    """Read a lock.

    Raises:
        InvalidInputError: with everything wrong with it, located.
    """
    document = lockentries.read(text)
    if document is None:
        return EMPTY
    charts = [LockedChart(**{"url": "", **entry}) for entry in document.data["charts"]]
    lines = {chart.reference: document.locate(("charts", index)).line for index, chart in enumerate(charts)}
    return ChartLock({chart.reference: chart for chart in charts}, lines)


def is_url_of_another(chart: LockedChart) -> bool:
    """Say whether the name of the file, or the tag, that an entry's URL ends with is that of another version.

    `https://charts.example.org/demo-1.1.0.tgz` is not where demo 1.0.0 is. Other names of files say nothing.
    """
    place = urllib.parse.unquote(urllib.parse.urlsplit(chart.url).path).rpartition("/")[2]
    if chart.url.startswith("oci:"):
        return place.rpartition(":")[2] != chart.version.replace("+", "_")
    found = place.removesuffix(".tgz").removeprefix(f"{chart.name}-")
    return place == f"{chart.name}-{found}.tgz" and versions.is_another(found, chart.version)


def dump(charts: Iterable[LockedChart]) -> str:
    """Write a lock; the order of the charts does not matter."""
    entries = [{key: value for key, value in chart._asdict().items() if value} for chart in sorted(charts)]
    return _HEAD + yamlio.dump({"charts": entries})
