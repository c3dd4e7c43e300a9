"""Why a third party's chart makes a Secret that is made in another way, too: a value of ours, or a default of its own.

It is tried, and not guessed: the app is hydrated with another value, and the chart makes the Secret no more.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import ChartError, Location, Path, dotted
from efdgen.helm.charts import archive, keys
from efdgen.helm.hydrate import Charts, HydratedApp
from efdgen.language import scope, yamlio
from efdgen.language.layers import at, leaves, merge, replaced
from efdgen.repository.model import AppChart
from efdgen.rules.kubernetes import secretmakers
from efdgen.rules.kubernetes.across import Cause
from efdgen.rules.kubernetes.world import Said, world

_READ = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)+)")
_MOST = 12
"""So many values are tried; each takes Helm some milliseconds."""

_ONE = "let one of them make it"


def cause(environment: ResolvedEnvironment, again: Callable[[ResolvedApp], HydratedApp], charts: Charts) -> Cause:
    """Return what finds the value that has a chart make a Secret.

    Args:
        environment: the environment.
        again: hydrates an app of it with other values.
        charts: the charts.
    """
    apps = {app.definition.name: app for app in environment.apps}

    def found(said: Said) -> tuple[Location | None, str]:
        app = apps.get(said.by.app)
        if app is None:
            return None, ""

        def is_cause(path: Path, value: Any) -> bool:
            changed = again(app._replace(values=replaced(app.values, path, value)))
            return not changed.error and not _makes(changed, said)

        for path, value in itertools.islice(_ours(app, said.value), _MOST):
            if is_cause(path, value):
                return scope.locate(app.layers, ("values", *path)), ""
        for path, was, value in itertools.islice(_defaults(app, said, charts), _MOST):
            if is_cause(path, value):
                default = f"the chart's default {dotted(path)}: {yamlio.inline(was)} makes this one"
                return None, f"{_ONE}: {default}, and {dotted(path)}: {yamlio.inline(value)} does not"
        return None, _ONE

    return found


def _makes(app: HydratedApp, said: Said) -> bool:
    """Say whether an object of the same template makes the Secret."""
    namespace = said.by.key.namespace
    return any(
        each.key.namespace == namespace and said.value in (name for _, name in secretmakers.made_by(each))
        for each in world([app], {app.app: app.namespace or namespace}).placed
        if each.item.source == said.by.item.source
    )


def _ours(app: ResolvedApp, name: str) -> Iterator[tuple[Path, Any]]:
    """Yield the values of ours that may be the cause, each with another one: those that name the Secret first."""
    found = list(leaves(app.values))
    yield from ((path, f"{name}-x") for path, value in found if value == name)
    yield from ((path, False) for path, value in found if value is True)


def _defaults(app: ResolvedApp, said: Said, charts: Charts) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the defaults that the Secret's template reads and that may be the cause, each with another value."""
    source = said.by.item.source.partition("/charts/")[2]
    chart = next((each for each in app.definition.charts if source.startswith(f"{each.key}/")), None)
    if chart is None or chart.folder:
        return
    try:
        parts = list(archive.parts(archive.files(charts.archive(chart.reference))))
    except ChartError:
        return
    inside = source.removeprefix(f"{chart.key}/")
    part = max((each for each in parts if inside.startswith(each.folder)), key=lambda each: len(each.folder))
    text = part.files.get(inside.removeprefix(part.folder), b"").decode(errors="replace")
    below = (*_below(app, chart), *part.path)
    defaults = _values(parts[0], part)
    for path in dict.fromkeys(tuple(match[1].split(".")[1:]) for match in _READ.finditer(text)):
        was = at(defaults, path, None)
        if at(app.values, (*below, *path), None) is not None or isinstance(was, dict | list):
            continue
        if was is True:
            yield (*below, *path), was, False
        elif not was and "secret" in path[-1].lower() and was is not False:
            yield (*below, *path), was, said.value


def _below(app: ResolvedApp, chart: AppChart) -> Path:
    """Return where the values of a chart stand in those of its app."""
    return () if app.definition.chart is not None else (chart.key,)


def _values(outer: archive.Part, part: archive.Part) -> Mapping[str, Any]:
    """Return the defaults of a chart, with what the one that it is in says of them."""
    own = keys.mapping(part.files, "values.yaml")
    over = at(keys.mapping(outer.files, "values.yaml"), part.path, None) if part.path else None
    return merge(own, over) if isinstance(over, dict) else own
