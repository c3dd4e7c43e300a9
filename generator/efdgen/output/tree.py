"""A tree of files in memory: what will be written, or what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import OutputError
from efdgen.output import seen
from efdgen.output.seen import Seen, digest

_NO_NAMES = frozenset(("", ".", ".."))


def _is_below(path: str) -> bool:
    """Say whether a path leads to something below the folder that it is taken from."""
    return _NO_NAMES.isdisjoint(path.split("/")) and "\\" not in path and "\0" not in path


class FileTree(Mapping[str, bytes]):
    """Relative POSIX paths and contents, in sorted order. A path is written once.

    Paths that leave the tree, or that a file system without case would confuse, are refused.

    Args:
        files: files to begin with.
        there: files that were read, for those of `add_seen`.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None, there: Seen | None = None) -> None:
        self._seen = seen.NOTHING if there is None else there
        self._files: dict[str, bytes | None] = {}
        self._folded: dict[str, str] = {}
        self.add_all((files or {}).items())

    def add(self, path: str, content: bytes) -> None:
        """Add a file.

        Raises:
            OutputError: when the path is absolute, has an empty, `.` or `..` part, or is taken.
        """
        self.add_all(((path, content),))

    def add_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Add files, in this order.

        Raises:
            OutputError: as `add`.
        """
        self._add(list(files))

    def add_seen(self, paths: Mapping[str, object]) -> None:
        """Add files that are there as they should be: their contents are read when somebody asks.

        Raises:
            OutputError: as `add`.
        """
        self._add([(path, None) for path in paths])

    def add_if_seen(self, digests: Mapping[str, bytes]) -> bool:
        """Add files if all of them are there and have these digests; return whether they are.

        Raises:
            OutputError: as `add`.
        """
        is_there = self._seen.has_all(digests)
        if is_there:
            self.add_seen(digests)
        return is_there

    def _add(self, files: Sequence[tuple[str, bytes | None]]) -> None:
        new = dict(files)
        folded = {path.casefold(): path for path in new}
        # Joined, paths have the names of all.
        if len(folded) == len(files) and self._folded.keys().isdisjoint(folded) and _is_below("/".join(new)):
            self._folded.update(folded)
            self._files.update(new)
        else:
            for path, content in files:
                self._add_one(path, content)

    def _add_one(self, path: str, content: bytes | None) -> None:
        if not _is_below(path):
            raise OutputError(f"{path!r} is not a path below the output folder")
        taken = self._folded.setdefault(path.casefold(), path)
        if path in self._files or taken != path:
            raise OutputError(f"two files claim the path {path}" + (f" and {taken}" if taken != path else ""))
        self._files[path] = content

    def get(self, path: str, default: Any = None) -> Any:
        """Return a file's content, or the default."""
        content = self._files.get(path)
        if content is None and path in self._files:
            return self._seen[path]
        return default if content is None else content

    def __getitem__(self, path: str) -> bytes:
        content = self._files[path]
        return self._seen[path] if content is None else content

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def digests(self) -> dict[str, bytes]:
        """Return a digest of each file (`seen.digest`), for who looks what is there."""
        return {
            path: self._seen.digest_of(path) if content is None else digest(content)
            for path, content in self._files.items()
        }

    def differing(self, other: Mapping[str, bytes]) -> list[str]:
        """Return the paths of files that differ from those of another tree, sorted."""
        files = self._files
        if not isinstance(other, Seen):
            there = other if isinstance(other, dict) else dict(other)
            changed = [path for path in files if there.get(path) != self[path]]
            return sorted([*changed, *(there.keys() - files.keys())])
        changed = other.differing(files)
        if self._seen is not other:
            seen_before = (path for path, content in files.items() if content is None)
            changed += [path for path in seen_before if not other.is_as(path, self._seen.digest_of(path))]
        return sorted([*changed, *other.without(files)])

    def __len__(self) -> int:
        return len(self._files)
