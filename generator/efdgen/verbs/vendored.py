"""Puts the archives of vendored charts into a rendering: of the output folder, or of the cache, as charts.lock says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from efdgen.errors import ChartError
from efdgen.output import layout
from efdgen.repository import chartaddress, mirrors
from efdgen.repository.model import AppChart, AppDefinition, ChartReference, Repository
from efdgen.verbs.model import Rendering

if TYPE_CHECKING:
    from efdgen.helm.charts.cache import LockedCharts

Tree = Mapping[str, bytes]


def with_archives(rendered: Rendering, there: Tree = MappingProxyType({})) -> Rendering:
    """Add the archives of vendored charts to a rendering, of the apps that it is about, and return it.

    Args:
        rendered: the rendering.
        there: the output folder, if it was read: what it has as the lock says is not held twice.

    Raises:
        ChartError: when an archive is neither in the output folder nor in the cache, or charts.lock does not have it.
        InvalidInputError: when charts.lock is not what it should be.
    """
    vendored = list(apps(rendered.project.repository)) if rendered.is_vendored else []
    if vendored:
        from efdgen.helm.charts.cache import LockedCharts

        _add(rendered, vendored, _Archives(rendered, LockedCharts.open(rendered.project.root), there))
    return rendered


def apps(repository: Repository) -> Iterator[AppDefinition]:
    """Yield the apps, of those that a run is about, whose charts stand in the tree."""
    for app in repository.apps.values():
        is_vendored = repository.charts.is_vendored if app.vendored is None else app.vendored
        is_asked_for = repository.about.is_on_all or app.name in repository.about.apps
        if is_vendored and is_asked_for and any(chart.git is None for chart in app.charts):
            yield app


def _add(rendered: Rendering, apps: list[AppDefinition], archives: _Archives) -> None:
    from efdgen.helm import vendoring

    missing: dict[str, None] = {}
    for app in apps:
        found: dict[ChartReference, bytes] = {}
        for chart in app.charts:
            try:
                if chart.git is None:
                    found[archives.named(chart)] = archives.of(app, chart)
            except ChartError as error:
                missing[str(error)] = None
        if not missing:
            metadata = rendered.tree[layout.chart_file(app.name)]
            for path, content in vendoring.files(app.name, metadata, found, (app.source,)).items():
                rendered.tree.add(path, content)
    if missing:
        raise ChartError(f"a vendored chart is not there: {'; '.join(missing)}")


class _Archives:
    """Where archives come from. Apps that have one chart share its bytes."""

    def __init__(self, rendered: Rendering, charts: LockedCharts, there: Tree) -> None:
        self._project = rendered.project
        self._charts = charts
        self._there = there
        self._held: dict[ChartReference, bytes] = {}

    def named(self, chart: AppChart) -> ChartReference:
        """Return a chart as its wrapper chart names it."""
        repository = mirrors.rendered(chart.repository, self._project.repository.charts)
        return chart.reference._replace(repository=repository)

    def of(self, app: AppDefinition, chart: AppChart) -> bytes:
        """Return the archive of a chart of an app.

        Raises:
            ChartError: when it is not there; says what to do.
        """
        content = self._there.get(layout.vendored(app.name, chart.name, chart.version))
        if content is not None and not chart.folder and self._charts.vouches_for(chart.reference, content):
            return content
        if chart.reference not in self._held:
            self._held[chart.reference] = self._packed(chart) if chart.folder else self._charts.archive(chart.reference)
        return self._held[chart.reference]

    def _packed(self, chart: AppChart) -> bytes:
        from efdgen.helm.charts.packing import pack
        from efdgen.repository import chartfolders

        folder = chartaddress.folder_of(chart.repository)
        return pack(chart.name, chartfolders.read(self._project.root, folder))
