"""What a chart's `kubeVersion` allows, as Helm reads it: https://github.com/Masterminds/semver#checking-version-constraints."""

from __future__ import annotations

import re

from efdgen.language.tuples import NamedTuple

_PART = re.compile(
    r"\s*,?\s*(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*v?([\dxX*]+(?:\.[\dxX*]+){0,2})(-[\w.-]+)?(?:\+[\w.-]+)?"
)
_RANGE = re.compile(r"(\S+)\s+-\s+(\S+)")
_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")

Version = tuple[int, int, int]


class _Bound(NamedTuple):
    sign: str
    lowest: Version
    known: int  # how many parts are numbers: of 1.20.x, two


def allows(constraint: str, version: str) -> bool | None:
    """Say whether a constraint allows a version of Kubernetes; None: one of them can't be read.

    Whatever it demands of prereleases (`>=1.19-0`) is fulfilled: a cluster's version is a release.
    """
    match = _VERSION.match(version)
    if not match:
        return None
    numbers = [int(part or 0) for part in match.groups()]
    at = (numbers[0], numbers[1], numbers[2])
    found = [_all(alternative, at) for alternative in constraint.split("||")]
    return None if None in found else any(found)


def _all(text: str, version: Version) -> bool | None:
    text = _RANGE.sub(r">=\1 <=\2", text).strip()
    at = 0
    results = []
    while at < len(text):
        match = _PART.match(text, at)
        if not match:
            return None
        results.append(_fulfils(_bound(match.group(1) or "=", match.group(2)), version))
        at = match.end()
        at += len(text[at:]) - len(text[at:].lstrip(" ,"))
    return all(results)


def _bound(sign: str, text: str) -> _Bound:
    parts: list[int] = []
    for part in text.split("."):
        if not part.isdigit():
            break
        parts.append(int(part))
    filled = [*parts, 0, 0, 0]
    return _Bound(sign, (filled[0], filled[1], filled[2]), len(parts))


def _fulfils(bound: _Bound, version: Version) -> bool:
    sign, lowest, known = bound
    above = _next(lowest, known)
    if sign in (">=", "=>"):
        return version >= lowest
    if sign == "<":
        return version < lowest
    if sign == ">":
        return version >= above if known < len(version) else version > lowest
    if sign in ("<=", "=<"):
        return version < above if known < len(version) else version <= lowest
    if sign == "!=":
        return not lowest <= version < above
    if sign in ("~", "~>"):
        return lowest <= version < _next(lowest, min(known, 2))
    if sign == "^":
        first = next((index for index, part in enumerate(lowest[:known]) if part), max(known - 1, 0))
        return lowest <= version < _next(lowest, min(known, first + 1))
    return lowest <= version < above


def _next(version: Version, parts: int) -> Version:
    """Return the first version above all that begin with as many parts of a version."""
    if not parts:
        return (10**9, 0, 0)
    major, minor, patch = version
    return ((major + 1, 0, 0), (major, minor + 1, 0), (major, minor, patch + 1))[parts - 1]
