"""What an edit does to comments: those that go with what they are in, and those that lose what they stood above."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from efdgen.errors import Location
from efdgen.language.linematching import Matcher
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import comments, spans
from efdgen.language.yamlio.spans import Node


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

    A line with another key or item in its place is taken out; one with another value is not, and in brackets one whose
    first key or item is the same.
    """
    alone = {each.line: each for each in comments.comments(before) if each.is_alone}
    if not alone:
        return []
    old, new = _Lines(before), _Lines(after)
    steps = _steps(old.lines, new.lines)
    found: dict[int, Comment] = {}
    for what, start, _, begin, _ in steps:
        line = start  # the one above, counted from 1
        if what not in ("delete", "replace") or line not in alone:
            continue
        is_gone = what == "delete" or old.head(start) != new.head(begin)
        while is_gone and line in alone and alone[line].column <= _indentation(old.lines[start]):
            now = _line_after(line, steps)
            if now:
                found[now] = Comment(Location(file, now, alone[line].column + 1), alone[line].text)
            line -= 1
    return [found[line] for line in sorted(found)]


class _Lines:
    """The lines of a text, and what each begins with."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lines = text.splitlines()

    def head(self, number: int) -> str:
        """Return what tells a line from one about something else: its key or item, in brackets the first on it."""
        line = self.lines[number]
        if line.lstrip().startswith(_CLOSING):
            return _CLOSING[0]  # nothing begins here
        return self._in_brackets.get(self._starts[number] + _indentation(line)) or line.partition(":")[0].strip()

    @functools.cached_property
    def _starts(self) -> list[int]:
        lengths = (len(line) for line in self._text.splitlines(keepends=True))
        return list(itertools.accumulate(lengths, initial=0))

    @functools.cached_property
    def _in_brackets(self) -> dict[int, str]:
        """Return the keys and items in brackets, by where they begin."""
        try:
            return dict(_entries(spans.read(self._text), self._text))
        except ValueError:
            return {}  # it holds comments only


_CLOSING = ("]", "}", ",")


def _entries(node: Node, text: str) -> Iterator[tuple[int, str]]:
    for entry in node.entries:
        if not node.is_block:
            yield entry.start, entry.key if isinstance(entry.key, str) else _first(entry.node, text)
        yield from _entries(entry.node, text)


def _first(node: Node, text: str) -> str:
    """Return an item, or the first key or item in it."""
    while node.entries:
        entry = node.entries[0]
        if isinstance(entry.key, str):
            return entry.key
        node = entry.node
    return text[node.start : node.end]


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


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _line_after(line: int, steps: Sequence[tuple[str, int, int, int, int]]) -> int:
    """Return where a line stands now, counted from 1; 0: it is gone."""
    kept = ((start, now) for what, start, end, now, _ in steps if what == "equal" and start < line <= end)
    return next((now + line - start for start, now in kept), 0)
