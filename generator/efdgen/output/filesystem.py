"""Sees that what was written to a file system is on its disk, without a wait for the others."""

from __future__ import annotations

import errno
import os
import sys


def sync(folder: str) -> None:
    """Wait until everything that was written to the file system of a folder is on the disk.

    Linux syncs one file system alone, and says when it could not (since 5.8): `syncfs` in
    https://man7.org/linux/man-pages/man2/sync.2.html. Elsewhere all of them are synced: what other programs write
    elsewhere is waited for, too.

    Raises:
        OSError: when the folder can't be opened, or its file system could not write everything.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        failed = _syncfs(descriptor)
    finally:
        os.close(descriptor)
    if failed == errno.ENOSYS:
        os.sync()
    elif failed:
        raise OSError(failed, os.strerror(failed))


def _syncfs(descriptor: int) -> int:
    """Sync the file system of an open file; return the number of the error, ENOSYS where there is no such call."""
    if sys.platform != "linux":
        return errno.ENOSYS
    try:
        # Python has no function for it. Few runs write so much that this is loaded.
        import ctypes

        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (ImportError, OSError, AttributeError):
        return errno.ENOSYS
    return 0 if call(descriptor) == 0 else ctypes.get_errno()
