"""Writes what an import made into a folder of its own, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output import disk
from efdgen.output.compare import FileChange, compare
from efdgen.output.tree import FileTree
from efdgen.verbs.imports.model import Source

RECORD = "imported.json"
"""The file that says what a folder was imported from."""

_MOST_BYTES = 10_000
_COMMIT = re.compile(r"(?:[0-9a-f]{40,64})?\Z")


def commit_of(folder: Path) -> str | None:
    """Return the commit that a folder was imported from; empty: from files that were in none; None: it was not."""
    file = folder / RECORD
    try:
        if folder.is_symlink() or file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return None
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    commit = record.get("commit") if isinstance(record, dict) else None
    return commit if isinstance(commit, str) and _COMMIT.match(commit) else None


def record(source: Source) -> bytes:
    """Return what `imported.json` says."""
    return f"{json.dumps({'source': source.name, 'commit': source.commit}, indent=2)}\n".encode()


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


def write(folder: Path, files: Mapping[str, bytes], source: Source) -> list[FileChange]:
    """Write a repository into an empty folder.

    Raises:
        OutputError: when a path leads elsewhere, or something can't be written.
    """
    refuse_taken(folder)
    tree = FileTree({**files, RECORD: record(source)})
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
