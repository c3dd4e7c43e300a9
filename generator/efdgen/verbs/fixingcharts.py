"""Which version of a chart no longer makes what Kubernetes removes: of those that the cache has, Helm is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from efdgen.errors import ChartError
from efdgen.helm import hydrate
from efdgen.helm.charts import versions
from efdgen.helm.engines.engine import Capabilities, Engine
from efdgen.helm.hydrate import Charts, HydratedApp
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository.model import AppChart, ChartReference, Repository
from efdgen.rules.kubernetes import check
from efdgen.rules.kubernetes.check import Finding

CODES = ("E702", "W703")


class Known(NamedTuple):
    """What is known of charts without asking their repositories.

    Attributes:
        archives: returns the archives of a chart by its name: each version that there is.
        versions: returns the versions that its repository had when it was asked last.
    """

    archives: Callable[[str], Mapping[str, bytes]]
    versions: Callable[[ChartReference], Sequence[str]]


_MOST = 12
"""So many versions of one chart are tried, the lowest first."""


class Around(NamedTuple):
    """What an environment's apps are hydrated with."""

    tree: Mapping[str, bytes]
    repository: Repository
    engine: Engine
    charts: Charts
    capabilities: Capabilities


class _Instead:
    """Charts, one of them another."""

    def __init__(self, charts: Charts, name: str, version: str, content: bytes) -> None:
        self._charts, self._name, self._version, self._content = charts, name, version, content

    def archive(self, chart: ChartReference) -> bytes:
        is_it = (chart.name, chart.version) == (self._name, self._version)
        return self._content if is_it else self._charts.archive(chart)


class Fixing:
    """Finds the versions of charts that help, each once in a run: where several environments have an app, by the first.

    Args:
        known: the charts that can be tried.
    """

    def __init__(self, known: Known) -> None:
        self._archives = functools.cache(known.archives)
        self._versions = known.versions
        self._known: dict[tuple[str, str, str], str] = {}

    def named(self, findings: Iterable[Finding], around: Around) -> Iterator[Finding]:
        """Yield the findings of an environment, those about APIs with the version of the chart that helps.

        Args:
            findings: the findings.
            around: what the environment's apps are hydrated with.
        """
        for finding in findings:
            chart = _chart(finding, around.repository) if finding.problem.code in CODES and finding.template else None
            if chart is None:
                yield finding
                continue
            place = (finding.app, chart.key, around.capabilities.kubernetes_version)
            if place not in self._known:
                self._known[place] = self._advice(finding, chart, around)
            said = self._known[place]
            hint = "; ".join(filter(None, (finding.problem.hint, said)))
            yield finding._replace(problem=finding.problem._replace(hint=hint))

    def _advice(self, finding: Finding, chart: AppChart, around: Around) -> str:
        """Return what to say of other versions of a chart; empty: nothing is known of them."""
        offered = self._versions(chart.reference)
        # A cache knows charts by their names: another repository's may have the same, and other versions.
        plain = {version.removeprefix("v") for version in offered}
        found = self._archives(chart.name)
        archives = {each: found[each] for each in found if not plain or each.removeprefix("v") in plain}
        version = _fixing(finding, chart, around, archives)
        if version:
            return f"{chart.name} {version}, which is in the chart cache, does so"
        newest = versions.after(chart.version, offered)[-1:]
        if newest and newest[0] not in archives:
            command = f"efdgen charts diff {finding.app} {newest[0]}"
            return f"its repository has {newest[0]}, which nobody has looked at: {command}"
        return ""


def _chart(finding: Finding, repository: Repository) -> AppChart | None:
    """Return the chart that a finding's template is in; None: it is none that a version says."""
    definition = repository.apps.get(finding.app)
    charts = definition.charts if definition is not None else ()
    return next(
        (each for each in charts if not (each.folder or each.git) and finding.template.startswith(f"{each.key}/")), None
    )


def _fixing(finding: Finding, chart: AppChart, around: Around, archives: Mapping[str, bytes]) -> str:
    """Return the lowest version after the pinned one with which nothing of the kind is found; empty: none."""
    for version in versions.after(chart.version, archives)[:_MOST]:
        tree = _with_version(around.tree, finding.app, chart.key, version)
        charts = _Instead(around.charts, chart.name, version, archives[version])
        app = hydrate.hydrate_app(tree, finding.app, finding.environment, around.engine, charts, around.capabilities)
        if not app.error and not _is_there(app, chart, around):
            return version
    return ""


def _is_there(app: HydratedApp, chart: AppChart, around: Around) -> bool:
    found = check.check([app], around.repository, around.capabilities.kubernetes_version)
    return any(each.problem.code in CODES and each.template.startswith(f"{chart.key}/") for each in found)


def _with_version(tree: Mapping[str, bytes], app: str, key: str, version: str) -> Mapping[str, bytes]:
    """Return the tree with another version of a chart in the app's wrapper chart."""
    file = layout.chart_file(app)
    data = yamlio.load(tree[file].decode("utf-8-sig"))
    for dependency in data["dependencies"]:
        if key in (dependency.get("alias"), dependency["name"]):
            dependency["version"] = version
    return {**tree, file: yamlio.dump(data).encode()}


def _in_cache(name: str) -> dict[str, bytes]:
    """Return the archives of a chart that the cache of this machine has, by version; damaged ones are left out."""
    from efdgen.helm.charts import archive, cache

    found: dict[str, bytes] = {}
    try:
        contents = cache.Cache(cache.folder()).contents()
    except ChartError:
        return found
    for content in contents:
        try:
            metadata = archive.metadata(content)
        except ChartError:
            continue
        if metadata.name == name:
            found[metadata.version] = content
    return found


NOTHING = Known(lambda _name: {}, lambda _chart: ())
"""No chart can be tried."""


def offline() -> Known:
    """Return what this machine knows."""
    from efdgen.helm.charts import known

    return Known(_in_cache, known.versions)
