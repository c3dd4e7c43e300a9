"""Plain data, kept in files by a key. Whatever is wrong with the place or a file, nothing is there.

A file holds its key and one or more parts, each as `marshal` writes it: unlike a pickle, reading it runs no code. What
is seldom needed is a part of its own, which is read when somebody asks. Before the parts stands a digest of each, and
a digest of that. Only files are read that nobody but their owner, who runs this, can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from efdgen.language.tuples import NamedTuple

_MAGIC = b"efdgen kept 2\n"
_DIGEST = 32
_LENGTH = 8
_HEAD = 4096
"""Bytes that are read at first: what stands before the parts is shorter."""
_MOST_BYTES = 256 * 1024 * 1024
_MOST_FILES = 200
_SELDOM = 64
"""Of very many files, one part of so many may be written between two looks at all of them."""
_HOUR = 3600.0


class Store:
    """Data of one kind, by key, in a folder of its own; several runs may use it at once.

    Args:
        folder: the folder; it is made when something is kept.
        most: how many bytes all files may have together; the oldest are deleted.
        files: how many files there may be. Where that is very many, they are counted now and then only.
        adds_only: whether what is kept under a key stays as it is.
    """

    def __init__(
        self, folder: Path, most: int = _MOST_BYTES, *, files: int = _MOST_FILES, adds_only: bool = False
    ) -> None:
        self._folder = str(folder)
        self._most = most
        self._files = files
        self._adds_only = adds_only
        self._seldom = (files // _SELDOM, most // _SELDOM) if files > _MOST_FILES else (0, 0)
        self._left = (0, 0)

    def adding(self) -> Store:
        """Return the same store for a run of less importance, which changes nothing that is there already."""
        return Store(Path(self._folder), self._most, files=self._files, adds_only=True)

    def read(self, key: str) -> Any:
        """Return the first part of what is kept under a key; None: nothing that can be trusted.

        Args:
            key: letters and digits.
        """
        parts = self.open(key)
        return None if parts is None else parts.first

    def open(self, key: str) -> Parts | None:
        """Return what is kept under a key, with its first part read; None: nothing that can be trusted.

        Args:
            key: letters and digits.
        """
        path = f"{self._folder}/{key}"
        try:
            with _opened(self._folder, path) as descriptor:
                head = _head(os.read(descriptor, _HEAD), key)
                first = _checked(head.part(descriptor, 0))
        except _ERRORS:
            return None
        with contextlib.suppress(OSError):
            if time.time() - os.stat(path).st_mtime > _HOUR:
                os.utime(path)  # what is used is not old
        return Parts(self._folder, path, key, head, first)

    def write(self, key: str, *parts: Any) -> None:
        """Keep data under a key, if that is possible: whoever reads meanwhile sees the former data, or this.

        Args:
            key: letters and digits.
            parts: at least one; each is None, booleans, numbers, texts, bytes, or tuples, lists, dicts and sets of
                such; or a part as it is kept already (`Parts.as_kept`).
        """
        if self._adds_only and os.path.lexists(f"{self._folder}/{key}"):
            return
        try:
            kept = [part if isinstance(part, AsKept) else _as_kept(part) for part in parts]
        except ValueError:
            return
        head = marshal.dumps((key, tuple((len(part.content), part.digest) for part in kept)))
        before = (_MAGIC, hashlib.sha256(head).digest(), len(head).to_bytes(_LENGTH, "big"), head)
        content = b"".join((*before, *(part.content for part in kept)))
        if len(content) * 2 > self._most:
            return
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            if not _is_ours(os.lstat(self._folder), stat.S_ISDIR):
                return
            _replace(f"{self._folder}/{key}", content)
            self._prune(len(content))

    def _prune(self, written: int) -> None:
        """Delete what was not used for longest, beyond what may be kept, and what interrupted runs left."""
        self._left = self._left[0] - 1, self._left[1] - written
        if self._seldom != (0, 0) and min(self._left) >= 0:
            return
        self._left = self._seldom
        files, size = (most - rarely for most, rarely in zip((self._files, self._most), self._seldom, strict=True))
        now = time.time()
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(status.st_mode):
                    continue
                if not entry.name.startswith("."):
                    found.append((status.st_mtime, status.st_size, entry.path))
                elif now - status.st_mtime > _HOUR:
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
        total = 0
        for number, (_, length, path) in enumerate(sorted(found, reverse=True)):
            total += length
            if total > size or number >= files:
                with contextlib.suppress(OSError):
                    os.unlink(path)


class AsKept(NamedTuple):
    """A part as it stands in a file, and its digest. Whoever reads it says whether it is right."""

    content: bytes | bytearray
    digest: bytes


def _as_kept(part: Any) -> AsKept:
    """Return data as it is kept.

    Raises:
        ValueError: when it is no plain data.
    """
    content = marshal.dumps(part)
    return AsKept(content, hashlib.sha256(content).digest())


class Parts:
    """What is kept under a key.

    Args:
        folder: the folder of the store.
        path: the file.
        key: the key.
        head: what stands before the parts.
        first: the first part.
    """

    def __init__(self, folder: str, path: str, key: str, head: _Head, first: Any) -> None:
        self._folder = folder
        self._path = path
        self._key = key
        self._head = head
        self.first = first

    def other(self, number: int) -> Any:
        """Return another part, 1 or more; None: it is not there, or another run has written the file anew."""
        kept = self.as_kept(number)
        try:
            return None if kept is None else _checked(kept)
        except _ERRORS:
            return None

    def as_kept(self, number: int) -> AsKept | None:
        """Return another part for who writes it again, without a look at it; None: see `other`."""
        try:
            with _opened(self._folder, self._path) as descriptor:
                if _head(os.read(descriptor, _HEAD), self._key) != self._head:
                    return None
                return self._head.part(descriptor, number)
        except _ERRORS:
            return None


def _checked(kept: AsKept) -> Any:
    """Return what a part holds.

    Raises:
        ValueError, EOFError, TypeError: when it is not what it should be.
    """
    if hashlib.sha256(kept.content).digest() != kept.digest:
        raise ValueError
    return marshal.loads(kept.content)  # noqa: S302 - the user's own, and no code


_ERRORS = (OSError, ValueError, EOFError, TypeError, IndexError)
"""What comes of a file that is not what it should be."""


class _Head(NamedTuple):
    """What stands before the parts of a file: how long that is, and the length and the digest of each part."""

    length: int
    parts: tuple[tuple[int, bytes], ...]

    def part(self, descriptor: int, number: int) -> AsKept:
        """Return a part of an open file.

        Raises:
            EOFError, TypeError, IndexError: when the file is not what it should be.
            OSError: when it can't be read.
        """
        length, digest = self.parts[number]
        os.lseek(descriptor, self.length + sum(length for length, _ in self.parts[:number]), os.SEEK_SET)
        found = bytearray()
        while len(found) < length:
            piece = os.read(descriptor, length - len(found))
            if not piece:
                raise EOFError
            found += piece
        return AsKept(found, digest)


def _head(begin: bytes, key: str) -> _Head:
    """Return what stands before the parts of a file.

    Raises:
        ValueError, EOFError, TypeError: when that is not what it should be, or of another key.
    """
    at = len(_MAGIC) + _DIGEST + _LENGTH
    length = int.from_bytes(begin[at - _LENGTH : at], "big")
    head = begin[at : at + length]
    digest = begin[len(_MAGIC) : len(_MAGIC) + _DIGEST]
    if not begin.startswith(_MAGIC) or len(head) != length or hashlib.sha256(head).digest() != digest:
        raise ValueError(key)
    found, parts = marshal.loads(head)  # noqa: S302 - the user's own, and no code
    if found != key:
        raise ValueError(key)
    return _Head(at + length, parts)


@contextlib.contextmanager
def _opened(folder: str, path: str) -> Iterator[int]:
    """Open a file that only the user can have written.

    Raises:
        OSError: when it can't be read, or others could have written it.
    """
    if not _is_ours(os.lstat(folder), stat.S_ISDIR):
        raise PermissionError(folder)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        if not _is_ours(os.fstat(descriptor), stat.S_ISREG):
            raise PermissionError(path)
        yield descriptor
    finally:
        os.close(descriptor)


def _is_ours(status: os.stat_result, is_kind: Any) -> bool:
    """Say whether something is of a kind, the user's own, and nobody else can write to it."""
    if not is_kind(status.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _replace(path: str, content: bytes) -> None:
    """Write a file at once.

    Raises:
        OSError: when it can't be written.
    """
    folder, _, name = path.rpartition("/")
    temporary = f"{folder}/.{name}.{os.getpid()}-{time.monotonic_ns()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb", buffering=0) as stream:
            rest = memoryview(content)
            while rest:
                rest = rest[stream.write(rest) :]
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
