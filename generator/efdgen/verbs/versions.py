"""`efdgen versions`: which chart and which images run where, and since when, by the commits of what people wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efdgen.environment.versions import CHART, OBJECT, Version, in_objects
from efdgen.environment.versions import versions as of_app
from efdgen.errors import Location, UsageError
from efdgen.language import suggest
from efdgen.language.tuples import NamedTuple
from efdgen.repository import git
from efdgen.repository.commits import Commit
from efdgen.repository.model import ChartReference
from efdgen.verbs import project

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine
    from efdgen.helm.hydrate import Charts, HydratedApp


class Versions(NamedTuple):
    """What runs where, and why it is not known since when (empty: it is); the charts, which may name other images."""

    rows: tuple[Version, ...]
    unknown: str
    charts: tuple[ChartReference, ...] = ()


Objects = Callable[[project.Rendering], Mapping[tuple[str, str], Sequence[Any]]]
"""Returns the objects of each environment and app, as data."""


def hydrated(root: Path, apps: Sequence[str], engine: Engine, charts: Charts, failed: list[HydratedApp]) -> Objects:
    """Return what makes the objects of apps (none: of all); what Helm can't do is added to the failures."""
    from efdgen.helm import folders, hydrate

    def objects(rendered: project.Rendering) -> Mapping[tuple[str, str], Sequence[Any]]:
        tree = folders.built(rendered.tree, root)
        found: dict[tuple[str, str], Sequence[Any]] = {}
        for environment in rendered.environments:
            name = environment.facts.name
            wanted = [app.definition.name for app in environment.apps if app.definition.name in apps]
            if apps and not wanted:
                continue
            can = hydrate.capabilities(tree, name, environment.facts.cluster)
            for result in hydrate.hydrate(tree, name, wanted, engine, charts, can):
                failed.extend([result] if result.error else [])
                found[name, result.app] = [each.data for each in result.objects]
        return found

    return objects


def versions(root: Path, apps: Sequence[str] = (), objects: Objects | None = None) -> Versions:
    """Say what runs where, in the order of the stages, if there are any.

    Args:
        root: the repository.
        apps: the apps; none: all that are deployed.
        objects: makes the objects, for the images that only charts name; None: nobody wants these.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an app is unknown.
    """
    resolved = project.rendering(root, keep=True) if objects is not None else project.resolve(root)
    made = objects(resolved) if objects is not None and isinstance(resolved, project.Rendering) else {}
    known = resolved.project.repository.apps
    for app in apps:
        if app not in known:
            raise UsageError(suggest.unknown("app", app, known))
    history = _History(root)
    stages = resolved.project.repository.stages
    stage_of = {name: number for number, stage in enumerate(stages) for name in stage}
    rows = [
        row
        for environment in sorted(resolved.environments, key=lambda each: stage_of.get(each.facts.name, len(stages)))
        for app in environment.apps
        if not apps or app.definition.name in apps
        for row in (
            *of_app(environment, app, history.commit),
            *in_objects(environment, app, made.get((environment.facts.name, app.definition.name), ()), history.commit),
        )
    ]
    rows.sort(key=lambda row: (row.app, row.what != CHART, row.what == OBJECT, row.what, row.name))
    shown = {row.app for row in rows}
    charts = dict.fromkeys(chart.reference for name, app in known.items() if name in shown for chart in app.charts)
    return Versions(tuple(rows), history.problem, tuple(charts))


class _History:
    """The commits that lines are from; none where Git can't say.

    Attributes:
        problem: why it can't; empty: it can.
    """

    def __init__(self, root: Path) -> None:
        self.problem = ""
        self._root = root
        self._files: dict[str, Mapping[int, Commit]] = {}

    def commit(self, place: Location) -> Commit | None:
        """Return the commit that a line is from."""
        if place.file not in self._files:
            self._files[place.file] = self._lines(place.file)
        return self._files[place.file].get(place.line)

    def _lines(self, file: str) -> Mapping[int, Commit]:
        if self.problem:
            return {}
        try:
            return git.line_commits(self._root, file)
        except UsageError as error:
            said = str(error).partition("\n")[0]
            self.problem = "this is not a Git repository" if "not a git repository" in said else said
            return {}
