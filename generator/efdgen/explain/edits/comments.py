"""What an edit does to comments: those that go with what they are in, and those that lose what they stood above."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from efdgen.errors import Location
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import comments


class Comment(NamedTuple):
    """A comment, and where it stands."""

    location: Location
    text: str


def gone(before: str, after: str, file: str) -> list[Comment]:
    """Return the comments that an edit takes along, where they stood."""
    old, new = comments.comments(before), [each.text for each in comments.comments(after)]
    matcher = difflib.SequenceMatcher(None, [each.text for each in old], new, autojunk=False)
    return [
        Comment(Location(file, each.line, each.column + 1), each.text)
        for what, start, end, *_ in matcher.get_opcodes()
        if what in ("delete", "replace")
        for each in old[start:end]
    ]


def left(before: str, after: str, file: str) -> list[Comment]:
    """Return the comments right above lines that an edit takes out, where they stand now: they may be about nothing.

    A line with another key or item in its place is taken out; one with another value is not.
    """
    alone = {each.line: each for each in comments.comments(before) if each.is_alone}
    if not alone:
        return []
    lines, new = before.splitlines(), after.splitlines()
    steps = difflib.SequenceMatcher(None, lines, new, autojunk=False).get_opcodes()
    found: dict[int, Comment] = {}
    for what, start, _, begin, _ in steps:
        line = start  # the one above, counted from 1
        is_gone = what == "delete" or (what == "replace" and _head(lines[start]) != _head(new[begin]))
        while is_gone and line in alone and alone[line].column <= _indentation(lines[start]):
            now = _line_after(line, steps)
            if now:
                found[now] = Comment(Location(file, now, alone[line].column + 1), alone[line].text)
            line -= 1
    return [found[line] for line in sorted(found)]


def _head(line: str) -> str:
    return line.partition(":")[0].strip()


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line_after(line: int, steps: Sequence[tuple[str, int, int, int, int]]) -> int:
    """Return where a line stands now, counted from 1; 0: it is gone."""
    kept = ((start, now) for what, start, end, now, _ in steps if what == "equal" and start < line <= end)
    return next((now + line - start for start, now in kept), 0)
