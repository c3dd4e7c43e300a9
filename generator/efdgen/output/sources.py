"""Writes what people wrote and an edit changed: all of its files or none, also when it is killed (`resuming`)."""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.errors import OutputError
from efdgen.output import disk, staging
from efdgen.output.compare import Change, FileChange

if TYPE_CHECKING:
    from efdgen.output.resuming import Resumed, State

_ANYBODY_WRITES = 0o222
"""Permissions: a file that nobody may write is left alone, though its folder, or root, would let it be replaced."""


def replace(root: Path, changes: Mapping[str, Change], gone: Mapping[str, bytes] = types.MappingProxyType({})) -> None:
    """Write changed files, and delete those that go. Nobody else edits meanwhile; links stay what they are.

    All contents are on the disk before the first takes its name. An edit that is killed later is finished, or taken
    back, by the next command that writes (`resume`).

    Args:
        root: the repository.
        changes: the files that change or come.
        gone: the files that go, with what they hold.

    Raises:
        OutputError: when one can't be written, or is not any more what was edited, or somebody else is editing.
    """
    from efdgen.output import resuming

    folder = root.resolve()
    with disk.lock(folder):
        if resuming.look(folder):
            raise OutputError("an edit was interrupted before; to see what is left of it, run: efdgen interrupted")
        staging.finish(folder)  # of an edit that died before it changed anything: what it had staged goes
        made = [_change(folder, name, change) for name, change in changes.items()]
        made += [_change(folder, name, Change(content, b""))._replace(after=None) for name, content in gone.items()]
        for index, change in enumerate(made):
            if change.path in {other.path for other in made[:index]}:
                raise OutputError(f"{change.path} is changed under two names: one is a link to the other")
        disk.apply(folder, made, keeps_former=True)


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
    """Say whether an edit stopped while it wrote, and none goes on. Costs next to nothing if not.

    One without a journal had changed no file, or all of them, and the next edit takes away what it staged.
    """
    return staging.is_there(root) and staging.has_journal(root) and disk.is_interrupted(root.resolve())


def look(root: Path) -> dict[str, tuple[State, bool]]:
    """Return how the files of an edit stand that was interrupted; empty: none was, or it had not begun to change any.

    Beside each stands whether it is to go.

    Raises:
        OutputError: when somebody is editing, or something can't be read.
    """
    folder = root.resolve()
    if not staging.is_there(root):
        return {}
    from efdgen.output import resuming

    with disk.lock(folder, to_look=True):
        return {entry.path: (state, entry.after is None) for entry, state in resuming.look(folder)}


def resume(root: Path, action: Callable[[Path], Resumed | None] | None = None) -> Resumed | None:
    """Finish an edit that was interrupted while it wrote, or take it back; None when none was.

    Args:
        root: the repository.
        action: what to do: `resuming.finish`, or `drop`; None: whichever is right, `resuming.resume`.

    Raises:
        OutputError: when somebody is editing, something can't be read or written, or people have to say which.
    """
    folder = root.resolve()
    if not staging.is_there(root):
        return None
    from efdgen.output import resuming

    with disk.lock(folder):
        return (action or resuming.resume)(folder)
