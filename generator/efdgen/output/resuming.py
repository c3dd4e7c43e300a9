"""An edit of people's files that was interrupted: all of it is finished, or all of it is taken back.

Half of an edit can mean something that nobody tried: a new default without the pins that hold others back from it. So
what people did since decides: who put a file back has undone the edit. Where a file is neither as it was before the
edit nor as the edit leaves it, only people know.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.language.tuples import NamedTuple
from efdgen.output import dropped, staging
from efdgen.output.journal import FOLDER, Entry


class State(enum.Enum):
    """How a file of an interrupted edit stands."""

    WAITING = "not written yet"
    WRITTEN = "written"
    SAME = "as the edit leaves it, by somebody else"
    UNDONE = "written, and as before again"
    CHANGED = "changed by somebody else"


class Resumed(NamedTuple):
    """What became of an edit that was interrupted. Without any file, it had changed none, or all of them long ago.

    Attributes:
        written: the files that it leaves, when it is finished.
        deleted: the files that it deleted.
        restored: the files that are as before the edit again, when it is taken back.
        removed: the files that are not there again.
        undone: the files that somebody had put back.
        kept: the files that somebody changed, and that were left alone.
        had_changed_none: whether it is known that it had not changed any file.
    """

    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    had_changed_none: bool = False


Standing = Sequence[tuple[Entry, State]]


def look(folder: Path) -> Standing:
    """Return how each file of an edit stands that was interrupted in a locked folder; empty: it changed none.

    Raises:
        OutputError: when what is there was not made by efdgen, or something can't be read.
    """
    staging.refuse_foreign(folder)
    return [(entry, _state(folder, entry)) for entry in staging.entries_of(folder)]


def _state(folder: Path, entry: Entry) -> State:
    now = staging.digest_of(folder, entry.path)
    if now not in {entry.before, entry.after}:
        return State.CHANGED
    if entry.staged is None:
        is_done = entry.former is not None and staging.digest_of(folder / FOLDER, entry.former) is not None
    else:
        is_done = staging.digest_of(folder / FOLDER, entry.staged) != entry.after
    if now == entry.after:
        return State.WRITTEN if is_done else State.SAME
    return State.UNDONE if is_done else State.WAITING


def resume(folder: Path) -> Resumed | None:
    """Finish an edit that was interrupted in a locked folder, or take it back; None: there is nothing of that kind.

    It is finished when some of its files are as it leaves them, and the others as before. It is taken back when it had
    written none of them, or somebody put back one that it had written, or decided to drop it and was interrupted, too.

    Raises:
        OutputError: when a file is neither, naming both ways; or it was not made by efdgen, or something can't
            be read, written or deleted.
    """
    if not staging.is_there(folder):
        return None
    found = look(folder)
    if dropped.is_decided(folder):
        return _drop(folder, found)
    if changed := _are(found, State.CHANGED):
        raise OutputError(
            "an edit was interrupted, and since then somebody changed files that it was to change, in another way: "
            f"{', '.join(changed)}. These are left alone. To write the other files of the edit: "
            "efdgen interrupted finish. To take the edit back in the others: efdgen interrupted drop"
        )
    if _are(found, State.UNDONE) or not _are(found, State.WRITTEN):
        return _drop(folder, found)
    return _finish(folder, found)


def finish(folder: Path) -> Resumed | None:
    """Finish the same, whatever others changed: their files are left alone.

    Raises:
        OutputError: when somebody put back a file that was written: what the edit wrote there is gone; or as `resume`.
    """
    return _finish(folder, look(folder)) if staging.is_there(folder) else None


def drop(folder: Path) -> Resumed | None:
    """Take the same back, whatever others changed: their files are left alone.

    Raises:
        OutputError: when what a file held before can't be found any more; or as `resume`.
    """
    return _drop(folder, look(folder)) if staging.is_there(folder) else None


def _are(found: Standing, state: State) -> list[str]:
    return [entry.path for entry, each in found if each is state]


def _finish(folder: Path, found: Standing) -> Resumed:
    if undone := _are(found, State.UNDONE):
        raise OutputError(
            f"somebody put back what the edit had written in {', '.join(undone)}: it can't be finished. "
            "To take it back in the other files, run: efdgen interrupted drop. Then run the edit again"
        )
    dropped.decide(folder, drops=False)
    for entry in (entry for entry, state in found if entry.after is None and state is State.WRITTEN):
        staging.remove_empty(folder, (folder / entry.path).parent)  # the kill came between a file and its folder
    staging.switch(folder, [entry for entry, state in found if state is State.WAITING])
    done = [entry for entry, state in found if state is not State.CHANGED]
    return Resumed(
        written=tuple(entry.path for entry in done if entry.after is not None),
        deleted=tuple(entry.path for entry in done if entry.after is None),
        kept=tuple(_are(found, State.CHANGED)),
    )


def _drop(folder: Path, found: Standing) -> Resumed:
    written = [entry for entry, state in found if state is State.WRITTEN]
    for entry in written:
        kept = None if entry.former is None else staging.digest_of(folder / FOLDER, entry.former)
        if kept != entry.before:
            raise OutputError(
                f"can't take back {entry.path}: what it held before is not in {FOLDER}. Put it back yourself, with git "
                f"checkout {entry.path}, and run this again"
            )
    # When this is interrupted, too, nobody finishes the edit instead.
    if written:
        dropped.decide(folder, drops=True)
    for entry in written:
        with staging.naming(folder, entry.path, "run: efdgen interrupted drop, when that is fixed"):
            _take_back(folder, entry)
    for entry, _ in found:
        _remove_made(folder, entry)
    with staging.naming(folder, FOLDER):
        staging.discard(folder / FOLDER)
    return Resumed(
        restored=tuple(entry.path for entry in written if entry.before is not None),
        removed=tuple(entry.path for entry in written if entry.before is None),
        undone=tuple(_are(found, State.UNDONE)),
        kept=tuple(_are(found, State.CHANGED)),
        had_changed_none=bool(found) and {state for _, state in found} <= {State.WAITING, State.SAME},
    )


def _remove_made(folder: Path, entry: Entry) -> None:
    """Remove the empty folders that were made for a file that is not there: one of an app without files is refused."""
    parts = entry.path.split("/")[:-1]
    is_new = entry.before is None and staging.digest_of(folder, entry.path) is None
    made = [folder.joinpath(*parts[:end]) for end in range(len(parts), 1, -1)] if is_new else []
    for each in itertools.dropwhile(lambda each: not each.is_dir(), made):
        try:
            each.rmdir()
        except OSError:
            return  # it holds something


def _take_back(folder: Path, entry: Entry) -> None:
    target = folder / entry.path
    if entry.former is None:
        target.unlink()
        staging.remove_empty(folder, target.parent)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / FOLDER / entry.former).replace(target)
