"""What runs where, as a table for people, as Markdown, or as data."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from efdgen.environment.versions import CHART, OBJECT, Version, is_older
from efdgen.errors import Location
from efdgen.language import visible
from efdgen.language.places import Place
from efdgen.language.quoting import quote
from efdgen.language.shown import listed
from efdgen.report.list import because
from efdgen.report.text import Style, table

_HEAD = ("app", "what", "version", "where", "against the default", "since", "because")


def as_text(rows: Sequence[Version], style: Style, every: Sequence[Version]) -> str:
    """Return a table: a line for what is the same, for the same reason, in several environments.

    Args:
        rows: what is shown.
        style: colours words.
        every: all that runs, of which the rows are a part: by it, `everywhere` is told.
    """
    return table([list(_HEAD), *([visible.line(cell) for cell in row] for row in _folded(rows, every))], style)


def as_markdown(rows: Sequence[Version], _style: Style, every: Sequence[Version]) -> str:
    """Return the same table for a pull request or a wiki."""
    lines = [_HEAD, ["---"] * len(_HEAD), *([quote(cell, Place.CELL) for cell in row] for row in _folded(rows, every))]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_json(rows: Sequence[Version], _style: Style, _every: Sequence[Version]) -> str:
    """Return every environment's versions as data."""
    return visible.json(json.dumps({"versions": [_row(row) for row in rows]}, indent=2, ensure_ascii=False))


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}
"""The formats, by the name that `--format` takes."""


def not_shown(apps: Sequence[str], *, are_there: bool) -> str:
    """Return what is said of images that only charts name, while nobody looks into the objects.

    Args:
        apps: the apps that were asked for; none: all.
        are_there: whether the charts are at hand.
    """
    again = shlex.join(["efdgen", "versions", *apps, "--hydrate"])
    first = "" if are_there else "efdgen charts fetch; "
    return f"Images that only a chart names are not shown. To see them, run: {first}{again}"


def nobody_runs(apps: Sequence[str]) -> str:
    """Return what is said of apps that no environment lists."""
    what = listed(list(apps)) if apps else "any app"
    return f"no environment runs {what}"


def _row(row: Version) -> dict[str, Any]:
    return {
        "app": row.app,
        "what": row.what,
        "name": row.name,
        "version": row.version,
        "default": row.default or row.version,
        "isDefault": not row.default,
        "environment": row.environment,
        "file": row.location.file,
        "line": row.location.line,
        "commit": row.since.hash if row.since else None,
        "day": row.since.day if row.since else None,
        "reason": row.pin.reason if row.pin else None,
        "until": row.pin.until or None if row.pin else None,
    }


def _folded(rows: Sequence[Version], every: Sequence[Version]) -> list[list[str]]:
    """Return the cells of the table; what is the same in several environments is one row of it."""
    everywhere: dict[str, set[str]] = {}
    together: dict[Version, list[str]] = {}
    for row in every:
        everywhere.setdefault(row.app, set()).add(row.environment)
    for row in rows:
        together.setdefault(row._replace(environment="", location=Location("")), []).append(row.environment)
    cells = []
    for row, environments in together.items():
        is_everywhere = len(environments) == len(everywhere[row.app]) > 1
        cells.append(
            [
                row.app,
                _what(row),
                row.version,
                "everywhere" if is_everywhere else ", ".join(environments),
                _against(row),
                f"{row.since.day} {row.since.short}" if row.since else "",
                _because(row),
            ]
        )
    return cells


def _what(row: Version) -> str:
    if row.what == CHART:
        return f"{CHART} {row.name}"
    return f"{row.name} (by the chart)" if row.what == OBJECT else row.name or row.what


def _against(row: Version) -> str:
    """Return how a version stands to the default: behind it, ahead of it, or something else."""
    if not row.default:
        return ""
    if is_older(row.version, row.default):
        return f"behind {row.default}"
    return f"{'ahead of' if is_older(row.default, row.version) else 'not'} {row.default}"


def _because(row: Version) -> str:
    return "" if row.pin is None else because(row.pin)
