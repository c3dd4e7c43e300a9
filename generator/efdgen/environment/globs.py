"""Globs as Argo CD's RBAC has them: those of gobwas/glob, without separators, so that `*` also stands for slashes.

    default/*        ->  every text that begins with `default/`
    default/{a,b}-?  ->  `default/a-1`, `default/b-2`

Where what stands before and behind a `*` overlaps in a text, gobwas is wrong: `ab*b` matches `ab`. That is not so
here.
"""

from __future__ import annotations

import functools
import re


class GlobError(ValueError):
    """A text that is not a glob, such as brackets that nobody closes, or one that few would read as gobwas does."""


def is_well_formed(glob: str) -> bool:
    """Say whether a text is a glob."""
    try:
        _compiled(glob)
    except GlobError:
        return False
    return True


def matches(glob: str, text: str) -> bool:
    """Say whether a glob matches a text as a whole; what is none matches nothing."""
    try:
        return _compiled(glob).match(text) is not None
    except GlobError:
        return False


@functools.lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    """Return a glob as a regular expression.

    Raises:
        GlobError: when it is none.
    """
    pattern, end = _pattern(glob, 0, 0)
    if end != len(glob):
        raise GlobError(glob)
    return re.compile(rf"(?:{pattern})\Z", re.DOTALL)


def _pattern(glob: str, at: int, depth: int) -> tuple[str, int]:
    """Return the regular expression of a glob from a place on, up to the end of its braces, and that place."""
    found: list[str] = []
    while at < len(glob):
        mark = glob[at]
        if depth and mark in ",}":
            break
        at += 1
        if mark == "*":
            # Of several in a row, one is enough; more would be tried in very many ways.
            if not found or found[-1] != ".*":
                found.append(".*")
        elif mark == "?":
            found.append(".")
        elif mark == "[":
            part, at = _class(glob, at)
            found.append(part)
        elif mark == "{":
            part, at = _alternatives(glob, at, depth + 1)
            found.append(part)
        elif mark == "\\" and at == len(glob):
            raise GlobError(glob)
        elif mark == "\\":
            found.append(re.escape(glob[at : at + 1]))
            at += 1
        else:
            found.append(re.escape(mark))
    return "".join(found), at


def _class(glob: str, at: int) -> tuple[str, int]:
    end = glob.find("]", at)
    inside = glob[at:end]
    negated, inside = inside.startswith("!"), inside.removeprefix("!")
    if end < 0 or not inside or "\\" in inside:
        raise GlobError(glob)
    if len(inside) == len("a-z") and inside[1] == "-":
        if inside[0] > inside[2]:
            raise GlobError(glob)
        inside = f"{re.escape(inside[0])}-{re.escape(inside[2])}"
    elif "-" in inside:
        raise GlobError(glob)
    else:
        inside = re.escape(inside)
    return f"[{'^' if negated else ''}{inside}]", end + 1


def _alternatives(glob: str, at: int, depth: int) -> tuple[str, int]:
    parts = []
    while True:
        part, at = _pattern(glob, at, depth)
        parts.append(part)
        if at >= len(glob) or not part:
            raise GlobError(glob)
        at += 1
        if glob[at - 1] == "}":
            return f"(?:{'|'.join(parts)})", at


def covers(wide: str, narrow: str) -> bool:
    """Say whether a glob is known to match all that another one does: `default/*` is within `*/*`."""
    if wide == narrow:
        return True
    if any(mark in wide for mark in "?[{\\") or any(mark in narrow for mark in "[{\\"):
        return False
    return matches(wide, narrow)
