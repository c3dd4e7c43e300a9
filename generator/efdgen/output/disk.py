"""The output folder: the only place that is ever written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import operator
import os
import stat
import sys
import time
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output import staging
from efdgen.output.compare import FileChange
from efdgen.output.journal import FOLDER
from efdgen.output.seen import Seen
from efdgen.output.staging import Finished

_PATIENCE = 5
"""How often a lock is tried. Who only looks whether a run goes on (`is_interrupted`) holds it for a moment."""


def read(folder: Path, alike: Mapping[str, bytes] = types.MappingProxyType({})) -> dict[str, bytes]:
    """Read every file below a folder, without what is staged; a folder that is not there is empty.

    Args:
        folder: the folder.
        alike: contents that files may have, by their paths: where they do, memory holds them once.

    Raises:
        OutputError: when something is neither a file nor a folder, or can't be read, or has the name of what efdgen
            stages and is none.
    """
    return _look(folder, {}, alike)[0]


def look(folder: Path, known: Mapping[str, bytes]) -> Seen:
    """Read the same, and hold no content that is known already.

    Args:
        folder: the folder.
        known: the digests (`seen.digest`) that files may have, by their paths.

    Raises:
        OutputError: as `read`.
    """

    def again(path: str) -> bytes:
        try:
            return _content(f"{folder}/{path}")
        except OSError as error:
            raise OutputError(f"can't read {folder / path}: {error.strerror}") from error

    return Seen(*_look(folder, known, {}), again)


def are_as(folder: Path, files: Iterable[tuple[str, bytes | None]]) -> bool:
    """Say whether files have these contents; None: they are not there. A link is never as it should be."""
    for path, content in files:
        file = f"{folder}/{path}"
        try:
            if stat.S_ISREG(os.lstat(file).st_mode) and content is not None and _content(file) == content:
                continue
        except FileNotFoundError:
            if content is None:
                continue
        except OSError:
            pass
        return False
    return True


def _look(
    folder: Path, known: Mapping[str, bytes], alike: Mapping[str, bytes]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the contents of files that are not as they are known, and the digests of the others.

    Args:
        folder: the folder.
        known: the digests that files may have, by their paths.
        alike: the contents that the others may have.
    """
    staging.refuse_foreign(folder)
    contents: dict[str, bytes] = {}
    same: dict[str, bytes] = {}
    # Of thousands of files, texts are put together in a tenth of the time that paths are. One buffer serves all of
    # them: what is known is never held. Calls of functions of our own would cost a tenth of this.
    top = f"{folder}/"
    buffer = memoryview(bytearray(_AT_ONCE))
    buffers = (buffer,)
    readv = getattr(os, "readv", _readv)
    path = ""
    try:
        for path in _walk(folder):
            digest = known.get(path)
            if digest is None:
                content = _content(top + path)
                other = alike.get(path)
                contents[path] = content if other is None or other != content else other
                continue
            descriptor = os.open(top + path, os.O_RDONLY)
            try:
                first = length = readv(descriptor, buffers)
                found = hashlib.sha256(buffer[:length])
                while length and (length := readv(descriptor, buffers)):
                    found.update(buffer[:length])
                    first = 0
            finally:
                os.close(descriptor)
            if found.digest() == digest:
                same[path] = digest
            else:
                contents[path] = bytes(buffer[:first]) if first else _content(top + path)
    except OSError as error:
        raise OutputError(f"can't read {folder / path}: {error.strerror}") from error
    return contents, same


def _readv(descriptor: int, buffers: Sequence[memoryview]) -> int:
    """Read into a buffer, on systems that can't do so themselves."""
    part = os.read(descriptor, len(buffers[0]))
    buffers[0][: len(part)] = part
    return len(part)


def _content(file: str) -> bytes:
    """Return the content of a file, with the fewest calls of the system that it takes."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        content = os.read(descriptor, _AT_ONCE)
        while part := os.read(descriptor, _AT_ONCE) if content else b"":
            content += part
    finally:
        os.close(descriptor)
    return content


_AT_ONCE = 1 << 16
_DEEPEST = 100
"""Folders inside each other that are looked into; what is rendered has five."""


def _walk(folder: Path) -> Iterator[str]:
    """Yield the files below a folder, those of a folder where it stands among its neighbours."""
    waiting = [(path, entry) for path, entry in _entries(folder, "") if path != FOLDER]
    while waiting:
        path, entry = waiting.pop()
        if entry.is_symlink():
            raise OutputError(f"{folder / path} is a symbolic link; nothing is written through links: remove it")
        if entry.is_dir():
            if path.count("/") >= _DEEPEST:
                raise OutputError(f"{folder / path} lies more than {_DEEPEST} folders deep: remove it")
            waiting += _entries(folder, f"{path}/")
        elif entry.is_file():
            yield path
        else:
            raise OutputError(f"{folder / path} is neither a file nor a folder: remove it")


def _entries(folder: Path, prefix: str) -> list[tuple[str, os.DirEntry[str]]]:
    """Return what is in a folder, the last one first; nothing if it is not there."""
    try:
        with os.scandir(folder / prefix) as entries:
            found = sorted(entries, key=operator.attrgetter("name"), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutputError(f"can't read {folder / prefix}: {error.strerror}") from error
    return [(f"{prefix}{entry.name}", entry) for entry in found]


@contextlib.contextmanager
def lock(folder: Path, *, to_look: bool = False) -> Iterator[None]:
    """Hold the output folder, so that two runs can't write at once. The lock dies with the process.

    Args:
        folder: the output folder; it is made.
        to_look: hold it with others who look, and not while somebody writes.

    Raises:
        OutputError: when another run holds it, or the folder can't be made.
    """
    from efdgen.output import obstacles

    obstacles.refuse_link(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"can't use {folder}: {error.strerror}") from error
    try:
        if sys.platform != "win32":
            _hold(descriptor, folder, to_look=to_look)
        yield
    finally:
        os.close(descriptor)


def _hold(descriptor: int, folder: Path, *, to_look: bool) -> None:
    """Lock an open folder."""
    import fcntl

    kind = fcntl.LOCK_SH if to_look else fcntl.LOCK_EX
    for left in reversed(range(1 if to_look else _PATIENCE)):
        try:
            return fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise OutputError(f"can't lock {folder}: {error.strerror}") from error
        if left:
            time.sleep(0.02)
    raise OutputError(f"{_holder(descriptor)} is writing to {folder}; try again when it is done")


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


def is_interrupted(folder: Path) -> bool:
    """Say whether a run was interrupted while it wrote there: something is staged, and no run goes on."""
    if not staging.is_there(folder):
        return False
    try:
        staging.refuse_foreign(folder)
        with lock(folder, to_look=True):
            return staging.is_there(folder)
    except OutputError:
        return False


def finish(folder: Path) -> Finished | None:
    """Finish what an interrupted run began; None when there is nothing of that kind.

    Raises:
        OutputError: when another run holds the folder, what is staged was not made by efdgen, or something can't be
            read, written or deleted.
    """
    if not staging.is_there(folder):
        return None
    with lock(folder):
        return staging.finish(folder)


def apply(folder: Path, changes: Sequence[FileChange], *, keeps_former: bool = False) -> None:
    """Make changes, each file at once: whoever looks sees the old file or the new one, never a part.

    All new contents are on the disk before the first file is replaced; when that fails, nothing has changed. A run that
    is interrupted later is finished by the next one (`finish`).

    Args:
        folder: the output folder; it must be locked, and nothing may be staged there.
        changes: what to do, in this order.
        keeps_former: whether a run that is interrupted can be taken back, too (`resuming`).

    Raises:
        OutputError: when something can't be written or deleted.
    """
    if not changes:
        return
    from efdgen.output import obstacles

    obstacles.refuse(folder, changes)
    staging.apply(folder, changes, keeps_former=keeps_former)


def replace_file(target: Path, content: bytes) -> None:
    """Write one file at once, apart from the output folder: whoever looks sees the old content or the new one.

    Args:
        target: the file; its folder must be there.
        content: what it is to hold.

    Raises:
        OutputError: when it can't be written, or something else than a file has its name.
    """
    # Another run may be writing the same file: each has a name of its own for it.
    temporary = target.parent / f".{os.getpid()}.efdgen-tmp"
    try:
        if target.is_symlink():
            raise OutputError(f"can't write {target}: it is a symbolic link; nothing is written through links")
        if target.exists() and not target.is_file():
            raise OutputError(f"can't write {target}: it is no ordinary file")
        staging.write_new(temporary, content, sync=True, like=target)
        temporary.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(f"can't write {target}: {error.strerror}") from error
