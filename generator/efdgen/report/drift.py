"""Differences between rendered/ and the specs, as problems: for the formats of machines."""

from __future__ import annotations

from collections.abc import Sequence

from efdgen.errors import Location, Problem
from efdgen.output.compare import Change, Kind

_RENDER = "run: efdgen render"


def problems(changes: Sequence[Change], foreign: Sequence[str], edited: Sequence[str], output: str) -> list[Problem]:
    """Return a problem for each file that is not as rendered, on the first line that differs."""
    by_hand = frozenset(edited)
    found = [_problem(change, change.path in by_hand, output) for change in changes]
    for path in foreign:
        message = "efdgen did not make this file"
        found.append(Problem("E604", message, Location(f"{output}/{path}", 1, 1), hint="move it elsewhere"))
    return sorted(found, key=lambda problem: problem.sort_key)


def _problem(change: Change, is_edited: bool, output: str) -> Problem:
    file = f"{output}/{change.path}"
    if change.kind is Kind.ADDED:
        return Problem("E601", "the file is missing", Location(file), hint=_RENDER)
    if change.kind is Kind.REMOVED:
        return Problem("E602", "no spec renders to this file", Location(file, 1, 1), hint=_RENDER)
    place = Location(file, _first_difference(change), 1)
    if is_edited:
        hint = "make the change in the specs or templates, then run: efdgen render"
        return Problem("E605", "the file was edited by hand", place, hint=hint)
    return Problem("E603", "the file is not what the specs render to", place, hint=_RENDER)


def _first_difference(change: Change) -> int:
    before = (change.before or b"").split(b"\n")
    after = (change.after or b"").split(b"\n")
    different = [n for n, (old, new) in enumerate(zip(before, after, strict=False), 1) if old != new]
    # The first line holds a digest of the rest, and differs whenever anything does.
    return next((number for number in different if number > 1), min(len(before), len(after)))
