"""A folder of results that a run writes and a later one replaces, beside nobody else's files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from efdgen.errors import OutputError, UsageError
from efdgen.output import disk
from efdgen.output.compare import FileChange, compare
from efdgen.output.journal import FOLDER


def refuse_inside(folder: Path, kept: Path) -> None:
    """Refuse a folder in, or around, one that is not for results.

    Raises:
        UsageError: when it is.
    """
    inner, outer = Path(os.path.realpath(folder)), Path(os.path.realpath(kept))
    if inner == outer or outer in inner.parents or inner in outer.parents:
        raise UsageError(f"{folder} and {kept.name}/ hold each other: results need a folder of their own")


def read(folder: Path, is_result: Callable[[str, bytes], bool]) -> dict[str, bytes]:
    """Return the files of a former run. One that was interrupted must be finished first (`disk.finish`).

    Args:
        folder: the folder; it need not be there.
        is_result: says whether a run wrote a file of this name and content.

    Raises:
        OutputError: when something else is in there, or it can't be read.
    """
    found: dict[str, bytes] = {}
    try:
        for path in sorted(folder.iterdir()):
            if path.name == FOLDER:
                continue
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            if not is_result(path.name, content):
                raise OutputError(f"{path} is not a former result: name a new folder, or an empty one")
            found[path.name] = content
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise OutputError(f"can't read {error.filename or folder}: {error.strerror}") from error
    return found


def replace(folder: Path, there: Mapping[str, bytes], files: Mapping[str, bytes]) -> list[FileChange]:
    """Make the folder hold exactly these files, each written at once, and return what changed.

    Args:
        folder: the folder; it is made.
        there: what `read` found.
        files: what it is to hold.

    Raises:
        OutputError: when it can't be written.
    """
    changes = compare(there, files)
    with disk.lock(folder):
        disk.apply(folder, changes)
    return changes
