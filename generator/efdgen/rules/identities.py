"""What environments are known by: names, hosts and Vault prefixes that must not turn up in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Problem
from efdgen.language import expressions
from efdgen.language.annotations import found
from efdgen.language.layers import keys, leaves
from efdgen.repository.model import AppDefinition, EnvironmentSpec, Repository
from efdgen.rules.fleet import Fleet
from efdgen.rules.identity import host_path, identity
from efdgen.rules.looked import Looked, defined, looked
from efdgen.rules.naming import SharedReader

_Answer = TypeVar("_Answer")


class Identities:
    """The identities of all environments, by everything that names them.

    Environments whose facts are wrong are left out: that is reported where it belongs.

    Args:
        repository: what people wrote.
        resolver: resolves its environments.
        known: what they are known by, if that is known; None: it is found out.
        is_noted: whether anybody wants to know what was asked about them.

    Attributes:
        about: the apps that the run is about.
        apps: the apps that there are.
        resolver: resolves their environments.
        own: where facts stand that belong to one environment, those that others follow from first.
        identifying: where facts stand that are other names of their environment.
        retired: where facts stand that nobody should use any more, each with what its schema says of it.
        table_texts: every text, and every key, of a table: it may be about anybody.
        fleet: all environments, by everything that names them.
        asked: what was asked about them since `begin`.
        looked_at: the other environments whose specs were looked at, beyond what they are known by.
        reader: reads the texts that more than one environment has.
    """

    def __init__(
        self,
        repository: Repository,
        resolver: Resolver,
        known: Fleet | None = None,
        *,
        is_noted: bool = True,
    ) -> None:
        self._looked: tuple[ResolvedEnvironment | None, list[Looked]] = None, []
        self._once: dict[tuple[Callable[[AppDefinition], Any], str], tuple[AppDefinition, Any]] = {}
        self.looked_at: set[str] = set()
        if known is None:
            every = {name: identity(name, repository, resolver) for name in repository.environments}
            known = Fleet({name: each for name, each in every.items() if each is not None})
        self.fleet = known
        self.reader = SharedReader(known)
        self.identities = known.identities
        self._environments = repository.environments
        self.about = repository.about
        self.apps = frozenset(repository.apps)
        self._requires = {name: app.requires for name, app in repository.apps.items()}
        self._required: dict[str, frozenset[str]] = {}
        self.resolver = resolver
        self._services = sorted(
            {service for app in repository.apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts)}
        )
        self.own = repository.schemas.own
        self.identifying = repository.schemas.identifying
        self.retired = repository.schemas.retired
        items = {name: table.items for name, table in repository.tables.items()}
        texts = {text for _, text in leaves(items) if isinstance(text, str)}
        self.table_texts = frozenset((*texts, *(str(path[-1]) for path in keys(items))))
        self.asked = self.fleet.asked
        self.asked.is_wanted = is_noted

    def spec(self, name: str) -> EnvironmentSpec:
        """Return the spec of an environment. That is more than it is known by, so it is noted that it was looked at."""
        self.looked_at.add(name)
        return self._environments[name]

    @property
    def contested(self) -> dict[str, Problem]:
        """Return the hosts that several environments claim, each with what is said about it."""
        return self.fleet.contested

    def begin(self) -> None:
        """Forget what was asked, and who was looked at, for the rules of another environment."""
        self.looked_at.clear()
        self.asked.questions.clear()

    def looked(self, environment: ResolvedEnvironment) -> list[Looked]:
        """Return the apps of an environment with what rules ask of each: kept until another one is looked at."""
        if self._looked[0] is not environment:
            self._looked = environment, [looked(app, self.once(defined, app.definition)) for app in environment.apps]
        return self._looked[1]

    def once(self, question: Callable[[AppDefinition], _Answer], definition: AppDefinition) -> _Answer:
        """Return what a function says of an app's definition, which all environments share: it is called once."""
        kept = self._once.get((question, definition.name))
        if kept is None or kept[0] is not definition:
            kept = self._once[question, definition.name] = definition, question(definition)
        answer: _Answer = kept[1]
        return answer

    def required(self, app: str) -> frozenset[str]:
        """Return the apps that an app requires, itself among them, and those that they require."""
        if app not in self._required:
            found: set[str] = set()
            to_look_at = [app]
            while to_look_at:
                name = to_look_at.pop()
                if name not in found:
                    found.add(name)
                    to_look_at += self._requires.get(name, ())
            self._required[app] = frozenset(found)
        return self._required[app]

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
