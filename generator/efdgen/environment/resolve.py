"""From a spec to an environment with nothing left to decide."""

from __future__ import annotations

import functools
import types
import weakref
from collections import ChainMap
from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any

from efdgen.environment import applications, declared, echoes, functions, hostnames
from efdgen.environment.addresses import with_addresses
from efdgen.environment.facts import evaluated
from efdgen.environment.inside import NAMING_KEYS, inside
from efdgen.environment.linked import Links
from efdgen.environment.model import EnvironmentFile, Facts, Known, Pin, ResolvedApp, ResolvedEnvironment, VaultSecret
from efdgen.environment.names import of_definition, with_names
from efdgen.environment.once import Merged, Once
from efdgen.environment.probes import probes as probes_of
from efdgen.environment.values import Alike
from efdgen.errors import FLAWED_LINK, InvalidInputError, Path, Problem
from efdgen.language import expressions, schema, scope
from efdgen.language.conforms import conforms
from efdgen.language.inheriting import expanded
from efdgen.language.layers import Layer, merge_layers, winner
from efdgen.language.scope import Scope, WithMore
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Texts
from efdgen.repository.model import AppDefinition, Draft, EnvironmentSpec, Repository


class Resolver:
    """Resolves the environments of one repository; links between them are followed on demand.

    Args:
        repository: the repository.
        drafts: environments with problems, to find what else is wrong with them; beside the repository's own.
        tables: what stands for the items of some tables.
    """

    def __init__(
        self,
        repository: Repository,
        drafts: Mapping[str, Draft] = types.MappingProxyType({}),
        tables: Mapping[str, Mapping[str, Any]] = types.MappingProxyType({}),
    ) -> None:
        self._repository = repository
        self._drafts = drafts
        self._specs = ChainMap({name: draft.spec for name, draft in drafts.items()}, repository.environments)  # type: ignore[arg-type]
        self._scopes: dict[str, Scope] = {}
        self._once = Once()
        self._tables = {**{name: table.items for name, table in repository.tables.items()}, **tables}
        apps = repository.apps.values()
        self._known = Known(
            frozenset(name for app in apps for name in app.made_of),
            frozenset(service for app in apps for service in (*app.ingress_hosts, *app.node_port_hosts)),
            {app.name: of_definition(app) for app in apps},
        )

    @property
    def texts(self) -> Texts:
        """What parts of values are written as that many environments have."""
        return self._once.texts

    @property
    def alike(self) -> Alike:
        """What makes mappings that many environments have."""
        return self._once.shared.alike

    def scope(self, name: str) -> Scope:
        """Return the names that an environment's expressions can use."""
        if name not in self._specs:
            raise expressions.ExpressionError(FLAWED_LINK, f"the spec of {name} has problems of its own")
        if name not in self._scopes:
            self._scopes[name] = self._new_scope(self._specs[name])
        return self._scopes[name]

    def resolve(self, name: str, only: Collection[str] = ()) -> ResolvedEnvironment:
        """Resolve one environment.

        Args:
            name: the environment.
            only: the apps to resolve, as if it had no others; none: all.

        Raises:
            InvalidInputError: with every expression that can't be evaluated, located where it was written.
        """
        spec, once = self._specs[name], self._once
        names = self.scope(name)
        doubtful = self._drafts[name].doubtful if name in self._drafts else {}
        facts, problems, values, settled = evaluated(spec, names, self._repository.schemas.facts, once)
        if values:
            values += hostnames.unfit_hosts(spec, names, values, self._repository.apps, self._known.services)
            # From here on, what reads a wrong fact says what is wrong with that, and nothing more.
            wrong = echoes.wrong(values, names.facts, spec.layers, functools.partial(self._new_scope, spec))
            problems += next(iter(wrong.values()))
            names = self._new_scope(spec, wrong)
        # Facts of drafts can be wrong and yet evaluate: reading them says what is wrong.
        here = _Here(spec, names, {} if name in self._drafts else settled, problems, once)
        apps = []
        for app in [app for app in spec.apps if not only or app in only]:
            definition = self._repository.apps[app]
            layers = expanded((*definition.layers, *spec.app_layers[app]))
            resolved = _App(here, definition, layers, doubtful=doubtful.get(app, frozenset())).resolve(facts)
            if resolved is not None:
                apps.append(resolved)
        if problems or facts is None:
            raise InvalidInputError(problems)
        parent = applications.parent_name(names)
        environment = ResolvedEnvironment(
            spec, facts, tuple(apps), parent, self._repository.title, {}, (), self._tables, self._known, (), (), {}
        )
        return with_addresses(with_names(environment), self._repository.pages)

    def resolve_app(self, environment: ResolvedEnvironment, app: str, layers: Sequence[Layer]) -> ResolvedApp:
        """Resolve one app of a resolved environment again, from other layers than its own, to try what they do.

        Types are not looked at: a value that is made up to see whether anything reads it may have any.

        Raises:
            InvalidInputError: with every expression that can't be evaluated with these layers.
        """
        spec = environment.spec
        problems: list[Problem] = []
        definition = self._repository.apps[app]
        here = _Here(spec, self.scope(spec.name), {}, problems, self._once)
        resolved = _App(here, definition, layers, is_trial=True).resolve(environment.facts)
        if problems or resolved is None:
            raise InvalidInputError(problems)
        return resolved

    def _new_scope(self, spec: EnvironmentSpec, wrong: echoes.Wrong = types.MappingProxyType({})) -> Scope:
        merged = self._once.merged(spec.layers)
        if spec.name in self._drafts:
            wrong = {**wrong, **self._drafts[spec.name].wrong}
        names = Scope(spec.name, merged, spec.layers, {}, wrong, self._once.shared)
        doubtful = {id(problems): problems for path, problems in wrong.items() if path[:1] == ("links",)}
        doubts = [problem for problems in doubtful.values() for problem in problems]
        # What holds these is not held by them: a run looks for no garbage (`__main__`).
        scope_of = functools.partial(Resolver.scope, weakref.proxy(self))
        names.extra["links"] = Links(scope_of, spec.name, merged["links"], doubts, self._repository.names)
        names.extra["host"] = functions.host(weakref.proxy(names), self._known.services)
        names.extra["named"] = functions.named
        names.extra["entries"] = functions.entries
        names.extra["numbered"] = functions.numbered
        names.extra[functions.TABLES] = self._tables
        return names


_APPLICATION = ("targetRevision", "project", "destinationServer", "syncPolicy")
"""What an app can have of its own in its Application."""


_OWN = ("parameters", "values")
"""The settings of an app that its own expressions can name."""


class _Here(NamedTuple):
    """The environment that apps are resolved in: its spec, the names of its facts, and the problems that are found.

    Attributes:
        settled: those of the names that nothing has to be evaluated for any more.
    """

    spec: EnvironmentSpec
    names: Scope
    settled: Mapping[str, Any]
    problems: list[Problem]
    once: Once


class _App:
    """One app of one environment, while it is being resolved."""

    def __init__(
        self,
        here: _Here,
        definition: AppDefinition,
        layers: Sequence[Layer],
        *,
        is_trial: bool = False,
        doubtful: Container[str] = (),
    ) -> None:
        self.spec, self.facts_names, settled, self.problems, self.once = here
        self.definition = definition
        self.layers = tuple(layers)
        # What is only tried is not kept.
        self.settings = merge_layers(self.layers) if is_trial else self.once.merged(self.layers)
        self.names = WithMore(settled, self.facts_names)
        name = self.spec.name
        self.filling = scope.Filling(self.names, name, self.layers, self.problems, [], self.once.shared)
        self.is_trial = is_trial
        self.doubtful = doubtful

    def resolve(self, facts: Facts | None) -> ResolvedApp | None:
        app = self.definition
        try:
            application = applications.application_name(self.facts_names, app.name)
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return None
        own = self.names
        own["app"] = {"name": app.name, "namespace": app.namespace, "application": application}
        before = len(self.problems)
        for key in _OWN:
            own[key] = self._fill(key, self.once.nothing)
            if key == "parameters" and len(self.problems) == before and key not in self.doubtful:
                self._check_evaluated(own[key], (key,), app.types.parameters)
            if len(self.problems) > before or key in self.doubtful:
                # What is built on it would only be wrong for the same reason.
                return None
        self._check_evaluated(own["values"], ("values",), app.types.values)
        checked = len(self.filling.evaluated)
        secrets = self._secrets()
        naming_keys = NAMING_KEYS.union(app.reads_secrets) if app.reads_secrets else NAMING_KEYS
        found = inside(own["values"], naming_keys, self.once.shared)
        volumes = declared.volumes(app, self.settings.get("volumes", {}), found.disks, self.filling)
        hosts = self._hosts(app.ingress_hosts)
        node_port_hosts = self._hosts(app.node_port_hosts)
        open_node_ports = declared.open_node_ports(app, self.settings.get("nodePortHosts"), self.filling)
        files = self._files()
        probes = probes_of(app, self.settings.get("probes", {}), files, self.filling)
        own_settings = {key: self._fill(key, None) for key in _APPLICATION if key in self.settings}
        others = self.filling.evaluated[checked:]
        if others:
            self._check_evaluated(scope.sparse(others), (), schema.load("facts#/$defs/appSettings"))
        if facts is None:
            return None
        argocd = facts.argocd
        return ResolvedApp(
            definition=app,
            values=own["values"],
            layers=self.layers,
            application=application,
            hosts=hosts,
            node_port_hosts=node_port_hosts,
            open_node_ports=open_node_ports,
            secrets=secrets,
            volumes=volumes,
            pins=self._pins(),
            files=files,
            target_revision=own_settings.get("targetRevision", argocd.target_revision),
            project=own_settings.get("project", argocd.project),
            destination_server=own_settings.get("destinationServer", argocd.destination_server),
            sync_policy=own_settings.get("syncPolicy", argocd.sync_policy),
            images=tuple(found.images),
            inside=found,
            probes=probes,
        )

    def _fill(self, key: str, default: Any) -> Any:
        raw = self.settings.get(key)
        if raw is None:
            return default
        return scope.fill(raw, (key,), self.filling)

    def _check_evaluated(self, data: Any, at: Path, rules: schema.Rules) -> None:
        """Check what expressions yielded, and what layers say together: what one wrote was checked on loading.

        Args:
            data: what the settings at `at` came to.
            at: () for all of them: then they are only a part, and a missing key may well be there.
            rules: what they must be.
        """
        if self.is_trial:
            return
        of_values = at == ("values",)
        if isinstance(data, dict) and conforms(data, rules, self.once.unfinished if of_values else self.once.evaluated):
            return
        if of_values:
            data = scope.pending(data, nulls=True)  # null takes the chart's own value away, whatever its type
        merged = Merged(data, self.layers, at)
        for problem in schema.check_data(merged, rules, is_evaluated=True, reading=self.once.evaluated):
            path = (*at, *problem.path)
            # Hosts have a rule of their own.
            if (at or problem.code != "E202") and not {"hostname", "hosts"} & set(path):
                where = f"({self.definition.name} in environment {self.spec.name})"
                self.problems.append(problem._replace(message=f"{problem.message} {where}", path=path))

    def _secrets(self) -> tuple[VaultSecret, ...]:
        secrets = []
        for name, settings in self.settings.get("secrets", {}).items():
            if settings is None:
                continue
            where: Path = ("secrets", name)
            if declared.is_there(settings, where, self.filling):
                filled = declared.filled(settings, where, self.filling)
                path = filled.get("path") or self._vault_path(name)
                secrets.append(VaultSecret(name, path, tuple(filled.get("keys", ()))))
        return tuple(secrets)

    def _vault_path(self, name: str) -> str:
        try:
            return f"{self.names['vault']['pathPrefix']}/{name}"
        except InvalidInputError as error:
            self.problems.extend(error.problems)
            return ""

    def _hosts(self, services: Collection[str]) -> dict[str, str]:
        hosts: dict[str, str] = {}
        if not services:
            return hosts
        host = self.names["host"]
        for service in services:
            try:
                hosts[service] = host(service)
            except InvalidInputError as error:
                self.problems.extend(error.problems)
            except expressions.ExpressionError as error:
                location = scope.locate(self.spec.layers, ("hostPattern",))
                self.problems.append(Problem(error.code, f"{error.message} (environment {self.spec.name})", location))
        return hosts

    def _files(self) -> tuple[EnvironmentFile, ...]:
        if not self.definition.environment_files:
            return ()
        document = self.definition.files_document
        layer = Layer("app definition", document.data, document.locate_in_text)
        files = []
        for index, file in enumerate(self.definition.environment_files):
            where: Path = ("environmentFiles", index)
            self.once.shared.add(file)
            filling = self.filling._replace(layers=(layer,), evaluated=[])
            if declared.is_there(file, where, filling):
                filled = declared.filled(file, where, filling)
                files.append(EnvironmentFile(where, filled.get("path", ""), filled.get("content")))
        return tuple(files)

    def _pins(self) -> tuple[Pin, ...]:
        """Return the pins in force: a more specific layer can say something else at a pin's path."""
        pins = []
        for path, pin in self.settings.get("pins", {}).items():
            layer = winner(self.layers, ("values", *path.split(".")))
            if layer is not None and path in layer.data.get("pins", {}):
                pins.append(Pin(path, pin["value"], pin["reason"], pin.get("until", "")))
        return tuple(pins)
