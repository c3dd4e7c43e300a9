"""Names that a runbook can use once: of phases, of steps, and of the shell functions that its script is made of."""

from __future__ import annotations

from collections.abc import Iterable

from efdgen.errors import Location, Problem
from efdgen.render.runbook.script import FUNCTIONS, PHASE, STEP, function

_OWN = tuple(("function", name) for name in FUNCTIONS)
"""What the script takes itself."""


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
        self._taken: dict[tuple[str, str], Location | None] = dict.fromkeys(_OWN)

    def phase(self, name: str, location: Location) -> None:
        """Take the name of a phase."""
        self._take("phase", name, location)

    def step(self, name: str, location: Location) -> None:
        """Take the name of a step, and of its function: `a.b` and `a-b` have the same."""
        if self._take("step", name, location):
            self._take("function", function(name), location)

    def functions(self, names: Iterable[str], location: Location) -> None:
        """Take the names of functions that shell commands define."""
        for name in dict.fromkeys(names):
            if name.startswith((STEP, PHASE)):
                self._refuse("function", name, location, f"those that begin with {STEP} and {PHASE} are the script's")
            else:
                self._take("function", name, location)

    def _take(self, kind: str, name: str, location: Location) -> bool:
        """Take a name; say whether it was free."""
        key = kind, name
        if key not in self._taken:
            self._taken[key] = location
            return True
        first = self._taken[key]
        if first == location:
            self._refuse_loop(kind, name, location)
        else:
            self._refuse(kind, name, location, f"by {'the script itself' if first is None else first}")
        return False

    def _refuse_loop(self, kind: str, name: str, location: Location) -> None:
        message = f"a loop gives the name {name!r} to more than one {kind}{self._where}"
        hint = "let the name hold what makes each turn another, such as loop.index"
        self.problems.append(Problem("E407", message, location, hint=hint))

    def _refuse(self, kind: str, name: str, location: Location, by: str) -> None:
        message = f"the name {name!r} of this {kind} is taken, {by}{self._where}"
        self.problems.append(Problem("E407", message, location, hint="choose another"))
