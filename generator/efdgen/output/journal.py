"""What a switch of many files is to do, so that a later run can finish it: a list of entries, written as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple

FOLDER = ".efdgen-staged"
"""The folder, at the top of the one that changes, in which new contents and the journal wait."""

DROPPED = "dropped"
"""The name of what says, beside the journal, that somebody decided against it (`dropped`)."""

_VERSION = 2
_VERSIONS = (1, _VERSION)
"""Those that are read: the first one has no folders of files that wait together."""


class Entry(NamedTuple):
    """What happens to one file.

    Attributes:
        path: where it is, below the folder that changes.
        staged: the name under which its new content waits, such as `7`, or `7/b/c` in a folder that is new; None when
            the file is deleted.
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
        if data["version"] not in _VERSIONS:
            raise ValueError("another version")
        return tuple(_entry(*fields) for fields in data["entries"])
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a journal") from error


def _entry(path: Any, staged: Any, before: Any, after: Any, former: Any = None) -> Entry:
    if not (isinstance(path, str) and _is_inside(path)) or path.partition("/")[0] == FOLDER:
        raise ValueError("not a path of a file in the folder")
    if not all(each is None or isinstance(each, str) for each in (staged, before, after, former)):
        raise ValueError("neither a name nor a digest")
    is_former = former is None or is_number(former)
    if (staged is None) != (after is None) or not is_former or not (staged is None or _is_staged(staged, path)):
        raise ValueError("not the name of a staged file")
    return Entry(path, staged, before, after, former)


def _is_inside(path: str) -> bool:
    """Say whether a path names something below the folder that it begins in."""
    return "\0" not in path and {"", ".", ".."}.isdisjoint(path.split("/"))


def _is_staged(name: str, path: str) -> bool:
    """Say whether a file that goes to a path can wait under a name: in a folder that is new, its path ends alike."""
    number, slash, rest = name.partition("/")
    return is_number(number) and (not slash or (_is_inside(rest) and path.endswith(f"/{rest}")))


def is_number(name: str) -> bool:
    """Say whether what is staged can have this name, at the top of its folder."""
    return name.isascii() and name.isdecimal()
