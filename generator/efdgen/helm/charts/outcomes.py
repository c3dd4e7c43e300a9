"""What the verbs about charts found, as immutable values."""

from __future__ import annotations

from efdgen.errors import Location, Path
from efdgen.helm.charts.lock import LockedChart
from efdgen.helm.charts.versions import Newer
from efdgen.language.tuples import NamedTuple
from efdgen.repository.mirrors import Mirror
from efdgen.repository.model import ChartReference


class Failure(NamedTuple):
    """What went wrong, with which charts; no charts: with none in particular."""

    charts: tuple[ChartReference, ...]
    message: str

    def __str__(self) -> str:
        names = ", ".join(dict.fromkeys(f"{chart.name} {chart.version}" for chart in self.charts))
        return f"{names}: {self.message}" if names else self.message


class Fetched(NamedTuple):
    """What a fetch did.

    Attributes:
        fetched: the charts that were downloaded.
        kept: how many were there already.
        removed: the charts that left the lock, because no app pins them any more.
        failures: what went wrong with the others.
        accepted: charts that are another archive now, because somebody said so: what was locked, and what is.
        idle: mirrors of the repository that no chart is fetched through.
    """

    fetched: tuple[LockedChart, ...]
    kept: int
    removed: tuple[LockedChart, ...]
    failures: tuple[Failure, ...]
    accepted: tuple[tuple[LockedChart, LockedChart], ...] = ()
    idle: tuple[Mirror, ...] = ()


class Comparison(NamedTuple):
    """A pinned chart, the apps that pin it, and what is newer.

    Attributes:
        fitting: the newest version that is for the cluster of every environment that has one of the apps; None: no
            newer one is.
        published: the day on which the pinned version was published; empty: not known.
        newest_published: the same of the newest.
        deprecated: which of `pinned`, `newest`, `newestInMajor` and `newestThatFits` nobody looks after.
        is_fitting: whether the pinned version is for the cluster of every such environment.
        kube_version: the versions of Kubernetes that the newest is for; empty: any.
        older: the newest older version that is for every such cluster, where neither the pinned nor a newer one is.
    """

    chart: ChartReference
    apps: tuple[str, ...]
    newer: Newer
    fitting: str | None = None
    published: str = ""
    newest_published: str = ""
    deprecated: tuple[str, ...] = ()
    kube_version: str = ""
    is_fitting: bool = True
    older: str | None = None


class Comparisons(NamedTuple):
    """All pinned charts that could be compared, and what went wrong with the others."""

    charts: tuple[Comparison, ...]
    failures: tuple[Failure, ...]


class DeadValue(NamedTuple):
    """A value of an app definition that its chart does not know."""

    location: Location
    value: str
    chart: str


class Looser(NamedTuple):
    """A file of keys, and below which of its keys any counts as known now, and only some did; empty: all of them."""

    file: str
    path: Path


class WrittenKeys(NamedTuple):
    """What became of chart-keys.yaml of some apps.

    Attributes:
        written: the files that were written, with the templates in which any key counts as known, because they could
            not be read.
        unchanged: how many were as they should be.
        open: where any key counts as known, since a template reads all values of a chart at once: a file, or one of its
            charts.
        dead: values of app definitions that their charts do not know.
        failures: what went wrong with others.
        looser: where files say less than they did, but for templates that could not be read.
    """

    written: tuple[tuple[str, tuple[str, ...]], ...]
    unchanged: int
    dead: tuple[DeadValue, ...]
    failures: tuple[Failure, ...]
    open: frozenset[str] = frozenset()
    looser: tuple[Looser, ...] = ()


class Choice(NamedTuple):
    """The newest version to upgrade to, and what else there is; empty: nothing.

    Attributes:
        version: the newest of the pinned major version that is for every cluster of the app.
        newer: another newer one, which was not chosen.
        why: why not.
        unfit: the pinned version, where it is not for every cluster and no newer one of its major version is.
        older: the newest older version that is.
        is_open: whether nobody says, without their archives, what other versions are for.
    """

    version: str
    newer: str = ""
    why: str = ""
    unfit: str = ""
    older: str = ""
    is_open: bool = False
