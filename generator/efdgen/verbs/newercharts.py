"""`efdgen charts outdated`: pinned charts, and what their repositories have that is newer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from efdgen.errors import InvalidInputError
from efdgen.helm.charts import constraints, mirrors, versions
from efdgen.helm.charts import known as remembered
from efdgen.helm.charts.index import Entry
from efdgen.helm.charts.outcomes import Comparison, Comparisons
from efdgen.helm.charts.repositories import Repositories
from efdgen.repository.model import ChartReference
from efdgen.verbs import charts as fetching
from efdgen.verbs.once import raise_errors
from efdgen.verbs.project import open_project


def outdated(root: Path, timeout: float) -> Comparisons:
    """Compare every pinned chart with what its repository has.

    Raises:
        InvalidInputError: with everything wrong with app definitions.
    """
    pins = fetching.pinned(root)
    repositories = Repositories(timeout, mirrors.load(root))

    clusters = _clusters(root, pins)

    def one(chart: ChartReference) -> Comparison:
        return _compared(chart, pins[chart], clusters[chart], repositories)

    results, failures = fetching.side_by_side(one, list(pins))
    return Comparisons(tuple(results.values()), failures)


def _clusters(root: Path, pins: Mapping[ChartReference, tuple[str, ...]]) -> dict[ChartReference, Collection[str]]:
    """Return the versions of Kubernetes that each chart goes to; specs that are wrong say nothing."""
    found: dict[ChartReference, Collection[str]] = dict.fromkeys(pins, ())
    try:
        project = open_project(root)
        raise_errors(project.repository.problems)
        resolved = {name: project.resolver.resolve(name) for name in project.repository.environments}
    except InvalidInputError:
        return found
    for chart, apps in pins.items():
        found[chart] = {
            environment.facts.cluster.kubernetes_version
            for environment in resolved.values()
            if any(app.definition.name in apps for app in environment.apps)
        }
    return found


def _compared(
    chart: ChartReference, apps: tuple[str, ...], clusters: Collection[str], repositories: Repositories
) -> Comparison:
    known = repositories.versions(chart)
    remembered.remember(chart, known)
    entries = repositories.published(chart)
    newer = versions.newer(chart.version, known)
    fitting = versions.newer(chart.version, [each for each in known if fits(entries.get(each), clusters)]).newest
    is_fitting = fits(entries.get(chart.version), clusters)
    own, newest = entries.get(chart.version), entries.get(newer.newest or "")
    sides = {
        "pinned": own,
        "newest": newest,
        "newestInMajor": entries.get(newer.same_major or ""),
        "newestThatFits": entries.get(fitting or ""),
    }
    return Comparison(
        chart,
        apps,
        newer,
        fitting,
        own.created[:10] if own else "",
        newest.created[:10] if newest else "",
        tuple(side for side, entry in sides.items() if entry is not None and entry.deprecated),
        newest.kube_version if newest else "",
        is_fitting,
        None if is_fitting or fitting else older(chart.version, entries, clusters),
    )


def older(pinned: str, entries: Mapping[str, Entry], clusters: Collection[str]) -> str | None:
    """Return the newest version before a pin that is for clusters, as the index says; None: there is none."""
    return versions.older(pinned, [each for each, entry in entries.items() if fits(entry, clusters)])


def fits(entry: Entry | None, clusters: Iterable[str]) -> bool:
    """Say whether a version of a chart is for clusters, as far as the index says what it is for."""
    constraint = entry.kube_version if entry else ""
    return not constraint or all(constraints.allows(constraint, version) is not False for version in clusters)
