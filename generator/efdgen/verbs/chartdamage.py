"""What is wrong with the archive of a chart: damaged, another chart, or not the archive that is locked."""

from __future__ import annotations

from efdgen.errors import ChartError
from efdgen.helm.charts import archive, cache, gitcharts, lock, versions
from efdgen.helm.charts.lock import ChartLock
from efdgen.helm.charts.repositories import Download
from efdgen.repository.model import ChartReference


def _refuse_unpromised(found: Download) -> None:
    """Refuse an archive that is not the one that its index means."""
    sha256 = cache.digest(found.content)
    promised = found.digest.removeprefix("sha256:").lower()
    if promised and promised != sha256:
        message = f"{found.place} has the SHA-256 digest {sha256}, and its index says {promised}"
        raise ChartError(f"{message}; {_DAMAGED}")


_DAMAGED = "the download or the repository is damaged: try again later"


def _refuse_another(chart: ChartReference, found: Download, locked: ChartLock) -> None:
    """Refuse another archive than the one that is locked: under this name and version, from whatever repository."""
    known = [locked.charts[chart]] if chart in locked.charts else locked.of_version(chart)
    if not known:
        return
    entry = known[0]
    where = f"{lock.FILE}:{locked.lines[entry.reference]}"
    accept = f"find out why. To accept it, run: efdgen charts fetch --accept {chart.name}"
    if entry.reference == chart and entry.commit != found.commit:
        message = f"{chart.version} of {found.place} is the commit {found.commit}, and {where} says {entry.commit}"
        raise ChartError(f"{message}; the tag was moved after it was locked, or {lock.FILE} was edited: {accept}")
    sha256 = cache.digest(found.content)
    if sha256 not in {each.sha256 for each in known}:
        message = f"{found.place} has the SHA-256 digest {sha256}, and {where} says {entry.sha256}"
        if damage := _damage(found.content):
            raise ChartError(f"{message}; {damage}: {_DAMAGED}")
        if entry.reference == chart:
            raise ChartError(f"{message}; the chart was changed after it was locked: {accept}")
        raise ChartError(f"{message}, of the same version from {entry.repository}; these are two charts: {accept}")


def _damage(content: bytes) -> str:
    """Return what is wrong with an archive that can't be read; empty: nothing."""
    try:
        archive.files(content)
    except ChartError as error:
        return str(error)
    return ""


def refuse_other_chart(chart: ChartReference, content: bytes, where: object, advice: str) -> None:
    """Refuse an archive that can't be read, or that is another chart.

    Args:
        chart: the chart.
        content: its archive.
        where: where that is from, or what says so.
        advice: what to do.

    Raises:
        ChartError: when it is.
    """
    try:
        metadata = archive.metadata(content)
        archive.refuse_incomplete_archive(content)
    except ChartError as error:
        raise ChartError(f"{where}: {error}; {advice}") from None
    if gitcharts.is_git(chart):
        # What is pinned of it is a tag or a commit: its Chart.yaml may have any version.
        if metadata.name != chart.name:
            raise ChartError(f"{where}: its Chart.yaml says name: {metadata.name}; write that name in app.yaml")
    elif (metadata.name, versions.plain(metadata.version)) != (chart.name, chart.version):
        raise ChartError(f"{where}: its Chart.yaml says {metadata.name} {metadata.version}; {advice}")


def refuse_damaged(chart: ChartReference, found: Download, locked: ChartLock) -> None:
    """Refuse a download that is not what its index means, not the chart, or another archive than the locked one.

    Raises:
        ChartError: when it is.
    """
    _refuse_unpromised(found)
    # First what is locked: where the pinned chart is known to be sound, it is the download that is not.
    _refuse_another(chart, found, locked)
    refuse_other_chart(chart, found.content, found.place, "pin another version, or ask the repository's maintainers")
