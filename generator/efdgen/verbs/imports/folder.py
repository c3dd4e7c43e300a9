"""Writes what an import made into a folder of its own, and nowhere else."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.errors import OutputError
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk
from efdgen.output.compare import FileChange, compare
from efdgen.output.tree import FileTree
from efdgen.verbs.imports.model import Source

RECORD = "imported.json"
"""The file that says what a folder was imported from."""

_MOST_BYTES = 100_000
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


class ImportedFrom(NamedTuple):
    """What `imported.json` says of a folder.

    Attributes:
        commits: the commits that it was imported from, one after the other; the last one is that of now.
        environments: the environments that were asked for; none: all.
        parent: the folder of the parent chart that was asked for; empty: none was.
    """

    commits: tuple[str, ...]
    environments: tuple[str, ...] = ()
    parent: str = ""

    def steps(self, commit: str) -> tuple[str, ...]:
        """Return the commits up to one, or to the last one; of a commit that is none of them, itself only."""
        if commit in self.commits:
            return self.commits[: self.commits.index(commit) + 1]
        return (commit,) if commit else self.commits


def imported_from(folder: Path) -> ImportedFrom | None:
    """Return what a folder was imported from; None: it was not, or from files of no commit."""
    file = folder / RECORD
    try:
        if folder.is_symlink() or file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return None
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    said = said if isinstance(said, dict) else {}
    commits = [*_texts(said.get("former")), *_texts([said.get("commit")])]
    if not commits or not said.get("commit") or not all(map(_COMMIT.match, commits)):
        return None
    parent = said.get("parent")
    # A commit that stands behind itself says nothing, and would be imported twice.
    commits = [commit for commit, _ in itertools.groupby(commits)]
    return ImportedFrom(tuple(commits), _texts(said.get("environments")), parent if isinstance(parent, str) else "")


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def record(source: Source, former: Sequence[str] = (), environments: Sequence[str] = (), parent: str = "") -> bytes:
    """Return what `imported.json` says.

    Args:
        source: the source that the folder is of.
        former: the commits that it was of before, which say how values were factored.
        environments: the environments that were asked for.
        parent: the folder of the parent chart that was asked for.
    """
    more = {"former": list(former), "environments": list(environments), "parent": parent}
    said = {"source": source.name, "commit": source.commit, **{key: value for key, value in more.items() if value}}
    return f"{json.dumps(said, indent=2)}\n".encode()


def refuse_in_source(folder: Path, source: Path) -> None:
    """Refuse a folder inside of the source: what is read would not be what was there before.

    Raises:
        OutputError: when it is.
    """
    if folder.resolve().is_relative_to(source.resolve()):
        raise OutputError(f"{folder} lies in {source}, which is read and never changed: name a folder beside it")


def refuse_taken(folder: Path) -> None:
    """Refuse a folder that holds something already.

    Raises:
        OutputError: when it does, or can't be looked into.
    """
    try:
        is_taken = folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir())))
    except OSError as error:
        raise OutputError(f"can't look into {folder}: {error.strerror}") from error
    if is_taken:
        raise OutputError(
            f"{folder} holds something already: name a new folder, or an empty one; "
            "--only NAME adds to an efdgen repository; --since REVISION shows what changed"
        )


def write(folder: Path, files: Mapping[str, bytes], about: bytes) -> list[FileChange]:
    """Write a repository into an empty folder.

    Args:
        folder: the folder.
        files: the repository's files.
        about: what `imported.json` says; see `record`.

    Raises:
        OutputError: when a path leads elsewhere, or something can't be written.
    """
    refuse_taken(folder)
    tree = FileTree({**files, RECORD: about})
    changes = compare({}, tree)
    with disk.lock(folder):
        refuse_taken(folder)
        disk.apply(folder, changes)
    return changes


def add(root: Path, files: Mapping[str, bytes], before: Mapping[str, bytes]) -> list[FileChange]:
    """Write files that are new in a repository, and those that are edited.

    Raises:
        OutputError: when a path leads elsewhere, or something can't be written, or is not any more what was edited.
    """
    tree = FileTree(files)
    for path in tree:
        old = root / path
        content = old.read_bytes() if old.is_file() and not old.is_symlink() else None
        if content != before.get(path):
            raise OutputError(f"{path} changed while it was edited; run this again")
    changes = compare(before, tree)
    with disk.lock(root):
        disk.apply(root, changes, keeps_former=True)
    return changes
