"""`explain`: one environment, ready for questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from efdgen.errors import ChartError, InvalidInputError, Path
from efdgen.explain import defaults, environment
from efdgen.explain.environment import Environment
from efdgen.language.layers import Layer
from efdgen.repository.model import AppChart, AppDefinition
from efdgen.verbs.once import raise_errors
from efdgen.verbs.project import open_project

if TYPE_CHECKING:
    from efdgen.helm.hydrate import Charts


def explain(
    root: FilePath,
    name: str,
    chart_defaults: environment.ChartDefaults,
    switched_off: environment.SwitchedOff = environment.nothing_is_off,
) -> Environment:
    """Load and resolve one environment, ready for questions. Rules across apps and environments are not looked at.

    Args:
        root: the repository.
        name: the environment.
        chart_defaults: the values that the apps' charts bring themselves, asked for when an app is.
        switched_off: what is switched off in those of them that were asked for.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when the environment is unknown.
    """
    project = open_project(root, [name])
    repository = project.repository
    try:
        if name in repository.environments:
            resolved = project.resolver.resolve(name)
            return Environment(repository, project.resolver, resolved, chart_defaults, switched_off)
    except InvalidInputError as error:
        raise_errors([*repository.problems, *error.problems])
    raise InvalidInputError(repository.problems)


class ChartDefaults:
    """The values that charts bring themselves, as layers below all others; none where a chart can't be had.

    Args:
        root: the repository, which charts can lie in.
        charts: third-party charts.
        say: told once why there are none.
    """

    def __init__(self, root: FilePath, charts: Charts, say: Callable[[str], None]) -> None:
        self._root = root
        self._charts = charts
        self._say = say
        self._has_said = False
        self._texts: dict[AppChart, Callable[[Path, Mapping[str, Any]], str]] = {}

    def __call__(self, definition: AppDefinition, charts: Sequence[AppChart]) -> tuple[Layer, ...]:
        """Return the values of these charts of an app, and of their subcharts, the least specific first."""
        from efdgen.helm.charts import archive
        from efdgen.repository.chartfolders import read
        from efdgen.rules.overrides.charttext import ChartText

        found: list[Layer] = []
        for chart in charts:
            try:
                if chart.folder:
                    start, files = f"{chart.folder}/", read(self._root, chart.folder)
                else:
                    start = f"{chart.name}-{chart.version}.tgz:"
                    files = archive.files(self._charts.archive(chart.reference))
                texts, folders = archive.default_values(files), archive.folders_of(files)
            except ChartError as error:
                if not self._has_said:
                    self._say(f"chart defaults are not shown: {error}")
                self._has_said = True
                continue
            above = () if definition.chart is not None else (chart.key,)
            found += defaults.layers(start, texts, above, folders)
            named = {f"{chart.name}/{path}": content.decode("utf-8", "replace") for path, content in files.items()}
            self._texts[chart] = ChartText([(above, named)]).switched_off
        return tuple(found)

    def switched_off(self, chart: AppChart, path: Path, values: Mapping[str, Any]) -> str:
        """Return the switch that is off, and keeps a chart inside a chart from reading a value; else nothing.

        Args:
            chart: the chart that takes the value; its own values were asked for before.
            path: where the value is in those of the app.
            values: the app's values.
        """
        return self._texts[chart](path, values) if chart in self._texts else ""
