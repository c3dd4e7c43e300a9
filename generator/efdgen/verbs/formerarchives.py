"""Archives of charts that efdgen wrote, and that nothing vouches for any more.

Who renders another version of a vendored chart, and then takes that back with `git reset --hard`, keeps the new
archive: Git had not heard of it. The Chart.lock beside it is the former one, and names another archive.

    rendered/apps/demo/Chart.lock                   names demo-1.0.0.tgz
    rendered/apps/demo/charts/demo-1.0.0.tgz        back from Git
    rendered/apps/demo/charts/demo-1.1.0.tgz        left behind

An archive is efdgen's when its name is that of the chart in it, and it is in the chart cache, in a charts.lock of now
or of any commit, or packed as efdgen packs folders. So nothing is lost that could not be had again.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, UsageError
from efdgen.helm.charts import archive, cache, lock
from efdgen.helm.charts.cache import Cache
from efdgen.helm.charts.packing import pack
from efdgen.repository import git

_SECONDS = 20
"""How long Git may look through its commits."""


def ours(root: Path, archives: Iterable[tuple[str, bytes]]) -> frozenset[str]:
    """Return the paths of the archives that efdgen wrote.

    Args:
        root: the repository.
        archives: paths below the output folder, and contents; no Chart.lock vouches for any.
    """
    return frozenset(path for path, content in archives if _is_ours(root, path, content))


def _is_ours(root: Path, path: str, content: bytes) -> bool:
    try:
        chart = archive.metadata(content)
        if path.rpartition("/")[2] != f"{chart.name}-{chart.version}.tgz":
            return False  # a copy under another name is somebody's own
        if pack(chart.name, archive.files(content)) == content:
            return True
    except ChartError:
        return False
    sha256 = cache.digest(content)
    return _is_kept(sha256) or _is_locked(root, sha256) or _was_locked(root, sha256)


def _is_kept(sha256: str) -> bool:
    try:
        return Cache(cache.folder()).read(sha256) is not None
    except ChartError:
        return False


def _is_locked(root: Path, sha256: str) -> bool:
    try:
        return any(entry.sha256 == sha256 for entry in cache.read_lock(root).charts.values())
    except (ChartError, InvalidInputError):
        return False


def _was_locked(root: Path, sha256: str) -> bool:
    """Say whether a charts.lock of any commit, one that was reset included, has a digest."""
    try:
        return git.has_ever_said(root, lock.FILE, sha256, _SECONDS)
    except (UsageError, subprocess.TimeoutExpired):
        return False
