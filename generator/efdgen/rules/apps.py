"""Rules about apps: what they need, and what their charts know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Location, Path, Problem, Severity, dotted
from efdgen.language import suggest
from efdgen.language.layers import SCALARS, at
from efdgen.repository import chartaddress, chartkeys, paths
from efdgen.repository.model import AppDefinition
from efdgen.rules.acceptance import is_accepted
from efdgen.rules.findings import Finding, at_app
from efdgen.rules.identities import Identities
from efdgen.rules.looked import defined

_SYSTEM_NAMESPACES = ("argocd", "default", "kube-node-lease", "kube-public", "kube-system")


def have_what_they_need(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find apps without an app that they require, here or from elsewhere in the cluster.

    An app whose name is misspelt is there: that is said already.
    """
    listed = {*environment.spec.document.data["apps"], *environment.facts.cluster.provides}
    misspelt = listed - identities.apps
    there = {*listed, *(suggest.closest(name, identities.apps - listed) for name in misspelt)}
    for app in environment.apps:
        for required in app.definition.requires:
            if required not in there:
                name = app.definition.name
                hint = f"list {required} under `apps`, or, where the cluster has one, under `cluster.provides`"
                found = at_app("E507", f"{name} needs {required}", environment, name, hint)
                yield found._replace(lack=required, other=required)


def are_not_provided(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find apps that are deployed from here although the cluster is said to have them from elsewhere."""
    for app in environment.apps:
        name = app.definition.name
        if name in environment.facts.cluster.provides:
            message = f"{name} is deployed from here, and the cluster is said to have it from elsewhere"
            where = environment.facts.name
            commands = f"efdgen unset {where} {name} --provided, or efdgen set {where} {name} {{}} --not-provided"
            hint = f"take it out of one of the two, `apps` or `cluster.provides`: {commands}"
            yield at_app("E526", message, environment, name, hint)


def names_are_no_facts(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find apps that are called like a fact, listed or not: `efdgen set` and `explain` take the name for the app's."""
    for name in sorted(identities.apps & environment.facts.data.keys()):
        message = f"the app {name} is called like a fact, which efdgen set and explain can't reach then"
        hint = f"give its folder another name, such as {paths.APPS}/{name}-server"
        place = Location(f"{paths.APPS}/{name}/app.yaml", 1, 1)
        yield Finding(Problem("W547", message, place, hint=hint, severity=Severity.WARNING), name)


def values_are_known(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find values that the chart does not know, where its keys are known, in any layer: they would do nothing."""
    for app, *_, unfit in identities.looked(environment):
        name = app.definition.name
        for layer, where, place, (path, known, is_known) in unfit:
            if is_known:
                continue  # W548 is about what stands there
            message = f"{app.definition.takes(path)} knows no value {where[-1]!r}"
            # Of what is accepted nobody reads the hint, and looking for what is alike takes a millisecond.
            is_shown = not is_accepted(environment.spec, "W511", name, where)
            hint = _instead(app.definition, where, at(layer.data, where), known) if is_shown else ""
            yield Finding(Problem("W511", message, place, where, hint, Severity.WARNING), name)


def _instead(definition: AppDefinition, where: Path, value: Any, known: Iterable[str]) -> str:
    """Return what may be meant; the chart's name, or the app's, stands around values in the rendered file only."""
    chart, key = definition.chart, str(where[-1])
    is_around = chart is not None and len(where) == 2 and key in (chart.key, chart.name, definition.name)  # noqa: PLR2004
    if is_around and isinstance(value, Mapping) and not value.keys().isdisjoint(known):
        return f"leave {key} out: the values of its chart stand without a name around them"
    return suggest.hint(key, known)


def chart_keys_are_current(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find keys of charts that were made from other versions than are pinned: nothing is held against them."""
    for app in (app.definition for app in environment.apps):
        mark = app.chart_keys.mark if app.chart_keys else None
        if mark is None or identities.once(defined, app).keys is not None:
            continue
        pins = ", ".join(chartkeys.pinned(app.charts)) or "none"
        message = f"these are the keys of {', '.join(mark.charts)}; {app.name} is made of {pins}"
        hint = f"run: efdgen charts keys {app.name}"
        yield Finding(Problem("W528", message, mark.location, hint=hint, severity=Severity.WARNING), app.name)


def image_tags_have_a_reason(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find image tags that an environment sets like any other value: silently, it would lag behind for ever.

    Null gives the chart's own tag, and needs no reason, unless it takes away a pin, which has one.
    """
    for app in environment.apps:
        held: set[Path] = set()
        for layer in environment.spec.app_layers[app.definition.name]:
            pins, values = layer.data.get("pins"), layer.data.get("values")
            pinned = {tuple(path.split(".")) for path in pins} if pins else set()
            for path, value in _tags(values, ()) if values else ():
                if path not in pinned and (value is not None or path in held):
                    where: Path = ("values", *path)
                    hint = f"write it under pins: {dotted(path)}: {{value: ..., reason: ...}}"
                    message = f"the image tag of {app.definition.name} is changed without a reason"
                    if value is None:
                        hint = f"take a pin away under pins: {dotted(path)}: null"
                        message = f"the image tag of {app.definition.name} is pinned, and this takes it away"
                    yield Finding(Problem("E515", message, layer.locate(where), where, hint), app.definition.name)
            held |= pinned


def _tags(data: Any, path: Path) -> list[tuple[Path, Any]]:
    """Return the image tags in nested data, each with its path."""
    found: list[tuple[Path, Any]] = []
    pairs: Iterable[tuple[str | int, Any]] = ()
    if type(data) is dict or isinstance(data, Mapping):
        pairs = data.items()
    elif isinstance(data, list):
        pairs = enumerate(data)
    for key, value in pairs:
        if type(value) not in SCALARS and value:
            found += _tags(value, (*path, key))
        elif key == "imageTag" or (key == "tag" and path[-1:] == ("image",)):
            found.append(((*path, key), value))
    return found


def namespaces_are_their_own(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find apps that share a namespace: deleting one would delete the other's."""
    taken: dict[str, AppDefinition | None] = dict.fromkeys(_SYSTEM_NAMESPACES)
    for app in (app.definition for app in environment.apps):
        owner = taken.setdefault(app.namespace, app)
        if owner is app:
            continue
        if owner is not None and "namespace" not in app.document.data:
            app, owner = owner, app  # noqa: PLW2901 - it has its own name, and the other one says that
        message = f"the namespace {app.namespace!r} is {owner.name if owner else 'the cluster'}'s, too"
        hint = f"give it one of its own in {app.source}/app.yaml"
        other = owner.name if owner is not None else ""
        finding = at_app("E516", message, environment, app.name, hint)._replace(other=other)
        if "namespace" in app.document.data:
            where: Path = ("namespace",)
            problem = finding.problem._replace(location=app.document.locate(where), path=where)
            finding = finding._replace(problem=problem)
        yield finding


def charts_from_git_are_elsewhere(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find charts from Git that lie in the repository that Argo CD reads anyway: it refuses two revisions of one."""
    for app in environment.apps:
        for chart in app.definition.charts:
            if chart.git is not None and chartaddress.is_same(chart.git.url, environment.facts.argocd.repo_url):
                where = f"({app.definition.name} in environment {environment.facts.name})"
                message = f"the chart {chart.name} lies in the repository that Argo CD deploys from {where}"
                hint = f"name its folder alone, without git and revision: path: {chart.git.path}"
                yield Finding(Problem("E525", message, chart.location, hint=hint), app.definition.name)
