"""What keeps changes of a folder from being made: found before the first one is, and without making any."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output.compare import FileChange


def refuse_link(folder: Path) -> None:
    """Refuse to write to a folder that is a link.

    Raises:
        OutputError: when it is one.
    """
    if folder.is_symlink():
        raise OutputError(f"{folder} is a symbolic link; nothing is written through links: remove it")


def refuse_unusable(folder: Path) -> None:
    """Refuse a folder that could not be locked (`disk.lock`), or made.

    Raises:
        OutputError: when it is a link, or is not there, and can't be made.
    """
    refuse_link(folder)
    if not folder.exists():
        above = _there(folder)
        if not _is_writable(above):
            raise OutputError(f"can't use {folder}: {os.strerror(_why(above))}")


def refuse(folder: Path, changes: Sequence[FileChange]) -> None:
    """Refuse changes that can't be made.

    Args:
        folder: the folder that they are about.
        changes: the changes.

    Raises:
        OutputError: when a folder stands where a file belongs, or a file where a folder belongs, or something can't be
            written.
    """
    _refuse_others([f"{folder}/{change.path}" for change in changes if change.after is not None], folder)
    for parent in sorted({change.path.rpartition("/")[0] for change in changes}):
        _refuse_unwritable(folder, folder / parent)


def _refuse_others(files: Sequence[str], folder: Path) -> None:
    """Refuse a folder where a file belongs, and a file where a folder belongs."""
    is_there: dict[str, bool] = {}
    for file in files:
        parent = file.rpartition("/")[0]
        if parent not in is_there:
            is_there[parent] = os.path.lexists(parent)
        if is_there[parent] and os.path.isdir(file):  # noqa: PTH112 - of thousands, texts take a tenth of the time
            raise OutputError(f"{file} is a folder, and a file belongs there: move it away")
    for parent in sorted(is_there):
        for above in (Path(parent), *Path(parent).parents):
            if above == folder:
                break
            if above.exists() and not above.is_dir():
                raise OutputError(f"{above} is a file, and a folder belongs there: move it away")


def _refuse_unwritable(folder: Path, parent: Path) -> None:
    """Refuse a folder in which names can't change."""
    parent = _there(parent)
    if not _is_writable(parent):
        raise OutputError(f"can't write {parent}: {os.strerror(_why(parent))}; run it again when that is fixed")
    if parent.stat().st_dev != _there(folder).stat().st_dev:
        raise OutputError(f"can't write {parent}: it is on another file system than {folder}")


def _there(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _why(folder: Path) -> int:
    """Return the number of the error that says why a folder can't be written."""
    is_read_only = hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY
    return errno.EROFS if is_read_only else errno.EACCES
