"""Where the tests' folders are: in memory, where there is room.

A render of many files syncs the file system, on a disk with all that the other tests wrote.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

ROOM = 2 * 2**30
"""Bytes that must be free: what a whole run of the tests writes, twice."""

_MEMORY = Path("/dev/shm")  # noqa: S108 - those who make folders in there make them for themselves alone


def use() -> None:
    """Make temporary folders in memory, here and in all that is started, unless TMPDIR says where they are.

    `/dev/shm` is where Linux has such a file system: https://www.kernel.org/doc/html/latest/filesystems/tmpfs.html
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and has_room(_MEMORY):
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def has_room(folder: Path) -> bool:
    """Say whether a folder can be written and has room for the tests' folders."""
    return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free >= ROOM
