"""Puts the archives of vendored charts into a rendering: of the output folder, or of the cache, as charts.lock says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from efdgen.errors import ChartError
from efdgen.output import layout
from efdgen.repository import chartaddress, mirrors
from efdgen.repository.model import AppChart, AppDefinition, ChartReference
from efdgen.verbs.project import Rendering

if TYPE_CHECKING:
    from efdgen.helm.charts.cache import LockedCharts


def with_archives(rendered: Rendering) -> Rendering:
    """Add the archives of vendored charts to a rendering, of the apps that it is about, and return it.

    Raises:
        ChartError: when an archive is neither in the output folder nor in the cache, or charts.lock does not have it.
        InvalidInputError: when charts.lock is not what it should be.
    """
    apps = list(_apps(rendered))
    if apps:
        from efdgen.helm.charts.cache import LockedCharts

        _add(rendered, apps, LockedCharts.open(rendered.project.root))
    return rendered


def _apps(rendered: Rendering) -> Iterator[AppDefinition]:
    repository = rendered.project.repository
    for app in repository.apps.values():
        is_vendored = repository.charts.is_vendored if app.vendored is None else app.vendored
        is_asked_for = repository.about.is_on_all or app.name in repository.about.apps
        if is_vendored and is_asked_for and any(chart.git is None for chart in app.charts):
            yield app


def _add(rendered: Rendering, apps: list[AppDefinition], charts: LockedCharts) -> None:
    from efdgen.helm import vendoring

    settings = rendered.project.repository.charts
    # Apps that have one chart share its bytes.
    held: dict[ChartReference, bytes] = {}
    missing: dict[str, None] = {}
    for app in apps:
        archives: dict[ChartReference, bytes] = {}
        for chart in app.charts:
            if chart.git is not None:
                continue
            try:
                if chart.reference not in held:
                    held[chart.reference] = _archive(rendered, chart, charts)
            except ChartError as error:
                missing[str(error)] = None
            else:
                named = chart.reference._replace(repository=mirrors.rendered(chart.repository, settings))
                archives[named] = held[chart.reference]
        if not missing:
            metadata = rendered.tree[layout.chart_file(app.name)]
            for path, content in vendoring.files(app.name, metadata, archives, (app.source,)).items():
                rendered.tree.add(path, content)
    if missing:
        raise ChartError(f"a vendored chart is not there: {'; '.join(missing)}")


def _archive(rendered: Rendering, chart: AppChart, charts: LockedCharts) -> bytes:
    if not chart.folder:
        return charts.archive(chart.reference)
    from efdgen.helm.charts.packing import pack
    from efdgen.repository import chartfolders

    return pack(chart.name, chartfolders.read(rendered.project.root, chartaddress.folder_of(chart.repository)))
