"""The page about all environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from efdgen import layout
from efdgen.model import ResolvedEnvironment


class Row(NamedTuple):
    """What the page says of one environment: all that is kept of it while the others are resolved."""

    name: str
    title: str
    versions: Mapping[str, str]


def row(environment: ResolvedEnvironment) -> Row:
    """Return what the page says of an environment."""
    versions = {app.definition.name: app.definition.chart.version for app in environment.apps}
    return Row(environment.facts.name, environment.facts.title, versions)


def page(rows: Sequence[Row]) -> str:
    """Return the page as Markdown."""
    lines = ["# The EFD's environments", ""]
    lines += [f"- [{row.title}]({layout.page(row.name)})" for row in rows]
    return "\n".join([*lines, ""])
