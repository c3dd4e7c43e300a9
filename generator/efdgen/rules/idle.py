"""What is written and changes nothing: a null where nothing is to be taken away, a setting that nobody reads here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Location, Path, Problem, Severity, dotted
from efdgen.language.layers import ABSENT, SCALARS, Layer, at, leaves, merge_layers, without
from efdgen.repository.model import AppDefinition
from efdgen.rules import secrets
from efdgen.rules.findings import Finding
from efdgen.rules.identities import Identities

_FOR_HELM = ("values", "pins")
"""Settings of apps in which a null is not looked for: of a value, it takes the chart's own default away."""

_OF_MANAGED = ("host", "tlsVaultPath", "rbac")
"""What says how an Argo CD is deployed that is managed from here."""


def nulls_take_something_away(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find nulls in what is said about apps, in their definitions or above, without which all would be the same."""
    for app in environment.apps:
        name = app.definition.name
        for pin, location in environment.spec.idle_pins.get(name, ()):
            yield _finding("W517", f"the pin of {pin} is null, and takes nothing away ({name})", location, (), app)
        defined = app.definition.layers
        for index, path in (*identities.once(_defined_nulls, app.definition), *_nulls(app.layers, len(defined))):
            is_new = at(merge_layers(app.layers[:index]), path) is ABSENT and not _is_missed(app, path)
            if is_new and _is_idle(environment, app, index, path, identities):
                what = "is null without it, too" if len(path) == 1 else "is null, and takes nothing away"
                location = app.layers[index].locate(path, key=True)
                yield _finding("W517", f"{dotted(path)} {what} ({name})", location, path, app)


def _defined_nulls(definition: AppDefinition) -> tuple[tuple[int, Path], ...]:
    return tuple(_nulls(definition.layers, 0))


def _nulls(layers: Sequence[Layer], first: int) -> Iterator[tuple[int, Path]]:
    """Yield each null in what layers, from the `first` on, say about an app, but for values and pins.

    Each with the index of its layer, and its path.
    """
    for index, layer in enumerate(layers[first:], first):
        for key, value in (layer.data or {}).items():
            if key not in _FOR_HELM and (value is None or type(value) not in SCALARS):
                yield from ((index, path) for path, each in leaves(value, (key,), in_lists=False) if each is None)


def _is_missed(app: ResolvedApp, path: Path) -> bool:
    """Say whether a null leaves out a Secret that the app reads: E504 says so."""
    return path[0] == "secrets" and path in {("secrets", secret) for secret in secrets.read_in(app)}


def _is_idle(
    environment: ResolvedEnvironment, app: ResolvedApp, index: int, path: Path, identities: Identities
) -> bool:
    """Say whether an app would be the same without what one of its layers says at a path."""
    layers = list(app.layers)
    layers[index] = layers[index]._replace(data=without(layers[index].data, path))
    try:
        other = identities.resolver.resolve_app(environment, app.definition.name, layers)
    except InvalidInputError:
        return False
    return other._replace(layers=app.layers) == app


def settings_of_argocd_are_read(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find what a spec says about an Argo CD that is not managed from here, and that no other fact or app reads."""
    said = environment.spec.document.data.get("argocd", {})
    keys = [key for key in _OF_MANAGED if key in said]
    if environment.facts.argocd.managed or not keys:
        return
    for key in keys:
        if not _is_read(f"argocd.{key}", environment):
            path: Path = ("argocd", key)
            message = (
                f"argocd.{key} has no effect: Argo CD is not managed from here (environment {environment.facts.name})"
            )
            location = environment.spec.document.locate(path, key=True)
            hint = "remove it, or set argocd.managed: true"
            yield Finding(Problem("W519", message, location, path, hint, Severity.WARNING), "")


def hosts_are_of_services(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find hosts that a spec gives services of apps that it does not list, and that no other fact or app reads."""
    said = environment.spec.document.data.get("hosts") or {}
    there = {service for app in environment.apps for service in (*app.hosts, *app.node_port_hosts)}
    for service in said if environment.is_whole else ():
        if service in there or _is_named(rf"\bhosts\b|\bhost\(\s*['\"]{re.escape(service)}['\"]", environment):
            continue
        path: Path = ("hosts", service)
        message = f"hosts.{service} has no effect: no app here has this service (environment {environment.facts.name})"
        location = environment.spec.document.locate(path, key=True)
        yield Finding(Problem("W519", message, location, path, "remove it, or list the app", Severity.WARNING), "")


def _is_read(fact: str, environment: ResolvedEnvironment) -> bool:
    """Say whether an expression of the facts or of an app may name a fact."""
    return _is_named(rf"\b{re.escape(fact)}\b", environment)


def _is_named(pattern: str, environment: ResolvedEnvironment) -> bool:
    """Say whether an expression of the facts or of an app may match a pattern."""
    name = re.compile(rf"<%.*(?:{pattern})", re.DOTALL)
    written: Sequence[Sequence[Layer]] = (environment.spec.layers, *(app.layers for app in environment.apps))
    return any(
        isinstance(value, str) and name.search(value) for layers in written for _, value in leaves(merge_layers(layers))
    )


def _finding(code: str, message: str, location: Location, path: Path, app: ResolvedApp) -> Finding:
    problem = Problem(code, message, location, path, "remove it", Severity.WARNING)
    return Finding(problem, app.definition.name)
