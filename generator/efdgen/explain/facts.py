"""Why a fact of an environment is what it is."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from typing import Any

from efdgen.environment import applications
from efdgen.environment.functions import TABLES
from efdgen.environment.resolve import Resolver
from efdgen.errors import Location, Path
from efdgen.explain.says import Explanation, Say, Source
from efdgen.explain.tables import layers
from efdgen.explain.trace import Tree, trace, trace_key
from efdgen.explain.watch import Origin
from efdgen.language.layers import merge_layers, reaches, winner
from efdgen.repository.model import AppDefinition, Repository

_HOSTS = "hosts"
_PATTERN: Path = ("hostPattern",)
_LINK = 2
"""How many parts a path has that names a link and nothing of what is behind it."""


class Facts:
    """The facts of one environment, and, through them, those of the environments that it links to."""

    def __init__(self, repository: Repository, resolver: Resolver, name: str) -> None:
        self._repository = repository
        self._resolver = resolver
        self._spec = repository.environments[name]
        self.name = name
        self.names = resolver.scope(name)
        layers = self._spec.layers
        self.tree = Tree(name, "", (), layers, merge_layers(layers), self.names, self._look_up, {}, keeps_null=True)
        self._known: dict[Path, Explanation] = {}

    def explain(self, path: Path) -> Explanation:
        """Explain a fact, or a part of a table. `hosts.<service>` is one for every service, written or derived."""
        if path not in self._known:
            self._known[path] = self._explain(path)
        return self._known[path]

    def _explain(self, path: Path) -> Explanation:
        if path in (_PATTERN, applications.PATTERN):
            # Without a service, or an app, it yields nothing: the pattern itself is the fact.
            return trace(self.tree._replace(below=self.tree.layers, layers=(), merged={}), path)
        if len(path) == _LINK and path[0] == _HOSTS and path[1] not in self.tree.merged[_HOSTS]:
            return self._host(str(path[1]))
        return trace(self._tree(path), path)

    def look_up(self, origin: Origin) -> Explanation:
        """Explain what a path among the names leads to."""
        return self._look_up(origin)

    def _look_up(self, origin: Origin) -> Explanation:
        path = origin.path
        if path[0] == "links" and len(path) > _LINK:
            other = Facts(self._repository, self._resolver, str(path[1]))
            return other.look_up(origin._replace(path=path[_LINK:]))
        return trace_key(self._tree(path), path) if origin.is_key else self.explain(path)

    def _tree(self, path: Path) -> Tree:
        """Return the layers that a path among the names is about: those of a table, or of the facts."""
        if path[0] != TABLES or len(path) == 1:
            return self.tree
        table = self._repository.tables[str(path[1])]
        return self.tree._replace(layers=layers(table), merged={TABLES: {table.name: table.items}})

    def _host(self, service: str) -> Explanation:
        """Explain a host that the pattern makes."""

        def look_up(origin: Origin) -> Explanation:
            return self._service(service) if origin.path == ("service",) else self._look_up(origin)

        names: Any = ChainMap({"service": service}, self.names)  # type: ignore[arg-type]
        pattern = trace(self.tree._replace(names=names, explain=look_up), _PATTERN)
        return pattern._replace(path=(_HOSTS, service))

    def application(self, app: AppDefinition, name: str) -> Explanation:
        """Explain the name of an app's Application, which the pattern makes; where there is none, it is the app's."""

        def look_up(origin: Origin) -> Explanation:
            if origin.path != ("app", "name"):
                return self._look_up(origin)
            place = Location(app.document.file)
            says = (Say("app definition", place, app.name, app.name, wins=True),)
            return Explanation(self.name, "", origin.path, app.name, Source(self.name, app.name, origin.path), says)

        path: Path = ("app", "application")
        if not applications.is_written(self.tree.merged):
            return look_up(Origin(("app", "name")))._replace(path=path, value=name)
        names: Any = ChainMap({"app": {"name": app.name}}, self.names)  # type: ignore[arg-type]
        return trace(self.tree._replace(names=names, explain=look_up), applications.PATTERN)._replace(path=path)

    def _service(self, service: str) -> Explanation:
        """Explain the name of a service: the app definition that lists it."""
        for app in self._apps():
            for key, services in (("ingressHosts", app.ingress_hosts), ("nodePortHosts", app.node_port_hosts)):
                if service in services:
                    # A list of names, or a mapping by name.
                    by_name: Path = (key, service)
                    path: Path = by_name if reaches(app.layers, by_name) else (key, services.index(service))
                    layer = winner(app.layers, path)
                    place = layer.locate(path, key=path is by_name) if layer else None
                    says = (Say(layer.name, place, service, service, wins=True),) if layer and place else ()
                    return Explanation(self.name, "", ("service",), service, Source(self.name, app.name, path), says)
        return Explanation(self.name, "", ("service",), service, Source(self.name, "", ("service",)), ())

    def _apps(self) -> Iterator[AppDefinition]:
        """Yield app definitions, those that the environment lists first."""
        yield from (self._repository.apps[name] for name in self._spec.apps)
        yield from self._repository.apps.values()
