"""The charts that Argo CD takes from Git for an app: they stand in its Application, and in no Chart.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import chartaddress
from efdgen.review import reading


class GitSource(NamedTuple):
    """A chart from Git.

    Attributes:
        key: what its values stand under.
        revision: the tag or the commit that is pinned.
        address: where it is, as charts.lock says it.
    """

    key: str
    revision: str
    address: str


def of_app(tree: Mapping[str, bytes], app: str) -> Iterator[GitSource]:
    """Yield the charts from Git of an app in a rendered tree; none when its Application can't be read."""
    path = layout.application(app)
    try:
        found = at(reading.data(path, tree.get(path, b"")), ("spec", "sources"))
    except reading.UnreadableError:
        return
    for source in found if isinstance(found, list) else ():
        chart = _chart(source)
        if chart is not None:
            yield chart


def _chart(source: Any) -> GitSource | None:
    """Return the chart that a source of an Application is; None: it is the wrapper chart."""
    files = at(source, ("helm", "valueFiles"))
    key = layout.git_chart(str(files[0])) if isinstance(files, list) and files else ""
    if not key:
        return None
    address = chartaddress.of_git(str(source.get("repoURL", "")), str(source.get("path", "")))
    return GitSource(key, str(source.get("targetRevision", "")), address)
