"""Problems in the formats of machines: JSON, GitHub's annotations, SARIF; and differences of rendered/ as problems."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen import __version__
from efdgen.errors import Location, Problem, Severity, dotted
from efdgen.language import visible
from efdgen.language.secrecy import masked
from efdgen.output import layout
from efdgen.output.compare import FileChange, Kind
from efdgen.output.journal import FOLDER
from efdgen.output.marks import has_conflict
from efdgen.report.brief import brief

DOCS = "https://github.com/lsst-sqre/argocd-efd/blob/main/docs/diagnostics.md"


def as_json(problems: Sequence[Problem]) -> str:
    """Return problems as one JSON document."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = {"errors": errors, "warnings": len(problems) - errors}
    document = {"problems": [_fact(brief(problem, is_for_people=False)) for problem in problems], **counts}
    return visible.json(json.dumps(document, indent=2, ensure_ascii=False))


def _fact(problem: Problem) -> dict[str, Any]:
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "message": masked(problem.message),
        "file": problem.location.file,
        "line": problem.location.line,
        "column": problem.location.column,
        "path": masked(dotted(problem.path)),
        "hint": masked(problem.hint),
        **({"app": problem.app, "environments": problem.environments} if problem.app else {}),
    }


def as_github(problems: Sequence[Problem]) -> str:
    """Return problems as GitHub workflow commands, which show up on the lines of a pull request.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    return "\n".join(_workflow_command(brief(problem)) for problem in problems)


def _workflow_command(problem: Problem) -> str:
    place = problem.location
    properties = {"file": visible.lines(place.file)}
    if place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    properties["title"] = problem.code
    text = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
    listed = ",".join(f"{key}={_escape(value, ':,')}" for key, value in properties.items())
    return f"::{problem.severity.value} {listed}::{_escape(text)}"


def _escape(text: str, also: str = "") -> str:
    """Escape as GitHub's own toolkit does: `%` and line ends everywhere, `:` and `,` in properties."""
    for mark in "%\r\n" + also:
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text


def as_sarif(problems: Sequence[Problem]) -> str:
    """Return problems as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""
    codes = sorted({problem.code for problem in problems})
    driver = {
        "name": "efdgen",
        "semanticVersion": __version__,
        "informationUri": DOCS,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(brief(problem), codes.index(problem.code)) for problem in problems],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return visible.json(json.dumps(document, indent=2, ensure_ascii=False))


def section(code: str) -> str:
    """Return the address of what docs/diagnostics.md says about a code; its section has an anchor of that name."""
    return f"{DOCS}#{code.lower()}"


def _rule(code: str) -> dict[str, Any]:
    where = section(code)
    return {
        "id": code,
        "helpUri": where,
        "help": {
            "text": f"What it means, and what to do: {where}",
            "markdown": f"[What it means, and what to do]({where})",
        },
    }


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    import os
    from urllib.parse import quote

    place = problem.location
    # GitHub shows no result without a line: what is about a file as a whole is shown on its first one.
    region = {"startLine": place.line, "startColumn": place.column} if place.line else {"startLine": 1}
    location = {"artifactLocation": {"uri": quote(os.fsencode(place.file))}, "region": region}
    text = f"{problem.message}. {problem.hint}" if problem.hint else problem.message
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity.value,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
"""The formats beside text, by the name that `--format` takes."""


_RENDER = "run: efdgen render"
_LINE_ENDS = f"put the line `rendered/** -text` into .gitattributes, then {_RENDER}"
"""What to do where Git wrote other line ends into a checkout."""


def differences(
    changes: Sequence[FileChange], foreign: Sequence[str], edited: Sequence[str], output: str, refusal: str = ""
) -> list[Problem]:
    """Return a problem for each file that is not as rendered, on the first line that differs.

    Args:
        changes: what a render would change.
        foreign: files that efdgen did not make.
        edited: those of the changed files that somebody edited.
        output: the folder of all of them.
        refusal: why a render would not make the changes; empty: it would.
    """
    by_hand = frozenset(edited)
    found = [_problem(change, change.path in by_hand, output) for change in changes]
    if refusal:
        how = f"efdgen render would refuse now: {refusal}"
        found = [each._replace(hint=each.hint.removesuffix(_RENDER) + how) for each in found]
    for path in foreign:
        message = "efdgen did not make this file"
        found.append(Problem("E604", message, Location(f"{output}/{path}", 1, 1), hint="move it elsewhere"))
    return sorted(found, key=lambda problem: problem.sort_key)


def interrupted(output: str) -> Problem:
    """Return the problem that a render was interrupted while it wrote."""
    return Problem("E606", "a render was interrupted while it wrote", Location(f"{output}/{FOLDER}"), hint=_RENDER)


def _problem(change: FileChange, is_edited: bool, output: str) -> Problem:
    file = f"{output}/{change.path}"
    if change.kind is Kind.ADDED:
        return Problem("E601", "the file is missing", Location(file), hint=_RENDER)
    if change.kind is Kind.REMOVED:
        return Problem("E602", "no spec renders to this file", Location(file, 1, 1), hint=_RENDER)
    place = Location(file, _first_difference(change), 1)
    if is_edited and has_conflict(change.before or b""):
        return Problem("E603", "Git left a merge conflict in the file", place, hint=f"merge the specs, then {_RENDER}")
    if change.is_of_line_ends:
        return Problem("E603", "its line ends are CRLF, and were written as LF", place, hint=_LINE_ENDS)
    if is_edited:
        hint = f"make the change in the specs or templates, then {_RENDER}"
        return Problem("E605", "the file was edited by hand", place, hint=hint)
    return Problem("E603", "the file is not what the specs render to", place, hint=_RENDER)


def _first_difference(change: FileChange) -> int:
    if layout.is_archive(change.path):
        return 1
    before = (change.before or b"").split(b"\n")
    after = (change.after or b"").split(b"\n")
    different = [n for n, (old, new) in enumerate(zip(before, after, strict=False), 1) if old != new]
    # The first line holds a digest of the rest, and differs whenever anything does.
    end = 1 if len(before) == len(after) else min(len(before), len(after))
    return next((number for number in different if number > 1), end)
