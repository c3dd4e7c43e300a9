"""Names that a runbook can use once: of phases, of steps, and of the shell functions that its script is made of."""

from __future__ import annotations

from collections.abc import Iterable

from efdgen.errors import Location, Problem
from efdgen.language import yamlio
from efdgen.render.runbook.script import FUNCTIONS, PHASE, STEP, function

_Place = tuple[str, int]
"""The document that a name stands in, and the line."""


class Taken:
    """The names that are taken, each by the place that took it.

    Args:
        where: for messages: whose names they are.

    Attributes:
        problems: what took a name that was taken.
    """

    def __init__(self, where: str = "") -> None:
        self._where = f" ({where})" if where else ""
        self.problems: list[Problem] = []
        self._phases: dict[str, yamlio.Document] = {}
        self._steps: dict[str, _Place] = {}
        # None: the script itself takes it.
        self._functions: dict[str, _Place | None] = dict.fromkeys(FUNCTIONS)

    def phase(self, name: str, head: yamlio.Document) -> None:
        """Take the name of a phase, which its front matter says."""
        first = self._phases.setdefault(name, head)
        if first is not head:
            self._refuse("phase", name, head.locate(("phase",)), f"by {first.locate(('phase',))}")

    def step(self, name: str, source: str, line: int) -> None:
        """Take the name of a step, and of its function: `a.b` and `a-b` have the same."""
        own, place = function(name), (source, line)
        if own not in self._functions:
            # Then its own name is free, too.
            self._functions[own] = self._steps[name] = place
        elif name in self._steps:
            self._refuse_second("step", name, place, self._steps[name])
        else:
            self._steps[name] = place
            self._refuse_second("function", own, place, self._functions[own])

    def functions(self, names: Iterable[str], source: str, line: int) -> None:
        """Take the names of functions that shell commands define."""
        place = source, line
        for name in dict.fromkeys(names):
            if name.startswith((STEP, PHASE)):
                by = f"those that begin with {STEP} and {PHASE} are the script's"
                self._refuse("function", name, Location(*place, 1), by)
            elif name in self._functions:
                self._refuse_second("function", name, place, self._functions[name])
            else:
                self._functions[name] = place

    def _refuse_second(self, kind: str, name: str, place: _Place, first: _Place | None) -> None:
        """Refuse a name that was taken before."""
        location = Location(*place, 1)
        if place != first:
            by = "the script itself" if first is None else Location(*first, 1)
            self._refuse(kind, name, location, f"by {by}")
            return
        message = f"a loop gives the name {name!r} to more than one {kind}{self._where}"
        hint = "let the name hold what makes each turn another, such as loop.index"
        self.problems.append(Problem("E407", message, location, hint=hint))

    def _refuse(self, kind: str, name: str, location: Location, by: str) -> None:
        message = f"the name {name!r} of this {kind} is taken, {by}{self._where}"
        self.problems.append(Problem("E407", message, location, hint="choose another"))
