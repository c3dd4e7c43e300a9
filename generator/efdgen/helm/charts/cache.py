"""The chart cache: archives by their digest, below the user's cache folder; and the locked charts in it."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm.charts import lock
from efdgen.helm.charts.lock import ChartLock, LockedChart
from efdgen.language import yamlio
from efdgen.output import layout
from efdgen.output.cache import place
from efdgen.repository import paths
from efdgen.repository.model import ChartReference

FETCH = "run: efdgen charts fetch"
"""What to do when a chart is not there."""


def folder() -> Path:
    """Return the cache folder: `$EFDGEN_CACHE`, or `efdgen` in `$XDG_CACHE_HOME` or in `~/.cache`.

    Raises:
        ChartError: when there is no home folder to put it in.
    """
    found = place.folder()
    if found is None:
        raise ChartError("there is no home folder for the chart cache; set EFDGEN_CACHE to a folder")
    return found


_TEMPORARY = ".efdgen-tmp"
_OF_PROCESS = re.compile(rf"\.(\d+)-\d+{re.escape(_TEMPORARY)}\Z")
_HOUR, _DAY = 3600, 86400


class NotLockedError(ChartError):
    """A chart that is asked for is not in charts.lock."""


class Cache:
    """Archives by their SHA-256 digest: `charts/<sha256>.tgz`. Several runs may use it at once."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "charts"

    def sweep(self) -> None:
        """Delete what fetches that were killed left beside the archives, and beside what is known of versions."""
        sweep((self._folder, self._folder.parent / "versions"))

    def path(self, sha256: str) -> Path:
        """Return where the archive with a digest is, or would be."""
        return self._folder / f"{sha256}.tgz"

    def read(self, sha256: str) -> bytes | None:
        """Return an archive; None when it is not there.

        Raises:
            ChartError: when it can't be read, or is damaged.
        """
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            message = f"can't read {path} in the chart cache: {error.strerror}"
            raise ChartError(f"{message}; make it readable, or set EFDGEN_CACHE to another folder") from None
        found = digest(content)
        if found != sha256:
            raise ChartError(f"{path} in the chart cache is damaged: its SHA-256 digest is {found}; {FETCH}")
        return content

    def contents(self) -> Iterator[bytes]:
        """Yield every archive that is there and not damaged, in the order of their digests."""
        for path in sorted(self._folder.glob("*.tgz")):
            with contextlib.suppress(ChartError):
                content = self.read(path.stem)
                if content is not None:
                    yield content

    def write(self, archive: bytes) -> None:
        """Keep an archive.

        Raises:
            ChartError: when it can't be written.
        """
        path = self.path(digest(archive))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, archive)
        except OSError as error:
            message = f"can't write {path} to the chart cache: {error.strerror}"
            raise ChartError(f"{message}; fix that, or set EFDGEN_CACHE to a folder that can be written") from None


def sweep(folders: Iterable[Path]) -> None:
    """Delete what runs that were killed left in some folders: files that `replace` began, of no process that goes on.

    One is deleted when it is older than an hour and its process is not there; a process of that number, or on another
    machine that shares the cache, keeps it for a day at most. What can't be deleted stays.
    """
    now = time.time()
    for path in (each for folder in folders for each in folder.glob(f".*{_TEMPORARY}")):
        match = _OF_PROCESS.search(path.name)
        with contextlib.suppress(OSError):
            age = now - path.lstat().st_mtime
            if match and age > (_DAY if _is_alive(int(match[1])) else _HOUR):
                path.unlink()


def _is_alive(process: int) -> bool:
    """Say whether a process may be there; where asking would end it, it may."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def digest(archive: bytes) -> str:
    """Return the SHA-256 digest of an archive, in hexadecimal digits."""
    return hashlib.sha256(archive).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file at once: whoever looks sees the old file or the new one, never a part.

    Raises:
        OSError: when it can't be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{_TEMPORARY}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def is_of_its_commit(entry: LockedChart, content: bytes) -> bool:
    """Say whether the archive of a chart from Git is of the commit that the lock says; others have none."""
    if not entry.commit:
        return True
    from efdgen.helm.charts import archive

    try:
        return archive.commit(content) == entry.commit
    except ChartError:
        return False


def read_lock(root: Path) -> ChartLock:
    """Read a repository's charts.lock; a missing one is an empty one.

    Raises:
        InvalidInputError: with everything wrong with it.
        ChartError: when it can't be read.
    """
    path = root / lock.FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return lock.EMPTY
    except OSError as error:
        raise ChartError(f"can't read {lock.FILE}: {error.strerror}") from None
    return lock.parse(yamlio.decode(content, lock.FILE))


class LockedCharts:
    """The third-party charts that are locked, read from the cache, or, where they are vendored, from the rendered tree.

    Args:
        locked: the lock.
        cache: the cache; None: there is no place for one.
        rendered: the folder of the rendered tree; None: nothing is vendored.
        advice: what to do about a chart that is not there.
    """

    def __init__(
        self, locked: ChartLock, cache: Cache | None, rendered: Path | None = None, advice: str = FETCH
    ) -> None:
        self._locked = locked
        self._cache = cache
        self._rendered = rendered
        self._advice = advice

    @classmethod
    def open(cls, root: Path, former: ChartLock = lock.EMPTY, advice: str = FETCH) -> LockedCharts:
        """Read a repository's charts.lock and find the cache; a missing lock is an empty one.

        Args:
            root: the repository.
            former: a lock that wins over it.
            advice: what to do about a chart that is not there.

        Raises:
            InvalidInputError: when the lock is not what it should be.
            ChartError: when it can't be read.
        """
        try:
            cache = Cache(folder())
        except ChartError:
            cache = None  # what is vendored is there all the same
        return cls(former.over(read_lock(root)), cache, root / paths.OUTPUT, advice)

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive; it has the digest that is locked.

        Raises:
            ChartError: when the chart is not locked, not in the cache, or damaged there; says which chart, and
                what to do.
        """
        try:
            return self.read(chart)
        except ChartError as error:
            raise type(error)(f"{chart.name or chart.repository} {chart.version}: {error}") from None

    def read(self, chart: ChartReference) -> bytes:
        """Do the same as `archive`; the error does not say which chart it is about."""
        entry = self._locked.find(chart)
        if entry is None:
            raise NotLockedError(f"not in {lock.FILE}; {self._advice}")
        content = self._cache.read(entry.sha256) if self._cache else None
        if content is None:
            content = self._from_tree(entry)
        if not is_of_its_commit(entry, content):
            line = self._locked.lines.get(entry.reference)
            where = f"{lock.FILE}:{line}" if line else lock.FILE
            message = f"{where} says the commit {entry.commit}, and its archive is of another one"
            raise ChartError(f"{message}: find out why; then run: efdgen charts fetch --accept {entry.name}")
        return content

    def _from_tree(self, entry: LockedChart) -> bytes:
        """Return a vendored archive that the lock vouches for.

        Raises:
            ChartError: when there is none; says what to do.
        """
        others = ""
        for path in self._vendored(entry):
            with contextlib.suppress(OSError):
                content = path.read_bytes()
                if (found := digest(content)) == entry.sha256:
                    return content
                others += f", and {path} is another archive: its SHA-256 digest is {found}"
        if self._cache is None:
            folder()  # says what is wrong with it
        place = f" ({self._cache.path(entry.sha256)})" if self._cache else ""
        raise ChartError(f"not in the chart cache{place}{others}; {self._advice}")

    def other_vendored(self, chart: ChartReference) -> list[tuple[Path, str]]:
        """Return the vendored archives of a locked chart that are not the one that is locked, each with its digest."""
        entry = self._locked.find(chart)
        expected = {each.sha256 for each in self._locked.of_version(chart)}
        found = []
        for path in self._vendored(entry) if entry else ():
            with contextlib.suppress(OSError):
                sha256 = digest(path.read_bytes())
                found += [(path, sha256)] if sha256 not in expected else []
        return found

    def vouches_for(self, chart: ChartReference, content: bytes) -> bool:
        """Say whether a chart is locked, and a content is its archive."""
        entry = self._locked.find(chart)
        return entry is not None and digest(content) == entry.sha256

    def _vendored(self, entry: LockedChart) -> list[Path]:
        """Return where the rendered tree has archives of a chart's name and version."""
        if self._rendered is None:
            return []
        name, version = glob.escape(entry.name), glob.escape(entry.version.replace("/", ""))
        return sorted(self._rendered.glob(layout.vendored("*", name, version)))

    def has(self, chart: ChartReference) -> bool:
        """Say whether a chart is locked, and in the cache without damage."""
        try:
            self.archive(chart)
        except ChartError:
            return False
        return True


class ChartsOnDemand:
    """A repository's locked charts; lock and cache are looked at when the first is asked for: nobody may need any.

    Threads may share it.

    Args:
        root: the repository.
        former: reads a lock that wins over that of the repository, as the one of a revision does for its charts.
        advice: what to do about a chart that is not there.
    """

    def __init__(self, root: Path, former: Callable[[], ChartLock] | None = None, advice: str = FETCH) -> None:
        self._root = root
        self._advice = advice
        self._former = former
        self._charts: LockedCharts | None = None
        self._opening = threading.Lock()

    def archive(self, chart: ChartReference) -> bytes:
        """Return a chart's archive; it has the digest that is locked.

        Raises:
            InvalidInputError: when the lock is not what it should be.
            ChartError: when the chart is not there; says what to do.
        """
        with self._opening:
            if self._charts is None:
                self._charts = LockedCharts.open(
                    self._root, self._former() if self._former else lock.EMPTY, self._advice
                )
        return self._charts.archive(chart)
