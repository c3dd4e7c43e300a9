"""What a question such as `influxdb.persistence.size` is about, and its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.environment.functions import TABLES
from efdgen.environment.model import ResolvedApp
from efdgen.environment.values import app_values, parent_values
from efdgen.errors import Location, Path, UsageError
from efdgen.explain import paths
from efdgen.explain.environment import Environment
from efdgen.explain.says import Explanation
from efdgen.language import suggest
from efdgen.language.layers import at, leaves, merge, merge_layers
from efdgen.repository.paths import PARENT

_APP = re.compile(r"[a-z0-9-]+")


def ask(environment: Environment, question: str) -> list[Explanation]:
    """Explain what a question is about: a value, or every value below what it names.

    A question is a path below an app (`influxdb.persistence.size`), below the facts (`kafka.broker`) or below the
    tables (`tables.news.utc.title`). Below an app,
    the chart's values come first; what they do not have is looked for in the values file of the wrapper chart
    (`vault.secrets[0].path`) and in the app's settings (`parameters.livenessProbe`).

    Raises:
        UsageError: when it leads nowhere.
    """
    match = _APP.match(question)
    name = match.group() if match else ""
    rest = question[len(name) :].removeprefix(".")
    if name == PARENT:
        return _in_parent(environment, rest)
    if name in environment.apps:
        return _in_app(environment, name, rest)
    known_as = {**known_facts(environment), TABLES: environment.facts.names[TABLES]}
    path = paths.find(known_as, question)
    if path is not None:
        return [environment.facts.explain(leaf) for leaf in _below(known_as, path)]
    if name in known_as:
        raise UsageError(f"{environment.name} has no fact {question!r}: {paths.hint(known_as, question)}")
    if name in environment.elsewhere:
        raise UsageError(
            f"{name} is not deployed in {environment.name}: {environment.resolved.spec.document.file} does not list it"
        )
    known = [*environment.apps, PARENT, *known_as]
    raise UsageError(f"{environment.name} has no app and no fact {name or question!r}: {suggest.hint(name, known)}")


def known_facts(environment: Environment) -> dict[str, Any]:
    """Return every fact, evaluated, those that are null among them, with the hosts that the pattern makes."""
    data = environment.resolved.facts.data
    hosts = {service: host for app in environment.apps.values() for service, host in _hosts(app).items()}
    return {**data, "hosts": {**data["hosts"], **hosts}}


def facts(environment: Environment) -> list[Explanation]:
    """Explain every fact."""
    return [environment.facts.explain(path) for path, _ in leaves(known_facts(environment))]


def apps(environment: Environment) -> list[tuple[str, str, Location]]:
    """Return each app of an environment, its chart, and where the spec lists it."""
    return [
        (
            name,
            " ".join((*([app.definition.chart.name] if app.definition.chart else []), app.definition.versions)),
            environment.resolved.spec.document.locate(("apps", name), key=True),
        )
        for name, app in environment.apps.items()
    ]


def _hosts(app: ResolvedApp) -> Mapping[str, str]:
    return {**app.hosts, **app.node_port_hosts}


def _in_parent(environment: Environment, rest: str) -> list[Explanation]:
    values = parent_values(environment.resolved)
    path = paths.find(values, rest)
    if path is None:
        raise _nothing(environment, PARENT, rest, paths.hint(values, rest))
    return [environment.explain(PARENT, leaf) for leaf in _below(values, path)]


def _in_app(environment: Environment, name: str, rest: str) -> list[Explanation]:
    app = environment.apps[name]
    chart = app.definition.values_at
    wrapper = app_values(environment.resolved, app)
    if not rest:
        return [_short(environment.explain(name, leaf), chart) for leaf, _ in leaves(wrapper)]
    values = known_values(environment, name, _begins_with(environment, name, rest))
    path = paths.find(values, rest)
    if path is not None:
        return [_short(environment.explain(name, (*chart, *leaf)), chart) for leaf in _below(values, path)]
    files = {**wrapper, **_nested(chart, values)}
    path = paths.find(files, rest)
    if path is not None:
        return [_short(environment.explain(name, leaf), chart) for leaf in _below(files, path)]
    tree = environment.tree(name)
    settings = {key: tree.merged.get(key) for key in ("parameters", "secrets")}
    settings["parameters"] = merge(settings["parameters"], tree.names["parameters"])
    path = paths.find(settings, rest)
    if path is not None:
        return [environment.setting(name, leaf) for leaf in _below(settings, path)]
    raise _nothing(environment, name, rest, paths.hint({**files, **values}, rest))


def _begins_with(environment: Environment, name: str, rest: str) -> Path:
    """Return the first key of an app's values that a question names; nothing: it names none that is known."""
    app = environment.apps[name]
    known = {chart.key for chart in app.definition.charts if app.definition.chart is None}
    return paths.beginning({**app.values, **dict.fromkeys(known)}, rest)


def known_values(environment: Environment, name: str, path: Path = ()) -> Mapping[str, Any]:
    """Return an app's values for its charts, with what only a chart sets and what is left out because it is null.

    Args:
        environment: the environment.
        name: the app.
        path: the value that is asked about: of the others, what only charts set is not there. Empty: it is.
    """
    tree = environment.value_tree(name, path)
    below = merge_layers(tree.below).get("values") or {}
    written = tree.merged.get("values") or {}
    # What Helm makes of both, and what is written and left out: expressions that yield nothing.
    known: Mapping[str, Any] = merge(written, merge(below, environment.apps[name].values))
    return known


def _below(data: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of all leaves at or below `path`."""
    for leaf, _ in leaves(at(data, path)):
        yield (*path, *leaf)


def _nested(path: Path, values: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in reversed(path):
        values = {str(key): values}
    return values


def _short(explanation: Explanation, chart: Path) -> Explanation:
    """Name a value of the one chart by its path in there, as one asks for it."""
    path = explanation.path
    is_below = path[: len(chart)] == chart and len(path) > len(chart)
    return explanation._replace(path=path[len(chart) :]) if is_below else explanation


def _nothing(environment: Environment, app: str, rest: str, hint: str) -> UsageError:
    return UsageError(f"{app} in {environment.name} has no value {rest!r}" + (f": {hint}" if hint else ""))
