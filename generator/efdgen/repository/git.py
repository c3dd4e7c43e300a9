"""Git, as far as a review needs it: a repository's files as they were at a revision."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from efdgen.errors import UsageError
from efdgen.language import suggest
from efdgen.language.tuples import NamedTuple
from efdgen.repository.commits import Commit

_SYMLINK = b"120000"
_SUBMODULE = b"commit"
_SHORT = 9


class Revision(NamedTuple):
    """A commit: its full hash, and what people call it."""

    commit: str
    name: str


def revision(root: Path, name: str) -> Revision:
    """Return the commit that a name means; `main...` is where HEAD left main, as for `git diff`.

    Raises:
        UsageError: when there is none, or the folder is not in a Git repository.
    """
    commit = _commit(root, name.removesuffix("..."))
    if name.endswith("..."):
        done = _run(root, ["merge-base", commit, "HEAD"])
        if done.returncode:
            raise UsageError(f"{name.removesuffix('...')} and HEAD have no common ancestor{_shallow_hint(root)}")
        commit = done.stdout.decode().strip()
    return Revision(commit, commit[:_SHORT] if commit.startswith(name) else f"{name} ({commit[:_SHORT]})")


def files(root: Path, at: Revision, folders: Sequence[str]) -> dict[str, bytes]:
    """Return the files below some folders of `root` as they were at a revision, by their path below `root`.

    A symbolic link is what it leads to; links that lead out of the repository, and submodules, are left out.

    Raises:
        UsageError: when Git can't read them.
    """
    # In a subfolder of the work tree, Git lists what is in there, by its path in there.
    listing = _output(root, ["ls-tree", "-r", "-z", at.commit, "--", *folders])
    paths: list[str] = []
    objects: list[bytes] = []
    for entry in filter(None, listing.split(b"\0")):
        about, _, raw = entry.partition(b"\t")
        mode, kind, name = about.split()
        path = os.fsdecode(raw)
        # Paths that lead elsewhere are in no tree that Git made; a line's end can't be asked for.
        if kind == _SUBMODULE or {"", ".", ".."} & set(path.split("/")) or "\n" in path:
            continue
        paths.append(path)
        objects.append(f"{at.commit}:./".encode() + raw if mode == _SYMLINK else name)
    asked = b"".join(name + b"\n" for name in objects)
    contents = _contents(_output(root, ["cat-file", "--batch", "--follow-symlinks"], asked), len(paths))
    return {path: content for path, content in zip(paths, contents, strict=True) if content is not None}


def _contents(answers: bytes, count: int) -> Iterator[bytes | None]:
    """Yield the contents of files that `git cat-file --batch --follow-symlinks` found; None for what is not a file."""
    start = 0
    for _ in range(count):
        end = answers.index(b"\n", start)
        words = answers[start:end].split()
        start = end + 1
        if words[-1] == b"missing":
            raise UsageError(f"Git lacks the object {words[0].decode(errors='replace')}: run git fsck")
        size = int(words[-1])
        yield answers[start : start + size] if words[-2] == b"blob" else None
        start += size + 1


_NO_REVISION = re.compile(r"\A\Z|\A[-^:.]|\.\.|:|\^\{|[\s\x00-\x1f\x7f]")
"""What is nothing, an option, a range, a file, or no name at all: https://git-scm.com/docs/gitrevisions."""


def _commit(root: Path, name: str) -> str:
    done = _run(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"])
    found = done.stdout.decode().strip()
    if done.returncode == 0 and not found.startswith("^"):
        return found
    said = _said(done)
    if "not a git repository" in said:
        raise UsageError(f"{root} is not in a Git repository: there is no revision to compare with")
    if _NO_REVISION.search(name):
        what = "one commit: a branch, a tag, a hash, or one counted back from these, such as HEAD~2"
        raise UsageError(f"{name!r} is not a revision. A revision names {what}; main... is where HEAD left main")
    if "expected commit" in said:
        raise UsageError(f"{name!r} is not a revision: it is in Git, and not a commit")
    if said:
        raise UsageError(f"Git can't find {name!r}: {said}")
    known = _output(root, ["for-each-ref", "--format=%(refname:short)"]).decode(errors="replace").split()
    hint = suggest.hint(name, known)
    raise UsageError(f"unknown revision {name!r}{f': {hint}' if hint else ''}{_shallow_hint(root)}")


def _shallow_hint(root: Path) -> str:
    if _output(root, ["rev-parse", "--is-shallow-repository"]).strip() != b"true":
        return ""
    return "; this clone is shallow: git fetch --unshallow (actions/checkout: fetch-depth: 0)"


def _output(root: Path, arguments: Sequence[str], given: bytes = b"") -> bytes:
    done = _run(root, arguments, given)
    if done.returncode:
        raise UsageError(f"git {arguments[0]} failed: {_said(done)}")
    return done.stdout


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")


def _run(root: Path, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return run(root, arguments, {}, None, given)


def run(
    root: Path, arguments: Sequence[str], variables: Mapping[str, str], seconds: float | None, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run Git in a folder, without the variables that a hook sets and that would make it look elsewhere.

    Args:
        root: the folder.
        arguments: what Git is told.
        variables: more of the process's environment.
        seconds: how long it may take; None: as long as it likes.
        given: what it reads.

    Raises:
        UsageError: when Git is not installed.
        subprocess.TimeoutExpired: when it takes longer.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or _is_of_the_user(key)}
    command = ["git", "-C", str(root), *arguments]
    environment = {**kept, "LC_ALL": "C", **variables}
    try:
        return subprocess.run(command, input=given, capture_output=True, check=False, env=environment, timeout=seconds)
    except FileNotFoundError:
        raise UsageError("comparing with a revision needs the command git, which is not installed") from None


def names(root: Path) -> list[str]:
    """Return the names of revisions that people type: HEAD, branches, those of remotes, and tags; none without Git."""
    try:
        done = _run(root, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])
    except UsageError:
        return []
    return ["HEAD", *done.stdout.decode(errors="replace").split()] if done.returncode == 0 else []


def _is_of_the_user(variable: str) -> bool:
    """Say whether a variable of Git is about the user, not about a repository: settings, and how to log in."""
    return "CONFIG" in variable or variable.startswith(("GIT_SSH", "GIT_ASKPASS", "GIT_SSL"))


def line_commits(root: Path, file: str) -> dict[int, Commit]:
    """Return the commit that last changed each line of a file, by its number; lines that are not committed have none.

    Raises:
        UsageError: when Git can't say: the folder is not in a repository, or the file is not in a commit.
    """
    found: dict[int, Commit] = {}
    known: dict[str, dict[str, str]] = {}
    commit, number = "", 0
    for line in _output(root, ["blame", "--porcelain", "--", file]).decode(errors="replace").split("\n"):
        header = _BLAMED.match(line)
        if header:
            commit, number = header["commit"], int(header["line"])
            known.setdefault(commit, {})
        elif line.startswith("\t"):
            about = known[commit]
            if commit.strip("0"):
                found[number] = Commit(commit, _day(about), about.get("summary", ""))
        else:
            key, _, value = line.partition(" ")
            known.setdefault(commit, {})[key] = value
    return found


def has_ever_said(root: Path, file: str, text: str, seconds: float) -> bool:
    """Say whether a file held a text in any commit that Git still has: of any branch, or left behind by a reset.

    Args:
        root: the repository.
        file: the file's path below it.
        text: the text.
        seconds: how long Git may look.

    Raises:
        UsageError: when Git is not installed.
        subprocess.TimeoutExpired: when it takes longer.
    """
    asked = ["log", "--all", "--reflog", "--format=%H", "--max-count=1", f"-S{text}", "--", file]
    return bool(run(root, asked, {}, seconds).stdout.strip())


_BLAMED = re.compile(r"(?P<commit>[0-9a-f]{40,64}) \d+ (?P<line>\d+)(?: \d+)?\Z")
"""https://git-scm.com/docs/git-blame#_the_porcelain_format."""


def _day(about: Mapping[str, str]) -> str:
    """Return the day of a commit, where it was made."""
    zone = about.get("committer-tz", "+0000")
    offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone.startswith("-") else 1)
    moment = dt.datetime.fromtimestamp(int(about.get("committer-time", "0")), dt.timezone(offset))
    return moment.date().isoformat()
