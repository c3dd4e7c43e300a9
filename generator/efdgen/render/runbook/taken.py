"""Names that a runbook can use once: of phases, of steps, and of the shell functions that its script is made of."""

from __future__ import annotations

from collections.abc import Iterable

from efdgen.errors import Location, Problem
from efdgen.render.runbook.script import FUNCTIONS, PHASE, STEP, function


class Taken:
    """The names that are taken, each by the place that took it.

    Attributes:
        problems: what took a name that was taken.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._taken: dict[tuple[str, str], str] = {("function", name): "the script itself" for name in FUNCTIONS}

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
        first = self._taken.get((kind, name))
        if first is not None:
            self._refuse(kind, name, location, f"by {first}")
            return False
        self._taken[kind, name] = str(location)
        return True

    def _refuse(self, kind: str, name: str, location: Location, by: str) -> None:
        message = f"the name {name!r} of this {kind} is taken, {by}"
        self.problems.append(Problem("E407", message, location, hint="choose another"))
