"""The output folder: the only place that is ever written."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output.compare import FileChange, Kind

TEMPORARY = ".efdgen-tmp"
"""How the names of files end that are being written; a killed run leaves some, the next one removes them."""

_MANY = 64
"""From so many files on, one sync of the file system is faster than one of each file."""


def read(folder: Path, *, with_leftovers: bool = False) -> dict[str, bytes]:
    """Read every file below a folder; a folder that is not there is empty.

    Args:
        folder: the output folder.
        with_leftovers: include what a killed run was writing.

    Raises:
        OutputError: when something is neither a file nor a folder, or can't be read.
    """
    tree: dict[str, bytes] = {}
    for path in _walk(folder, ""):
        if path.endswith(TEMPORARY) and not with_leftovers:
            continue
        try:
            tree[path] = (folder / path).read_bytes()
        except OSError as error:
            raise OutputError(f"can't read {folder / path}: {error.strerror}") from error
    return tree


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    try:
        with os.scandir(folder / prefix) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"can't read {folder / prefix}: {error.strerror}") from error
    for entry in found:
        path = f"{prefix}{entry.name}"
        if entry.is_symlink():
            raise OutputError(f"{folder / path} is a symbolic link; nothing is written through links: remove it")
        if entry.is_dir():
            yield from _walk(folder, f"{path}/")
        elif entry.is_file():
            yield path
        else:
            raise OutputError(f"{folder / path} is neither a file nor a folder: remove it")


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the output folder, so that two runs can't write at once. The lock dies with the process.

    Raises:
        OutputError: when another run holds it, or the folder can't be made.
    """
    if folder.is_symlink():
        raise OutputError(f"{folder} is a symbolic link; nothing is written through links: remove it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"can't use {folder}: {error.strerror}") from error
    try:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                    raise OutputError(f"can't lock {folder}: {error.strerror}") from error
                holder = _holder(descriptor)
                raise OutputError(f"{holder} is writing to {folder}; try again when it is done") from None
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    """Return who holds the lock of an open folder, as far as the system tells: https://man7.org/linux/man-pages/man5/proc_locks.5.html."""
    status = os.fstat(descriptor)
    lock_of = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "FLOCK" in fields and fields[-3] == lock_of:
                return f"another efdgen (process {fields[-4]})"
    return "another efdgen"


def apply(folder: Path, changes: Sequence[FileChange]) -> None:
    """Make changes, each file at once: whoever looks sees the old file or the new one, never a part.

    All new contents are on the disk before the first file is replaced; when that fails, nothing has changed.

    Args:
        folder: the output folder; it must be locked.
        changes: what to do, in this order.

    Raises:
        OutputError: when something can't be written or deleted.
    """
    writes = [change for change in changes if change.kind is not Kind.REMOVED]
    for change in writes:
        _refuse_obstacles(folder, change.path)
    made: list[Path] = []
    staged: dict[str, Path] = {}
    try:
        _clean_up(folder)
        for change in writes:
            target = folder / change.path
            _make_folder(target.parent, made)
            staged[change.path] = _stage(target, change.after or b"", sync=len(writes) < _MANY)
        if len(writes) >= _MANY:
            os.sync()
        for change in changes:
            if change.kind is Kind.REMOVED:
                _remove(folder, change.path)
            else:
                staged[change.path].replace(folder / change.path)
    except OSError as error:
        with contextlib.suppress(OSError):
            _clean_up(folder)
        for empty in reversed(made):
            with contextlib.suppress(OSError):
                empty.rmdir()
        what = f"{error.filename}: " if error.filename else ""
        raise OutputError(f"can't write {what}{error.strerror}; run it again when that is fixed") from error


def replace_file(target: Path, content: bytes) -> None:
    """Write one file at once, apart from the output folder: whoever looks sees the old content or the new one.

    Args:
        target: the file; its folder must be there.
        content: what it is to hold.

    Raises:
        OutputError: when it can't be written, or something else than a file has its name.
    """
    # Another run may be writing the same file: each has a name of its own for it.
    temporary = target.parent / f".{os.getpid()}{TEMPORARY}"
    try:
        if target.is_symlink():
            raise OutputError(f"can't write {target}: it is a symbolic link; nothing is written through links")
        if target.exists() and not target.is_file():
            raise OutputError(f"can't write {target}: it is no ordinary file")
        _write(temporary, target, content, sync=True)
        temporary.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(f"can't write {target}: {error.strerror}") from error


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note which."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _refuse_obstacles(folder: Path, path: str) -> None:
    """Refuse a folder where a file belongs, and a file where a folder belongs."""
    target = folder / path
    if target.is_dir():
        raise OutputError(f"{target} is a folder, and a file belongs there: move it away")
    for parent in target.parents:
        if parent == folder:
            break
        if parent.exists() and not parent.is_dir():
            raise OutputError(f"{parent} is a file, and a folder belongs there: move it away")


def _stage(target: Path, content: bytes, *, sync: bool) -> Path:
    """Write a file beside its target and return its path."""
    temporary = target.with_name(f".{target.name}{TEMPORARY}")
    _write(temporary, target, content, sync=sync)
    return temporary


def _write(temporary: Path, target: Path, content: bytes, *, sync: bool) -> None:
    """Write a new file, with the permissions of the one whose place it is to take."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        with contextlib.suppress(FileNotFoundError):
            os.fchmod(descriptor, target.stat().st_mode & 0o7777)
        stream.write(content)
        stream.flush()
        if sync:
            os.fsync(descriptor)


def _remove(folder: Path, path: str) -> None:
    """Delete a file, and the folders above it that it leaves empty."""
    (folder / path).unlink(missing_ok=True)
    for parent in (folder / path).parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()


def _clean_up(folder: Path) -> None:
    """Remove what a killed run was writing."""
    for path in _walk(folder, ""):
        if path.endswith(TEMPORARY):
            (folder / path).unlink(missing_ok=True)
