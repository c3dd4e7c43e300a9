"""How many files change so that a kill at any time loses nothing and mixes nothing for good.

New contents wait in one folder. When all of them are on the disk, a journal is written that says what goes where: a
kill before leaves the old files, and one folder to remove. After it, the files are renamed into place, and whoever
comes next finishes that. Whole folders are not swapped: files of others stay in theirs, and so does who works there.
Of many files, those whose folder is not there yet take their places with it (`newfolders`).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from efdgen.errors import OutputError, TooLateInterrupt
from efdgen.language.tuples import NamedTuple
from efdgen.output import journal, newfolders
from efdgen.output.compare import FileChange
from efdgen.output.journal import DROPPED, FOLDER, Entry
from efdgen.output.newfolders import Moves, NewFolders

IGNORE = b"# What efdgen was writing when it was interrupted. Run it again: it finishes, and removes this folder.\n*\n"
"""Keeps the folder out of Git, and tells it from a folder of somebody else."""

JOURNAL, _UNFINISHED = "journal.json", "journal.new"

_MANY = 64
"""From so many files on, one sync of the file system is faster than one of each file."""

_AGAIN = "run it again when that is fixed"


class Finished(NamedTuple):
    """What a run did that was interrupted and then finished.

    Attributes:
        written: the files that it put in place.
        deleted: the files that it deleted.
        kept: the files that somebody changed since, and that were left alone.
    """

    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def is_there(folder: Path) -> bool:
    """Say whether something is staged, by a run that goes on or by one that was interrupted."""
    return os.path.lexists(folder / FOLDER)


def has_journal(folder: Path) -> bool:
    """Say whether all was staged: without a journal, nothing has changed yet."""
    return os.path.lexists(folder / FOLDER / JOURNAL)


def refuse_foreign(folder: Path) -> None:
    """Refuse what has the name of the staging folder and is none: nothing is ever deleted there.

    Raises:
        OutputError: when it holds what efdgen does not put there, or can't be read.
    """
    try:
        if is_there(folder) and not _is_ours(folder / FOLDER):
            raise OutputError(f"{folder / FOLDER} was not made by efdgen, which needs that name: move it away")
    except OSError as error:
        raise OutputError(f"can't read {error.filename or folder / FOLDER}: {error.strerror}") from error


def _is_ours(staged: Path) -> bool:
    """Say whether a folder holds what a run leaves, wherever it is interrupted, and nothing else."""
    try:
        if not stat.S_ISDIR(staged.lstat().st_mode):
            return False
        with os.scandir(staged) as entries:
            found = {each.name: each.is_file(follow_symlinks=False) or newfolders.is_one(each) for each in entries}
        if not all(found.values()) or not all(map(_is_name, found)):
            return False
        ignore = (staged / ".gitignore").read_bytes() if ".gitignore" in found else b""
        if JOURNAL in found:
            journal.decode((staged / JOURNAL).read_bytes())
    except FileNotFoundError:
        return True  # a run that goes on has just moved it
    except ValueError:
        return False
    return ignore == IGNORE if found.keys() - {".gitignore"} else IGNORE.startswith(ignore)


def _is_name(name: str) -> bool:
    return name in {".gitignore", JOURNAL, _UNFINISHED, DROPPED} or journal.is_number(name)


def apply(folder: Path, changes: Sequence[FileChange], *, keeps_former: bool = False) -> None:
    """Make changes to a locked folder, in this order. Until all is staged, nothing has changed.

    Ctrl-C before that takes everything back; after it, it ends the run when the changes are made (`TooLateInterrupt`).

    Args:
        folder: the folder.
        changes: what to do.
        keeps_former: whether old contents wait beside the new ones until all is done, so that they can be taken back.

    Raises:
        OutputError: when something can't be written or deleted.
    """
    staged = folder / FOLDER
    entries: list[Entry] = []
    with naming(folder, FOLDER):
        staged.mkdir()
    try:
        entries += _stage(folder, changes, keeps_former=keeps_former)
        _commit(staged, entries)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and (staged / JOURNAL).exists():
            switch(folder, entries)
            raise TooLateInterrupt from error
        with contextlib.suppress(OSError):
            discard(staged)
        raise
    switch(folder, entries)


def finish(folder: Path) -> Finished | None:
    """Finish what an interrupted run began in a locked folder; None when there is nothing of that kind.

    A file changes only if it is as that run found it: what somebody did since is left alone.

    Raises:
        OutputError: when what is there was not made by efdgen, or something can't be read, written or deleted.
    """
    refuse_foreign(folder)
    staged = folder / FOLDER
    if not is_there(folder):
        return None
    entries = entries_of(folder)
    left, kept = [], set()
    for entry in entries:
        now = digest_of(folder, entry.path)
        if now == entry.after:
            continue
        if now == entry.before and (entry.staged is None or digest_of(staged, entry.staged) == entry.after):
            left.append(entry)
        else:
            kept.add(entry.path)
    switch(folder, left, is_whole=False)
    done = [entry for entry in entries if entry.path not in kept]
    return Finished(
        tuple(sorted(entry.path for entry in done if entry.after is not None)),
        tuple(sorted(entry.path for entry in done if entry.after is None)),
        tuple(sorted(kept)),
    )


def entries_of(folder: Path) -> tuple[Entry, ...]:
    """Return what a run that was interrupted was to do; nothing when it had not begun to."""
    try:
        return journal.decode((folder / FOLDER / JOURNAL).read_bytes())
    except FileNotFoundError:
        return ()


def digest_of(folder: Path, path: str) -> str | None:
    """Return the digest of a file; None when it is not there, and what is no digest when something is in its place."""
    place = folder
    try:
        for part in path.split("/"):
            if not stat.S_ISDIR(place.lstat().st_mode):
                return "obstructed"
            place /= part
        return journal.digest(place.read_bytes()) if stat.S_ISREG(place.lstat().st_mode) else "obstructed"
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"can't read {folder / path}: {error.strerror}") from error


def _stage(folder: Path, changes: Sequence[FileChange], *, keeps_former: bool) -> list[Entry]:
    """Write all new contents into the staging folder, and see that they are on the disk.

    An old content that is to be kept is written, too; that of a file that goes is moved there instead of being deleted.
    """
    from efdgen.output import filesystem

    # Of thousands of files, texts are put together in a tenth of the time that paths are.
    top, staged = f"{folder}/", f"{folder}/{FOLDER}/"
    is_single = sum(change.after is not None for change in changes) < _MANY
    # Each file of few is synced, and no folder; what can be taken back goes one by one.
    new = None if is_single or keeps_former else NewFolders(folder, folder / FOLDER)
    entries = []
    path = FOLDER
    try:
        write_new(f"{staged}.gitignore", IGNORE, sync=is_single)
        for number, (path, content, after) in enumerate(changes):
            before = None if content is None else journal.digest(content)
            former = str(len(changes) + number) if keeps_former and content is not None else None
            if after is None:
                entries.append(Entry(path, None, before, None, former))
                continue
            name = str(number) if new is None else new.name(path, number)
            like = None if content is None else top + path
            write_new(staged + name, after, sync=is_single, like=like)
            if former is not None and content is not None:
                write_new(staged + former, content, sync=is_single, like=like)
            entries.append(Entry(path, name, before, journal.digest(after), former))
    except OSError as error:
        raise _named(error, folder, path) from error
    if not is_single:
        with naming(folder, FOLDER):
            filesystem.sync(f"{folder}/{FOLDER}")
    return entries


def _commit(staged: Path, entries: Sequence[Entry]) -> None:
    """Write the journal: from its last step on, the switch is finished, by whomever."""
    with naming(staged, JOURNAL):
        write_new(staged / _UNFINISHED, journal.encode(entries), sync=True)
        _rename(staged / _UNFINISHED, staged / JOURNAL)
        sync_folder(staged)


def switch(folder: Path, entries: Sequence[Entry], *, is_whole: bool = True) -> None:
    """Put every file in its place, then remove the staging folder. Ctrl-C waits for that.

    Args:
        folder: the folder that changes.
        entries: what happens to which file.
        is_whole: whether that is all that was staged, so that a folder that is not there yet can be put there whole.
    """
    interrupt = None
    while True:
        path = ""
        try:
            known: set[str] = set()
            moves = Moves(folder, folder / FOLDER) if is_whole else None
            for entry in entries:
                path = entry.path
                if moves is None or not moves.take(entry):
                    place(folder, entry, known)
            with naming(folder, FOLDER):
                discard(folder / FOLDER)
            break
        except KeyboardInterrupt as error:
            interrupt = error
        except OSError as error:
            raise _named(error, folder, path, "run it again when that is fixed: it goes on from here") from error
    if interrupt is not None:
        raise TooLateInterrupt from interrupt


def place(folder: Path, entry: Entry, known: set[str]) -> None:
    """Put one file in its place, or delete it. What is done already is left as it is.

    Args:
        folder: the folder that changes.
        entry: what happens to the file.
        known: the folders that are there, as far as that is known.
    """
    target = f"{folder}/{entry.path}"
    if entry.staged is None:
        with contextlib.suppress(FileNotFoundError):
            if entry.former is None:
                Path(target).unlink()
            else:
                _rename(target, f"{folder}/{FOLDER}/{entry.former}")
        remove_empty(folder, Path(target).parent)
        return
    above = entry.path.rpartition("/")[0]
    if above not in known:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        known.add(above)
    source = f"{folder}/{FOLDER}/{entry.staged}"
    try:
        _rename(source, target)
    except FileNotFoundError:
        if Path(source).exists():
            raise


def _rename(source: str | Path, target: str | Path) -> None:
    """Give a file another name, which another one may have so far."""
    os.replace(source, target)  # noqa: PTH105 - a path would first have to be made of each name


def remove_empty(folder: Path, below: Path) -> None:
    """Remove a folder below another one if it holds nothing, and those around it likewise."""
    with contextlib.suppress(OSError):  # it holds something
        while below != folder:
            below.rmdir()
            below = below.parent


def discard(staged: Path) -> None:
    """Remove the staging folder: first the journal, so that nobody takes the rest for more than leftovers."""
    with contextlib.suppress(FileNotFoundError):
        found = sorted(staged.iterdir(), key=lambda each: (each.name != JOURNAL, each.name == ".gitignore"))
        for each in found:
            if not _is_name(each.name):
                continue
            if each.is_dir() and not each.is_symlink():
                newfolders.discard(each)
            else:
                each.unlink(missing_ok=True)
        staged.rmdir()


def write_new(path: str | Path, content: bytes, *, sync: bool, like: str | Path | None = None) -> None:
    """Write a new file, with the mode of another one if that is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        if like is not None:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(descriptor, stat.S_IMODE(os.stat(like).st_mode))  # noqa: PTH116 - as in `_rename`
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def naming(folder: Path, path: str, advice: str = _AGAIN) -> Iterator[None]:
    """Name the file in what the system says about it."""
    try:
        yield
    except OSError as error:
        raise _named(error, folder, path, advice) from error


def _named(error: OSError, folder: Path, path: str, advice: str = _AGAIN) -> OutputError:
    """Return what the system says about a file, with its name."""
    return OutputError(f"can't write {folder / path}: {error.strerror}; {advice}")
