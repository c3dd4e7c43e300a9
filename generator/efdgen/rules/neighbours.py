"""Environments that one Argo CD deploys: what each of them must leave to the others."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from efdgen.environment.applications import application_name
from efdgen.environment.argocd import argocd_at
from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError, Path
from efdgen.language import expressions
from efdgen.language.layers import merge_layers, sets
from efdgen.language.scope import Scope
from efdgen.repository import paths
from efdgen.repository.model import EnvironmentSpec, Repository

_Key = TypeVar("_Key", bound=Hashable)


class Neighbours(NamedTuple):
    """What the environments have that one Argo CD deploys, each with the names of those that have it.

    Attributes:
        applications: the names of their Applications, that of the app of apps among them.
        places: the API servers and namespaces that their apps go to.
        managed: those that look after that Argo CD.
    """

    applications: Mapping[str, frozenset[str]]
    places: Mapping[tuple[str, str], frozenset[str]]
    managed: frozenset[str]


class Neighbourhoods:
    """Which environments one Argo CD deploys.

    Args:
        argocd: what tells the Argo CD of an environment from others, by the environment's name.
        managing: the environments that look after theirs.
        repository: what people wrote.
        resolver: resolves its environments.
    """

    def __init__(
        self, argocd: Mapping[str, str], managing: frozenset[str], repository: Repository, resolver: Resolver
    ) -> None:
        self._argocd = argocd
        self._together = _index((where, name) for name, where in argocd.items())
        self._managing = managing
        self._repository = repository
        self._resolver = resolver
        self._known: dict[str, Neighbours] = {}

    def of(self, name: str) -> Neighbours:
        """Return what the Argo CD of an environment deploys: nothing, where it is the only one; else its own, too."""
        where = self._argocd.get(name, "")
        together = self._together.get(where, frozenset())
        if len(together) <= 1:
            return Neighbours({}, {}, frozenset())
        # Asked for by each of them: what all have is put together once.
        if where not in self._known:
            self._known[where] = self._all(together)
        return self._known[where]

    def is_right(self, name: str, other: str, fact: Path = ()) -> bool:
        """Say whether of two environments of one Argo CD that don't go together, the other is surely the one to change.

        Who came to whose Argo CD is known where one of them alone looks after it, or alone has it at its own
        `argocd.host`. Else it is who does not set the fact that would keep them apart.

        Args:
            name: the environment that is then right as it is.
            other: the other one.
            fact: what keeps environments apart; none: nothing does.
        """
        specs = self._repository.environments
        is_set = {one: any(sets(layer.data, fact) for layer in specs[one].layers) for one in (name, other) if fact}
        for mine, theirs in (
            (name in self._managing, other in self._managing),
            (self._is_at_home(name), self._is_at_home(other)),
            (is_set.get(name), is_set.get(other)),
        ):
            if mine != theirs:
                return bool(mine)
        return False

    def _is_at_home(self, name: str) -> bool:
        """Say whether the Argo CD of an environment has the host that the environment would give its own."""
        try:
            host = self._resolver.scope(name)["argocd"]["host"]
        except (InvalidInputError, expressions.ExpressionError):
            return False  # resolving it says what is wrong
        return argocd_at(f"https://{host}") == self._argocd[name].partition("/")[0]

    def _all(self, names: Collection[str]) -> Neighbours:
        called: list[tuple[str, str]] = []
        placed: list[tuple[tuple[str, str], str]] = []
        for name in names:
            spec = self._repository.environments[name]
            scope = self._resolver.scope(name)
            try:
                called += [(application_name(scope, app), name) for app in (paths.PARENT, *spec.apps)]
                placed += [(place, name) for place in _places(spec, self._repository, scope)]
            except (InvalidInputError, expressions.ExpressionError):
                continue  # resolving it says what is wrong
        return Neighbours(_index(called), _index(placed), self._managing.intersection(names))


def _places(spec: EnvironmentSpec, repository: Repository, scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the API server and the namespace that each app of an environment goes to."""
    for app in spec.apps:
        definition = repository.apps[app]
        server = merge_layers(spec.app_layers[app]).get("destinationServer")
        if isinstance(server, str) and expressions.has_expression(server):
            called = application_name(scope, app)
            own = {"app": {"name": app, "namespace": definition.namespace, "application": called}}
            server = expressions.evaluate(server, ChainMap(own, scope))  # type: ignore[arg-type]
        yield str(scope["argocd"]["destinationServer"] if server is None else server), definition.namespace


def _index(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, frozenset[str]]:
    index: dict[_Key, frozenset[str]] = {}
    for key, name in pairs:
        index[key] = index.get(key, frozenset()) | {name}
    return index
