"""Rules about Argo CD's Applications: their names, and what several environments do under one Argo CD."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from efdgen.environment import applications
from efdgen.environment.argocd import server_at
from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Path, Problem, severity
from efdgen.language.layers import sets
from efdgen.repository import paths
from efdgen.rules.findings import Finding, in_app, in_facts
from efdgen.rules.identities import Identities

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\Z")
_SERVER: Path = ("destinationServer",)
_URL: Path = ("argocd", "url")

_MOST = 63
"""Characters of a name: Argo CD marks what it deploys with it, by a label, and Kubernetes takes labels up to that.

https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
"""


def names_can_be(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find names that no Application can have; of several, the longest is told."""
    wrong = [
        (len(name), app, name) for app, name in _own(environment) if len(name) > _most(app) or not _NAME.match(name)
    ]
    if wrong:
        length, app, name = max(wrong)
        reason = "it may hold lower-case letters, digits and, inside, hyphens and dots only"
        if length > _most(app):
            of_a_release = ", which is a release of Helm" if app == paths.PARENT else ""
            reason = f"it has {length} characters, at most {_most(app)} are allowed{of_a_release}"
        message = f"the Application of {app} can't be called {name!r}: {reason}"
        yield in_facts("E522", message, environment, applications.PATTERN)


def _most(app: str) -> int:
    """Return how many characters an Application's name can have: that of the app of apps is its release's, too."""
    return paths.MOST_IN_RELEASE if app == paths.PARENT else _MOST


def names_are_their_own(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find Applications with the names of those of another environment that the same Argo CD deploys.

    It is said at the one that has to change, where that can be known, else at each. Of several such environments, the
    first is told with its Applications, the others are counted.
    """
    own = environment.facts.name
    together = identities.fleet.neighbourhoods
    taken = together.of(own).applications
    if not taken:
        return
    others = {other for _, name in _own(environment) for other in taken.get(name, frozenset()) - {own}}
    wrong = {other for other in others if not together.is_right(own, other, applications.PATTERN)}
    found = [(other, name) for _, name in _own(environment) for other in wrong & taken.get(name, frozenset())]
    if found:
        message = f"{_first(found)}, in the same Argo CD: {environment.facts.argocd.url}"
        hint = f"let argocd.applicationName hold the environment's name, too: {applications.DEFAULT}-<% name %>"
        yield _in_spec("E521", message, environment, (applications.PATTERN, _URL), hint)


def places_are_their_own(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find what another environment of the same Argo CD would overwrite: apps of one cluster and namespace.

    It is said at the one that has to change, where that can be known, else at each.
    """
    own = environment.facts.name
    together = identities.fleet.neighbourhoods
    under = together.of(own)
    if not under.standing:
        return
    hint = "name the API server of this environment's own cluster, under argocd.destinationServer"
    common: list[str] = []
    for app in environment.apps:
        server, namespace = app.destination_server, app.definition.namespace
        there = under.places.get((server_at(server), namespace), frozenset()) - {own}
        others = {other for other in there if not together.is_right(own, other, ("argocd", *_SERVER))}
        if others:
            message = f"{min(others)} is deployed to the namespace {namespace!r} of {server}, too"
            layers = environment.spec.app_layers[app.definition.name]
            if any(sets(layer.data, _SERVER) for layer in layers):
                yield in_app("E523", message, environment, app, _SERVER, hint)
            else:
                common.append(message)
    if common:
        more = f" (and to {len(common) - 1} more)" if common[1:] else ""
        yield _in_spec("E523", f"{common[0]}{more}", environment, (("argocd", *_SERVER), _URL), hint)
    managing = {other for other in under.managed - {own} if not together.is_right(own, other)}
    if environment.facts.argocd.managed and managing:
        message = f"{min(managing)} looks after the same Argo CD: {environment.facts.argocd.url}"
        hint = "only one of them can have `managed: true`"
        yield _in_spec("E523", message, environment, (("argocd", "managed"), _URL), hint)


def policies_name_applications(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find policies about an app by its name, where Argo CD calls its Application something else."""
    if not environment.facts.argocd.managed:
        return
    called = dict(_own(environment))
    for index, policy in enumerate(environment.facts.argocd.rbac.policies):
        app = policy.object.rpartition("/")[2]
        if policy.resource in ("applications", "logs", "exec") and app not in called.values() and app in called:
            path: Path = ("argocd", "rbac", "policies", index, "object")
            message = f"there is no Application {app!r}: that of {app} is called {called[app]!r}"
            yield in_facts("W524", message, environment, path)


def _in_spec(code: str, message: str, environment: ResolvedEnvironment, facts: Sequence[Path], hint: str) -> Finding:
    """Return an error in an environment's own spec, at the first of some facts that it sets, or at its name.

    Each of two environments that do not go together is told where it can be changed by itself.
    """
    spec = environment.spec.document
    path: Path = next((fact for fact in facts if sets(spec.data, fact)), ("name",))
    text = f"{message} (environment {environment.facts.name})"
    return Finding(Problem(code, text, spec.locate(path), path, hint, severity(code)), "")


def _own(environment: ResolvedEnvironment) -> list[tuple[str, str]]:
    """Return each app, the app of apps first, with the name of its Application."""
    return [(paths.PARENT, environment.parent), *[(app.definition.name, app.application) for app in environment.apps]]


def _first(found: Iterable[tuple[str, str]]) -> str:
    """Say which Applications another environment has, too; of several such, the first by name."""
    by_environment: dict[str, list[str]] = {}
    for other, name in found:
        by_environment.setdefault(other, []).append(name)
    other = min(by_environment)
    names = by_environment[other]
    what = f"the Application {names[0]} is" if len(names) == 1 else f"the Applications {', '.join(names)} are"
    others = len(by_environment) - 1
    more = "" if not others else " (and 1 more environment's)" if others == 1 else f" (and {others} more environments')"
    return f"{what} {other}'s, too{more}"
