"""What reports of an import say, in the order in which a team reads it; the same for each format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple


class Row(NamedTuple):
    """What was compared of an environment.

    Attributes:
        environment: its name.
        apps: the apps that were compared.
        values: the values that were.
        objects: the objects that were.
        differences: what differs.
        unexplained: what differs without a reason.
        lost: the Applications of the source that are not imported.
        broken: those of them that Argo CD can't render either.
        failing: the templates of the source on which Helm fails: what they make is not known, nor compared.
        is_refused: whether efdgen refuses what was made, so that nothing was compared.
    """

    environment: str
    apps: int
    values: int
    objects: int
    differences: int
    unexplained: int
    lost: int = 0
    broken: int = 0
    failing: int = 0
    is_refused: bool = False

    @property
    def verdict(self) -> str:
        """Say how an environment compares with the source."""
        if self.is_refused:
            return "not compared: efdgen refuses it"
        if self.lost and not self.apps:
            return "not imported"
        if self.unexplained:
            said = f"{self.unexplained} unexplained difference{'s' if self.unexplained > 1 else ''}"
        else:
            said = "equal" if not self.differences else f"equal, but for {self.differences} with a reason"
        if self.failing:
            said += f"; {self.failing} template{'s' if self.failing > 1 else ''} not compared: Helm fails there"
        return f"{self.apps} of {self.apps + self.lost} apps: {said}" if self.lost else said

    @property
    def is_proved(self) -> bool:
        """Say whether all that Argo CD deploys is there, and what differs has its reason."""
        return not self.is_refused and not self.unexplained and not self.failing and self.lost == self.broken


class Note(NamedTuple):
    """Something to look at: its code, place, who it is about, what it is, and what to do."""

    code: str
    place: str
    environment: str
    app: str
    message: str
    hint: str

    @property
    def about(self) -> str:
        """Return what it is about: an app in an environment, or one of the two."""
        return " in ".join(part for part in (self.app, self.environment) if part)


class Different(NamedTuple):
    """A difference between the source and what was made."""

    environment: str
    app: str
    what: str
    path: str
    before: str
    after: str
    reason: str


class Told(NamedTuple):
    """A report.

    Attributes:
        source: what was imported.
        rows: the environments.
        before: lines of the source that were taken over, all, and those that say something.
        after: the same of specs and definitions.
        files: the number of the files of people, before and after.
        recognised: what was recognised, as sentences.
        factored: what was factored out and why, as sentences.
        different: what differs.
        notes: what to look at, by kind.
    """

    source: str
    rows: Sequence[Row]
    before: tuple[int, int]
    after: tuple[int, int]
    files: tuple[int, int]
    recognised: Sequence[str]
    factored: Sequence[str]
    different: Sequence[Different]
    notes: Sequence[Note]

    def folded(self) -> list[Different]:
        """Return what differs, what is the same in several environments once."""
        found: dict[Different, list[str]] = {}
        for each in self.different:
            found.setdefault(each._replace(environment=""), []).append(each.environment)
        return [each._replace(environment=", ".join(names)) for each, names in found.items()]

    @property
    def nothing_differs(self) -> str:
        """Say what it means that nothing differs: what was not compared may."""
        if any(row.is_refused for row in self.rows):
            return "Nothing was compared: efdgen refuses what was made."
        if any(row.failing or row.lost for row in self.rows):
            return "What was compared is the same in every environment; what was not, stands below."
        return "Values, Applications, objects and charts are the same in every environment."

    def groups(self) -> Iterator[tuple[str, list[Note]]]:
        """Yield what to look at, under a title for each kind; empty kinds are left out."""
        for digits, title in TITLES:
            found = [note for note in self.notes if note.code[1] in digits]
            if found:
                yield title, found

    def as_data(self) -> dict[str, Any]:
        """Return the report as data for JSON."""
        return {
            "imported": self.source,
            "environments": [{**row._asdict(), "verdict": row.verdict} for row in self.rows],
            "lines": {"before": self.before, "after": self.after},
            "files": {"before": self.files[0], "after": self.files[1]},
            "recognised": list(self.recognised),
            "factored": list(self.factored),
            "differences": [each._asdict() for each in self.different],
            "findings": [note._asdict() for note in self.notes],
        }


TITLES = (
    ("12", "Not imported: broken, or not there in the source"),
    ("3", "Differs, or is lost"),
    ("4", "To look at"),
    ("5", "Drift between environments, and copies"),
)
"""The kinds of findings, by the first digit of their codes."""
