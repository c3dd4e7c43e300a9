"""Commits, as data: what `git` reads and others show."""

from __future__ import annotations

from efdgen.language.tuples import NamedTuple


class Commit(NamedTuple):
    """A commit that a line is from: its hash, its day, such as 2026-11-29, and its first line."""

    hash: str
    day: str
    subject: str

    @property
    def short(self) -> str:
        """Return the first digits of its hash."""
        return self.hash[:9]
