"""What rules know of the other environments, and what they find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from efdgen import scope, templating
from efdgen.errors import InvalidInputError, Path, Problem, Severity
from efdgen.merge import leaves
from efdgen.model import EnvironmentSpec, Repository, ResolvedApp, ResolvedEnvironment
from efdgen.resolve import Resolver


class Finding(NamedTuple):
    """A problem, and the app that it is about (empty: the environment)."""

    problem: Problem
    app: str


class Identity(NamedTuple):
    """What an environment is known by."""

    name: str
    hosts: frozenset[str]
    vault_prefix: str
    aliases: frozenset[str]
    domain: str


class Fleet:
    """The identities of all environments, by everything that names them.

    Environments whose facts are wrong are left out: that is reported where it belongs.
    """

    def __init__(self, repository: Repository, resolver: Resolver) -> None:
        self.identities: dict[str, Identity] = {}
        for spec in repository.environments.values():
            try:
                self.identities[spec.name] = _identity(spec, repository, resolver)
            except (InvalidInputError, templating.ExpressionError, TypeError):
                continue  # its facts are wrong, and resolving them says how
        self.news_texts = frozenset(text for _, text in leaves(repository.news) if isinstance(text, str))
        self.by_host = _index((host, identity.name) for identity in self.identities.values() for host in identity.hosts)
        self.by_vault_prefix = _index((i.vault_prefix, i.name) for i in self.identities.values())
        self.by_name = _index((n, i.name) for i in self.identities.values() for n in {i.name, *i.aliases})
        self.domains = tuple({f".{identity.domain}" for identity in self.identities.values()})


def _index(pairs: Iterator[tuple[str, str]]) -> dict[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for key, name in pairs:
        index[key] = index.get(key, frozenset()) | {name}
    return index


def _identity(spec: EnvironmentSpec, repository: Repository, resolver: Resolver) -> Identity:
    names = resolver.scope(spec.name)
    host = names["host"]
    apps = [repository.apps[app] for app in spec.apps]
    services = {service for app in apps for service in (*app.ingress_hosts, *app.node_port_hosts)}
    hosts = {host(service) for service in services}
    if names["argocd"]["managed"] is True:
        hosts.add(names["argocd"]["host"])
    platform = names["sciencePlatformHost"]
    return Identity(
        name=spec.name,
        hosts=frozenset(str(host) for host in hosts),
        vault_prefix=str(names["vault"]["pathPrefix"]),
        aliases=frozenset({*names["aliases"], str(platform)}),
        domain=str(names["domain"]),
    )


def in_facts(
    code: str, message: str, environment: ResolvedEnvironment, path: Path, hint: str = "", app: str = ""
) -> Finding:
    """Return an error at the layer that set a fact."""
    location = scope.locate(environment.spec.layers, path)
    return Finding(Problem(code, f"{message} (environment {environment.facts.name})", location, path, hint), app)


def in_app(
    code: str, message: str, environment: ResolvedEnvironment, app: ResolvedApp, path: Path, hint: str = ""
) -> Finding:
    """Return a finding at the layer that set something of an app; a code that begins with W is a warning."""
    location = scope.locate(app.layers, path)
    where = ("apps", app.definition.name, *path)
    severity = Severity.WARNING if code.startswith("W") else Severity.ERROR
    text = f"{message} ({app.definition.name} in environment {environment.facts.name})"
    return Finding(Problem(code, text, location, where, hint, severity), app.definition.name)


def at_app(code: str, message: str, environment: ResolvedEnvironment, app: str, hint: str = "") -> Finding:
    """Return an error at the line of the spec that lists an app."""
    path: Path = ("apps", app)
    location = environment.spec.document.locate(path, key=True)
    return Finding(Problem(code, f"{message} (environment {environment.facts.name})", location, path, hint), app)


def own_host_path(environment: ResolvedEnvironment, service: str) -> Path:
    """Return the path of the fact that decides a service's host."""
    return ("hosts", service) if service in environment.facts.hosts else ("hostPattern",)
