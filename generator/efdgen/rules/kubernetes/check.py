"""Rules about hydrated objects: what the cluster or Argo CD would refuse."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Problem, Severity
from efdgen.helm import objects
from efdgen.helm.hydrate import PARENT_NAMESPACE, HydratedApp, Object
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.repository.model import Repository
from efdgen.rules.kubernetes import apis, refused, schemas
from efdgen.rules.kubernetes.apis import Version

CODES = ("E701", "E702", "W703", "E704")

_TEXT = "put it in quotes: without, YAML reads n, no, off and false as false, and y, yes, on and true as true"

_HOOK = "helm.sh/hook"
_ARGO_CD_HOOK = "argocd.argoproj.io/hook"
_IGNORED_HOOKS = frozenset(("test", "test-success", "test-failure", "pre-rollback", "post-rollback"))
"""Hooks that Argo CD leaves out: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks."""


class Finding(NamedTuple):
    """A problem of a hydrated object.

    Attributes:
        problem: the problem; its message names neither environment nor app.
        environment: the environment.
        app: the app; `efd` is the parent chart.
        template: the template inside a third-party chart; empty when the location names our own.
    """

    problem: Problem
    environment: str
    app: str
    template: str


def check(apps: Sequence[HydratedApp], repository: Repository, kubernetes_version: str) -> list[Finding]:
    """Return what is wrong with the objects of an environment's apps.

    Args:
        apps: the apps; those that could not be hydrated have nothing wrong.
        repository: the repository, for locations.
        kubernetes_version: the cluster's.
    """
    cluster = apis.minor(kubernetes_version)
    places = Places(repository)
    findings = []
    taken: dict[objects.Key, tuple[str, str]] = {}
    for app in sorted(apps, key=lambda app: app.app):
        namespace = places.namespace(app.app)
        for item in app.objects:
            if not is_applied(item.data):
                continue
            location, template = places.locate(app.app, item.source)
            problems = [*_form(item, cluster), *_api(item, cluster), *_twin(item, app.app, namespace, taken)]
            findings += [
                Finding(problem._replace(location=location), app.environment, app.app, template) for problem in problems
            ]
    return findings


def name(data: Mapping[str, Any]) -> str:
    """Return what people call an object: kind, namespace and name."""
    key = objects.key(data)
    return f"{key.kind} {key.namespace}/{key.name}" if key.namespace else f"{key.kind} {key.name}".rstrip()


def is_applied(data: Mapping[str, Any]) -> bool:
    """Say whether Argo CD applies an object: it leaves some of Helm's hooks out."""
    hooks = {hook.strip() for hook in str(_annotations(data).get(_HOOK, "")).split(",")} - {""}
    return not hooks or not hooks <= _IGNORED_HOOKS


def _annotations(data: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return annotations if isinstance(annotations, Mapping) else {}


def _form(item: Object, cluster: Version) -> Iterator[Problem]:
    """Find what the schema of the object's kind refuses, and objects that lack what every object has."""
    data = item.data
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    called = metadata.get("name") if metadata.get("name") is not None else metadata.get("generateName")
    wrong = False
    for key, value in (("apiVersion", data.get("apiVersion")), ("kind", data.get("kind")), ("metadata.name", called)):
        if isinstance(value, str) and value:
            continue
        wrong = True
        what = name(data) or "an object"
        if value is None or value == "":
            yield Problem("E701", f"{what}: {key} is missing", Location(""))
        else:
            message = f"{what}: {key} must be text, not {json.dumps(value, default=str)}"
            yield Problem("E701", message, Location(""), hint=_TEXT if isinstance(value, bool) else "put it in quotes")
    if not wrong:
        is_own = schemas.is_kubernetes_own(objects.key(data).group)
        # Of what the cluster does not serve, E702 tells.
        is_own = is_own and schemas.refused_api(data["apiVersion"], data["kind"], cluster) is None
        for message, hint in (*schemas.violations(data, cluster), *(refused.found(data) if is_own else ())):
            yield Problem("E701", f"{name(data)}: {message}", Location(""), hint=hint)


def _api(item: Object, cluster: Version) -> Iterator[Problem]:
    """Find APIs that the cluster does not serve: any more, soon, yet, or ever."""
    meant = str(item.data.get("apiVersion") or ""), str(item.data.get("kind") or "")
    api = apis.find(*meant)
    if api is None or api.removed > cluster:
        refused = schemas.refused_api(*meant, cluster) if all(meant) else None
        if refused is not None:
            yield Problem("E702", f"{name(item.data)}: {refused.message}", Location(""), hint=refused.hint)
            return
    if api is None:
        return
    replacement = api.replacement(cluster)
    what = f"{name(item.data)}: Kubernetes {apis.shown(api.removed)}"
    if api.removed <= cluster:
        message = f"{what} removed {api.version}, and the cluster has {apis.shown(cluster)}"
        hint = f"use {replacement}" if replacement else "nothing replaces it: take it out"
        yield Problem("E702", message, Location(""), hint=hint)
    elif replacement or (api.deprecated <= cluster and not api.replacements):
        hint = f"use {replacement}, which the cluster serves already" if replacement else "nothing replaces it"
        yield Problem("W703", f"{what} removes {api.version}", Location(""), hint=hint, severity=Severity.WARNING)


def _twin(item: Object, app: str, namespace: str, taken: dict[objects.Key, tuple[str, str]]) -> Iterator[Problem]:
    """Find objects that two templates make: one would overwrite the other."""
    key = objects.key(item.data)
    if not key.name or "name" not in item.data["metadata"] or {_HOOK, _ARGO_CD_HOOK} & _annotations(item.data).keys():
        return  # names that the cluster makes up; hooks come and go
    key = objects.placed(item.data, namespace)
    if key in taken:
        other, source = taken[key]
        whose = "the same app" if other == app else other
        yield Problem("E704", f"{name(item.data)}: {whose} has it, too: {source}", Location(""))
    taken.setdefault(key, (app, item.source))


class Places:
    """Where problems of objects can be fixed."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def namespace(self, app: str) -> str:
        """Return the namespace that an app's objects go to when they name none."""
        definition = self._repository.apps.get(app)
        return definition.namespace if definition is not None else PARENT_NAMESPACE if app == paths.PARENT else app

    def locate(self, app: str, source: str) -> tuple[Location, str]:
        """Return where an object's template can be fixed, and the template's name if that does not say it."""
        path = source.partition("/")[2]
        own = self._own(app, path)
        if own:
            return Location(own), ""
        definition = self._repository.apps.get(app)
        if definition is None:
            return Location(f"rendered/{layout.chart(app)}/{path}"), ""
        inside = path.removeprefix("charts/").removeprefix("git/")
        for chart in definition.charts:
            if not inside.startswith(f"{chart.name if chart.git else chart.key}/"):
                continue
            if chart.folder:
                own = inside.removeprefix(f"{chart.key}/")
                is_below = own.startswith("charts/")
                return Location(f"{chart.folder}/{'Chart.yaml' if is_below else own}"), own if is_below else ""
            return chart.location, inside
        charts = definition.charts
        return charts[0].location if charts else definition.document.locate(), inside

    def _own(self, app: str, path: str) -> str:
        """Return the path of our own template; empty when it is a third party's."""
        repository = self._repository
        if app == paths.PARENT:
            file = repository.parent.get(path)
            name = posixpath.basename(path).removesuffix(".yaml")
            has_git = name in repository.apps and any(chart.git for chart in repository.apps[name].charts)
            file = file or repository.parent.get(paths.application(has_git=has_git))
        else:
            definition = repository.apps.get(app)
            file = repository.wrapper.get(path)
            if definition is not None and path.startswith("templates/"):
                file = definition.templates.get(path.removeprefix("templates/"), file)
        return file.source if file is not None else ""
