"""The proof: what was made renders to what the source has. Values as Helm merges them, Applications, objects, files.

Both sides are read the same way: values by the reader of Helm's YAML, objects by Helm's own engine without the charts
of others. What efdgen adds on purpose is told apart: the path of a chart and of its values file, and the values
`env`, `hosts`, `kubernetesVersion` and `vault`, which wrapper charts get from it.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.helm.engines.engine import Engine
from efdgen.language import yamlio
from efdgen.language.layers import merge
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import YamlError
from efdgen.output import layout as outputs
from efdgen.repository import paths
from efdgen.verbs.imports import parents, vendored
from efdgen.verbs.imports.causes import explained_by_findings, with_causes
from efdgen.verbs.imports.compared import Difference, aligned, compared, normal_application, object_key, objects
from efdgen.verbs.imports.definition import OWN, Definition, own_chart
from efdgen.verbs.imports.envfiles import EnvironmentFiles
from efdgen.verbs.imports.facts import at
from efdgen.verbs.imports.model import Chart, Deployed, Finding, Hand, Object
from efdgen.verbs.imports.sources import without_place
from efdgen.verbs.imports.specs import Made
from efdgen.verbs.imports.switches import is_on

_PARENT = f"{outputs.chart(paths.PARENT)}/"


class Proved(NamedTuple):
    """What was compared of an app in an environment, and what differs."""

    environment: str
    app: str
    values: int
    objects: int
    differences: tuple[Difference, ...]


def prove(
    hand: Hand, made: Made, tree: Mapping[str, bytes], files: Mapping[str, bytes], engine: Engine
) -> list[Proved]:
    """Compare what was rendered with the source, environment by environment.

    Args:
        hand: the source.
        made: what was made of it.
        tree: what that renders to; paths below `rendered/`.
        files: the repository that was made: charts in folders of its own.
        engine: Helm.
    """
    return [proved for name in hand.environments for proved in _environment(hand, made, tree, files, engine, name)]


def _environment(
    hand: Hand, made: Made, tree: Mapping[str, bytes], files: Mapping[str, bytes], engine: Engine, name: str
) -> Iterator[Proved]:
    if name not in made.specs:
        gone = Difference("environment", name, "deployed", "", _reason(made, name))
        yield Proved(name, paths.PARENT, 0, 0, (gone,))
        return
    rendered = _parent(tree, engine, name)
    applications = _applications(rendered)
    others = [o for o in rendered.objects if o.data["kind"] != "Application"]
    lost = {posixpath.basename(finding.file) for finding in made.findings if finding.code == "I302"}
    differences = objects(hand.beside[name], others, "argocd", lost)
    known = {finding.file.rpartition("/")[2] for finding in hand.findings if finding.code == "I202"}
    differences += [
        Difference("objects", finding.file, "", finding.message)
        for finding in rendered.findings
        if finding.file.rpartition("/")[2] not in known
    ]
    differences = [each._replace(reason=each.reason or _of_parent(hand, name, each)) for each in differences]
    for chart in hand.parents[name].chart.dependencies:
        differences.append(Difference("chart", chart.key, "there", "", "the app of apps depends on it: not imported"))
    yield Proved(name, paths.PARENT, 0, len(hand.beside[name]), tuple(differences))
    for app in hand.apps:
        each = hand.deployed.get((name, app))
        if each is None:
            continue
        if app not in made.specs[name]["apps"]:
            yield Proved(name, app, 0, 0, (Difference("app", app, "deployed", "", _reason(made, name, app)),))
            continue
        application = applications.pop(str(each.application["metadata"]["name"]), {})
        found = [*_application(each, application, name, app)]
        found += _files(made.apps[app].files, app, name, tree)
        proved = _app(hand, made, each, tree, files, engine, application)
        explained = explained_by_findings(found, [*hand.findings, *made.findings], name, app)
        yield proved._replace(differences=(*explained, *proved.differences))
    for app in sorted(applications):
        yield Proved(name, app, 0, 0, (Difference("Application", app, "", "there"),))


def _parent(tree: Mapping[str, bytes], engine: Engine, name: str) -> parents.Made:
    """Return what the rendered parent chart makes for an environment."""
    chart = {path.removeprefix(_PARENT): text for path, text in tree.items() if path.startswith(_PARENT)}
    own = {
        path: text for path, text in chart.items() if not path.startswith("values-") or path == f"values-{name}.yaml"
    }
    parent = Chart(_PARENT[:-1], paths.PARENT, (), own, "")
    return parents.made(parent, "argocd", [yamlio.dump({"env": name}).encode()], engine, name)


def _applications(rendered: parents.Made) -> dict[str, Mapping[str, Any]]:
    return {str(o.data["metadata"]["name"]): o.data for o in rendered.objects if o.data["kind"] == "Application"}


def _reason(made: Made, name: str, app: str = "") -> str:
    """Return why an app, or an environment, is left out."""
    told = [each for each in made.findings if each.code in ("I205", "I207") and each.app == app]
    return next((each.message for each in told if each.environment in ("", name)), "")


def prove_some(
    hand: Hand,
    made: Made,
    tree: Mapping[str, bytes],
    files: Mapping[str, bytes],
    engine: Engine,
    cases: Sequence[Deployed],
) -> list[Proved]:
    """Compare some apps: their values, their charts, and what their wrapper charts make. See `prove`."""
    found = []
    names = dict.fromkeys(each.environment for each in cases)
    rendered = {name: _applications(_parent(tree, engine, name)) for name in names}
    for each in cases:
        application = rendered[each.environment].get(str(each.application["metadata"]["name"]), {})
        proved = _app(hand, made, each, tree, files, engine, application)
        files_of = made.apps[each.app].files
        there = {p: d for p, d in files_of.content.items() if f"{outputs.chart(each.app)}/{p}" in tree}
        differing = [
            *_application(each, application, each.environment, each.app),
            *_files(files_of._replace(content=there), each.app, each.environment, tree),
        ]
        explained = explained_by_findings(differing, [*hand.findings, *made.findings], each.environment, each.app)
        found.append(proved._replace(differences=(*explained, *proved.differences)))
    return found


def _app(
    hand: Hand,
    made: Made,
    each: Deployed,
    tree: Mapping[str, bytes],
    files: Mapping[str, bytes],
    engine: Engine,
    application: Mapping[str, Any],
) -> Proved:
    """Compare an app in an environment; `application` is what was rendered for it."""
    definition = made.apps[each.app].definition
    number, wrong = _values(each, definition, tree, each.environment)
    differing, compared_objects = _own(hand, each, definition, tree, files, engine, application)
    differences = [*wrong, *_chart(each, definition, tree), *differing]
    explained = tuple(explained_by_findings(differences, [*hand.findings, *made.findings], each.environment, each.app))
    return Proved(each.environment, each.app, number, compared_objects, explained)


def _of_parent(hand: Hand, name: str, difference: Difference) -> str:
    """Return why an object of the parent chart is not there; empty: that is not known."""
    parent = hand.parents[name].chart.folder
    if parent != hand.parent.chart.folder:
        return f"{parent} makes it; the templates of {hand.parent.chart.folder} are taken over"
    templates = [each.template for each in hand.beside[name] if object_key(each.data, "argocd") == difference.path]
    files = {posixpath.join(parent, template) for template in templates}
    return next((f.message for f in hand.findings if f.environment == name and f.file in files), "")


def _application(each: Deployed, rendered: Mapping[str, Any], name: str, app: str) -> Iterator[Difference]:
    """Compare Applications: but for where the chart and its values lie, they are the same."""
    if not rendered:
        yield Difference("Application", app, "there", "")
        return
    before, after = normal_application(each.application), normal_application(rendered)
    if not at(before, ("spec", "source", "repoURL")):
        # It was made of a chart repository: what its wrapper chart depends on is compared as its chart.
        after = dict(without_place(after))
    if parents.release_name(each.application) != parents.release_name(rendered):
        said, done = parents.release_name(each.application), parents.release_name(rendered)
        yield Difference("Application", "spec.source.helm.releaseName", said, done)
    path = at(rendered, ("spec", "source", "path"))
    values = at(rendered, ("spec", "source", "helm", "valueFiles"))
    if path != f"{paths.OUTPUT}/{outputs.chart(app)}" or values != [f"values-{name}.yaml"]:
        yield Difference("Application", "spec.source", "", f"{path} with {values}")
    yield from compared("Application", aligned(before, after), aligned(after, before))


def _values(
    each: Deployed, definition: Definition, tree: Mapping[str, bytes], name: str
) -> tuple[int, list[Difference]]:
    """Compare the values of an app; return how many there are, and what differs."""
    path = outputs.values(each.app, name)
    try:
        rendered = yamlio.load(tree[path].decode())
    except (KeyError, YamlError):
        return 0, [Difference("values", path, "there", "")]
    on = [dependency for dependency in each.chart.dependencies if is_on(dependency, each.values) is not False]
    off = {dependency.key for dependency in each.chart.dependencies} - {dependency.key for dependency in on}
    charts = {dependency.key for dependency in on}
    ours = OWN - charts
    before = {key: value for key, value in each.values.items() if key not in ours | off}
    after = {key: value for key, value in rendered.items() if key not in ours | off}
    if definition.own_values is not None:
        inside = after.get(definition.prefix) or {}
        before, after = _pruned(dict(each.values)), _pruned(merge(definition.own_values, inside))
    else:
        # What all charts get is read by charts that nobody sees here.
        read = {*charts, "global"} if charts else set()
        lost = before.keys() - {definition.prefix} - definition.first_keys - read
        before = {key: value for key, value in before.items() if key not in lost}
        before = {
            key: value for key, value in before.items() if value is not None and not (key in charts and value == {})
        }
        after = {
            key: value for key, value in after.items() if value is not None and not (key in charts and value == {})
        }
    return _number(before), list(compared("values", before, after))


def _pruned(value: Any) -> Any:
    return (
        {key: _pruned(below) for key, below in value.items() if below is not None} if isinstance(value, dict) else value
    )


def _number(value: Any) -> int:
    if isinstance(value, dict) and value:
        return sum(map(_number, value.values()))
    return 1


def _chart(each: Deployed, definition: Definition, tree: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare the charts that the wrapper chart depends on: what is rendered has no switches, all of them are on."""
    about = yamlio.load(tree[f"{outputs.chart(definition.app)}/Chart.yaml"].decode()) or {}
    after = {
        str(d.get("alias") or d["name"]): (str(d["name"]), str(d["version"]), str(d["repository"]).rstrip("/"))
        for d in about.get("dependencies") or []
    }
    before: dict[str, tuple[str, str, str]] = {}
    for d in each.chart.dependencies:
        on = is_on(d, each.values)
        if on is False:
            continue
        before[d.key] = (d.name, d.version.removeprefix("v"), d.repository.rstrip("/"))
        if on is None:
            yield Difference("chart", f"{d.key} condition", f"{d.condition}, as its chart's own values say", "on")
        for key, value in d.others:
            yield Difference("chart", f"{d.key} {key}", value, "")
    known = {d.key for d in each.chart.dependencies}
    for key in sorted(before.keys() | after.keys()):
        yield from _dependency(key, before.get(key), after.get(key), is_known=key in known)


def _dependency(
    key: str, before: tuple[str, str, str] | None, after: tuple[str, str, str] | None, *, is_known: bool
) -> Iterator[Difference]:
    """Compare one dependency, as name, version and repository; one that is copied has the version of its folder."""
    is_copied = after is not None and after[2].startswith("file://")
    if before is None or after is None:
        # An app's own chart is one that the source has no dependency for.
        if is_known or not is_copied:
            yield Difference("chart", key, " ".join(before or ("off",)), " ".join(after or ("off",)))
    elif not is_copied or before[2].startswith(("http", "oci")):
        for what, one, other in zip(("name", "version", "repository"), before, after, strict=True):
            if one != other:
                yield Difference("chart", f"{key} {what}", one, other)


def _files(files: EnvironmentFiles, app: str, name: str, tree: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare the JSON files that an app has in an environment."""
    for path, why in files.lost.items():
        if posixpath.basename(path) == f"{name}.json":
            yield Difference("files", path, "there", "", why)
    for path, before in files.content.items():
        if posixpath.basename(path) == f"{name}.json":
            text = tree.get(f"{outputs.chart(app)}/{path}")
            after = json.loads(text) if text is not None else None
            yield from compared("files", {path: before}, {path: after})


def _own(
    hand: Hand,
    each: Deployed,
    definition: Definition,
    tree: Mapping[str, bytes],
    files: Mapping[str, bytes],
    engine: Engine,
    application: Mapping[str, Any],
) -> tuple[list[Difference], int]:
    """Compare what the wrapper chart's own templates make, each side as a release of its own name."""
    prefix = f"{outputs.chart(each.app)}/"
    chart = {path.removeprefix(prefix): text for path, text in tree.items() if path.startswith(prefix)}
    values = tree.get(outputs.values(each.app, each.environment), b"")
    wrapper = Chart(prefix[:-1], each.app, (), chart, "")
    expected = hand.own[each.environment, each.app] or ()
    made_objects: list[Object] = []
    findings: list[Finding] = []
    charts = [(wrapper, values)]
    if definition.own_values is not None:
        folder = f"{own_chart(each.app)}/"
        inside = {path.removeprefix(folder): text for path, text in files.items() if path.startswith(folder)}
        inside = vendored.of_chart(inside)
        nested = (yamlio.load(values.decode()) or {}).get(definition.prefix) or {}
        charts.append((Chart(folder[:-1], each.chart.name, (), inside, ""), yamlio.dump(nested).encode()))
    namespace = str(each.application["spec"]["destination"].get("namespace") or each.app)
    release = parents.release_name(application) if application else each.app
    for one, given in charts:
        made = parents.made(one, namespace, [given], engine, each.environment, each.app, release)
        made_objects += made.objects
        findings += made.findings
    failed = {
        finding.file.rpartition("/")[2]
        for finding in hand.findings
        if finding.code == "I202" and finding.app == each.app and finding.environment == each.environment
    }
    differences = objects(expected, made_objects, namespace, set())
    if differences:
        differences = with_causes(each, differences, made_objects, namespace, engine)
    for finding in findings:
        if finding.code != "I401" and finding.file.rpartition("/")[2] not in failed:
            differences.append(Difference("objects", finding.file, "", finding.message))
    return differences, len(expected)
