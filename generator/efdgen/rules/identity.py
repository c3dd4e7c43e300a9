"""What one environment is known by, to itself and to the others."""

from __future__ import annotations

import functools
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.environment.applications import PATTERN, application_name
from efdgen.environment.argocd import server_at
from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Location, Path
from efdgen.language import expressions, scope
from efdgen.language.annotations import found
from efdgen.language.layers import merge_layers, sets
from efdgen.language.scope import Scope
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.repository.model import EnvironmentSpec, Repository

SERVER: Path = ("argocd", "destinationServer")

APART = (PATTERN, SERVER)
"""The facts that keep environments apart that one Argo CD deploys."""

CALLED = ("title", "place")
"""The facts that people tell environments apart by."""


class Identity(NamedTuple):
    """What an environment is known by: plain data, all that the rules of others see of it.

    Attributes:
        hosts: its public hosts, each with the path of the fact that decides it.
        places: where each of these facts is written.
        argocd: the address of the Argo CD that deploys it, written one way.
        is_managing: whether it looks after that Argo CD.
        links: the environments that it may name.
        is_at_home: whether that Argo CD has the host that the environment would give its own.
        apart: the facts that can keep it apart from others under one Argo CD, those that it, or what it shares, sets.
        applications: the names of its Applications, that of the app of apps among them.
        destinations: the addresses of the API servers, and the namespaces, that its apps go to.
        called: what its own spec says that people know it by, of `CALLED`, each as `title The lab`.
    """

    name: str
    hosts: Mapping[str, Path]
    places: Mapping[Path, Location]
    vault_prefix: str
    aliases: frozenset[str]
    domain: str
    argocd: str
    is_managing: bool
    links: frozenset[str]
    is_at_home: bool
    apart: frozenset[Path]
    applications: frozenset[str]
    destinations: frozenset[tuple[str, str]]
    called: frozenset[str]


def identity(name: str, repository: Repository, resolver: Resolver) -> Identity | None:
    """Return what an environment is known by; None: its facts are wrong, and resolving them says how."""
    try:
        return _identity(repository.environments[name], repository, resolver)
    except (InvalidInputError, expressions.ExpressionError, TypeError):
        return None


def _identity(spec: EnvironmentSpec, repository: Repository, resolver: Resolver) -> Identity:
    names = resolver.scope(spec.name)
    host, exceptions, argocd = names["host"], names["hosts"], names["argocd"]
    apps = [repository.apps[app] for app in spec.apps]
    services = {service for app in apps for service in (*app.ingress_hosts, *app.node_port_hosts)}
    hosts = {str(host(service)): host_path(exceptions, service) for service in sorted(services)}
    is_managing = argocd["managed"] is True
    if is_managing:
        hosts.setdefault(str(argocd["host"]), ("argocd", "host"))
    others = {
        str(name) for place in repository.schemas.identifying for _, name in found(names, place) if name is not None
    }
    applications, destinations = _deployed(spec, repository, names)
    return Identity(
        name=spec.name,
        hosts=hosts,
        places={path: scope.locate(spec.layers, path) for path in dict.fromkeys(hosts.values())},
        vault_prefix=str(names["vault"]["pathPrefix"]),
        aliases=frozenset(others),
        domain=str(names["domain"]),
        argocd=server_at(str(argocd["url"])),
        is_managing=is_managing,
        links=frozenset(names.facts["links"]),
        is_at_home=_is_at_home(argocd),
        apart=frozenset(fact for fact in APART if any(sets(layer.data, fact) for layer in spec.layers)),
        applications=applications,
        destinations=destinations,
        called=frozenset(f"{fact} {text}" for fact, text in called(spec)),
    )


def called(spec: EnvironmentSpec) -> Iterator[tuple[str, str]]:
    """Yield what a spec itself says that people know its environment by: each fact with its text.

    What a site says is meant for all of its environments, and what an expression yields follows from facts.
    """
    for fact in CALLED:
        text = spec.document.data.get(fact)
        if isinstance(text, str) and not expressions.has_expression(text):
            yield fact, text


def host_path(hosts: Mapping[str, str], service: str) -> Path:
    """Return the path of the fact that decides a service's host, of the exceptions that there are."""
    return ("hosts", service) if service in hosts else ("hostPattern",)


def _is_at_home(argocd: Mapping[str, Any]) -> bool:
    """Say whether the Argo CD of an environment has the host that the environment would give its own."""
    try:
        host = argocd["host"]
    except (InvalidInputError, expressions.ExpressionError):
        return False  # resolving it says what is wrong
    return server_at(f"https://{host}") == server_at(str(argocd["url"])).partition("/")[0]


def _deployed(
    spec: EnvironmentSpec, repository: Repository, names: Scope
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the names of an environment's Applications, and where its apps go; what can't be known is left out."""
    applications: frozenset[str] = frozenset()
    try:
        applications = frozenset(application_name(names, app) for app in (paths.PARENT, *spec.apps))
        return applications, frozenset(_destinations(spec, repository, names))
    except (InvalidInputError, expressions.ExpressionError, TypeError):
        return applications, frozenset()  # resolving it says what is wrong


def _destinations(spec: EnvironmentSpec, repository: Repository, names: Scope) -> Iterator[tuple[str, str]]:
    """Yield the address of the API server, and the namespace, that each app of an environment goes to."""
    usual = functools.cache(lambda: server_at(str(names["argocd"]["destinationServer"])))
    for app in spec.apps:
        definition = repository.apps[app]
        server = merge_layers(spec.app_layers[app]).get("destinationServer")
        if isinstance(server, str) and expressions.has_expression(server):
            called = application_name(names, app)
            own = {"app": {"name": app, "namespace": definition.namespace, "application": called}}
            server = expressions.evaluate(server, ChainMap(own, names))  # type: ignore[arg-type]
        yield usual() if server is None else server_at(str(server)), definition.namespace
