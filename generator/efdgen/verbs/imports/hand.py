"""A hand-written repository as Argo CD sees it: the apps of each environment, their values, and what they make."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from efdgen.errors import UsageError
from efdgen.helm.engines.engine import Engine
from efdgen.language import suggest, yamlio
from efdgen.language.layers import merge
from efdgen.repository import paths
from efdgen.verbs.imports import applications, naming, nulls, overlooked, ownkeys, parents, syncpolicies, valuefiles
from efdgen.verbs.imports import layout as layouts
from efdgen.verbs.imports import sources as sources_of
from efdgen.verbs.imports.model import Chart, Deployed, Finding, Hand, Layout, Object, Parent, Source
from efdgen.verbs.imports.setvalues import SetValuesError, with_parameters

_OFF = "syncPolicy, in the spec, if it is to sync by itself"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


class NothingImportableError(UsageError):
    """No environment of a source can be imported.

    Attributes:
        findings: why.
    """

    def __init__(self, name: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        why = "; ".join(f"{each.place}: {each.message}" if each.file else each.message for each in self.findings[:5])
        super().__init__(f"{name} has no environment that can be imported{f': {why}' if why else ''}")


def read(source: Source, engine: Engine, wanted: Sequence[str] = (), parent: str = "") -> Hand:
    """Read a hand-written repository, and let Helm render what is its own.

    Args:
        source: its files.
        engine: Helm.
        wanted: the environments; none: those that have values for most of their apps.
        parent: the folder of the parent chart; empty: it is looked for.

    Raises:
        UsageError: when there is no parent chart, or no environment that can be imported.
    """
    layout, found = layouts.recognise(source, parent)
    for name in wanted:
        known = layout.environments or layout.asked
        if name not in known and layout.parents[0].key:
            raise UsageError(suggest.unknown("environment", name, known))
    reader = _Reader(source, layout, engine, [*source.findings, *found])
    for each, environment in reader.candidates(wanted):
        reader.add(each, environment, is_wanted=environment in wanted)
    return reader.hand()


class _NotImportableError(Exception):
    """An Application can't be imported: a finding's code, message, file and hint."""

    def __init__(self, code: str, message: str, file: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code, self.file, self.hint = code, file, hint


class _Reader:
    def __init__(self, source: Source, layout: Layout, engine: Engine, findings: list[Finding]) -> None:
        self._source = source
        self._layout = layout
        self._engine = engine
        self._findings = findings
        self._deployed: dict[tuple[str, str], Deployed] = {}
        self._beside: dict[str, Sequence[Object]] = {}
        self._parents: dict[str, Parent] = {}
        self._own: dict[tuple[str, str], Sequence[Object] | None] = {}
        self._listed: set[str] = set()
        self._data: dict[str, Mapping[str, Any] | None] = {}

    def candidates(self, wanted: Sequence[str]) -> Iterable[tuple[Parent, str]]:
        """Yield what may be environments, each with its parent chart."""
        for parent in self._layout.parents:
            own = parents.environments(parent, self._source)
            if parent.environment:
                names = [parent.environment]
            elif parent.key or own:
                names = sorted({*(own or self._layout.environments or self._layout.asked), *wanted})
            else:
                is_alone = len(wanted) == 1 and len(self._layout.parents) == 1
                names = [self._one_environment(parent, wanted[0] if is_alone else "")]
            for name in names:
                if wanted and name not in wanted:
                    continue
                yield parent, name

    def _one_environment(self, parent: Parent, wanted: str) -> str:
        """Return the environment that a parent chart of one is for: the one that its values files are named after.

        Where nothing in the source says it, such as where branches are environments, people may: `wanted`.
        """
        made = parents.applications(parent, "", self._engine)
        files = [
            match[1]
            for each in made.objects
            for source in parents.application_sources(each.data)
            for file in valuefiles.listed(source)
            if (match := valuefiles.USUAL.match(posixpath.basename(file)))
        ]
        return max(files, key=files.count) if files else wanted or posixpath.basename(parent.chart.folder)

    def add(self, parent: Parent, environment: str, *, is_wanted: bool) -> None:
        """Take up an environment, if most of its apps have values."""
        if not _NAME.match(environment) or environment in self._beside:
            message = f"{environment} can't be an environment: its name is taken, or none that Kubernetes accepts"
            self._findings.append(Finding("I203", message, parent.chart.folder))
            return
        unreadable = [path for path in parents.values_files(parent, environment) if self._unreadable(path)]
        if unreadable:
            message = f"{environment} is not imported: {self._unreadable(unreadable[0])}"
            hint = "no template of the app of apps can be rendered for it: correct it there, and import again"
            self._findings.append(Finding("I208", message, unreadable[0], 0, hint, environment))
            return
        made = parents.applications(parent, environment, self._engine)
        items = [each for each in made.objects if each.data["kind"] == "Application"]
        found: list[Finding] = []
        deployed = [each for item in items for each in self._deployment(item, environment, parent, found)]
        own = [each for each in deployed if self._is_of(each, environment)]
        gone = [each for each in found if each.code == "I204"]
        # A values file that is there and can't be read says an environment as well.
        broken = [each for each in found if each.code == "I206" and self._is_named(each.file, environment)]
        known = len(own) + len(broken)
        if not deployed or (
            not is_wanted and (len(gone) > known or (not known and bool(parent.key and self._layout.environments)))
        ):
            is_deployed = (broken and len(gone) <= known) or (found and not gone)
            if is_deployed and not deployed:
                message = f"{environment} is not imported: none of its apps can be"
                self._findings += [*found, Finding("I208", message, parent.chart.folder, 0, "", environment)]
            elif deployed or gone:
                message = (
                    f"{environment} has values for {len(own)} of {len(own) + len(gone)} apps that have such files: "
                )
                hint = f"if it is one that runs: --env {environment}"
                message += "not taken for an environment"
                self._findings.append(Finding("I203", message, parent.chart.folder, 0, hint, environment))
            else:
                message = f"{environment} has no app: not taken for an environment"
                self._findings += [*found, Finding("I203", message, parent.chart.folder, 0, "", environment)]
                self._findings += made.findings
            return
        self._findings += [*made.findings, *found]
        self._parents[environment] = parent
        self._beside[environment] = [each for each in made.objects if each.data["kind"] != "Application"]
        for each in deployed:
            if (environment, each.app) in self._deployed:
                message = f"two Applications are called {each.app}: the first one is imported"
                self._findings.append(self._about(each, "I205", message))
                continue
            self._deployed[environment, each.app] = ownkeys.renamed(each)
            self._own[environment, each.app] = self._objects(each)

    def _is_of(self, each: Deployed, environment: str) -> bool:
        """Say whether an app has a values file of its environment."""
        return any(self._is_named(file, environment) for file in each.files)

    def _is_named(self, file: str, environment: str) -> bool:
        return valuefiles.environment_of(file, self._layout.patterns) == environment

    def _about(self, each: Deployed, code: str, message: str, hint: str = "") -> Finding:
        return Finding(code, message, each.template, 0, hint, each.environment, each.app)

    def _objects(self, each: Deployed) -> Sequence[Object] | None:
        """Return what the wrapper chart's own templates make."""
        if not any(path.startswith("templates/") for path in each.chart.files):
            return []
        made = parents.of_app(each, each.values, self._engine)
        self._findings += made.findings
        return made.objects

    def _deployment(self, item: Object, environment: str, parent: Parent, found: list[Finding]) -> Iterable[Deployed]:
        """Yield how an Application is deployed, if it is one that can be imported."""
        template = posixpath.join(parent.chart.folder, item.template)
        name = str(item.data["metadata"].get("name"))
        try:
            application = applications.switched(sources_of.of_one_source(item.data))
            source, chart, is_of_others = self._made_of(application, name, template)
            helm = source["helm"] if isinstance(source.get("helm"), dict) else {}
            listed = [*(["values.yaml"] if "values.yaml" in chart.files else []), *valuefiles.listed(source)]
            files = tuple(valuefiles.place(chart.folder, file) for file in listed)
            self._listed.update(files)
            if helm.get("ignoreMissingValueFiles") is True:
                files = tuple(file for file in files if file in self._source.files or file in self._source.unread)
            values: Any = {}
            for file in files:
                values = merge(values, self._values(file, name, environment))
            # Argo CD takes valuesObject where there is one, and not values.
            instead, text = helm.get("valuesObject"), helm.get("values")
            values = merge(values, instead if isinstance(instead, dict) else _inline(text))
            inline = text if isinstance(text, str) and not isinstance(instead, dict) else ""
            values = _with_parameters(values, helm.get("parameters"))
            if is_of_others:
                values = {chart.dependencies[0].key: values}
                application = sources_of.without_place(application, sources_of.lender(item.data))
            idle = syncpolicies.without_effect(item.data)
            if idle:
                message = f"spec.syncPolicy.automated of the Application {name} is off: {', '.join(idle)} not imported"
                where = "spec.syncPolicy.automated"
                found.append(Finding("I301", message, template, 0, _OFF, environment, name, where))
        except _NotImportableError as error:
            found.append(Finding(error.code, str(error), error.file or template, 0, error.hint, environment, name))
            return
        files = tuple(dict.fromkeys(files))
        yield Deployed(name, environment, application, template, chart, nulls.without(values, chart), files, inline)

    def _made_of(
        self, application: Mapping[str, Any], name: str, template: str
    ) -> tuple[Mapping[str, Any], Chart, bool]:
        """Return the one source of an Application, the chart that it is made of, and whether that is one of others."""
        sources = list(parents.application_sources(application))
        spec = application.get("spec")
        destination = spec.get("destination") if isinstance(spec, dict) else None
        if not _NAME.match(name) or name == paths.PARENT or not isinstance(destination, dict):
            raise _NotImportableError("I205", f"the Application {name} can't be imported: its name, or its destination")
        if len(sources) != 1:
            message = f"the Application {name} has {len(sources)} sources: {', '.join(map(sources_of.shown, sources))}"
            hint = "one chart with values files of its own repository and revision is imported; add others by hand"
            raise _NotImportableError("I205", message, hint=hint)
        of_others = sources_of.of_others(sources[0], name, template)
        if of_others is not None:
            inside = [file for file in valuefiles.listed(sources[0]) if not file.startswith("/")]
            if inside:
                message = f"the Application {name} takes {', '.join(inside)} out of its chart, which is not here"
                raise _NotImportableError("I206", message, hint="write what it says into a values file of your own")
            return sources[0], of_others, True
        if not isinstance(sources[0].get("path"), str):
            message = f"the Application {name} has no path of this repository: {sources_of.shown(sources[0])}"
            raise _NotImportableError("I205", message, hint="add it by hand: docs/apps.md")
        folder = posixpath.normpath(sources[0]["path"]).strip("/")
        chart = self._layout.charts.get(folder)
        if chart is None:
            message = (
                f"the Application {name} is made of {folder} of {sources[0].get('repoURL')}, where no chart is here"
            )
            raise _NotImportableError("I205", message)
        return sources[0], chart, False

    def _values(self, path: str, name: str, environment: str) -> Mapping[str, Any]:
        """Return what a values file says."""
        if path in self._source.unread:
            message = f"{name} is not imported for {environment}: {path} was not read: {self._source.unread[path]}"
            raise _NotImportableError(
                "I206", message, path, "it is deployed by hand: put a file there that can be read"
            )
        if path not in self._source.files:
            message = f"{name} is deployed in {environment}, and its {path} is not there"
            hint = "Argo CD can't render it: take the Application away there, or add the file"
            raise _NotImportableError("I204", message, hint=hint)
        data = self._read(path)
        if data is None:
            message = f"{name} is not imported for {environment}: {path} can't be read"
            raise _NotImportableError("I206", message, path)
        return data

    def _unreadable(self, path: str) -> str:
        """Return why a values file of a parent chart can't be read; empty: it can, or there is none."""
        if path in self._source.unread:
            return f"{path} was not read: {self._source.unread[path]}"
        return f"{path} can't be read" if path in self._source.files and self._read(path) is None else ""

    def _read(self, path: str) -> Mapping[str, Any] | None:
        """Return what a values file says; None, and a finding: it is none."""
        if path not in self._data:
            self._data[path] = layouts.mapping(self._source, path, self._findings)
            if self._data[path]:
                self._findings += overlooked.find(path, self._source.files[path])
        return self._data[path]

    def _is_name_of_others(self, finding: Finding) -> bool:
        """Say whether a finding is about no environment: the values files of that name are those of others."""
        name = finding.environment
        if finding.code != "I203" or not name or name in self._beside:
            return False
        known = self._layout.patterns
        files = {path for path in self._source.files if valuefiles.environment_of(path, known) == name}
        return bool(files) and files <= {file for each in self._deployed.values() for file in each.files}

    def hand(self) -> Hand:
        """Return everything that was read."""
        named = naming.find(self._deployed, {*self._beside, paths.PARENT})
        self._deployed = naming.renamed(self._deployed, named)
        self._own = naming.renamed(self._own, named)
        self._findings = [
            each._replace(app=named.apps.get((each.environment, each.app), each.app)) for each in self._findings
        ]
        apps = {app for _, app in self._deployed}
        for name in sorted(self._beside.keys() & apps):
            message = f"{name} is an app, and can't be an environment, too: not imported"
            self._findings.append(Finding("I208", message, "", 0, "rename its values files", name))
        environments = tuple(sorted(self._beside.keys() - apps))
        self._deployed = {key: each for key, each in self._deployed.items() if key[0] in environments}
        self._own = {key: each for key, each in self._own.items() if key[0] in environments}
        if not environments:
            raise NothingImportableError(self._source.name, self._findings)
        parent = next(each for each in self._layout.parents if each in self._parents.values())
        told = {each.file for each in self._findings if each.code == "I206"}
        findings = tuple(
            each
            for each in dict.fromkeys(self._findings)
            if not self._is_name_of_others(each) and not (each.code == "I101" and each.file in told)
        )
        return Hand(
            self._source,
            self._layout,
            parent,
            self._parents,
            environments,
            self._deployed,
            self._beside,
            self._own,
            findings,
            named.pattern,
            frozenset(self._listed),
        )


def _inline(text: Any) -> Mapping[str, Any]:
    """Return the values that stand in an Application itself."""
    try:
        values = yamlio.load(text) if isinstance(text, str) else None
    except yamlio.YamlError as error:
        message = f"the values in the Application are no YAML: {error.what}"
        raise _NotImportableError("I206", message) from None
    return values if isinstance(values, dict) else {}


def _with_parameters(values: Mapping[str, Any], listed: Any) -> dict[str, Any]:
    """Return values with what the parameters of an Application set on top."""
    try:
        return with_parameters(values, listed)
    except SetValuesError as error:
        raise _NotImportableError(
            "I206", str(error), hint="write it into a values file there, and import again"
        ) from None
