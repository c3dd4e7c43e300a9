"""What environments are known by: names, hosts and Vault prefixes that must not turn up in another."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from efdgen.environment.argocd import argocd_at
from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import expressions, scope
from efdgen.language.annotations import found
from efdgen.language.layers import leaves
from efdgen.repository.model import EnvironmentSpec, Repository
from efdgen.rules.contested import contested
from efdgen.rules.identity import Identity
from efdgen.rules.neighbours import Neighbourhoods


class Identities:
    """The identities of all environments, by everything that names them.

    Environments whose facts are wrong are left out: that is reported where it belongs.

    Attributes:
        about: the apps that the run is about.
        apps: the apps that there are.
        resolver: resolves their environments.
        own: where facts stand that belong to one environment, those that others follow from first.
        identifying: where facts stand that are other names of their environment.
        table_texts: every text of a table: it may be about anybody.
        neighbourhoods: the environments that one Argo CD deploys.
        vault_depth: the most parts that a Vault prefix of an environment has.
        named: what texts that more than one environment has were found to name: kept while a run looks at them.
    """

    def __init__(self, repository: Repository, resolver: Resolver) -> None:
        self.identities: dict[str, Identity] = {}
        self.named: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
        for spec in repository.environments.values():
            try:
                self.identities[spec.name] = _identity(spec, repository, resolver)
            except (InvalidInputError, expressions.ExpressionError, TypeError):
                continue  # its facts are wrong, and resolving them says how
        self.about = repository.about
        self.apps = frozenset(repository.apps)
        self.resolver = resolver
        self._services = sorted(
            {service for app in repository.apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts)}
        )
        self.own = repository.schemas.own
        self.identifying = repository.schemas.identifying
        items = {name: table.items for name, table in repository.tables.items()}
        self.table_texts = frozenset(text for _, text in leaves(items) if isinstance(text, str))
        self.by_host = _index((host, identity.name) for identity in self.identities.values() for host in identity.hosts)
        self.by_vault_prefix = _index((i.vault_prefix, i.name) for i in self.identities.values())
        self.vault_depth = max((prefix.count("/") + 1 for prefix in self.by_vault_prefix), default=0)
        self.by_name = _index((n, i.name) for i in self.identities.values() for n in {i.name, *i.aliases})
        self.neighbourhoods = Neighbourhoods(
            {i.name: i.argocd for i in self.identities.values() if not self._is_astray(i)},
            frozenset(i.name for i in self.identities.values() if i.is_managing),
            repository,
            resolver,
        )
        self.domains = tuple({f".{identity.domain}" for identity in self.identities.values()})

    def _is_astray(self, identity: Identity) -> bool:
        """Say whether the Argo CD of an environment is another's, and no link says so: then that is wrong (E503)."""
        owners = self.by_host.get(re.split("[:/]", identity.argocd)[0], frozenset())
        return bool(owners) and not owners & {identity.name, *identity.links}

    @functools.cached_property
    def contested(self) -> dict[str, Problem]:
        """Return the hosts that several environments claim, each with what is said about it."""
        return contested(self.identities, self.by_host)

    def own_texts(self, name: str) -> tuple[str, ...]:
        """Return the texts that an environment's own facts hold; of one whose facts are wrong, none."""
        try:
            names = self.resolver.scope(name)
            return tuple(str(value).lower() for place in self.own for _, value in found(names, place))
        except (InvalidInputError, expressions.ExpressionError):
            return ()

    def contested_of(self, name: str) -> frozenset[str]:
        """Return the hosts that an environment has by facts that are said to claim what others claim, too."""
        identity = self.identities.get(name)
        if identity is None or identity.hosts.keys().isdisjoint(self.contested):
            return frozenset()
        places = {(problem.path, problem.location) for problem in self.contested.values()}
        layers = identity.spec.layers
        deciding = {path for path in identity.hosts.values() if (path, scope.locate(layers, path)) in places}
        names = self.resolver.scope(name)
        made = (names["host"](service) for service in self._services if host_path(names["hosts"], service) in deciding)
        return frozenset((*made, *(host for host, path in identity.hosts.items() if path in deciding)))


def host_path(hosts: Mapping[str, str], service: str) -> Path:
    """Return the path of the fact that decides a service's host, of the exceptions that there are."""
    return ("hosts", service) if service in hosts else ("hostPattern",)


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
    hosts = {str(host(service)): host_path(names["hosts"], service) for service in sorted(services)}
    if names["argocd"]["managed"] is True:
        hosts.setdefault(str(names["argocd"]["host"]), ("argocd", "host"))
    others = {
        str(name) for place in repository.schemas.identifying for _, name in found(names, place) if name is not None
    }
    return Identity(
        name=spec.name,
        spec=spec,
        hosts=hosts,
        vault_prefix=str(names["vault"]["pathPrefix"]),
        aliases=frozenset(others),
        domain=str(names["domain"]),
        argocd=argocd_at(str(names["argocd"]["url"])),
        is_managing=names["argocd"]["managed"] is True,
        links=frozenset(names.facts["links"]),
    )
