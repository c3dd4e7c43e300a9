"""The proof: what was made renders to what the source has. Values as Helm merges them, Applications, objects, files.

Both sides are read the same way: values by the reader of Helm's YAML, objects by Helm's own engine without the charts
of others. What efdgen adds on purpose is told apart: the path of a chart and of its values file, and the values
`env`, `hosts`, `kubernetesVersion` and `vault`, which wrapper charts get from it.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from efdgen.environment.argocd import without_empty
from efdgen.helm.engines.engine import Engine
from efdgen.language import yamlio
from efdgen.language.layers import merge
from efdgen.language.yamlio import YamlError
from efdgen.output import layout as outputs
from efdgen.repository import paths
from efdgen.verbs.imports import parents
from efdgen.verbs.imports.definition import OWN, Definition
from efdgen.verbs.imports.facts import at
from efdgen.verbs.imports.model import Chart, Deployed, Finding, Hand, Object, Parent
from efdgen.verbs.imports.specs import Made

_LONGEST = 200
_PARENT = f"{outputs.chart(paths.PARENT)}/"


class Difference(NamedTuple):
    """Something that is not what the source has.

    Attributes:
        what: `values`, `Application`, `objects`, `chart` or `files`.
        path: where in it.
        before: what the source has; empty: nothing.
        after: what was rendered; empty: nothing.
        reason: why, where that is known: it stands among the findings, too.
    """

    what: str
    path: str
    before: str
    after: str
    reason: str = ""


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
    chart = {path.removeprefix(_PARENT): text for path, text in tree.items() if path.startswith(_PARENT)}
    parent = Parent(
        Chart(
            _PARENT[:-1],
            paths.PARENT,
            (),
            {p: t for p, t in chart.items() if not p.startswith("values-")}
            | {p: t for p, t in chart.items() if p == f"values-{name}.yaml"},
            "",
        ),
        "env",
    )
    rendered = parents.made(parent.chart, "argocd", [yamlio.dump({"env": name}).encode()], engine, name)
    applications = {
        str(o.data["metadata"]["name"]): o.data for o in rendered.objects if o.data["kind"] == "Application"
    }
    others = [o for o in rendered.objects if o.data["kind"] != "Application"]
    lost = {posixpath.basename(finding.file) for finding in made.findings if finding.code == "I302"}
    differences = _objects(hand.beside[name], others, "argocd", lost)
    if hand.parents[name] != hand.parent:
        reason = (
            f"{hand.parents[name].chart.folder} makes it; the templates of {hand.parent.chart.folder} are taken over"
        )
        differences = [each._replace(reason=each.reason or reason) for each in differences]
    yield Proved(name, paths.PARENT, 0, len(hand.beside[name]), tuple(differences))
    for app in hand.apps:
        each = hand.deployed.get((name, app))
        if each is None:
            continue
        if app not in made.apps:
            yield Proved(name, app, 0, 0, (Difference("chart", app, "deployed", "", "nothing to deploy"),))
            continue
        definition = made.apps[app].definition
        found = list(_application(each, applications.pop(app, {}), name, app))
        number, wrong = _values(each, definition, tree, name)
        found += wrong
        found += _chart(each.chart, definition, tree)
        found += _files(made.apps[app].files.content, app, name, tree)
        own, compared = _own(hand, each, definition, tree, files, engine)
        found += own
        yield Proved(name, app, number, compared, tuple(_explained(found, made, name, app)))
    for app in sorted(applications):
        yield Proved(name, app, 0, 0, (Difference("Application", app, "", "there"),))


_REASONS = {
    "I301": "Application",
    "I302": "objects",
    "I303": "objects",
    "I305": "chart",
    "I306": "chart",
    "I307": "objects",
}
"""Which differences the findings of a code are the reason of."""


def _explained(found: Sequence[Difference], made: Made, name: str, app: str) -> Iterator[Difference]:
    """Yield differences, each with the reason that a finding has."""
    known = [each for each in made.findings if each.app == app and each.environment in ("", name)]
    for each in found:
        secret = each.path.partition(" spec.path")[0].rpartition("/")[2]
        reasons = [
            finding.message
            for finding in known
            if _REASONS.get(finding.code) == each.what
            and (finding.code != "I303" or f"VaultSecret {secret} of" in finding.message)
        ]
        yield each._replace(reason=each.reason or next(iter(reasons), ""))


def _application(each: Deployed, rendered: Mapping[str, Any], name: str, app: str) -> Iterator[Difference]:
    """Compare Applications: but for where the chart and its values lie, they are the same."""
    before, after = _normal(each.application), _normal(rendered)
    path = at(rendered, ("spec", "source", "path"))
    values = at(rendered, ("spec", "source", "helm", "valueFiles"))
    if path != f"{paths.OUTPUT}/{outputs.chart(app)}" or values != [f"values-{name}.yaml"]:
        yield Difference("Application", "spec.source", "", f"{path} with {values}")
    yield from _compared("Application", before, after)


def _normal(application: Mapping[str, Any]) -> dict[str, Any]:
    """Return an Application as Argo CD keeps it, without where its chart and its values lie."""
    spec = application.get("spec")
    spec = dict(spec) if isinstance(spec, dict) else {}
    source = dict(spec.get("source") or {})
    source.pop("path", None)
    helm = dict(source.pop("helm", None) or {})
    for key in ("valueFiles", "values", "parameters"):
        helm.pop(key, None)
    if helm.get("releaseName") == application.get("metadata", {}).get("name"):
        helm.pop("releaseName")
    if helm:
        source["helm"] = helm
    if isinstance(spec.get("ignoreDifferences"), list):
        spec["ignoreDifferences"] = [without_empty(each) for each in spec["ignoreDifferences"]]
    return without_empty({**application, "spec": {**spec, "source": source}})


def _values(
    each: Deployed, definition: Definition, tree: Mapping[str, bytes], name: str
) -> tuple[int, list[Difference]]:
    """Compare the values of an app; return how many there are, and what differs."""
    path = outputs.values(each.app, name)
    try:
        rendered = yamlio.load(tree[path].decode())
    except (KeyError, YamlError):
        return 0, [Difference("values", path, "there", "")]
    before = {key: value for key, value in each.values.items() if key not in OWN}
    after = {key: value for key, value in rendered.items() if key not in OWN}
    charts = {dependency.key for dependency in each.chart.dependencies}
    if definition.own_values is not None:
        inside = after.get(definition.prefix) or {}
        before, after = _pruned(dict(each.values)), _pruned(merge(definition.own_values, inside))
    else:
        lost = before.keys() - {definition.prefix} - definition.first_keys
        before = {key: value for key, value in before.items() if key not in lost}
        before = {
            key: value for key, value in before.items() if value is not None and not (key in charts and value == {})
        }
        after = {
            key: value for key, value in after.items() if value is not None and not (key in charts and value == {})
        }
    return _number(before), list(_compared("values", before, after))


def _pruned(value: Any) -> Any:
    return (
        {key: _pruned(below) for key, below in value.items() if below is not None} if isinstance(value, dict) else value
    )


def _number(value: Any) -> int:
    if isinstance(value, dict) and value:
        return sum(map(_number, value.values()))
    return 1


def _chart(chart: Chart, definition: Definition, tree: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare the charts that the wrapper chart depends on."""
    about = yamlio.load(tree[f"{outputs.chart(definition.app)}/Chart.yaml"].decode()) or {}
    after = {
        str(each.get("alias") or each["name"]): (
            each["name"],
            str(each["version"]),
            str(each["repository"]).rstrip("/"),
        )
        for each in about.get("dependencies") or []
    }
    before = {d.key: (d.name, d.version.removeprefix("v"), d.repository.rstrip("/")) for d in chart.dependencies}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            said, done = before.get(key), after.get(key)
            if done is not None and done[2].startswith("file://") and (said is None or not said[2].startswith("http")):
                continue
            yield Difference("chart", key, " ".join(said or ()), " ".join(done or ()))


def _files(content: Mapping[str, Any], app: str, name: str, tree: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare the JSON files that an app has in an environment."""
    for path, before in content.items():
        if posixpath.basename(path) == f"{name}.json":
            text = tree.get(f"{outputs.chart(app)}/{path}")
            after = json.loads(text) if text is not None else None
            yield from _compared("files", {path: before}, {path: after})


def _own(
    hand: Hand,
    each: Deployed,
    definition: Definition,
    tree: Mapping[str, bytes],
    files: Mapping[str, bytes],
    engine: Engine,
) -> tuple[list[Difference], int]:
    """Compare what the wrapper chart's own templates make."""
    prefix = f"{outputs.chart(each.app)}/"
    chart = {path.removeprefix(prefix): text for path, text in tree.items() if path.startswith(prefix)}
    values = tree.get(outputs.values(each.app, each.environment), b"")
    wrapper = Chart(prefix[:-1], each.app, (), chart, "")
    expected = hand.own[each.environment, each.app] or ()
    objects: list[Object] = []
    findings: list[Finding] = []
    charts = [(wrapper, values)]
    if definition.own_values is not None:
        folder = f"charts/{each.app}/"
        inside = {path.removeprefix(folder): text for path, text in files.items() if path.startswith(folder)}
        nested = (yamlio.load(values.decode()) or {}).get(definition.prefix) or {}
        charts.append((Chart(folder[:-1], each.chart.name, (), inside, ""), yamlio.dump(nested).encode()))
    namespace = str(each.application["spec"]["destination"].get("namespace") or each.app)
    for one, given in charts:
        made = parents.made(one, namespace, [given], engine, each.environment, each.app)
        objects += made.objects
        findings += made.findings
    failed = {
        finding.file.rpartition("/")[2]
        for finding in hand.findings
        if finding.code == "I202" and finding.app == each.app and finding.environment == each.environment
    }
    differences = _objects(expected, objects, namespace, set())
    for finding in findings:
        if finding.file.rpartition("/")[2] not in failed:
            differences.append(Difference("objects", finding.file, "", finding.message))
    return differences, len(expected)


def _objects(before: Sequence[Object], after: Sequence[Object], namespace: str, lost: set[str]) -> list[Difference]:
    """Compare objects, told apart by kind, namespace and name."""
    one, other = _by_key(before, namespace), _by_key(after, namespace)
    found: list[Difference] = []
    for key in sorted(one.keys() | other.keys()):
        if key not in other:
            is_lost = posixpath.basename(next(o.template for o in before if _key(o.data, namespace) == key)) in lost
            found.append(Difference("objects", key, "there", "", "its template is not imported" if is_lost else ""))
        elif key not in one:
            found.append(Difference("objects", key, "", "there"))
        else:
            found += [d._replace(path=f"{key} {d.path}") for d in _compared("objects", one[key], other[key])]
    return found


def _by_key(objects: Sequence[Object], namespace: str) -> dict[str, Any]:
    return {_key(each.data, namespace): _in_place(each.data, namespace) for each in objects}


def _in_place(data: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """Return an object that says the namespace that it is put into anyhow: it may, or may not."""
    metadata = {"namespace": namespace, **data["metadata"]} if data["kind"] != "Namespace" else data["metadata"]
    return {**data, "metadata": metadata}


def _key(data: Mapping[str, Any], namespace: str) -> str:
    metadata = data["metadata"]
    where = "" if data["kind"] == "Namespace" else f"{metadata.get('namespace') or namespace}/"
    return f"{data['kind']} {where}{metadata.get('name')}"


def _compared(what: str, before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            below = f"{path}.{key}" if path else str(key)
            if key not in after:
                yield Difference(what, below, _shown(before[key]), "")
            elif key not in before:
                yield Difference(what, below, "", _shown(after[key]))
            else:
                yield from _compared(what, before[key], after[key], below)
    elif _exact(before) != _exact(after):
        yield Difference(what, path, _shown(before), _shown(after))


def _exact(value: Any) -> str:
    """Return a value as Helm has it: all numbers are of one kind."""
    return json.dumps(_as_numbers(value), sort_keys=True, ensure_ascii=False)


def _as_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_numbers(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_as_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
