"""How charts in folders, and charts from Git, are named. Pure: texts only."""

from __future__ import annotations

import posixpath

from efdgen.language.late import late

SCHEME = "file://"
"""What the address of a folder begins with, in a wrapper chart's dependencies."""

_UP = "../../../"
"""From the folder of a wrapper chart, rendered/apps/<app>, to the repository's top folder."""


def address(folder: str) -> str:
    """Return how a wrapper chart names a folder of the repository: relative to its own, as Helm wants it."""
    return f"{SCHEME}{relative(folder)}"


def relative(folder: str) -> str:
    """Return the way from the folder of a wrapper chart to a folder of the repository."""
    return f"{_UP}{folder}"


def folder_of(address: str) -> str:
    """Return the folder of the repository that a wrapper chart names; nothing where it names something else."""
    start = f"{SCHEME}{_UP}"
    return address.removeprefix(start) if address.startswith(start) else ""


_BEFORE_HOST = late(r"\A([a-z+]+://)?([^@/]*@)?")

_GIT = "git+"
"""What the address of a chart from Git begins with."""


def of_git(url: str, path: str) -> str:
    """Return how charts.lock names where a chart from Git is."""
    return f"{_GIT}{url}#{posixpath.normpath(path)}"


def git_of(address: str) -> tuple[str, str] | None:
    """Return the URL and the folder that an address of a chart from Git means; None where it means something else."""
    if not address.startswith(_GIT):
        return None
    url, _, path = address.removeprefix(_GIT).partition("#")
    return url, path


_COMMIT = late(r"[0-9a-f]{40}\Z")


def is_commit(revision: str) -> bool:
    """Say whether a revision is a whole commit."""
    return _COMMIT.match(revision) is not None


def shown_revision(revision: str) -> str:
    """Return a revision for people: a whole commit by its first digits."""
    return revision[:9] if is_commit(revision) else revision


def is_same(one: str, other: str) -> bool:
    """Say whether two URLs are those of one Git repository: over https or ssh, with `.git` or without."""
    return _plain(one) == _plain(other)


def _plain(url: str) -> str:
    """Return the host and the path of a repository, as in `github.com/lsst-sqre/boards`."""
    place = _BEFORE_HOST.sub("", url.lower())
    host, separator, path = place.partition("/") if "://" in url else place.partition(":")
    return f"{host.partition(':')[0]}/{path.strip('/').removesuffix('.git')}" if separator else place
