"""`efdgen charts diff`: two versions of a chart that an app pins, compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, UsageError
from efdgen.helm.charts import archive, cache, constraints, keys, mirrors, versions
from efdgen.helm.charts.index import Entry
from efdgen.helm.charts.outcomes import Choice
from efdgen.helm.charts.repositories import Repositories
from efdgen.language import suggest
from efdgen.language.layers import Layer
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.repository.model import AppChart, AppDefinition, ChartReference, Repository
from efdgen.review import charts
from efdgen.review.charts import ChartReview, Cluster, Ours, Side
from efdgen.verbs import newercharts
from efdgen.verbs.chartdamage import refuse_damaged
from efdgen.verbs.newercharts import fits
from efdgen.verbs.once import raise_errors
from efdgen.verbs.project import Project, open_project


class Subject(NamedTuple):
    """A chart that an app pins.

    Attributes:
        project: the repository.
        app: the app.
        chart: the chart.
    """

    project: Project
    app: AppDefinition
    chart: AppChart


def open_subject(root: Path, app: str, key: str = "") -> Subject:
    """Return the chart of an app.

    Args:
        root: the repository.
        app: the app.
        key: which of its charts, where it has several.

    Raises:
        UsageError: when there is no such app or chart, or several are there and none is named.
        InvalidInputError: with everything wrong with what people wrote.
    """
    project = open_project(root)
    raise_errors(project.repository.problems)
    apps = project.repository.apps
    if app not in apps:
        raise UsageError(suggest.unknown("app", app, apps))
    found = {chart.key: chart for chart in apps[app].charts}
    if key and key not in found:
        raise UsageError(suggest.unknown("chart", key, found))
    candidates = [found[key]] if key else list(found.values())
    if not candidates:
        raise UsageError(f"the app {app} has no chart")
    if len(candidates) > 1:
        raise UsageError(f"the app {app} has several charts; name one with --chart: {', '.join(found)}")
    chart = candidates[0]
    if chart.folder:
        raise UsageError(f"the chart {chart.name} lies in {chart.folder}: Git shows its former versions")
    return Subject(project, apps[app], chart)


class Versions:
    """Versions of a chart: from the lock and the cache where they are there, else from the chart's repository.

    Args:
        subject: the chart.
        timeout: how long a server may be silent, in seconds.
    """

    def __init__(self, subject: Subject, timeout: float) -> None:
        self._subject = subject
        self._root = subject.project.root
        self._repositories = Repositories(timeout, mirrors.load(self._root))
        self._entries: Mapping[str, Entry] | None = None

    @property
    def published(self) -> Mapping[str, Entry]:
        """Return what the repository's index says of each version; nothing where it can't be asked."""
        if self._entries is None:
            try:
                self._entries = self._repositories.published(self._subject.chart.reference)
            except ChartError:
                self._entries = {}
        return self._entries

    def known(self) -> list[str]:
        """Return the versions that the repository has.

        Raises:
            ChartError: when it can't be asked; says which chart it is about.
        """
        try:
            return self._repositories.versions(self._subject.chart.reference)
        except ChartError as error:
            raise type(error)(f"{self._subject.chart.name}: {error}") from None

    def side(self, version: str) -> Side:
        """Return a version of the chart.

        Raises:
            ChartError: when it is not there; says which chart and version it is about, and what to do.
            InvalidInputError: when charts.lock is not what it should be.
        """
        entry = self.published.get(version)
        reference = self._subject.chart.reference._replace(version=version)
        try:
            side = described(version, archive.files(archive_of(self._root, reference, self._repositories)))
        except ChartError as error:
            raise type(error)(f"{self._subject.chart.name} {version}: {error}") from None
        is_deprecated = side.is_deprecated or (entry is not None and entry.deprecated)
        return side._replace(published=entry.created if entry else "", is_deprecated=is_deprecated)


def archive_of(root: Path, reference: ChartReference, repositories: Repositories) -> bytes:
    """Return a version of a chart: from the lock and the cache where it is there, else from its repository.

    Raises:
        ChartError: when it is not there, or is another one than is locked.
        InvalidInputError: when charts.lock is not what it should be.
    """
    locked = cache.read_lock(root)
    entry = locked.find(reference)
    if entry is not None:
        try:
            return cache.LockedCharts(locked, cache.Cache(cache.folder()), root / paths.OUTPUT).read(reference)
        except ChartError:
            pass  # it is locked, and not at hand
    found = repositories.download(reference, entry.url if entry else "")
    refuse_damaged(reference, found, locked)
    cache.Cache(cache.folder()).write(found.content)
    return found.content


def described(version: str, files: Mapping[str, bytes]) -> Side:
    """Return a version of a chart as it describes itself.

    Raises:
        ChartError: when it is damaged, unsafe, or no chart.
    """
    known = keys.of(files)
    says = keys.mapping(files, "Chart.yaml")
    inside = {part.path: str(keys.mapping(part.files, "Chart.yaml").get("version")) for part in archive.parts(files)}
    return Side(
        version,
        says,
        keys.mapping(files, "values.yaml"),
        {path: known_as for path, known_as in inside.items() if path},
        known.tree,
        {(*path,): message for path, message in known.required.items()},
        tuple(sorted(known.unread)),
        is_deprecated=says.get("deprecated") is True,
    )


def compare(subject: Subject, before: Side, after: Side) -> ChartReview:
    """Compare two versions of a chart, for what the repository says of it."""
    said = ours(subject)
    constraint = str(after.says.get("kubeVersion") or "")
    clusters = (
        cluster._replace(fits=constraints.allows(constraint, cluster.version) if constraint else True)
        for cluster in said.clusters
    )
    found = charts.compare(subject.chart.name, before, after, said._replace(clusters=tuple(clusters)))
    which = "" if subject.app.chart is not None else f" --chart {subject.chart.key}"
    return found._replace(asked=f"efdgen charts diff {subject.app.name} {found.before} {found.after}{which}")


def ours(subject: Subject) -> Ours:
    """Return what the repository says of a chart: in its app's definition, and in environments that have the app."""
    layers: list[Layer] = list(subject.app.layers)
    repository = subject.project.repository
    having = environments(repository, subject.app.name)
    for name in having:
        layers += repository.environments[name].app_layers[subject.app.name]
    below = () if subject.app.chart is not None else (subject.chart.key,)
    return Ours(tuple(layers), below, tuple(_clusters(subject.project, having)))


def environments(repository: Repository, app: str) -> list[str]:
    """Return the environments that have an app, sorted."""
    return sorted(name for name, spec in repository.environments.items() if app in spec.app_layers)


def _clusters(project: Project, names: Iterable[str]) -> Iterator[Cluster]:
    for name in names:
        yield Cluster(name, project.resolver.resolve(name).facts.cluster.kubernetes_version, None)


def review(root: Path, app: str, asked: tuple[str, ...], timeout: float, key: str = "") -> ChartReview:
    """Compare two versions of a chart.

    Args:
        root: the repository.
        app: the app that pins it.
        asked: the old and the new version, or the new one alone: the old one is the one that is pinned.
        timeout: how long a server may be silent, in seconds.
        key: which of the app's charts, where it has several.

    Raises:
        UsageError: when there is no such app or chart.
        InvalidInputError: with everything wrong with what people wrote.
        ChartError: when a version is not there, or damaged.
    """
    subject = open_subject(root, app, key)
    of = Versions(subject, timeout)
    *former, new = asked if subject.chart.git else map(versions.plain, asked)
    old = former[0] if former else subject.chart.version
    return compare(subject, of.side(old), of.side(new))


def newest(subject: Subject, of: Versions) -> Choice:
    """Return the newest version of the pinned major version that fits every cluster; empty: the pin is it.

    Raises:
        ChartError: when the repository can't be asked.
    """
    pinned = subject.chart.version
    known = of.known()
    clusters = [cluster.version for cluster in ours(subject).clusters]
    all_ = versions.newer(pinned, known)
    fitting = versions.newer(pinned, [each for each in known if fits(of.published.get(each), clusters)])
    chosen = fitting.same_major or ""
    other = fitting.newest if fitting.newest not in (None, chosen) else all_.newest
    said = Choice(chosen)
    if other and other != chosen:
        is_major = other not in (all_.same_major, fitting.same_major)
        why = ["another major version"] if is_major else []
        why += ["not for every cluster"] if other != fitting.newest else []
        said = said._replace(newer=other, why=", and ".join(why))
    if chosen or _is_for(subject, of, clusters):
        return said
    older = newercharts.older(pinned, of.published, clusters) or ""
    return said._replace(unfit=pinned, older=older, is_open=not of.published)


def _is_for(subject: Subject, of: Versions, clusters: Collection[str]) -> bool:
    """Say whether the pinned version is for clusters: as the index says, or the chart itself, where it is at hand."""
    version = subject.chart.version
    if version in of.published:
        return fits(of.published[version], clusters)
    try:
        constraint = str(of.side(version).says.get("kubeVersion") or "")
    except (ChartError, InvalidInputError):
        return True
    return not constraint or all(constraints.allows(constraint, each) is not False for each in clusters)
