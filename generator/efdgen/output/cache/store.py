"""Plain data, kept in files by a key. Whatever is wrong with the place or a file, nothing is there.

A file holds a digest of the rest, its key, and data as `marshal` writes it: unlike a pickle, reading it runs no code.
Only files are read that nobody but their owner, who runs this, can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

_MAGIC = b"efdgen kept 1\n"
_DIGEST = 32
_MOST_BYTES = 256 * 1024 * 1024
_MOST_FILES = 200
_HOUR = 3600.0


class Store:
    """Data of one kind, by key, in a folder of its own; several runs may use it at once.

    Args:
        folder: the folder; it is made when something is kept.
        most: how many bytes all files may have together; the oldest are deleted.
        adds_only: whether what is kept under a key stays as it is.
    """

    def __init__(self, folder: Path, most: int = _MOST_BYTES, *, adds_only: bool = False) -> None:
        self._folder = str(folder)
        self._most = most
        self._adds_only = adds_only

    def adding(self) -> Store:
        """Return the same store for a run of less importance, which changes nothing that is there already."""
        return Store(Path(self._folder), self._most, adds_only=True)

    def read(self, key: str) -> Any:
        """Return what is kept under a key; None: nothing that can be trusted.

        Args:
            key: letters and digits.
        """
        path = f"{self._folder}/{key}"
        try:
            content = _content(self._folder, path)
            if not content.startswith(_MAGIC):
                return None
            kept = memoryview(content)[len(_MAGIC) :]
            if hashlib.sha256(kept[_DIGEST:]).digest() != kept[:_DIGEST]:
                return None
            found, data = marshal.loads(kept[_DIGEST:])  # noqa: S302 - the user's own, and no code
        except (OSError, ValueError, EOFError, TypeError):
            return None
        if found != key:
            return None
        with contextlib.suppress(OSError):
            if time.time() - os.stat(path).st_mtime > _HOUR:
                os.utime(path)  # what is used is not old
        return data

    def write(self, key: str, data: Any) -> None:
        """Keep data under a key, if that is possible: whoever reads meanwhile sees the former data, or this.

        Args:
            key: letters and digits.
            data: None, booleans, numbers, texts, bytes, and tuples, lists, dicts and sets of such.
        """
        if self._adds_only and os.path.lexists(f"{self._folder}/{key}"):
            return
        try:
            kept = marshal.dumps((key, data))
        except ValueError:
            return
        content = _MAGIC + hashlib.sha256(kept).digest() + kept
        if len(content) * 2 > self._most:
            return
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            if not _is_ours(os.lstat(self._folder), stat.S_ISDIR):
                return
            _replace(f"{self._folder}/{key}", content)
            self._prune()

    def _prune(self) -> None:
        """Delete what was not used for longest, beyond what may be kept, and what interrupted runs left."""
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
        for number, (_, size, path) in enumerate(sorted(found, reverse=True)):
            total += size
            if total > self._most or number >= _MOST_FILES:
                with contextlib.suppress(OSError):
                    os.unlink(path)


def _content(folder: str, path: str) -> bytes:
    """Return the content of a file that only the user can have written.

    Raises:
        OSError: when it can't be read, or others could have written it.
    """
    if not _is_ours(os.lstat(folder), stat.S_ISDIR):
        raise PermissionError(folder)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb", buffering=0) as stream:
        if not _is_ours(os.fstat(descriptor), stat.S_ISREG):
            raise PermissionError(path)
        return stream.readall()


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
