"""Git, as far as a review needs it: a repository's files as they were at a revision."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen.errors import UsageError

_SYMLINK = b"120000"
_BLOB = b"blob"


class Revision(NamedTuple):
    """A commit: its full hash, and what people call it."""

    commit: str
    name: str


def revision(root: Path, name: str) -> Revision:
    """Return the commit that a name means; `main...` is where HEAD left main, as for `git diff`.

    Raises:
        UsageError: when there is none, or the folder is in no Git repository.
    """
    if name.endswith("..."):
        commit = _run(root, ["merge-base", name.removesuffix("..."), "HEAD"], f"no common ancestor with {name!r}")
    else:
        commit = _run(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], name)
    short = commit.decode().strip()
    return Revision(short, name if short.startswith(name) else f"{name} ({short[:9]})")


def files(root: Path, at: Revision, folders: Sequence[str]) -> dict[str, bytes]:
    """Return the files below some folders of `root` as they were at a revision, by their path below `root`.

    Symbolic links and submodules are left out.

    Raises:
        UsageError: when Git can't read them.
    """
    listing = _run(root, ["ls-tree", "-r", "-z", at.commit, "--", *folders], "can't list the files")
    entries = [entry.partition(b"\t") for entry in listing.split(b"\0") if entry]
    blobs: list[tuple[str, bytes]] = []
    for about, _, entry in entries:
        mode, kind, name = about.split()
        if kind == _BLOB and mode != _SYMLINK:
            blobs.append((os.fsdecode(entry), name))
    contents = _run(root, ["cat-file", "--batch"], "can't read the files", b"".join(name + b"\n" for _, name in blobs))
    found = {}
    start = 0
    for path, _ in blobs:
        head_end = contents.index(b"\n", start)
        size = int(contents[start:head_end].split()[2])
        found[path] = contents[head_end + 1 : head_end + 1 + size]
        start = head_end + 1 + size + 1
    return found


def _run(root: Path, arguments: Sequence[str], failure: str, given: bytes = b"") -> bytes:
    """Run Git in a folder, without the variables that a hook sets and that would make it look elsewhere."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False, env=variables)
    except FileNotFoundError:
        raise UsageError("comparing with a revision needs the command git, which is not installed") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    if "not a git repository" in said:
        raise UsageError(f"{root} is in no Git repository: there is no revision to compare with")
    if arguments[0] in {"rev-parse", "merge-base"}:
        raise UsageError(
            f"Git knows no revision {failure!r}; in a shallow clone, fetch more (actions/checkout: fetch-depth: 0)"
            + (f": {said}" if said else "")
        )
    raise UsageError(f"Git {failure}: {said}")
