"""What a switch of many files is to do, so that a later run can finish it: a list of entries, written as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple

FOLDER = ".efdgen-staged"
"""The folder, at the top of the one that changes, in which new contents and the journal wait."""

_VERSION = 1


class Entry(NamedTuple):
    """What happens to one file.

    Attributes:
        path: where it is, below the folder that changes.
        staged: the name under which its new content waits; None when the file is deleted.
        before: the digest of the content that it takes the place of; None when there was no file.
        after: the digest of its new content; None when the file is deleted.
        former: the name under which its old content waits, to be taken back; None when it does not, or there
            was no file.
    """

    path: str
    staged: str | None
    before: str | None
    after: str | None
    former: str | None = None


def digest(content: bytes) -> str:
    """Return the digest of a content: SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def encode(entries: Sequence[Entry]) -> bytes:
    """Return the journal's content. Paths that are not UTF-8 survive."""
    return (json.dumps({"version": _VERSION, "entries": entries}) + "\n").encode("ascii")


def decode(content: bytes) -> tuple[Entry, ...]:
    """Return the entries of a journal. It may come from anywhere: no path in it leads out of the folder.

    Raises:
        ValueError: when it is no journal.
    """
    try:
        data = json.loads(content)
        if data["version"] != _VERSION:
            raise ValueError("another version")
        return tuple(_entry(*fields) for fields in data["entries"])
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a journal") from error


def _entry(path: Any, staged: Any, before: Any, after: Any, former: Any = None) -> Entry:
    parts = path.split("/") if isinstance(path, str) else []
    if not parts or "\0" in path or not {"", ".", ".."}.isdisjoint(parts) or parts[0] == FOLDER:
        raise ValueError("not a path of a file in the folder")
    if not all(each is None or isinstance(each, str) for each in (staged, before, after, former)):
        raise ValueError("neither a name nor a digest")
    if (staged is None) != (after is None) or not all(each is None or is_name(each) for each in (staged, former)):
        raise ValueError("not the name of a staged file")
    return Entry(path, staged, before, after, former)


def is_name(name: str) -> bool:
    """Say whether a staged file can have this name: a number."""
    return name.isascii() and name.isdecimal()
