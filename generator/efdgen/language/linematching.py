"""What difflib finds in two texts, where they differ in thousands of places as well.

difflib looks through all lines between two places once more for each place that stays: for thousands of them, that
takes seconds. Then runs of equal lines are looked for once, and taken from the longest to the shortest. What is found
is the same.
"""

from __future__ import annotations

import difflib
import heapq
import itertools
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import Match

_MOST_LINES = 200_000
"""When difflib has looked through so many lines, it has many more before it."""

_MOST_PAIRS = 500_000
"""With more pairs of equal lines than these, runs of them are not kept."""

_Run = tuple[int, int, int]
"""How many lines are equal, as a negative number, and where they begin: the least is what difflib takes first."""


def unified(
    before: Sequence[str],
    after: Sequence[str],
    names: tuple[str, str] = ("", ""),
    *,
    context: int = 3,
    end: str = "",
) -> Iterator[str]:
    """Yield what `difflib.unified_diff` does.

    Args:
        before: lines.
        after: what they have become.
        names: what these are called.
        context: so many equal lines stand around those that differ.
        end: how the lines end that are not of the texts.
    """
    is_first = True
    for group in Matcher(None, before, after).get_grouped_opcodes(context):
        if is_first:
            yield f"--- {names[0]}{end}"
            yield f"+++ {names[1]}{end}"
            is_first = False
        old, new = _range(group[0][1], group[-1][2]), _range(group[0][3], group[-1][4])
        yield f"@@ -{old} +{new} @@{end}"
        for kind, begin, stop, start, until in group:
            if kind == "equal":
                yield from (f" {line}" for line in before[begin:stop])
                continue
            yield from (f"-{line}" for line in before[begin:stop])
            yield from (f"+{line}" for line in after[start:until])


def _range(begin: int, end: int) -> str:
    """Return lines as a unified diff names them: the first one, and how many, where that is not one."""
    length = end - begin
    if length == 1:
        return str(begin + 1)
    return f"{begin + 1 if length else begin},{length}"


class _SlowError(Exception):
    """difflib takes long."""


class Matcher(difflib.SequenceMatcher[str]):
    """Finds the same as difflib's."""

    a: Sequence[str]
    b: Sequence[str]
    b2j: dict[str, list[int]]
    matching_blocks: list[Match] | None
    _lines_left = sys.maxsize

    def get_matching_blocks(self) -> list[Match]:
        """Return where lines are equal, in order; the last one is empty, and behind all."""
        if self.matching_blocks is None:
            self._lines_left = _MOST_LINES
            try:
                return super().get_matching_blocks()
            except _SlowError:
                pass
            if sum(len(self.b2j.get(line, ())) for line in self.a) > _MOST_PAIRS:
                self._lines_left = sys.maxsize
                return super().get_matching_blocks()
            self.matching_blocks = list(map(Match._make, self._merged(self._blocks())))
        return self.matching_blocks

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Return the longest run of equal lines in a part of both texts, as difflib does."""
        self._lines_left -= (len(self.a) if ahi is None else ahi) - alo
        if self._lines_left < 0:
            raise _SlowError
        return super().find_longest_match(alo, ahi, blo, bhi)

    def _merged(self, blocks: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        """Yield blocks, those together that follow each other, and the empty one behind all."""
        first, second, size = 0, 0, 0
        for at, there, more in blocks:
            if (first + size, second + size) == (at, there):
                size += more
                continue
            if size:
                yield first, second, size
            first, second, size = at, there, more
        if size:
            yield first, second, size
        yield len(self.a), len(self.b), 0

    def _blocks(self) -> list[tuple[int, int, int]]:
        """Return where lines are equal, in order.

        difflib takes the longest run, the first of several, and goes on in what is before and behind it. So what is
        taken anywhere is the longest that is left there. Lines that are frequent make no run, and lengthen any.
        """
        runs = self._runs()
        heapq.heapify(runs)
        # What is taken, with sentinels around it, by where it begins in the one text.
        taken = [(-1, -1, 1), (len(self.a), len(self.b), 0)]
        while runs:
            size, at, there = heapq.heappop(runs)
            place = bisect_right(taken, at, key=lambda block: block[0])
            first, second, length = taken[place - 1]
            end, until, _ = taken[place]
            skipped = max(first + length - at, second + length - there, 0)
            if not skipped and there >= until:
                skipped = end - at
            fits = min(end - at, until - there, -size)
            if skipped or fits < -size:
                pieces = [(size + skipped, at + skipped, there + skipped)]
                if not skipped:
                    pieces = [(-fits, at, there), (size + fits, at + fits, there + fits)]
                for piece in pieces:
                    if piece[0] < 0:
                        heapq.heappush(runs, piece)
                continue
            taken.insert(place, self._lengthened(at, there, -size, (first + length, second + length), (end, until)))
        return self._with_beginnings(taken)

    def _runs(self) -> list[_Run]:
        """Return the runs of equal lines that are not frequent, each as long as it is."""
        found: list[_Run] = []
        before: dict[int, int] = {}
        for at, line in enumerate(self.a):
            now = {there: before.pop(there - 1, 0) + 1 for there in self.b2j.get(line, ())}
            found += [(-size, at - size, there - size + 1) for there, size in before.items()]
            before = now
        found += [(-size, len(self.a) - size, there - size + 1) for there, size in before.items()]
        return found

    def _lengthened(
        self, at: int, there: int, size: int, begin: tuple[int, int], end: tuple[int, int]
    ) -> tuple[int, int, int]:
        """Return a run with the equal lines around it, as far as what is taken already."""
        while at > begin[0] and there > begin[1] and self.a[at - 1] == self.b[there - 1]:
            at, there, size = at - 1, there - 1, size + 1
        while at + size < end[0] and there + size < end[1] and self.a[at + size] == self.b[there + size]:
            size += 1
        return at, there, size

    def _with_beginnings(self, taken: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Return what is taken, and what is equal where the lines between begin: difflib takes that last."""
        found: list[tuple[int, int, int]] = []
        for (at, there, size), following in itertools.pairwise(taken):
            begin = at + size, there + size
            found += [self._lengthened(*begin, 0, begin, following[:2]), following]
        return [block for block in found if block[2]]
