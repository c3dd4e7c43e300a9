"""The files of a source: a checkout, or a revision in Git. Nothing is checked out, and no link leads out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from efdgen.errors import UsageError
from efdgen.repository import git
from efdgen.verbs.imports import links
from efdgen.verbs.imports.model import Finding, Source

MOST_BYTES = 5_000_000
"""Size of a file that is read."""

MOST_FILES = 20_000
MOST_TOGETHER = 200_000_000
_DEEPEST = 30
_LINK, _PLAIN = b"120000", (b"100644", b"100755")
_SMALL = 100_000
"""Size of a file of any kind that templates may read."""

_ARCHIVES = (".tgz", ".gz", ".zip", ".prov")
_SUFFIXES = (".yaml", ".yml", ".json", ".tpl", ".txt", ".toml", ".conf", "Chart.lock", "requirements.lock")


def is_read_always(path: str) -> bool:
    """Say whether a file is of a kind that charts are made of."""
    return path.endswith(_SUFFIXES) or path.rpartition("/")[2] == ".helmignore"


def _may_be_read(path: str) -> bool:
    """Say whether a chart's template may read a file by `.Files`, whatever it is called; archives are charts."""
    return "/" in path and not any(part.startswith(".") for part in path.split("/")) and not path.endswith(_ARCHIVES)


def read(place: Path, revision: str = "") -> Source:
    """Read a hand-written repository.

    Args:
        place: its folder, or its Git directory.
        revision: the revision; empty: the files that lie there, or HEAD where there are none.

    Raises:
        UsageError: when there is nothing to read.
    """
    if not place.is_dir():
        raise UsageError(f"{place} is not a folder: name a checkout, or a Git directory and --rev")
    if not revision and (place / "objects").is_dir() and (place / "HEAD").is_file():
        revision = "HEAD"
    return _revision(place, revision) if revision else _folder(place)


def commit(place: Path, revision: str) -> str:
    """Return the commit that a revision of a source is.

    Raises:
        UsageError: when there is none, or the source is in no Git repository.
    """
    return git.revision(place, revision).commit


_FOLDER = "name the folder in it that holds the charts"
_COMMITTED = "or, where Git ignores some of them, read what is committed: --rev HEAD"
"""What to do where a source has too many files."""


class _Reading:
    """Collects files, and what is not read.

    Args:
        advice: what to do where there are too many.
    """

    def __init__(self, advice: str = _FOLDER) -> None:
        self._advice = advice
        self.files: dict[str, bytes] = {}
        self.findings: list[Finding] = []
        self.links: dict[str, str] = {}
        self.unread: dict[str, str] = {}
        self._together = 0

    def refuse(self, path: str, message: str, hint: str = "") -> None:
        """Say why a file is not read."""
        self.unread[path] = message
        self.findings.append(Finding("I101", message, path if path.isprintable() else repr(path), 0, hint))

    def takes(self, path: str, size: int) -> bool:
        """Say whether a file is read; one of a kind that no chart has is not, without a word."""
        if not is_read_always(path) and not (
            _may_be_read(path) and size <= _SMALL and len(self.files) < MOST_FILES // 2
        ):
            self.unread[path] = "it is an archive" if path.endswith(_ARCHIVES) else "it is of a kind that is not read"
            return False
        if not path.isprintable():
            self.refuse(path, "the name holds a character that can't be shown")
            return False
        if size > MOST_BYTES:
            self.refuse(path, f"the file has {size:,} bytes; at most {MOST_BYTES:,} are read")
            return False
        self._together += size
        if len(self.files) >= MOST_FILES or self._together > MOST_TOGETHER:
            raise UsageError(
                f"the source has more than {MOST_FILES:,} files, or {MOST_TOGETHER:,} bytes: {self._advice}"
            )
        return True

    def source(self, name: str, commit: str = "") -> Source:
        """Return what was read, links followed that stay in the source."""
        found, lost = links.followed(self.files, self.links, self.unread, MOST_FILES)
        if len(found) > MOST_FILES:
            raise UsageError(f"the source has more than {MOST_FILES:,} files, with those that links name")
        for path, why in lost.items():
            self.refuse(path, why, "put the file itself here, if it is part of the deployment")
        return Source(name, found, tuple(self.findings), commit, self.unread)


def _folder(place: Path) -> Source:
    reading = _Reading(f"{_FOLDER}; {_COMMITTED}")
    for path, status in _below(f"{place}/", "", reading):
        if stat.S_ISLNK(status.st_mode):
            reading.links[path] = _target(place / path)
        elif stat.S_ISREG(status.st_mode) and reading.takes(path, status.st_size):
            try:
                descriptor = os.open(place / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                with os.fdopen(descriptor, "rb") as stream:
                    reading.files[path] = stream.read(MOST_BYTES + 1)[:MOST_BYTES]
            except OSError as error:
                reading.refuse(path, f"can't read it: {error.strerror}")
    return reading.source(str(place))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _below(root: str, folder: str, reading: _Reading) -> Iterator[tuple[str, os.stat_result]]:
    if folder.count("/") > _DEEPEST:
        reading.findings.append(Finding("I101", f"folders more than {_DEEPEST} deep are not read", folder))
        return
    try:
        entries = sorted(os.scandir(root + folder), key=lambda entry: entry.name)
    except OSError as error:
        reading.findings.append(Finding("I101", f"can't read the folder: {error.strerror}", folder or "."))
        return
    for entry in entries:
        if entry.name in (".git", "node_modules"):
            continue
        path = folder + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _below(root, f"{path}/", reading)
        else:
            yield path, entry.stat(follow_symlinks=False)


def _revision(place: Path, revision: str) -> Source:
    at = git.revision(place, revision)
    listing = git.run(place, ["ls-tree", "-r", "-l", "-z", "--full-tree", at.commit], {}, None)
    if listing.returncode:
        raise UsageError(f"Git can't read {revision!r}: {listing.stderr.decode(errors='replace').strip()}")
    reading = _Reading()
    objects: dict[str, bytes] = {}
    linking: dict[str, bytes] = {}
    for entry in filter(None, listing.stdout.split(b"\0")):
        about, _, raw = entry.partition(b"\t")
        mode, _, name, size = about.split()
        path = os.fsdecode(raw)
        if mode == _LINK:
            linking[path] = name
        elif mode in _PLAIN and reading.takes(path, int(size)):
            objects[path] = name
            reading.files[path] = b""
    asked = b"".join(name + b"\n" for name in (*objects.values(), *linking.values()))
    answers = git.run(place, ["cat-file", "--batch"], {}, None, asked)
    if answers.returncode:
        raise UsageError(f"Git can't read {revision!r}: {answers.stderr.decode(errors='replace').strip()}")
    start = 0
    for path in (*objects, *linking):
        end = answers.stdout.index(b"\n", start)
        size = answers.stdout[start:end].split()[-1]
        if not size.isdigit():
            raise UsageError(f"Git lacks a file of {revision!r}: run git fsck")
        start = end + 1
        content = answers.stdout[start : start + int(size)]
        start += int(size) + 1
        if path in linking:
            reading.links[path] = os.fsdecode(content)
        else:
            reading.files[path] = content
    return reading.source(f"{place} at {at.name}", at.commit)
