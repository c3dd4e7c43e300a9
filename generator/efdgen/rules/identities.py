"""What environments are known by: names, hosts and Vault prefixes that must not turn up in another."""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Iterator, Mapping

from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Problem
from efdgen.language import expressions
from efdgen.language.annotations import found
from efdgen.language.layers import leaves
from efdgen.repository.model import EnvironmentSpec, Repository
from efdgen.rules.contested import contested
from efdgen.rules.identity import Identity, host_path, identity
from efdgen.rules.neighbours import Neighbourhoods


class Identities:
    """The identities of all environments, by everything that names them.

    Environments whose facts are wrong are left out: that is reported where it belongs.

    Args:
        repository: what people wrote.
        resolver: resolves its environments.
        known: what some environments are known by, None for one whose facts are wrong; of the others, it is found out.

    Attributes:
        about: the apps that the run is about.
        apps: the apps that there are.
        resolver: resolves their environments.
        own: where facts stand that belong to one environment, those that others follow from first.
        identifying: where facts stand that are other names of their environment.
        table_texts: every text of a table: it may be about anybody.
        neighbourhoods: the environments that one Argo CD deploys.
        vault_depth: the most parts that a Vault prefix of an environment has.
        looked_at: the other environments whose specs were looked at, beyond what they are known by.
        named: what texts that more than one environment has were found to name: kept while a run looks at them.
    """

    def __init__(
        self,
        repository: Repository,
        resolver: Resolver,
        known: Mapping[str, Identity | None] = types.MappingProxyType({}),
    ) -> None:
        self.named: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
        self.looked_at: set[str] = set()
        self.all = {
            name: known[name] if name in known else identity(name, repository, resolver)
            for name in repository.environments
        }
        self.identities = {name: each for name, each in self.all.items() if each is not None}
        self._environments = repository.environments
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
        self.by_host = _index((host, i.name) for i in self.identities.values() for host in i.hosts)
        self.by_vault_prefix = _index((i.vault_prefix, i.name) for i in self.identities.values())
        self.vault_depth = max((prefix.count("/") + 1 for prefix in self.by_vault_prefix), default=0)
        self.by_name = _index((n, i.name) for i in self.identities.values() for n in {i.name, *i.aliases})
        self.neighbourhoods = Neighbourhoods(i for i in self.identities.values() if not self._is_astray(i))
        self.domains = tuple({f".{i.domain}" for i in self.identities.values()})

    def _is_astray(self, of: Identity) -> bool:
        """Say whether the Argo CD of an environment is another's, and no link says so: then that is wrong (E503)."""
        owners = self.by_host.get(re.split("[:/]", of.argocd)[0], frozenset())
        return bool(owners) and not owners & {of.name, *of.links}

    def spec(self, name: str) -> EnvironmentSpec:
        """Return the spec of an environment. That is more than it is known by, so it is noted that it was looked at."""
        self.looked_at.add(name)
        return self._environments[name]

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
        own = self.identities.get(name)
        if own is None or own.hosts.keys().isdisjoint(self.contested):
            return frozenset()
        places = {(problem.path, problem.location) for problem in self.contested.values()}
        deciding = {path for path in own.hosts.values() if (path, own.places[path]) in places}
        names = self.resolver.scope(name)
        made = (names["host"](service) for service in self._services if host_path(names["hosts"], service) in deciding)
        return frozenset((*made, *(host for host, path in own.hosts.items() if path in deciding)))


def _index(pairs: Iterator[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, name in pairs:
        found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}
