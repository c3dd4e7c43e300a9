"""Whom an audit would ask, as text, Markdown and data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from efdgen.language import visible
from efdgen.language.shown import count, listed
from efdgen.report.audit import markdown_table
from efdgen.report.text import Style, table
from efdgen.review.auditplan import KUBECTL, RESOLVERS, Planned

Unused = Sequence[tuple[str, str]]
"""Variables that are set and not followed, each with what counts in its place."""

_HEAD = ("server", "for", "how")


def as_text(plans: Sequence[Planned], unused: Unused, style: Style) -> str:
    """Return whom each environment asks, as tables."""
    parts = []
    for plan in plans:
        parts.append(style(f"{plan.environment}: {_sum(plan)}", bold=True))
        if plan.asked:
            parts.append(table([list(_HEAD), *([visible.line(cell) for cell in row] for row in _rows(plan))], style))
    if unused:
        parts.append("\n".join(f"not used: {name}; {instead}" for name, instead in unused))
    return "\n\n".join(parts)


def as_markdown(plans: Sequence[Planned], unused: Unused, _style: Style) -> str:
    """Return the same for an issue or a page."""
    lines = ["## What an audit asks", ""]
    for plan in plans:
        lines += [f"### {plan.environment}: {_sum(plan)}", ""]
        lines += [*markdown_table([list(_HEAD), *_rows(plan)]), ""] if plan.asked else []
    lines += [f"- not used: {name}; {instead}" for name, instead in unused]
    return "\n".join(lines).rstrip("\n")


def as_json(plans: Sequence[Planned], unused: Unused, _style: Style) -> str:
    """Return the same as data."""
    data = {
        "plans": [
            {
                "environment": plan.environment,
                "fault": plan.fault,
                "asked": [
                    {"server": each.server, "connectsTo": each.connects_to, "for": list(each.areas), "how": each.how}
                    for each in plan.asked
                    if each.is_asked
                ],
            }
            for plan in plans
        ],
        "notUsed": [name for name, _ in unused],
    }
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}
"""The formats, by the name that `--format` takes."""


def _sum(plan: Planned) -> str:
    if plan.fault:
        return f"nobody is asked; {plan.fault}"
    asked = [each.server for each in plan.asked if each.is_asked]
    by_name = [name for name in (KUBECTL, RESOLVERS) if name in asked]
    servers = len(asked) - len(by_name)
    parts = [*([count(servers, "server")] if servers else []), *by_name]
    return f"{listed(parts)} would be asked, and nobody else" if parts else "nobody would be asked"


def _rows(plan: Planned) -> Iterator[list[str]]:
    for each in plan.asked:
        to = f" through {each.connects_to}" if each.connects_to else ""
        yield [f"{each.server}{to}", ", ".join(each.areas), each.how]
