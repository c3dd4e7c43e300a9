"""Everything that people wrote, read at once: what a run depends on, and what it is then made from.

Only plain repositories have one: folders and readable files. Of links, devices, and what can't be read, loading says
what there is to say, and looks at the disk itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths

_MOST_BYTES = 5_000_000
"""Size of a file that is read; `yamlio.MAX_BYTES` says the same, and a test holds them to each other."""

_DEEPEST = 100
_SUFFIX = ".yaml"


class Snapshot(NamedTuple):
    """The files and folders that people write, as they were at one time.

    Attributes:
        contents: the content of each file, by its path in the repository. Hidden ones are not there: nobody reads them.
        folders: the names in each folder, sorted.
        specs: a digest of each environment's spec, by the environment's name, sorted.
        shared: a digest of all other names and contents, and of charts.lock.
        beside: more folders that were read, sorted.
        charts: a digest of all names and contents in these.
    """

    contents: Mapping[str, bytes]
    folders: Mapping[str, tuple[str, ...]]
    specs: Mapping[str, bytes]
    shared: str
    beside: tuple[str, ...] = ()
    charts: str = ""

    @property
    def everything(self) -> str:
        """A digest of all names and contents."""
        return digest([(self.shared, self.charts.encode()), *sorted(self.specs.items())])

    def knows(self, path: str) -> bool:
        """Say whether a path leads into the folders that were read, or would, or is the lock of the charts."""
        return path.partition("/")[0] in (*paths.FOLDERS, paths.LOCK)


def take(root: Path, *, is_digested: bool = True) -> Snapshot | None:
    """Read the folders of a repository that people write in; None: something there is neither folder nor plain file.

    Args:
        root: the repository.
        is_digested: whether anybody wants the digests; without, they are empty.
    """
    contents: dict[str, bytes] = {}
    folders: dict[str, tuple[str, ...]] = {}
    try:
        _read(f"{root}/", [folder for folder in paths.FOLDERS if _is_there(root, folder)], contents, folders)
        with contextlib.suppress(FileNotFoundError):
            contents[paths.LOCK] = _content(f"{root}/{paths.LOCK}")
    except (OSError, ValueError):
        return None
    names = folders.get(paths.ENVIRONMENTS, ())
    specs = {name.removesuffix(_SUFFIX): f"{paths.ENVIRONMENTS}/{name}" for name in names if name.endswith(_SUFFIX)}
    if not all(path in contents for path in specs.values()):
        return None
    if not is_digested:
        return Snapshot(contents, folders, dict.fromkeys(specs, b""), "")
    own = frozenset(specs.values())
    digests = {name: hashlib.sha256(contents[path]).digest() for name, path in specs.items()}
    shared = digest((path, contents[path]) for path in sorted(contents) if path not in own)
    listed = ((folder, name) for folder in sorted(folders) for name in folders[folder])
    others = digest((path, b"") for folder, name in listed if (path := f"{folder}/{name}") not in own)
    return Snapshot(contents, folders, digests, shared + others)


def with_folders(snapshot: Snapshot, root: Path, folders: Iterable[str]) -> Snapshot | None:
    """Return a snapshot with the files of more folders of its repository: charts that lie there. None: see `take`."""
    contents: dict[str, bytes] = {}
    names: dict[str, tuple[str, ...]] = {}
    beside = sorted({*folders, *snapshot.beside})
    if not beside:
        return snapshot
    try:
        for folder in beside:
            parts = folder.split("/")
            if not all(_is_there(root, "/".join(parts[:end])) for end in range(1, len(parts) + 1)):
                return None
            _read(f"{root}/", [folder], contents, names, hidden=True)
    except (OSError, ValueError):
        return None
    found = digest((path, contents.get(path, b"")) for path in sorted({*contents, *names}))
    both = {**contents, **snapshot.contents}
    return snapshot._replace(contents=both, beside=tuple(beside), charts=found)


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Return a digest of paths and contents, in hexadecimal digits."""
    found = hashlib.sha256()
    for path, content in files:
        found.update(f"{len(content)} {len(path)} ".encode())
        found.update(os.fsencode(path))
        found.update(content)
    return found.hexdigest()


def _is_there(root: Path, folder: str) -> bool:
    """Say whether there is a folder of that name.

    Raises:
        ValueError: when there is something else.
    """
    try:
        mode = os.lstat(f"{root}/{folder}").st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(mode):
        raise ValueError(folder)
    return True


def _read(
    root: str,
    waiting: list[str],
    contents: dict[str, bytes],
    folders: dict[str, tuple[str, ...]],
    *,
    hidden: bool = False,
) -> None:
    """Read everything below some folders.

    Raises:
        OSError: when something can't be read.
        ValueError: when something is neither a folder nor a plain file, or too big or too deep.
    """
    while waiting:
        folder = waiting.pop()
        if folder.count("/") > _DEEPEST:
            raise ValueError(folder)
        with os.scandir(root + folder) as entries:
            found = [entry for entry in entries if hidden or not entry.name.startswith(".")]
        folders[folder] = tuple(sorted(entry.name for entry in found))
        for entry in found:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                contents[path] = _content(root + path)
            else:
                raise ValueError(path)


def _content(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb", buffering=0) as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise ValueError(path)
        return stream.readall()
