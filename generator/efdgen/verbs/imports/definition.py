"""An app's definition: its chart, namespace, hosts, VaultSecrets, and how its values stand in the wrapper chart."""

from __future__ import annotations

import posixpath
import re
import types
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.argocd import without_empty
from efdgen.language import schema, yamlio
from efdgen.language.conforms import conforms
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import applications, ownkeys, templates
from efdgen.verbs.imports.facts import at
from efdgen.verbs.imports.model import Chart, Dependency, Deployed, Finding, Hand
from efdgen.verbs.imports.switches import is_on
from efdgen.verbs.imports.templates import Own

_EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}")
_REPOSITORY = re.compile(r"(?:https?|oci)://\S+\Z")
_RESERVED = frozenset(("env", "hosts", "vault", "global", "kubernetesVersion"))
OWN = frozenset(("env", "hosts", "vault", "kubernetesVersion"))
"""Values that efdgen makes itself."""

_UNKNOWN = "https://address-is-missing.invalid"
_NO_VERSION = "0.0.0-version-is-missing"
"""What stands where a chart's repository and version are not known: nobody takes them for real."""

CHARTS = "charts"
"""The folder of charts that lie in the repository."""

_FINALIZERS = ["resources-finalizer.argocd.argoproj.io"]
_ANNOTATIONS = "app#/properties/application/properties/annotations"
_WORKED_OUT = ("argocd.argoproj.io/manifest-generate-paths", "argocd.argoproj.io/sync-wave")


class Definition(NamedTuple):
    """How an app is defined.

    Attributes:
        app: the app.
        data: its app.yaml, without hosts, VaultSecrets and what all apps get.
        prefix: the first key of the values that are its chart's: the chart's, where it has one; else none.
        first_keys: other first keys that are values of the wrapper chart.
        own: its own templates.
        files: files of charts that lie in the repository, by their path there.
        own_values: what the chart's own values.yaml says, where the wrapper chart of the source was the chart itself.
        findings: what could not be said.
    """

    app: str
    data: Mapping[str, Any]
    prefix: str
    first_keys: frozenset[str]
    own: Own
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    own_values: Mapping[str, Any] | None = None

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of an environment's values that a spec has: not what efdgen makes, nor what nothing reads."""
        if self.own_values is not None:
            return _over(self.own_values, values)
        if self.prefix:
            inside = values.get(self.prefix)
            return dict(inside) if isinstance(inside, dict) else {}
        return {key: value for key, value in values.items() if key in self.first_keys}


class _Charts(NamedTuple):
    """What app.yaml says of an app's charts, where its values stand, and what else belongs to it."""

    data: Mapping[str, Any]
    prefix: str = ""
    first_keys: frozenset[str] = frozenset()
    files: Mapping[str, bytes] = types.MappingProxyType({})


def define(hand: Hand, app: str, own: Own) -> Definition | None:
    """Return an app's definition; None: there is nothing to deploy."""
    names = hand.having(app)
    each = hand.deployed[names[0], app]
    chart = each.chart
    findings: list[Finding] = []
    keys = {key for name in names for key in hand.deployed[name, app].values}
    charts = _charts(hand, app, own, keys, findings)
    if charts is None:
        return None
    description = chart.description.replace("{{", "{ {") or f"Taken over from {chart.folder}: say what it is for."
    data: dict[str, Any] = {"description": description, **charts.data}
    namespace = templates.namespace_of(each)
    if namespace != app:
        data["namespace"] = namespace
    findings += _several(hand, app)
    application = _application(hand, app, findings)
    if application:
        data["application"] = application
    own_values = None
    if charts.files and charts.prefix and not _switched(hand, app, []).dependencies:
        own = own._replace(templates={})
        own_values = yamlio.load(chart.files.get("values.yaml", b"").decode("utf-8-sig")) or {}
    if "values.schema.json" in chart.files and not charts.files:
        message = "what the chart's values may be is not taken over: efdgen has types for that"
        place = posixpath.join(chart.folder, "values.schema.json")
        findings.append(Finding("I302", message, place, 0, "docs/apps.md#types-of-values", "", app))
    lost = sorted(keys - charts.first_keys - OWN - {charts.prefix, *ownkeys.RENAMED.values()})
    if lost and not charts.files:
        message = f"nothing reads {', '.join(lost)} in the values of {app}: left out"
        hint = "a value of the chart stands below the chart's name"
        findings.append(Finding("I403", message, each.files[-1] if each.files else chart.folder, 0, hint, "", app))
    return Definition(app, data, charts.prefix, charts.first_keys, own, charts.files, tuple(findings), own_values)


def _over(below: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what values say beyond those below them, which were merged into them."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            inside = _over(under, value)
            if inside:
                found[key] = inside
        elif key not in below or type(under) is not type(value) or under != value:
            found[key] = value
    return found


def _several(hand: Hand, app: str) -> Iterator[Finding]:
    """Yield what an app has several of, and can have one of."""
    deployed = [hand.deployed[name, app] for name in hand.having(app)]
    spaces = list(dict.fromkeys(map(templates.namespace_of, deployed)))
    folders = list(dict.fromkeys(each.chart.folder for each in deployed))
    usual = _usual(deployed)
    for each in deployed:
        for first, own in zip(usual.chart.dependencies, each.chart.dependencies, strict=False):
            if first.key == own.key and first.version != own.version:
                message = f"{app} has {own.key} {own.version} in {each.environment}: {first.version} is taken for all"
                hint = "one version is that of all environments: upgrade the others, or make it two apps"
                explains = f"{own.key} version"
                yield Finding("I305", message, each.template, 0, hint, each.environment, app, explains)
    for what, found in (("namespace", spaces), ("chart", folders)):
        if len(found) > 1:
            message = f"{app} has more than one {what}: {', '.join(found)}; the first one is taken for all"
            explains = {"namespace": "spec.destination.namespace", "chart": ""}[what]
            yield Finding("I301", message, deployed[0].template, 0, "make it two apps", "", app, explains)


def _charts(hand: Hand, app: str, own: Own, keys: set[str], findings: list[Finding]) -> _Charts | None:
    """Return what an app is made of; None: nothing."""
    chart = _switched(hand, app, findings)
    read = templates.first_keys(own, [dependency.key for dependency in chart.dependencies])
    if not chart.dependencies:
        if own.templates and (read or _has_more(chart) or ownkeys.are_read(chart)):
            said, files = _folder_chart(hand, chart, app, own)
            return _Charts({"chart": said}, chart.name, files=files)
        if own.templates or own.secrets or own.has_namespace:
            return _Charts({"chart": "none"}, first_keys=read - OWN)
        return None
    files = {}
    if len(chart.dependencies) == 1 and _is_plain(chart.dependencies[0]) and not read and "global" not in keys:
        (dependency,) = chart.dependencies
        said = _chart(hand, chart, dependency, files, findings, app)
        return _Charts({"chart": said}, dependency.key, files=files)
    charts = {}
    for dependency in chart.dependencies:
        said = _chart(hand, chart, dependency, files, findings, app)
        charts[dependency.key] = {key: value for key, value in said.items() if (key, value) != ("name", dependency.key)}
    return _Charts({"charts": charts}, first_keys=frozenset({*charts, "global", *read}) - OWN, files=files)


def _usual(deployed: Sequence[Deployed]) -> Deployed:
    """Return the first one of those whose charts have the versions that most have."""
    versions = [tuple(dependency.version for dependency in each.chart.dependencies) for each in deployed]
    return deployed[versions.index(Counter(versions).most_common(1)[0][0])]


def _switched(hand: Hand, app: str, findings: list[Finding]) -> Chart:
    """Return an app's chart without the dependencies that no environment has switched on."""
    deployed = [hand.deployed[name, app] for name in hand.having(app)]
    chart = _usual(deployed).chart
    kept = []
    for dependency in chart.dependencies:
        said = {each.environment: is_on(dependency, each.values) for each in deployed}
        off = [name for name, on in said.items() if on is False]
        if len(off) == len(said):
            message = f"the dependency {dependency.key} is switched off wherever {app} is deployed: left out"
            findings.append(Finding("I304", message, chart.file, 0, "", "", app))
            continue
        kept.append(dependency)
        asked = [name for name, on in said.items() if on is None]
        for names, why in ((off, "is switched off"), (asked, "is on or off as its chart's own values say")):
            if names:
                message = f"the dependency {dependency.key} of {app} {why} in {', '.join(names)}: here, it is always on"
                hint = "make it an app of its own, which only some environments list"
                findings.append(Finding("I304", message, chart.file, 0, hint, "", app))
    return chart._replace(dependencies=tuple(kept))


def _is_plain(dependency: Dependency) -> bool:
    return dependency.key == dependency.name and dependency.key not in _RESERVED


def _has_more(chart: Chart) -> bool:
    """Say whether a chart has more than templates that make Namespaces and VaultSecrets: helpers, CRDs, files."""
    return any(path.startswith("crds/") or posixpath.basename(path).startswith("_") for path in chart.files)


def own_chart(app: str) -> str:
    """Return the folder of a chart that is an app's own."""
    return f"{CHARTS}/{app}-app"


def _folder_chart(hand: Hand, chart: Chart, app: str, own: Own) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a chart of the repository's own, and its files."""
    folder = own_chart(app)
    prefix = f"{chart.folder}/" if chart.folder else ""
    gone = () if not own.has_namespace else _namespace_templates(hand, app)
    kept = {
        f"{folder}/{path.removeprefix(prefix)}": text
        for path, text in hand.source.files.items()
        if path.startswith(prefix)
        and not re.fullmatch(r"values-[^/]*\.ya?ml", path.removeprefix(prefix))
        and path.removeprefix(prefix) not in gone
    }
    return {"name": chart.name, "path": folder}, kept


def _namespace_templates(hand: Hand, app: str) -> set[str]:
    return {
        item.template
        for name in hand.having(app)
        for item in hand.own[name, app] or ()
        if item.data["kind"] == "Namespace"
    }


def _chart(
    hand: Hand, chart: Chart, dependency: Dependency, files: dict[str, bytes], findings: list[Finding], app: str
) -> dict[str, Any]:
    """Return what app.yaml says of a chart."""
    if _REPOSITORY.match(dependency.repository):
        version = dependency.version.removeprefix("v")
        if not _EXACT.match(version):
            numbers = _NUMBERS.search(version)
            parts = (numbers[0] if numbers else "0").split(".")
            exact = ".".join([*parts, "0", "0"][:3])
            message = (
                f"the version {dependency.version or 'nothing'!s} of {dependency.name} is a range: {exact} is pinned"
            )
            hint = "look which version runs, and pin that one: efdgen charts upgrade"
            explains = f"{dependency.key} version"
            findings.append(Finding("I305", message, chart.file, 0, hint, "", app, explains))
            version = exact
        return {"name": dependency.name, "version": version, "repository": dependency.repository}
    place = dependency.repository.removeprefix("file://")
    folder = posixpath.normpath(posixpath.join(chart.folder, place or f"charts/{dependency.name}"))
    # A chart that apps share has its name for itself; others are told apart by their app.
    target = folder if folder.startswith(f"{CHARTS}/") else f"{CHARTS}/{app}-{posixpath.basename(folder)}"
    found = {path: text for path, text in hand.source.files.items() if path.startswith(f"{folder}/")}
    if not found or dependency.repository.startswith(("@", "alias:")):
        said = " ".join(filter(None, (dependency.version, dependency.repository)))
        message = (
            f"the chart {dependency.name} of {app} ({said}) is not in the source, and has no address to fetch it from: "
            "it can't be deployed"
        )
        findings.append(
            Finding("I306", message, chart.file, 0, f"write its repository into app.yaml, for {_UNKNOWN}", "", app)
        )
        version = dependency.version if _EXACT.match(dependency.version) else _NO_VERSION
        return {"name": dependency.name, "version": version, "repository": _UNKNOWN}
    files.update({f"{target}/{path.removeprefix(f'{folder}/')}": text for path, text in found.items()})
    return {"name": dependency.name, "path": target}


def _application(hand: Hand, app: str, findings: list[Finding]) -> dict[str, Any]:
    """Return what an app's Application has of its own."""
    deployed = [hand.deployed[name, app] for name in hand.having(app)]
    found: dict[str, Any] = {}
    annotations = _annotations(deployed, findings)
    if any(each.application["metadata"].get("annotations") for each in hand.deployed.values()):
        # The template has annotations then: these two, efdgen works out where nobody takes them away.
        annotations = {**annotations, **{key: None for key in _WORKED_OUT if key not in annotations}}
    if annotations:
        found["annotations"] = annotations
    finalizers = [each.application["metadata"].get("finalizers") or None for each in deployed]
    findings += _differing(deployed, finalizers, "metadata.finalizers")
    if finalizers[0] != _FINALIZERS:
        found["finalizers"] = finalizers[0]
    ignored = [[without_empty(rule) for rule in applications.ignored(each.application)] for each in deployed]
    findings += _differing(deployed, ignored, "spec.ignoreDifferences")
    if ignored[0]:
        found["ignoreDifferences"] = ignored[0]
    for each in deployed:
        findings += _elsewhere(hand, each)
    return found


def _elsewhere(hand: Hand, each: Deployed) -> Iterator[Finding]:
    """Yield that an Application takes its chart from another repository than most of its environment."""
    where = ("spec", "source", "repoURL")
    said = [at(o.application, where) for o in hand.deployed.values() if o.environment == each.environment]
    usual, own = Counter(map(str, filter(None, said))).most_common(1), at(each.application, where)
    if own and own != usual[0][0]:
        message = f"the Application {each.app} is made of {own}, others of {usual[0][0]}, which is taken for all"
        yield _about(each, message, ".".join(where))


def _annotations(deployed: Sequence[Deployed], findings: list[Finding]) -> dict[str, Any]:
    """Return the annotations that an app's Applications have in every environment."""
    said = [each.application["metadata"].get("annotations") for each in deployed]
    listed = [each if isinstance(each, dict) else {} for each in said]
    found = {}
    for key in dict.fromkeys(key for each in listed for key in each):
        values = [str(each[key]) if key in each else None for each in listed]
        where = f"metadata.annotations.{key}"
        if values[0] is not None and not conforms({key: values[0]}, schema.load(_ANNOTATIONS)):
            message = f"the annotation {key} is none that a definition can say: it is not imported"
            findings += [_about(each, message, where) for each in deployed]
            continue
        findings += _differing(deployed, values, where)
        if values[0] is not None:
            found[key] = values[0]
    return found


def _differing(deployed: Sequence[Deployed], values: Sequence[Any], where: str) -> Iterator[Finding]:
    """Yield the environments whose Application says otherwise than the first one: a definition says it for all."""
    for each, value in zip(deployed, values, strict=True):
        if value != values[0]:
            message = f"{where} of the Application {each.app} is not that of {deployed[0].environment}, which is taken"
            yield _about(each, message, where)


def _about(each: Deployed, message: str, where: str) -> Finding:
    hint = (
        "a definition says it for all environments: write it into templates/apps/efd/application.yaml, if it is needed"
    )
    return Finding("I301", message, each.template, 0, hint, each.environment, each.app, where)
