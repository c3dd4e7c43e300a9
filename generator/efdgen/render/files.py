"""From resolved environments and app definitions to files. Pure: no disk, clock, host, user or network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_waves
from efdgen.environment.values import Alike, app_values, git_values, parent_values
from efdgen.language import texttemplate, yamlio
from efdgen.language.layers import merge_layers
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import NO_TEXTS, Texts
from efdgen.output import layout
from efdgen.output.marks import json_content, with_mark
from efdgen.render.applications import application
from efdgen.render.pages import environment as environment_page
from efdgen.render.pages import fleet
from efdgen.repository import mirrors, paths
from efdgen.repository.mirrors import ChartSettings
from efdgen.repository.model import AppChart, AppDefinition, Repository

File = tuple[str, bytes]


def shared_files(repository: Repository) -> Iterator[File]:
    """Yield what all environments share: the parent chart and the wrapper charts, without any values.

    In a run about some apps, the wrapper charts of others are for `chart_files`: something may be wrong with one.
    """
    for path, file in repository.parent.items():
        if path not in paths.APPLICATIONS:
            yield from _text(f"{layout.chart(paths.PARENT)}/{path}", file, {})
    waves = sync_waves(repository.apps)
    for app in repository.apps.values():
        names = _names(app, repository, waves[app.name])
        template = repository.parent.get(paths.application(has_git=any(chart.git for chart in app.charts)))
        if template is not None:  # where it is missing, loading said so
            yield from _text(layout.application(app.name), template, names, app.source)
        if repository.about.is_on_all or app.name in repository.about.apps:
            yield from _chart(app, repository, names)


def chart_files(app: AppDefinition, repository: Repository) -> Iterator[File]:
    """Yield what all environments share of an app's wrapper chart."""
    yield from _chart(app, repository, _names(app, repository, 0))


def _chart(app: AppDefinition, repository: Repository, names: Mapping[str, Any]) -> Iterator[File]:
    for path, file in repository.wrapper.items():
        yield from _text(f"{layout.chart(app.name)}/{path}", file, names, app.source)
    for path, file in _own(app).items():
        yield from _text(f"{layout.chart(app.name)}/{path}", file, names)


def _own(app: AppDefinition) -> dict[str, TextFile]:
    """Return the templates that an app has of its own, by their paths in its chart."""
    return {f"templates/{path}": file for path, file in app.templates.items()}


def environment_files(
    environment: ResolvedEnvironment, repository: Repository, texts: Texts = NO_TEXTS, alike: Alike = dict
) -> Iterator[File]:
    """Yield the files of one environment: its values for every chart, what its apps have beside them, and its page.

    There is no page where apps are missing that something is wrong with.

    Args:
        environment: the environment.
        repository: what people wrote.
        texts: what parts of its values are written as.
        alike: makes parts that many environments have.
    """
    spec = environment.spec
    name = spec.name
    path = layout.values(paths.PARENT, name)
    yield path, with_mark(yamlio.dump(parent_values(environment, alike), texts), path, (spec.document.file,))
    for app in environment.apps:
        yield from app_files(environment, app, texts)
    if not environment.is_whole:
        return
    path = layout.page(name)
    yield path, with_mark(environment_page.page(environment, repository), path, (spec.document.file,))


def fleet_file(rows: Sequence[fleet.Row], repository: Repository) -> File:
    """Return the page about all environments."""
    return layout.FLEET, with_mark(fleet.page(rows, repository), layout.FLEET, ("environments",))


def app_files(environment: ResolvedEnvironment, app: ResolvedApp, texts: Texts = NO_TEXTS) -> Iterator[File]:
    """Yield an app's own files in an environment: its values, and what it has beside them; `texts` as above."""
    name = environment.spec.name
    path = layout.values(app.definition.name, name)
    sources = (environment.spec.document.file, app.definition.source)
    companions = {file.path: json_content(file.content) for file in app.files} if app.files else {}
    from_git = git_values(app)
    values = app_values(environment, app)
    own = {key: value for key, value in values.items() if key not in from_git} if from_git else values
    yield path, with_mark(yamlio.dump(own, texts), path, sources, companions)
    for key, part in from_git.items():
        path = layout.git_values(app.definition.name, key, name)
        yield path, with_mark(yamlio.dump(part, texts), path, sources)
    for file, content in companions.items():
        yield f"{layout.chart(app.definition.name)}/{file}", content


def _text(path: str, file: TextFile, names: Mapping[str, Any], source: str = "") -> Iterator[File]:
    """Yield a file that is made from a text template, if it is there."""
    if texttemplate.is_there(file, names):
        sources = (file.source, source) if source else (file.source,)
        yield path, with_mark(texttemplate.fill(file, names), path, sources)


def _names(app: AppDefinition, repository: Repository, wave: int) -> dict[str, Any]:
    """Return what the text templates can say about an app, which has a sync wave."""
    chart = (*repository.wrapper, *_own(app))
    secrets: Mapping[str, Any] = merge_layers(app.layers).get("secrets", {})
    return {
        "app": {
            "name": app.name,
            "description": app.description,
            "namespace": app.namespace,
            "secrets": [name for name, said in secrets.items() if said is not None],
            "dependencies": [_dependency(app, chart, repository.charts) for chart in app.charts if chart.git is None]
            or None,
            **application(app, chart, wave),
        },
        # A template that names it must not make a dependency of one that Helm can't fetch.
        "chart": _named(app.chart, repository.charts) if app.chart is not None and app.chart.git is None else None,
    }


def _named(chart: AppChart, settings: ChartSettings) -> dict[str, str]:
    return {**chart.reference._asdict(), "repository": mirrors.rendered(chart.repository, settings)}


def _dependency(app: AppDefinition, chart: AppChart, settings: ChartSettings) -> dict[str, str]:
    """Return how a wrapper chart names a chart. The alias of the only one says that values are not just the chart's."""
    is_only = sum(other.git is None for other in app.charts) == 1
    is_renamed = chart.key != chart.name or (app.chart is None and is_only)
    return {**_named(chart, settings), **({"alias": chart.key} if is_renamed else {})}
