"""Where charts are fetched: their repositories, of whatever kind, or mirrors of these."""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
from collections.abc import Iterator, Sequence

from efdgen.errors import ChartError
from efdgen.helm.charts import gitcharts, http, index, logins, oci, versions
from efdgen.language.tuples import NamedTuple
from efdgen.repository import mirrors
from efdgen.repository.mirrors import Mirror
from efdgen.repository.model import ChartReference


class Download(NamedTuple):
    """An archive that was downloaded.

    Attributes:
        content: the archive.
        place: where it came from.
        url: where it is published; empty: a mirror had it, and does not say.
        digest: the digest that the index has for it, if any.
        commit: the commit, if it is of one.
    """

    content: bytes
    place: str
    url: str
    digest: str = ""
    commit: str = ""


class Repositories:
    """Chart repositories of all kinds. The index of each is downloaded once, whoever asks first; threads may share.

    Args:
        timeout: how long a server may be silent, in seconds.
        asked: mirrors, to fetch from instead.
    """

    def __init__(self, timeout: float, asked: Sequence[Mirror] = ()) -> None:
        self._timeout = timeout
        self._mirrors = asked
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._indexes: dict[str, index.Index | ChartError] = {}

    def download(self, chart: ChartReference, known_url: str) -> Download:
        """Return a chart's archive; from `known_url`, while it is there, without looking into the index.

        Raises:
            ChartError: when it can't be had; says what to do.
        """
        if gitcharts.is_git(chart):
            found = gitcharts.download(chart, self._timeout)
            return Download(found.content, found.url, found.url, commit=found.commit)
        mirror = mirrors.mirror_of(chart.repository, self._mirrors)
        if mirror is None:
            return self._published(chart, known_url)
        there = chart._replace(repository=mirrors.mirrored(chart.repository, mirror))
        return self._from_mirror(there, mirror)

    def versions(self, chart: ChartReference) -> list[str]:
        """Return the versions of a chart, as app.yaml pins them: of one from Git, they are tags.

        Raises:
            ChartError: when they can't be had; says what to do.
        """
        if gitcharts.is_git(chart):
            return gitcharts.versions(chart, self._timeout)
        mirror = mirrors.mirror_of(chart.repository, self._mirrors)
        if mirror is None:
            return self._versions(chart)
        with _saying(mirror):
            return self._versions(chart._replace(repository=mirrors.mirrored(chart.repository, mirror)))

    def published(self, chart: ChartReference) -> dict[str, index.Entry]:
        """Return what the index of a chart's repository says of each version; nothing where there is no index.

        Raises:
            ChartError: when it can't be had; says what to do.
        """
        if gitcharts.is_git(chart):
            return {}
        mirror = mirrors.mirror_of(chart.repository, self._mirrors)
        there = chart._replace(repository=mirrors.mirrored(chart.repository, mirror)) if mirror else chart
        if _is_registry(there):
            return {}
        with _saying(mirror) if mirror else contextlib.nullcontext():
            found = self._index(there.repository)
            found.versions(chart.name)
        return {versions.plain(entry.version): entry for entry in found.entries[chart.name]}

    def _versions(self, chart: ChartReference) -> list[str]:
        if _is_registry(chart):
            # Helm takes no tag with a v for a version: helm/helm, pkg/registry/client.go, Tags.
            return [version for version in oci.versions(chart, self._timeout) if version[:1] != "v"]
        return [versions.plain(version) for version in self._index(chart.repository).versions(chart.name)]

    def _published(self, chart: ChartReference, known_url: str) -> Download:
        if _is_registry(chart):
            return Download(self._of_registry(chart), oci.source(chart), oci.source(chart))
        if known_url and not known_url.startswith("oci:"):
            try:
                content, place = self._archive(known_url, chart.repository)
                return Download(content, place, known_url)
            except http.NotFoundError:
                pass  # it has moved: the index knows where
        entry = self._index(chart.repository).find(chart)
        url = index.absolute(chart.repository, entry.urls[0])
        content, place = self._listed(url, chart.repository)
        return Download(content, place, url, entry.digest)

    def _from_mirror(self, there: ChartReference, mirror: Mirror) -> Download:
        """Return an archive from the mirror of a repository, and where it is published, as far as that is known."""
        if _is_registry(there):
            published = mirrors.published(oci.source(there), mirror) if mirror.prefix.startswith("oci:") else ""
            with _saying(mirror):
                return Download(self._of_registry(there), oci.source(there), published)
        with _saying(mirror):
            entry = self._index(there.repository).find(there)
            url = index.absolute(there.repository, entry.urls[0])
        # The name of a machine's own proxy is nothing that the lock of all should say.
        if urllib.parse.urlsplit(url).netloc == urllib.parse.urlsplit(mirror.url).netloc:
            published = mirrors.published(url, mirror) if mirror.prefix.startswith("http") else ""
            with _saying(mirror), _naming():
                return Download(http.get(url, self._timeout, http.MAX_ARCHIVE), url, published, entry.digest)
        content, place = self._listed(url, there.repository)
        return Download(content, place, url, entry.digest)

    def _of_registry(self, chart: ChartReference) -> bytes:
        try:
            return oci.download(chart, self._timeout)
        except http.NotFoundError as error:
            raise oci.unknown_version(chart, error, self._timeout) from None

    def _listed(self, url: str, repository: str) -> tuple[bytes, str]:
        """Return what an index names."""
        with _naming():
            return self._archive(url, repository)

    def _archive(self, url: str, repository: str) -> tuple[bytes, str]:
        """Return what a repository lists at a URL, from there or from its mirror, and where that is."""
        mirror = mirrors.mirror_of(url, [mirror for mirror in self._mirrors if mirror.url.startswith("http")])
        if mirror is None:
            login = logins.passed_on(repository, url)
            return http.get(url, self._timeout, http.MAX_ARCHIVE, login), url
        place = mirrors.mirrored(url, mirror)
        with _saying(mirror):
            return http.get(place, self._timeout, http.MAX_ARCHIVE), place

    def _index(self, url: str) -> index.Index:
        url = url.rstrip("/")
        with self._guard:
            own = self._locks.setdefault(url, threading.Lock())
        with own:
            if url not in self._indexes:
                try:
                    self._indexes[url] = index.index(url, self._timeout)
                except ChartError as error:
                    self._indexes[url] = error
        found = self._indexes[url]
        if isinstance(found, ChartError):
            raise ChartError(str(found))
        return found


def _is_registry(chart: ChartReference) -> bool:
    return chart.repository.startswith("oci://")


@contextlib.contextmanager
def _naming() -> Iterator[None]:
    """Say, when an archive is not there, that the index has it."""
    try:
        yield
    except http.NotFoundError as error:
        raise http.named_but_missing(error, "the repository's index names it") from None


@contextlib.contextmanager
def _saying(mirror: Mirror) -> Iterator[None]:
    """Say, when a mirror fails, why nobody asked the repository itself."""
    try:
        yield
    except ChartError as error:
        raise type(error)(f"{error} (it is asked in the place of {mirror.prefix}: {mirror.source})") from None
