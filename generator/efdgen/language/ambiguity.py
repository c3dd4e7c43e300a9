"""How long a regular expression can take on a text, before it is used: Python's engine backtracks.

Where a pattern can match one text in many ways, all are tried before it is said not to match. How many there are is the
ambiguity of its automaton, which can be worked out: "On the degree of ambiguity of finite automata", A. Weber and
H. Seidl, 1991, https://doi.org/10.1016/0304-3975(91)90381-B. What is tried without repeating anything is counted.

    ^(a+b)+$       as many steps as the text has characters     power 1
    ^.*x.*$        the square of that                           power 2
    ^(a+)+$        2 to the power of that                       BoundlessError
    ^a?a?a?aaa$    whatever the text's length, some             power 0, ways 8 at least
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.letters import combined, reads, sre, told_apart
from efdgen.language.tuples import NamedTuple

_MOST_DEPTH = 50
_MOST_STATES = 300
_MOST_STEPS = 300_000
"""What is looked at of a pattern; real ones have a tenth."""

MOST_WAYS = 10**9
"""More ways than these to get somewhere are counted as these."""


class BoundlessError(Exception):
    """A pattern can take for ever, or how long it takes can't be worked out. The message says why."""


class Cost(NamedTuple):
    """What a pattern can take: as many steps as a power of the text's length, times a number of ways."""

    power: int
    ways: int


def cost(pattern: str) -> Cost:
    """Return what a pattern can take at most; both its parts are never too low.

    Raises:
        BoundlessError: when it is to no power, or can't be worked out.
    """
    parsed = sre.parse(pattern)
    tree, flags = list(parsed), parsed.state.flags
    is_anchored = bool(tree) and tree[0][0] is sre.AT and tree[0][1] in _BEGINNINGS and not flags & re.MULTILINE
    return _Automaton(tree, told_apart(tree, flags), flags, is_anchored=is_anchored).cost()


_Ways = dict[int, int]
"""States, each of which reads one character, with the number of ways to get there."""


class _Part(NamedTuple):
    """A part of a pattern: the states that it begins and ends with, and in how many ways it can be empty."""

    first: _Ways
    last: _Ways
    empty: int


_EMPTY = _Part({}, {}, 1)


class _Automaton:
    """The states of a pattern, each of which reads one character, and the steps between them, each with its ways."""

    def __init__(self, tree: Any, letters: frozenset[str], flags: int, *, is_anchored: bool) -> None:
        self._is_anchored = is_anchored
        self._flags = flags
        self._letters = letters
        self._known: dict[str, frozenset[str]] = {}
        self._reads: list[frozenset[str]] = []
        self._steps: dict[int, _Ways] = defaultdict(dict)
        self._first_looks = 0
        self._looks = 0
        self._look_ways = 1
        self._loops = 0
        self._depth = 0
        self._whole = self._sequence(tree)

    def cost(self) -> Cost:
        """Return what it can take; a pattern that is not anchored is tried at each place of a text."""
        power = self._power()
        return Cost(max(power + self._looks, self._first_looks), min(MOST_WAYS, self._ways() * self._look_ways))

    def _power(self) -> int:
        rings = [ring for ring in _rings(range(len(self._reads)), self._steps) if self._is_ring(ring)]
        for ring in rings:
            self._refuse_exponential(ring)
        chains: dict[int, int] = {}
        # From the last to the first: Tarjan's order.
        for index, ring in enumerate(rings):
            behind = (chains[at] for at in range(index) if self._is_beside(ring, rings[at]))
            chains[index] = 1 + max(behind, default=0)
        return max(chains.values(), default=0) + (1 if not self._is_anchored and (rings or self._looks) else 0)

    def _ways(self) -> int:
        """Return how many ways there can be through what is not repeated, for one way through each repeated part.

        A repeated part can be left at each of its turns. Where what follows it could be one more turn, texts decide it
        only in what stands behind: as many turns as that has parts may be tried.
        """
        ways: dict[int, int] = {}
        single = 1
        for group in _rings(range(len(self._reads)), self._steps):
            if self._is_ring(group):
                inside = frozenset(group)
                own = frozenset().union(*(self._reads[state] for state in group))
                leaving = ((to, each) for state in group for to, each in self._steps[state].items() if to not in inside)
                found = sum(each * ways[to] * (single if own & self._reads[to] else 1) for to, each in leaving)
            else:
                single += 1
                found = self._chosen(self._steps[group[0]], ways)
            ways.update(dict.fromkeys(group, min(MOST_WAYS, max(1, found))))
        return min(MOST_WAYS, max(1, self._chosen(self._whole.first, ways) + self._whole.empty))

    def _chosen(self, following: Mapping[int, int], ways: Mapping[int, int]) -> int:
        """Return in how many ways one character can lead on."""
        chosen: dict[str, int] = {}
        for to, each in following.items():
            for letter in self._reads[to]:
                chosen[letter] = chosen.get(letter, 0) + each * ways[to]
        return max(chosen.values(), default=0)

    # -- from the tree to states

    def _sequence(self, tree: Iterable[tuple[Any, Any]]) -> _Part:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise BoundlessError(f"its groups are nested more than {_MOST_DEPTH} deep")
        whole = _EMPTY
        for node, argument in tree:
            part = self._part(node, argument)
            self._connect(whole.last, part.first)
            whole = _Part(
                _sum(whole.first, _times(part.first, whole.empty)),
                _sum(part.last, _times(whole.last, part.empty)),
                min(MOST_WAYS, whole.empty * part.empty),
            )
        self._depth -= 1
        return whole

    def _part(self, node: Any, argument: Any) -> _Part:
        if node in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return self._reading(node, argument)
        if node is sre.BRANCH:
            parts = [self._sequence(branch) for branch in argument[1]]
            empty = min(MOST_WAYS, sum(part.empty for part in parts))
            return _Part(_sum(*(part.first for part in parts)), _sum(*(part.last for part in parts)), empty)
        if node is sre.SUBPATTERN:
            return self._group(*argument[1:])
        if str(node) == "ATOMIC_GROUP":
            return self._sequence(argument)
        if str(node) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(*argument)
        if node in (sre.ASSERT, sre.ASSERT_NOT):
            self._look(argument[1])
            return _EMPTY
        if node is sre.AT:
            return _EMPTY
        if str(node) == "FAILURE":
            return _Part({}, {}, 0)
        raise BoundlessError("it refers back to one of its groups, and how long that takes can't be known")

    def _group(self, more: int, less: int, body: Any) -> _Part:
        flags = self._flags
        self._flags = combined(flags, more, less)
        part = self._sequence(body)
        self._flags = flags
        return part

    def _repeat(self, least: int, most: int, body: Any) -> _Part:
        if most <= 1:
            part = self._sequence(body) if most else _EMPTY
            return part._replace(empty=min(MOST_WAYS, part.empty + 1)) if most and not least else part
        self._loops += 1
        part = self._sequence(body)
        self._loops -= 1
        if part.empty and most < sre.MAXREPEAT:
            raise BoundlessError(f"it repeats a part that can be empty up to {most} times")
        self._connect(part.last, part.first)
        return part if least else part._replace(empty=1)

    def _look(self, body: Any) -> None:
        """Look at what is looked ahead for, or back: it takes its own time, each time that it is come to."""
        power, ways = _Automaton(body, self._letters, self._flags, is_anchored=True).cost()
        self._look_ways = min(MOST_WAYS, self._look_ways * ways)
        if self._is_anchored and not self._reads and not self._loops:
            self._first_looks = max(self._first_looks, power)
        else:
            self._looks = max(self._looks, power)

    def _reading(self, node: Any, argument: Any) -> _Part:
        if len(self._reads) >= _MOST_STATES:
            raise BoundlessError(f"it has more than {_MOST_STATES} parts")
        said = f"{node} {argument} {self._flags}"
        if said not in self._known:
            self._known[said] = reads(node, argument, self._letters, self._flags)
        self._reads.append(self._known[said])
        state = {len(self._reads) - 1: 1}
        return _Part(state, state, 0)

    def _connect(self, ends: Mapping[int, int], beginnings: Mapping[int, int]) -> None:
        for end, ways in ends.items():
            steps = self._steps[end]
            for beginning, more in beginnings.items():
                steps[beginning] = min(MOST_WAYS, steps.get(beginning, 0) + ways * more)

    # -- ambiguity

    def _is_ring(self, states: Sequence[int]) -> bool:
        return len(states) > 1 or states[0] in self._steps[states[0]]

    def _refuse_exponential(self, ring: Sequence[int]) -> None:
        """Refuse a ring in which one text leads from a state back to it in two ways."""
        inside = frozenset(ring)
        found = any(ways > 1 for state in ring for to, ways in self._steps[state].items() if to in inside)
        if not found:
            pairs = [(one, other) for one in ring for other in ring if self._reads[one] & self._reads[other]]
            steps = {pair: list(self._together(pair, (inside, inside))) for pair in pairs}
            found = any(len({one == other for one, other in those}) > 1 for those in _rings(pairs, steps))
        if found:
            raise BoundlessError("a repeated part of it can match one text in several ways, each of which is tried")

    def _is_beside(self, ring: Sequence[int], behind: Sequence[int]) -> bool:
        """Say whether one text can stay in a ring, lead on from it to another one, and stay in that."""
        inside = (frozenset(ring), None, frozenset(behind))
        for first in ring:
            for second in behind:
                if (first, second, second) in self._reached((first, first, second), inside):
                    return True
        return False

    def _reached(self, start: tuple[int, ...], inside: Sequence[frozenset[int] | None]) -> set[tuple[int, ...]]:
        waiting, seen = [start], {start}
        found: set[tuple[int, ...]] = set()
        while waiting:
            for to in self._together(waiting.pop(), inside):
                found.add(to)
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)
            if len(seen) > _MOST_STEPS:
                raise BoundlessError("it is too complicated for working out how long it takes")
        return found

    def _together(self, states: tuple[int, ...], inside: Sequence[frozenset[int] | None]) -> Iterator[tuple[int, ...]]:
        """Yield where several states lead to by one character, each as far as it stays inside."""
        reached: list[tuple[tuple[int, ...], frozenset[str]]] = [((), self._letters)]
        for state, allowed in zip(states, inside, strict=True):
            reached = [
                ((*those, to), both)
                for those, letters in reached
                for to in self._steps[state]
                if (allowed is None or to in allowed) and (both := letters & self._reads[to])
            ]
        yield from (those for those, _ in reached)


_BEGINNINGS = (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)


def _sum(*counts: _Ways) -> _Ways:
    total: _Ways = {}
    for count in counts:
        for state, ways in count.items():
            total[state] = min(MOST_WAYS, total.get(state, 0) + ways)
    return total


def _times(count: _Ways, ways: int) -> _Ways:
    return {state: min(MOST_WAYS, each * ways) for state, each in count.items()} if ways else {}


def _rings(nodes: Iterable[Any], steps: Mapping[Any, Iterable[Any]]) -> list[list[Any]]:
    """Return the strongly connected components, what others lead to first: Tarjan's algorithm, without recursion."""
    number: dict[Any, int] = {}
    low: dict[Any, int] = {}
    stack: list[Any] = []
    found: list[list[Any]] = []
    left: set[Any] = set()
    for root in nodes:
        path = [] if root in number else [root]
        following: dict[Any, Iterator[Any]] = {}
        while path:
            node = path[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack.append(node)
                following[node] = iter(steps.get(node, ()))
            to = next((to for to in following[node] if to not in left), None)
            if to is None:
                path.pop()
                if low[node] == number[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    left.update(stack[at:])
                    del stack[at:]
                elif path:
                    low[path[-1]] = min(low[path[-1]], low[node])
            elif to in number:
                low[node] = min(low[node], number[to])
            else:
                path.append(to)
    return found
