"""What would have to happen to one tree to make it another."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from efdgen.language.tuples import NamedTuple
from efdgen.output.tree import FileTree


class Kind(enum.Enum):
    """What happens to a file."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class FileChange(NamedTuple):
    """What happens to one file: its content before (None: not there) and after (None: gone)."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def kind(self) -> Kind:
        """Return what happens to the file."""
        if self.before is None:
            return Kind.ADDED
        return Kind.REMOVED if self.after is None else Kind.CHANGED

    @property
    def is_of_line_ends(self) -> bool:
        """Say whether nothing but line ends changes: Git wrote CRLF, as `core.autocrlf` makes it do."""
        return self.before is not None and self.before.replace(b"\r\n", b"\n") == self.after


class Change(NamedTuple):
    """A file before and after an edit; one that is new was not there."""

    before: bytes
    after: bytes
    is_new: bool = False


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """Return the changes that turn `before` into `after`, sorted by path."""
    if isinstance(after, FileTree):
        differing = after.differing(before)
    else:
        differing = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [FileChange(path, before.get(path), after.get(path)) for path in differing]
