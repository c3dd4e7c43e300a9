"""What can go wrong, as data: locations, problems and the exceptions that carry them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Where a value stands inside a YAML document: mapping keys and list indices, from the root."""


FLAWED_LINK = "E306"
"""The code of an expression that needs an environment whose own spec has problems."""


class Severity(enum.Enum):
    """How much a problem weighs: an error stops everything, a warning is only reported."""

    ERROR = "error"
    WARNING = "warning"


def severity(code: str) -> Severity:
    """Return how much what a code stands for weighs: its letter says so, E an error, W a warning."""
    return Severity.WARNING if code.startswith("W") else Severity.ERROR


class Location(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One thing wrong with the input, with everything a report needs to explain it.

    Attributes:
        code: which rule it breaks.
        message: what is wrong.
        location: where.
        path: the value, in the file.
        hint: what may help.
        severity: how much it weighs.
        app: the app that it is about; empty where the message says more than this could.
        environments: those that it is about, as `app`.
    """

    code: str
    message: str
    location: Location
    path: Path = ()
    hint: str = ""
    severity: Severity = Severity.ERROR
    app: str = ""
    environments: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[Location, str, str, bool, str, str]:
        """The order in which reports show problems: by place, code and message; of the same ones, an error first.

        No two problems have one key: a set of them has one order.
        """
        is_warning = self.severity is Severity.WARNING
        return (self.location, self.code, self.message, is_warning, self.hint, dotted(self.path))


def dotted(path: Path) -> str:
    """Write a path the way people do: `apps.influxdb.values.ports[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isalnum() or (part and all(c.isalnum() or c in "-_/" for c in part)):
            text += f".{part}" if text else part
        else:
            text += f"[{part!r}]"
    return text


class EfdgenError(Exception):
    """The root of everything efdgen raises on purpose."""


class FlawedSpecError(Exception):
    """Something is wrong with a spec that was loaded when it was asked for. Who loads all of them says what."""


class InvalidInputError(EfdgenError):
    """Something people wrote is wrong. Carries every problem found so far."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: problem.sort_key))
        super().__init__("; ".join(f"{p.location}: {p.message}" for p in self.problems))


class InvalidEditError(InvalidInputError):
    """An edit would make something wrong that was not wrong before. Carries the files as they would be.

    Attributes:
        instead: the text of each file that the edit is about, by its path.
    """

    def __init__(self, problems: Iterable[Problem], instead: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.instead = instead


class UsageError(EfdgenError):
    """The command was called wrongly: an unknown environment, no repository here."""


class OutputError(EfdgenError):
    """The rendered tree can't be written, or must not be."""


class ChartError(EfdgenError):
    """A third-party chart can't be fetched, verified or hydrated."""


class TooLateInterrupt(KeyboardInterrupt):
    """Ctrl-C while files were switched: all of what was to be written is written."""
