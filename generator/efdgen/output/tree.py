"""A tree of files in memory: what will be written, or what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import OutputError

_NO_NAMES = frozenset(("", ".", ".."))


class FileTree(Mapping[str, bytes]):
    """Relative POSIX paths and contents, in sorted order. A path is written once.

    Paths that leave the tree, or that a file system without case would confuse, are refused.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self._files: dict[str, bytes] = {}
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
        there, folded = self._files, self._folded
        for path, content in files:
            parts = path.split("/")
            if not _NO_NAMES.isdisjoint(parts) or "\\" in path or "\0" in path:
                raise OutputError(f"{path!r} is not a path below the output folder")
            taken = folded.setdefault(path.casefold(), path)
            if path in there or taken != path:
                raise OutputError(f"two files claim the path {path}" + (f" and {taken}" if taken != path else ""))
            there[path] = content

    def get(self, path: str, default: Any = None) -> Any:
        """Return a file's content, or the default."""
        return self._files.get(path, default)

    def __getitem__(self, path: str) -> bytes:
        return self._files[path]

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def differing(self, other: Mapping[str, bytes]) -> list[str]:
        """Return the paths of files that differ from those of another tree, sorted."""
        files = self._files
        there = other if isinstance(other, dict) else dict(other)
        changed = [path for path, content in files.items() if there.get(path) != content]
        return sorted([*changed, *(there.keys() - files.keys())])

    def __len__(self) -> int:
        return len(self._files)
