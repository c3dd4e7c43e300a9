"""charts.lock: which archive each pinned chart is. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import schema, yamlio
from efdgen.repository.model import ChartReference

FILE = "charts.lock"
"""Its name, at the root of the repository."""

_HEAD = "# Written by `efdgen charts fetch`. Commit it; do not edit it. docs/charts.md says what it is for.\n"


class LockedChart(NamedTuple):
    """One entry: a pinned chart, where its archive came from, and the digest that it must have.

    Attributes:
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


EMPTY = ChartLock({}, {})


def parse(text: str) -> ChartLock:
    """Read a lock.

    Raises:
        InvalidInputError: with everything wrong with it, located.
    """
    document = yamlio.parse(text, FILE)
    if document.data is None:
        return EMPTY
    problems = schema.check(document, "lock")
    if problems:
        raise InvalidInputError(problems)
    charts: dict[ChartReference, LockedChart] = {}
    lines: dict[ChartReference, int] = {}
    for index, entry in enumerate(document.data["charts"]):
        chart = LockedChart(**entry)
        location = document.locate(("charts", index))
        reference = chart.reference
        if reference in charts:
            message = f"{chart.name} {chart.version} is locked twice (first on line {lines[reference]})"
            problems.append(Problem("E206", message, location, ("charts", index), "keep one of the entries"))
        charts.setdefault(reference, chart)
        lines.setdefault(reference, location.line)
    if problems:
        raise InvalidInputError(problems)
    return ChartLock(charts, lines)


def dump(charts: Iterable[LockedChart]) -> str:
    """Write a lock; the order of the charts does not matter."""
    entries = [{key: value for key, value in chart._asdict().items() if value} for chart in sorted(charts)]
    return _HEAD + yamlio.dump({"charts": entries})
