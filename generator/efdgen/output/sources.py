"""Writes what people wrote and an edit changed: all of its files or, after a kill, as the next command finishes it."""

from __future__ import annotations

import os
import types
from collections.abc import Mapping
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output import disk, staging
from efdgen.output.compare import Change, FileChange
from efdgen.output.staging import Finished

_ANYBODY_WRITES = 0o222
"""Permissions: a file that nobody may write is left alone, though its folder, or root, would let it be replaced."""


def replace(root: Path, changes: Mapping[str, Change], gone: Mapping[str, bytes] = types.MappingProxyType({})) -> None:
    """Write changed files, and delete those that go. Nobody else edits meanwhile; links stay what they are.

    All contents are on the disk before the first takes its name. An edit that is killed later is finished by the next
    command that writes (`finish`).

    Args:
        root: the repository.
        changes: the files that change or come.
        gone: the files that go, with what they hold.

    Raises:
        OutputError: when one can't be written, or is not any more what was edited, or somebody else is editing.
    """
    folder = root.resolve()
    with disk.lock(folder):
        staging.finish(folder)  # of an edit that began and died since
        made = [_change(folder, name, change) for name, change in changes.items()]
        made += [_change(folder, name, Change(content, b""))._replace(after=None) for name, content in gone.items()]
        for index, change in enumerate(made):
            if change.path in {other.path for other in made[:index]}:
                raise OutputError(f"{change.path} is changed under two names: one is a link to the other")
        disk.apply(folder, made)


def _change(folder: Path, name: str, change: Change) -> FileChange:
    """Return what happens to the file that a name leads to, if it is still as it was when it was edited."""
    file = (folder / name).resolve()
    if not file.is_relative_to(folder):
        raise OutputError(f"{name} is a link that leads out of the repository: nothing is written there")
    if change.is_new:
        if os.path.lexists(folder / name):
            raise OutputError(f"{name} is there already, and is left alone")
        return FileChange(file.relative_to(folder).as_posix(), None, change.after)
    try:
        if not file.stat().st_mode & _ANYBODY_WRITES:
            raise OutputError(f"{name} is read-only: if it is to change, chmod u+w {name}")
        is_same = file.read_bytes() == change.before
    except FileNotFoundError:
        is_same = False
    except OSError as error:
        raise OutputError(f"can't write {name}: {error.strerror}") from error
    if not is_same:
        raise OutputError(f"{name} changed while it was edited; run this again")
    return FileChange(file.relative_to(folder).as_posix(), change.before, change.after)


def is_interrupted(root: Path) -> bool:
    """Say whether an edit stopped while it wrote, and none goes on. Costs next to nothing if not."""
    return staging.is_there(root) and disk.is_interrupted(root.resolve())


def finish(root: Path) -> Finished | None:
    """Finish an edit that was interrupted while it wrote; None when none was.

    Raises:
        OutputError: when somebody is editing, or something can't be read or written.
    """
    return disk.finish(root.resolve()) if staging.is_there(root) else None
