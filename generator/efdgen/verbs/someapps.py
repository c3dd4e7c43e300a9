"""What of a rendered tree belongs to some apps: for a check of these only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import paths

Tree = Mapping[str, bytes]

_HEAD = "applications:"
_ENTRY = re.compile(r"  (?P<quote>[\"']?)(?P<app>[^ \"']+)(?P=quote):")


def of_apps(there: Tree, rendered: Tree, apps: Collection[str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the files of some apps, as they are and as they should be.

    Values of the parent chart hold a part of every app: what should be there is what is, with these apps' parts as they
    are rendered. Where that is the same, the file is not looked at.

    Args:
        there: the output folder.
        rendered: what was rendered, at least of these apps.
        apps: the apps.
    """
    every = {*there, *rendered}
    wanted = {path for path in every if layout.is_of(path, apps)}
    before = {path: there[path] for path in wanted & there.keys()}
    after = {path: rendered[path] for path in wanted & rendered.keys()}
    for path in every - wanted:
        if layout.can_vouch(path) and layout.app_of(path) == paths.PARENT:
            _add_values(path, there.get(path), rendered.get(path), apps, before, after)
    return before, after


def _add_values(
    path: str,
    now: bytes | None,
    then: bytes | None,
    apps: Collection[str],
    before: dict[str, bytes],
    after: dict[str, bytes],
) -> None:
    """Add values of the parent chart to both sides, if they differ in what they say of some apps."""
    if now is None or then is None:
        sides = (side for side in (now, then) if side is not None)
        if any(_has_any(side.decode(errors="replace"), apps) for side in sides):
            before.update({} if now is None else {path: now})
            after.update({} if then is None else {path: then})
        return
    mended = spliced(now.decode(errors="surrogateescape"), then.decode(), apps).encode(errors="surrogateescape")
    if mended != now:
        before[path], after[path] = now, mended


class _Values(NamedTuple):
    """Values of the parent chart, in lines: what is before the apps' parts, these, and what is behind them."""

    head: list[str]
    parts: dict[str, list[str]]
    tail: list[str]


def spliced(there: str, rendered: str, apps: Collection[str]) -> str:
    """Return values of the parent chart as they are, with what others say of some apps.

    Where one of them is not as efdgen writes it, the others are taken as a whole.

    Args:
        there: the values as they are.
        rendered: the values as they are rendered.
        apps: the apps.
    """
    now, then = _read(there), _read(rendered)
    if now is None or then is None:
        return rendered
    parts = {app: lines for app, lines in now.parts.items() if app not in apps or app in then.parts}
    parts.update({app: lines for app, lines in then.parts.items() if app in apps})
    return "".join([*now.head, *(line for lines in parts.values() for line in lines), *now.tail])


def _has_any(text: str, apps: Iterable[str]) -> bool:
    values = _read(text)
    return values is None or any(app in values.parts for app in apps)


def _read(text: str) -> _Values | None:
    """Return values of the parent chart by their parts; None when they are not as efdgen writes them."""
    lines = text.splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines, 1) if line.rstrip() == _HEAD), 0)
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith(" ")), len(lines))
    parts: dict[str, list[str]] = {}
    lines_of_part: list[str] | None = None
    for line in lines[start:end]:
        entry = _ENTRY.match(line)
        if entry:
            if entry["app"] in parts:
                return None
            lines_of_part = parts.setdefault(entry["app"], [])
        if lines_of_part is None:
            return None
        lines_of_part.append(line)
    return _Values(lines[:start], parts, lines[end:]) if start else None
