"""What an edit does to comments: those that go with what they are in, and those that lose what they stood above."""

from __future__ import annotations

from collections.abc import Sequence

from efdgen.errors import Location
from efdgen.language.linematching import Matcher
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import comments


class Comment(NamedTuple):
    """A comment, and where it stands."""

    location: Location
    text: str


def gone(before: str, after: str, file: str) -> list[Comment]:
    """Return the comments that an edit takes along, where they stood."""
    old, new = comments.comments(before), [each.text for each in comments.comments(after)]
    return [
        Comment(Location(file, each.line, each.column + 1), each.text)
        for what, start, end, *_ in _steps([each.text for each in old], new)
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
    steps = _steps(lines, new)
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


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Return the steps from old lines to new ones, as difflib does.

    Most edits are at one place of a file: what is the same before it and behind it is not compared with all the rest.
    """
    most = min(len(old), len(new))
    before = next((at for at in range(most) if old[at] != new[at]), most)
    behind = next((at for at in range(most - before) if old[-1 - at] != new[-1 - at]), most - before)
    inner = (old[before : len(old) - behind], new[before : len(new) - behind])
    changed = Matcher(None, *inner, autojunk=False).get_opcodes()
    return [
        ("equal", 0, before, 0, before),
        *((what, a + before, b + before, c + before, d + before) for what, a, b, c, d in changed),
        ("equal", len(old) - behind, len(old), len(new) - behind, len(new)),
    ]


def _head(line: str) -> str:
    return line.partition(":")[0].strip()


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line_after(line: int, steps: Sequence[tuple[str, int, int, int, int]]) -> int:
    """Return where a line stands now, counted from 1; 0: it is gone."""
    kept = ((start, now) for what, start, end, now, _ in steps if what == "equal" and start < line <= end)
    return next((now + line - start for start, now in kept), 0)
