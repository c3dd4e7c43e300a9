"""Charts from Git repositories, fetched by Git itself: with its own settings, logins and proxies."""

from __future__ import annotations

import posixpath
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.errors import ChartError, UsageError
from efdgen.helm.charts import archive
from efdgen.helm.charts.packing import pack
from efdgen.language import suggest
from efdgen.language.shown import misread
from efdgen.language.tuples import NamedTuple
from efdgen.repository import chartaddress, git, helmignore
from efdgen.repository.model import ChartReference

LONGEST = 600.0
"""Seconds that one command of Git may take, whatever the server says meanwhile."""

_TAGS, _BRANCHES, _PEELED = "refs/tags/", "refs/heads/", "^{}"


class GitChart(NamedTuple):
    """The archive of a chart from Git, where it came from, and the commit that it is of."""

    content: bytes
    url: str
    commit: str


def is_git(chart: ChartReference) -> bool:
    """Say whether a chart is from Git."""
    return chartaddress.git_of(chart.repository) is not None


def download(chart: ChartReference, timeout: float) -> GitChart:
    """Return the archive of a chart.

    Args:
        chart: the chart; its version is a tag, or a whole commit.
        timeout: how long a server may be silent, in seconds.

    Raises:
        ChartError: when there is no such tag or commit, or no chart there, or it can't be fetched.
    """
    url, path = _place(chart)
    with tempfile.TemporaryDirectory(prefix="efdgen-git-") as name:
        folder = Path(name)
        _run(folder, ["init", "--quiet"])
        wanted = chart.version if chartaddress.is_commit(chart.version) else _tag(folder, url, chart.version, timeout)
        try:
            _run(folder, ["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, wanted], timeout)
        except ChartError as error:
            if wanted == chart.version and "not our ref" in str(error):
                raise ChartError(f"{url} has no commit {wanted}") from None
            raise
        commit = _run(folder, ["rev-parse", "--verify", "FETCH_HEAD^{commit}"]).strip()
        files = _files(folder, commit, path, f"{url} at {chart.version}")
    return GitChart(pack(chart.name, files, commit), url, commit)


def versions(chart: ChartReference, timeout: float) -> list[str]:
    """Return the tags of the repository that a chart comes from; none where a commit is pinned.

    Raises:
        ChartError: when it can't be asked.
    """
    if chartaddress.is_commit(chart.version):
        return []
    with tempfile.TemporaryDirectory(prefix="efdgen-git-") as name:
        return _named(_references(Path(name), _place(chart)[0], timeout), _TAGS)


def _place(chart: ChartReference) -> tuple[str, str]:
    place = chartaddress.git_of(chart.repository)
    if place is None:
        raise ChartError(f"{chart.repository} is no Git repository")
    return place


def _tag(folder: Path, url: str, name: str, timeout: float) -> str:
    """Return the reference that a tag is; refuse a branch: what it means changes from day to day."""
    references = _references(folder, url, timeout)
    if f"{_BRANCHES}{name}" in references:
        raise ChartError(f"{name!r} is a branch of {url}, which moves; name a tag or a whole commit as its revision")
    if f"{_TAGS}{name}" not in references:
        hint = suggest.hint(name, _named(references, _TAGS))
        raise ChartError(f"{url} has no tag {name!r}; {hint or 'it has no tags: name a whole commit'}")
    return f"{_TAGS}{name}"


def _references(folder: Path, url: str, timeout: float) -> list[str]:
    listing = _run(folder, ["ls-remote", "--tags", "--heads", "--", url], timeout)
    return [line.partition("\t")[2] for line in listing.splitlines()]


def _named(references: Sequence[str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in references if name.startswith(kind) and not name.endswith(_PEELED)]


def _files(folder: Path, commit: str, path: str, where: str) -> Mapping[str, bytes]:
    """Return the files of a chart at a commit, as Helm would load them."""
    prefix = "" if path == "." else f"{path}/"
    try:
        found = git.files(folder, git.Revision(commit, commit), [path])
    except UsageError as error:
        raise ChartError(f"{where}: {error}") from None
    files = {name.removeprefix(prefix): content for name, content in found.items() if name.startswith(prefix)}
    try:
        kept = helmignore.kept(sorted(files), files.get(helmignore.FILE, b"").decode("utf-8-sig"))
    except ValueError as error:
        raise ChartError(f"{where}: {prefix}{helmignore.FILE}: {misread(error)}") from None
    chart = {name: files[name] for name in kept}
    if "Chart.yaml" not in chart:
        hint = advice(_charts(folder, commit), path)
        raise ChartError(f"{where} has no chart in {'its top folder' if path == '.' else path}; {hint}")
    size = sum(map(len, chart.values()))
    if size > archive.MAX_UNPACKED:
        raise ChartError(f"{where}: the chart has {size:,} bytes; at most {archive.MAX_UNPACKED:,} are taken")
    missing = archive.missing_dependencies(chart)
    if missing:
        message = f"{where}: the chart needs {', '.join(missing)}, which is not in its charts/"
        raise ChartError(f"{message}: nobody could say which one Argo CD would get; ask for a tag that has it")
    return chart


def _charts(folder: Path, commit: str) -> list[str]:
    """Return the folders of a commit that hold a chart, but for charts of charts."""
    files = _run(folder, ["ls-tree", "-r", "-z", "--name-only", commit]).split("\0")
    found = [posixpath.dirname(file) or "." for file in files if posixpath.basename(file) == "Chart.yaml"]
    return [each for each in found if not any(each.startswith(f"{other}/charts/") for other in found)]


def advice(charts: Sequence[str], path: str) -> str:
    """Return which path would name a chart, where one does not."""
    if posixpath.dirname(path) in charts and posixpath.basename(path) == "Chart.yaml":
        return f"write its folder as path: {posixpath.dirname(path)}"
    if not charts:
        return "there is none anywhere: is it the right repository?"
    return f"write path: {charts[0]}" if len(charts) == 1 else suggest.hint(path, charts)


def _run(folder: Path, arguments: Sequence[str], timeout: float = LONGEST) -> str:
    """Run Git, without asking anybody for a password."""
    settings = ["-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={max(1, round(timeout))}"]
    try:
        done = git.run(folder, [*settings, *arguments], {"GIT_TERMINAL_PROMPT": "0"}, LONGEST)
    except UsageError:
        raise ChartError("a chart from Git needs the command git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise ChartError(f"git {arguments[0]} was not done after {LONGEST:g} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        lines = [line.partition(": ")[2] or line for line in said.splitlines() if line.startswith(("fatal:", "error:"))]
        raise ChartError(f"git {arguments[0]} failed: {' '.join(lines) or said or 'it does not say why'}")
    return done.stdout.decode(errors="replace")
