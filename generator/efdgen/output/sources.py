"""Writes what people wrote and an edit changed: each file at once, and none of them if one can't be."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.language.tuples import NamedTuple


class Change(NamedTuple):
    """A file before and after an edit; one that is new was not there."""

    before: bytes
    after: bytes
    is_new: bool = False


_ANYBODY_WRITES = 0o222
"""Permissions: a file that nobody may write is left alone, though its folder, or root, would let it be replaced."""


def replace(root: Path, changes: Mapping[str, Change]) -> None:
    """Write changed files. All are on the disk before the first takes its name; links stay what they are.

    Raises:
        OutputError: when one can't be written, or is not any more what was edited.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for name, change in changes.items():
            file = (root / name).resolve()
            if not file.is_relative_to(root.resolve()):
                raise OutputError(f"{name} is a link that leads out of the repository: nothing is written there")
            try:
                if not change.is_new and not file.stat().st_mode & _ANYBODY_WRITES:
                    raise OutputError(f"{name} is read-only: if it is to change, chmod u+w {name}")
                if (file.exists() or file.is_symlink()) if change.is_new else file.read_bytes() != change.before:
                    raise OutputError(f"{name} changed while it was edited; run this again")
                staged.append((_staged(file, change), file))
            except OSError as error:
                raise OutputError(f"can't write {name}: {error.strerror}") from error
        for new, file in staged:
            new.replace(file)
    except OSError as error:
        raise OutputError(f"can't write {error.filename}: {error.strerror}") from error
    finally:
        for new, _ in staged:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)


def _staged(file: Path, change: Change) -> Path:
    """Write a new content beside a file, with its permissions; a new file has those of one beside it."""
    like = next(file.parent.glob("*.yaml"), None) if change.is_new else file
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".efdgen", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(change.after)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(stat.S_IMODE(like.stat().st_mode) if like is not None else _usual_mode(file.parent))
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _usual_mode(folder: Path) -> int:
    """Return the permissions of a file in a folder of which nothing else is known: who may read that may read it."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o666


def create(root: Path, name: str, content: bytes) -> None:
    """Write a file that is not there.

    Raises:
        OutputError: when it is there, or can't be written.
    """
    try:
        with (root / name).open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise OutputError(f"{name} is there already, and is left alone") from None
    except OSError as error:
        raise OutputError(f"can't write {name}: {error.strerror}") from error
