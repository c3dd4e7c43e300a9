"""Chart repositories over HTTP: an index.yaml, and the archives that it lists."""

from __future__ import annotations

import datetime as dt
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from efdgen.errors import ChartError
from efdgen.helm.charts import http, versions
from efdgen.language import suggest, yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import ChartReference

MAX_INDEX = 100_000_000
"""Bytes that an index may have; the largest public ones have twenty millions."""


_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T\W]|\Z)")


class Entry(NamedTuple):
    """One version of a chart in an index.

    Attributes:
        digest: of the archive; empty: the index does not say.
        created: when it was published, as the index says it; empty: it does not, or says no date.
        kube_version: the versions of Kubernetes that it is for; empty: any.
        deprecated: whether nobody looks after the chart any more.
    """

    version: str
    urls: tuple[str, ...]
    digest: str
    created: str = ""
    kube_version: str = ""
    deprecated: bool = False


class Index(NamedTuple):
    """What a chart repository offers."""

    url: str
    entries: Mapping[str, tuple[Entry, ...]]

    def versions(self, name: str) -> list[str]:
        """Return the versions of a chart.

        Raises:
            ChartError: when the repository does not have the chart.
        """
        if name not in self.entries:
            raise ChartError(f"{self.url} has no chart {name!r}: {suggest.hint(name, self.entries) or 'it is empty'}")
        return [entry.version for entry in self.entries[name]]

    def find(self, chart: ChartReference) -> Entry:
        """Return the entry of a chart's version.

        Raises:
            ChartError: when the repository does not have the chart or the version, or says nowhere to get it from.
        """
        known = self.versions(chart.name)
        for entry in self.entries[chart.name]:
            if versions.plain(entry.version) == chart.version:
                if not entry.urls:
                    message = f"{self.url} gives no URL for {chart.name} {chart.version}"
                    raise ChartError(f"{message}; ask its maintainers, or pin another version")
                return entry
        raise ChartError(f"{self.url} has no version {chart.version} of {chart.name}; {near(chart.version, known)}")


def near(version: str, known: list[str]) -> str:
    """Return what to say about the versions that there are, when one is not among them."""
    around = versions.nearest(version, known)
    newest = versions.newer("0.0.0", map(versions.plain, known)).newest
    if not around:
        return suggest.hint(version, known) or "it has no versions at all"
    text = f"near it: {', '.join(around)}"
    return text if newest is None or newest in around else f"{text}; the newest: {newest}"


def index(repository: str, timeout: float) -> Index:
    """Download and read the index of a repository.

    Raises:
        ChartError: when that fails, or it is not an index.
    """
    url = f"{repository.rstrip('/')}/index.yaml"
    content = http.get(url, timeout, MAX_INDEX)
    wrong = "is the repository's URL right?"
    try:
        data = yamlio.load(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ChartError(f"{url} is not UTF-8; {wrong}") from None
    except yamlio.YamlError as error:
        raise ChartError(f"{url} is not valid YAML: {error}; {wrong}") from None
    if not isinstance(data, dict) or not isinstance(data.get("entries"), dict):
        raise ChartError(f"{url} is not an index of charts: it has no mapping 'entries'; {wrong}")
    entries = {name: tuple(_entries(found)) for name, found in data["entries"].items() if isinstance(found, list)}
    return Index(url, entries)


def _entries(found: list[Any]) -> list[Entry]:
    """Return the entries of a chart; what is none is left out, as Helm does."""
    entries = []
    for entry in found:
        if isinstance(entry, dict) and "version" in entry:
            urls = entry.get("urls")
            texts = [url for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
            digest = entry.get("digest")
            entries.append(
                Entry(
                    str(entry["version"]),
                    tuple(texts),
                    digest if isinstance(digest, str) else "",
                    _date(entry.get("created")),
                    str(entry.get("kubeVersion") or ""),
                    entry.get("deprecated") is True,
                )
            )
    return entries


def _date(created: Any) -> str:
    """Return when something was published, if it begins with a day, as Helm writes it; else nothing."""
    text = str(created or "")
    try:
        dt.date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return text if _DAY.match(text) else ""


def absolute(repository: str, url: str) -> str:
    """Return where an archive is that an index lists: its URL may be relative to the repository, and hold spaces.

    Raises:
        ChartError: when what it lists is not a URL.
    """
    try:
        return http.quoted(urllib.parse.urljoin(f"{repository.rstrip('/')}/", url))
    except ValueError as error:
        raise ChartError(f"{repository} lists {url!r}, which is not a URL: {error}") from None
