"""What an audit found, as text, Markdown and data; of several environments, a matrix first."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from efdgen.language import visible
from efdgen.language.places import Place
from efdgen.language.quoting import quote
from efdgen.language.shown import count
from efdgen.report.text import Style, table
from efdgen.review.audit import Audit, Finding, Status, counts, worst

_COLOURS = {Status.THERE: "green", Status.MISSING: "red", Status.DIFFERENT: "red", Status.UNKNOWN: "yellow"}
_LONGEST = 500
_INDENT, _WIDTH = 21, 100
_MANY = 3
"""How many things that are unknown for one reason stand together."""

_CALL = re.compile(r"(?<!\\)<(?:https?|ftp)://[^\s<>\\]*>|@", re.IGNORECASE)
"""What calls somebody in an issue; in a link, nothing does."""

_PORT = re.compile(r":([0-9]+)(?=[: ])")

_HEAD = ("area", "what", "status", "found", "what to do")


def as_text(audits: Sequence[Audit], style: Style, *, is_brief: bool = False) -> str:
    """Return what was found, for people: what is not as it should be first, each with what to do.

    Args:
        audits: what was found, by environment.
        style: colours text.
        is_brief: whether what is as it should be is left out.
    """
    parts = [_matrix(audits, style)] if len(audits) > 1 else []
    parts += [part for audit in audits for part in _environment(audit, style, is_brief=is_brief)]
    return "\n\n".join(parts)


def as_markdown(audits: Sequence[Audit], _style: Style, *, is_brief: bool = False) -> str:
    """Return the same for an issue or a page."""
    lines: list[str] = ["## What an audit found", ""]
    if len(audits) > 1:
        lines += [*markdown_table(_cells(audits)), ""]
    for audit in audits:
        lines += [f"### {audit.environment}: {_sum(audit.findings)}", "", f"Asked at {audit.at}.", ""]
        rows = [
            [each.area, each.subject, _word(each), each.detail, each.advice]
            for each in _ordered(audit.findings)
            if not (is_brief and each.is_fine)
        ]
        if rows:
            lines += [*markdown_table([list(_HEAD), *rows]), ""]
    return "\n".join(lines).rstrip("\n")


def as_json(audits: Sequence[Audit], _style: Style, *, is_brief: bool = False) -> str:
    """Return the same as data."""
    data = {"audits": [_data(audit, is_brief=is_brief) for audit in audits]}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}
"""The formats, by the name that `--format` takes."""


def _data(audit: Audit, *, is_brief: bool) -> dict[str, Any]:
    return {
        "environment": audit.environment,
        "at": audit.at,
        "status": worst(audit.findings).value,
        "counts": counts(audit.findings),
        "areas": {area: worst(audit.of(area)).value for area in audit.areas},
        "asked": list(audit.asked),
        "findings": [
            {
                "area": each.area,
                "what": each.subject,
                "status": each.status.value,
                "isWarning": each.is_warning,
                "found": each.detail,
                "toDo": each.advice,
            }
            for each in audit.findings
            if not (is_brief and each.is_fine)
        ],
    }


def _environment(audit: Audit, style: Style, *, is_brief: bool) -> Iterator[str]:
    yield style(f"{audit.environment}: {_sum(audit.findings)}", bold=True)
    wrong = [each for each in _ordered(audit.findings) if not each.is_fine]
    if wrong:
        yield "\n".join(line for _, same in groupby(wrong, _what_to_do) for line in _lines(list(same), style))
    fine = [each for each in audit.findings if each.is_fine]
    if fine and not is_brief:
        rows = [[each.area, _shown(each.subject), _shown(each.detail)] for each in fine]
        yield table([["area", "there", "found"], *rows], style)


def _shown(text: str) -> str:
    """Return a text on one line; what servers send may be of any length."""
    line = visible.line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"


def _what_to_do(finding: Finding) -> tuple[str, Status, str]:
    return finding.area, finding.status, finding.advice


def _lines(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    """Yield a line for each of several findings, then what to do about all of them."""
    for (status, detail), same in groupby(findings, lambda each: (each.status, _detail(each))):
        alike = list(same)
        if status is Status.UNKNOWN and len(alike) >= _MANY:
            # One reason for all of them: it is read once, and what it is about beside it.
            yield f"{_head(alike[0], style)}  each of these {len(alike)}: {_shown(detail)}"
            listed = ", ".join(_shown(each.subject) for each in alike)
            yield textwrap.indent(
                textwrap.fill(listed, _WIDTH, break_long_words=False, break_on_hyphens=False), " " * _INDENT
            )
        else:
            yield from (f"{_head(each, style)}  {_shown(each.subject)}: {_shown(detail)}" for each in alike)
    if findings[0].advice:
        yield f"{'':{_INDENT}}= {_shown(findings[0].advice)}"


def _head(finding: Finding, style: Style) -> str:
    word = style(f"{_word(finding):9}", fg="yellow" if finding.is_warning else _COLOURS[finding.status], bold=True)
    return f"{word}  {finding.area:8}"


def _detail(finding: Finding) -> str:
    """Return what was found, without the name of the thing once more."""
    rest = finding.detail.removeprefix(finding.subject)
    if rest == finding.detail or not finding.subject:
        return finding.detail
    port = _PORT.match(rest)
    if port:
        return f"its port {port[1]}{rest[port.end(1) :]}"
    return f"it{rest}" if rest.startswith(" ") else rest[2:] if rest.startswith(": ") else finding.detail


def _word(finding: Finding) -> str:
    return "warning" if finding.is_warning else finding.status.value


def _ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Return what has to be looked at first."""
    order = (Status.MISSING, Status.DIFFERENT, Status.UNKNOWN, Status.THERE)
    return sorted(findings, key=lambda each: (order.index(each.status), not each.is_warning))


def _sum(findings: Sequence[Finding]) -> str:
    """Return `34 there, 1 missing, 2 warnings`."""
    counted = counts(findings)
    warnings = counted.pop("warnings")
    parts = [f"{number} {status}" for status, number in counted.items() if number or status == Status.THERE.value]
    return ", ".join([*parts, *([count(warnings, "warning")] if warnings else [])])


def _cells(audits: Sequence[Audit]) -> list[list[str]]:
    """Return the matrix: a line an environment, a column an area."""
    areas = list(dict.fromkeys(area for audit in audits for area in audit.areas))
    rows = [[audit.environment, *(_cell(audit, area) for area in areas), audit.at] for audit in audits]
    return [["environment", *areas, "asked at"], *rows]


def _cell(audit: Audit, area: str) -> str:
    findings = audit.of(area)
    if not findings:
        return "-"
    counted = counts(findings)
    bad = [f"{counted[each.value]} {each.value}" for each in Status if each is not Status.THERE and counted[each.value]]
    warnings = [count(counted["warnings"], "warning")] if counted["warnings"] else []
    return ", ".join([*(bad or ["there"]), *warnings])


def _matrix(audits: Sequence[Audit], style: Style) -> str:
    return table(_cells(audits), style)


def markdown_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table whose first row is its head."""
    quoted = [f"| {' | '.join(_cell_text(cell) for cell in row)} |" for row in rows]
    return [quoted[0], f"| {' | '.join('---' for _ in rows[0])} |", *quoted[1:]]


def _cell_text(text: str) -> str:
    """Return a text for a cell; what a server sends, such as a page's title, calls nobody in an issue."""
    cell = quote(_shown(text), Place.CELL)
    return _CALL.sub(lambda found: "@<!-- -->" if found[0] == "@" else found[0], cell)
