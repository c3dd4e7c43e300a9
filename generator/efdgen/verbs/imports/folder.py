"""Writes what an import made into a folder of its own, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.output import disk
from efdgen.output.compare import FileChange, compare
from efdgen.output.tree import FileTree
from efdgen.verbs.imports.model import Source

RECORD = "imported.json"
"""The file that says what a folder was imported from."""

_MOST_BYTES = 100_000
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64}|)\Z")


def steps_since(folder: Path, commit: str = "") -> list[str]:
    """Return the commits that a folder was imported from, one after the other, the last one that it is of now.

    Args:
        folder: the folder.
        commit: the commit that is asked about; empty: the last one. Of another one nothing is known but itself.
    """
    file = folder / RECORD
    try:
        if folder.is_symlink() or file.is_symlink() or file.stat().st_size > _MOST_BYTES:
            return []
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    said = said if isinstance(said, dict) else {}
    former = said.get("former", [])
    found = [*(former if isinstance(former, list) else []), said.get("commit")]
    if not all(isinstance(each, str) and _COMMIT.match(each) for each in found):
        return []
    found = found[: found.index(commit) + 1] if commit in found else [commit] if commit else found
    return list(filter(None, found))


def record(source: Source, former: Sequence[str] = ()) -> bytes:
    """Return what `imported.json` says.

    Args:
        source: the source that the folder is of.
        former: the commits that it was of before, which say how values were factored.
    """
    said = {"source": source.name, "commit": source.commit, **({"former": list(former)} if former else {})}
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
