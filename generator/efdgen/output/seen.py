"""Files that were read, without the contents that somebody knows already: of thousands, few differ from those."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.errors import OutputError

Looking = Callable[[Mapping[str, bytes]], "Seen"]
"""Reads files; is given the digests that they may have, by their paths."""


def digest(content: bytes | memoryview) -> bytes:
    """Return what tells a content from all others."""
    return hashlib.sha256(content).digest()


class Seen(Mapping[str, bytes]):
    """Files as they were when they were read.

    Args:
        contents: the files that nobody knew, or that were not as they were known.
        known: the digests of the others.
        again: reads one of these.
    """

    def __init__(self, contents: dict[str, bytes], known: dict[str, bytes], again: Callable[[str], bytes]) -> None:
        self._contents = contents
        self._known = known
        self._again = again

    def is_as(self, path: str, digest_: bytes) -> bool:
        """Say whether a file is there, and has a digest."""
        known = self._known.get(path)
        if known is not None:
            return known == digest_
        content = self._contents.get(path)
        return content is not None and digest(content) == digest_

    def has_all(self, digests: Mapping[str, bytes]) -> bool:
        """Say whether all of some files are there, and have these digests."""
        return digests.items() <= self._known.items() or all(self.is_as(*each) for each in digests.items())

    def differing(self, files: Mapping[str, bytes | None]) -> list[str]:
        """Return those of some files that are not there, or have another content; None: that is not asked."""
        contents, known = self._contents, self._known
        return [
            path
            for path, content in files.items()
            if content is not None
            and (contents.get(path) != content if path not in known else known[path] != digest(content))
        ]

    def digest_of(self, path: str) -> bytes:
        """Return the digest of a file that is there."""
        return self._known.get(path) or digest(self._contents[path])

    def without(self, paths: Mapping[str, object]) -> list[str]:
        """Return the files whose paths some mapping does not have."""
        return [*(self._contents.keys() - paths.keys()), *(self._known.keys() - paths.keys())]

    def get(self, path: str, default: Any = None) -> Any:
        """Return a file's content, or the default."""
        # As the mixin would, which raises an error for each file that is not there.
        content = self._contents.get(path)
        if content is None and path in self._known:
            return self[path]
        return default if content is None else content

    def __getitem__(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            OutputError: when it has to be read again, and can't be, or is not as it was.
        """
        if path not in self._known:
            return self._contents[path]
        content = self._again(path)
        if digest(content) != self._known[path]:
            raise OutputError(f"{path} changed while it was looked at; run this again")
        return content

    def __contains__(self, path: object) -> bool:
        return path in self._known or path in self._contents

    def __iter__(self) -> Iterator[str]:
        yield from self._known
        yield from self._contents

    def __len__(self) -> int:
        return len(self._known) + len(self._contents)


def _never(path: str) -> bytes:
    raise KeyError(path)


NOTHING = Seen({}, {}, _never)
"""No files."""


def of(contents: dict[str, bytes]) -> Seen:
    """Return files whose contents are all in memory."""
    return Seen(contents, {}, _never)


def among(contents: Mapping[str, bytes]) -> Looking:
    """Return what looks at such files."""
    return lambda _known: of(dict(contents))
