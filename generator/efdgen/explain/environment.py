"""Why a value in a rendered values file is what it is: the same rules as `render`'s, backwards."""

from __future__ import annotations

import typing
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment import rbac
from efdgen.environment.argocd import without_empty
from efdgen.environment.hosts import ARGO_CD, INGRESS, NODE_PORT
from efdgen.environment.model import PublicHost, ResolvedApp, ResolvedEnvironment
from efdgen.environment.resolve import Resolver
from efdgen.environment.secrets import ARGOCD_TLS, Secret
from efdgen.errors import Location, Path
from efdgen.explain.facts import Facts
from efdgen.explain.says import DERIVED, ExplainedHost, ExplainedSecret, Explanation, Say, Source
from efdgen.explain.trace import Tree, trace, trace_key
from efdgen.explain.watch import Origin
from efdgen.language import scope
from efdgen.language.layers import ABSENT, Layer, at, merge_layers, winner
from efdgen.repository import appcharts, paths
from efdgen.repository.model import AppChart, AppDefinition, Repository

ChartDefaults = Callable[[AppDefinition, Sequence[AppChart]], Sequence[Layer]]
"""Returns the values that charts of an app bring themselves, as layers below `values`; none when they aren't known."""

SwitchedOff = Callable[[AppChart, Path, Mapping[str, Any]], str]
"""Returns the switch that keeps a chart inside a chart from reading a value of an app, if it is off; else nothing."""


def nothing_is_off(_chart: AppChart, _path: Path, _values: Mapping[str, Any]) -> str:
    """Return nothing: what is switched off is not known."""
    return ""


_OWN_ARGOCD = ("targetRevision", "project", "destinationServer", "syncPolicy")
"""What an Application has from the settings of its app or else from the facts."""

_FACTS_OF_ARGOCD: Mapping[Path, Path] = {
    ("argocd", "host"): ("argocd", "host"),
    ("argocd", "tlsVaultPath"): ("argocd", "tlsVaultPath"),
    ("argocd", "rbac", "policy.default"): ("argocd", "rbac", "defaultRole"),
    ("argocd", "rbac", "policy.matchMode"): ("argocd", "rbac", "matchMode"),
    ("argocd", "rbac", "scopes"): ("argocd", "rbac", "scopes"),
}


class Environment:
    """One environment, ready for questions.

    Args:
        repository: everything people wrote.
        resolver: what resolved it.
        resolved: the environment.
        chart_defaults: the values that the apps' charts bring themselves.
        switched_off: what is switched off in those of them that were asked for.
    """

    def __init__(
        self,
        repository: Repository,
        resolver: Resolver,
        resolved: ResolvedEnvironment,
        chart_defaults: ChartDefaults,
        switched_off: SwitchedOff = nothing_is_off,
    ) -> None:
        self.name = resolved.spec.name
        self.problems = repository.problems
        self.resolved = resolved
        self.apps = {app.definition.name: app for app in resolved.apps}
        self.elsewhere = repository.apps.keys() - self.apps.keys()
        self.facts = Facts(repository, resolver, self.name)
        self._chart_defaults = chart_defaults
        self._switched_off = switched_off
        self._trees: dict[str, Tree] = {}
        self._value_trees: dict[tuple[str, tuple[AppChart, ...]], Tree] = {}

    def explain(self, app: str, path: Path) -> Explanation:
        """Explain the value at `path` of the values file of an app, or of the parent chart.

        It is explained what the key stands for, too, when it is left out, or when only the chart itself sets it.
        """
        if app == paths.PARENT:
            return self._parent(path)
        resolved = self.apps[app]
        above = resolved.definition.values_at
        if path[: len(above)] == above and (above or path[0] not in appcharts.RESERVED):
            return self.setting(app, ("values", *path[len(above) :]))._replace(path=path)
        if path[0] == "hosts":
            return self._fact(app, path, path)
        if path[0] == "vault":
            return self._secret(resolved, path)
        return self._common(app, path)

    def setting(self, app: str, path: Path) -> Explanation:
        """Explain a part of an app's settings: `values`, `parameters` or `secrets`, expressions filled in."""
        if path == ("values",) and at(self.tree(app).merged, path) is ABSENT:
            # Nobody says anything about the values of the chart: there is only the key that stands for it.
            chart = trace(self.tree(app), ("chart", "name"))
            return chart._replace(path=path, value={})
        if path[0] != "values" or len(path) == 1:
            return trace(self.tree(app), path)
        found = trace(self.value_tree(app, path[1:]), path)
        resolved = self.apps[app]
        taker = resolved.definition.taker(path[1:])
        is_off = self._switched_off(taker, path[1:], resolved.values) if taker is not None else ""
        return found._replace(switched_off=is_off)

    def tree(self, app: str) -> Tree:
        """Return the layers of an app's settings."""
        if app not in self._trees:
            resolved = self.apps[app]
            merged = merge_layers(resolved.layers)
            names = self._names(resolved, merged.get("parameters"))

            def look_up(origin: Origin) -> Explanation:
                return self._look_up(resolved, origin)

            self._trees[app] = Tree(self.name, app, (), resolved.layers, merged, names, look_up, {})
        return self._trees[app]

    def value_tree(self, app: str, path: Path = ()) -> Tree:
        """Return the same with the charts' own values below: only who asks about those opens a chart.

        Args:
            app: the app.
            path: the value that is asked about: only the chart that takes it is opened. Empty: all are.
        """
        definition = self.apps[app].definition
        taker = definition.taker(path)
        charts = definition.charts if not path else (taker,) if taker is not None else ()
        if (app, charts) not in self._value_trees:
            below = tuple(self._chart_defaults(definition, charts))
            self._value_trees[app, charts] = self.tree(app)._replace(below=below)
        return self._value_trees[app, charts]

    def hosts(self) -> Iterator[ExplainedHost]:
        """Yield every public host, with what decides it; also those on nodes' ports that do not answer yet."""
        for name, app in self.apps.items():
            for kind, hosts in ((INGRESS, app.hosts), (NODE_PORT, app.node_port_hosts)):
                for service, host in hosts.items():
                    explanation = self._fact(name, ("hosts", service), ("hosts", service))
                    yield ExplainedHost(PublicHost(service, host, name, kind), explanation)
        if self.resolved.facts.argocd.managed:
            own = PublicHost("argocd", self.resolved.facts.argocd.host, paths.PARENT, ARGO_CD)
            yield ExplainedHost(own, self._parent(("argocd", "host")))

    def secrets(self) -> Iterator[ExplainedSecret]:
        """Yield every Vault path that is needed, with what decides it."""
        for name, app in self.apps.items():
            for index, secret in enumerate(app.secrets):
                explanation = self._secret(app, ("vault", "secrets", index, "path"))
                found = Secret(app.definition.namespace, secret.name, secret.path, secret.keys)
                yield ExplainedSecret(name, found, explanation)
        if self.resolved.facts.argocd.managed:
            explanation = self._parent(("argocd", "tlsVaultPath"))
            found = Secret("argocd", ARGOCD_TLS, self.resolved.facts.argocd.tls_vault_path, ())
            yield ExplainedSecret(paths.PARENT, found, explanation)

    def _names(self, app: ResolvedApp, parameters: Any) -> Mapping[str, Any]:
        """Return what the expressions of an app can use, the same as when it was resolved."""
        definition = app.definition
        called = {"name": definition.name, "namespace": definition.namespace, "application": app.application}
        own: dict[str, Any] = {"app": called}
        names: Any = ChainMap(own, self.facts.names)  # type: ignore[arg-type]
        filling = scope.Filling(names, self.name, app.layers, [], [])
        own["parameters"] = {} if parameters is None else scope.fill(parameters, ("parameters",), filling)
        own["values"] = app.values
        return typing.cast("Mapping[str, Any]", names)

    def _look_up(self, app: ResolvedApp, origin: Origin) -> Explanation:
        """Explain what a path among the names of an app's expressions leads to."""
        root = origin.path[0]
        if root == "app":
            return self._app_name(app, origin.path)
        if root not in ("parameters", "values"):
            return self.facts.look_up(origin)
        if origin.is_key:
            return trace_key(self.tree(app.definition.name), origin.path)
        return self.setting(app.definition.name, origin.path)

    def _app_name(self, app: ResolvedApp, path: Path) -> Explanation:
        """Explain the name of an app, its folder's, or its namespace, unless written the same."""
        definition = app.definition
        if path[-1] == "application":
            return self.facts.application(definition, app.application)
        value = definition.namespace if path[-1] == "namespace" else definition.name
        is_written = "namespace" in definition.document.data and path[-1] == "namespace"
        place = definition.document.locate(("namespace",)) if is_written else Location(definition.document.file)
        says = (Say("app definition", place, value, value, wins=True),)
        return Explanation(self.name, definition.name, path, value, Source(self.name, definition.name, path), says)

    def _common(self, app: str, path: Path) -> Explanation:
        """Explain what every values file begins with."""
        return self._fact(app, path, {"env": ("name",)}.get(str(path[0]), ("cluster", "kubernetesVersion")))

    def _fact(self, app: str, path: Path, fact: Path) -> Explanation:
        """Explain a value that is a fact."""
        return self.facts.explain(fact)._replace(app=app, path=path)

    def _secret(self, app: ResolvedApp, path: Path) -> Explanation:
        """Explain the name or the path of a VaultSecret."""
        index, part = int(path[2]), path[3]
        secret = app.secrets[index]
        tree = self.tree(app.definition.name)
        where: Path = ("secrets", secret.name)
        name = trace_key(tree, where)
        if part == "name":
            when: Path = (*where, "when")
            return name._replace(path=path, inputs=(trace(tree, when),) if at(tree.merged, when) is not ABSENT else ())
        own = trace(tree, (*where, "path"))
        if own.value not in (None, "", ABSENT):
            return own._replace(path=path)
        rule = f"<% vault.pathPrefix %>/{secret.name}"
        place = name.says[-1].location
        return self._derived(
            app.definition.name, path, (secret.path, rule, place), (self.facts.explain(("vault", "pathPrefix")), name)
        )

    def _derived(
        self, app: str, path: Path, what: tuple[Any, str, Location], inputs: tuple[Explanation, ...]
    ) -> Explanation:
        """Explain a value that efdgen composes: `what` is the value, the rule, and the place that asks for it."""
        value, rule, place = what
        source = Source(self.name, app, path)
        says = (Say(DERIVED, place, rule, value, wins=True),)
        return Explanation(self.name, app, path, value, source, says, formula=rule, inputs=inputs)

    def _parent(self, path: Path) -> Explanation:
        """Explain a value of the parent chart."""
        if path[0] == "applications":
            return self._application(path)
        if path in _FACTS_OF_ARGOCD:
            return self._fact(paths.PARENT, path, _FACTS_OF_ARGOCD[path])
        if path[0] == "argocd":
            return self._policies(path)
        return self._common(paths.PARENT, path)

    def _application(self, path: Path) -> Explanation:
        """Explain a part of the Application of an app."""
        app, key, within = self.apps[str(path[1])], str(path[2]), path[3:]
        name = app.definition.name
        if key == "name":
            return self.facts.application(app.definition, app.application)._replace(app=paths.PARENT, path=path)
        if key == "path":
            place = self.resolved.spec.document.locate(("apps", name), key=True)
            rule = f"<% argocd.path %>/{name}"
            value = f"{self.resolved.facts.argocd.path}/{name}"
            inputs = (self.facts.explain(("argocd", "path")),)
            return self._derived(paths.PARENT, path, (value, rule, place), inputs)
        tree = self.tree(name)
        if key in _OWN_ARGOCD and at(tree.merged, (key,)) is not ABSENT:
            found = trace(tree, (key, *within))._replace(app=paths.PARENT, path=path)
        else:
            found = self._fact(paths.PARENT, path, ("argocd", key, *within))
        if key != "syncPolicy" or not isinstance(found.value, Mapping) or found.value == without_empty(found.value):
            return found
        place = found.winner.location if found.winner else Location("")
        rule = "what is written, without values that are empty"
        return self._derived(paths.PARENT, path, (without_empty(found.value), rule, place), (found,))

    def _policies(self, path: Path) -> Explanation:
        """Explain policy.csv."""
        layer = winner(self.facts.tree.layers, ("argocd", "rbac"))
        place = layer.locate(("argocd", "rbac"), key=True) if layer else Location("")
        rule = "a line for each of argocd.rbac.policies and argocd.rbac.groups"
        inputs = tuple(self.facts.explain(("argocd", "rbac", key)) for key in ("policies", "groups"))
        value = rbac.policy_csv(self.resolved.facts.argocd.rbac)
        return self._derived(paths.PARENT, path, (value, rule, place), inputs)
