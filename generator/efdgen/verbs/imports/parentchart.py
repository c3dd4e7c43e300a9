"""What all apps share in the repository that is made: the parent chart, and what every wrapper chart has."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import styles
from efdgen.repository import helmtemplates, paths
from efdgen.verbs.imports import applications, asking, parentvalues, written
from efdgen.verbs.imports.model import Finding, Hand
from efdgen.verbs.imports.templates import Shapes, below_mark, namespace_of

_STARTER = Path(__file__).parent / "starter"
_CONTROL = "# Control lines stand in comments: the file is valid YAML before and after Helm reads it.\n"
_BY_NAME = (
    '# {{- $efd := include "efd.environment" . | fromYaml }}\n# {{- with get $efd.applications "<% app.name %>" }}\n'
)


def files(hand: Hand, shapes: Shapes) -> tuple[dict[str, str], list[Finding]]:
    """Return the files of the parent chart and of wrapper charts, and what could not be taken over."""
    folder = f"{paths.APPS}/{paths.PARENT}"
    said = applications.carried(hand)
    findings = list(said.findings)
    made = {
        f"{folder}/Chart.yaml": (_STARTER / "parent-Chart.yaml").read_text(encoding="utf-8"),
        f"{folder}/application.yaml": _application(hand, said),
        f"{folder}/templates/_environment.tpl": (_STARTER / "_environment.tpl").read_text(encoding="utf-8"),
        f"{paths.WRAPPER}/Chart.yaml": (_STARTER / "wrapper-Chart.yaml").read_text(encoding="utf-8"),
    }
    if shapes.namespace is not None:
        made[f"{paths.WRAPPER}/templates/namespace.yaml"] = _namespace(shapes.namespace)
    if shapes.secret is not None:
        made[f"{paths.WRAPPER}/templates/vault-secrets.yaml"] = _secrets(shapes.secret)
    if hand.parent.chart.dependencies:
        charts = ", ".join(each.name for each in hand.parent.chart.dependencies)
        message = f"the app of apps depends on charts, which are not imported: {charts}"
        findings.append(Finding("I302", message, hand.parent.chart.file, 0, "make an app of each"))
    kept, places, found = _others(hand)
    kept, read, lost = _settled(hand, kept, places)
    findings += [*found, *lost]
    made[f"{folder}/values.yaml"] = _values(read)
    made.update({f"{folder}/templates/{name}": text for name, text in kept.items()})
    return made, findings


def companion(hand: Hand) -> Mapping[str, Any] | None:
    """Return the Namespace that the parent chart has beside every Application, but for its name; None: it has none."""
    found: dict[str, Any] = {}
    for (environment, _), each in hand.deployed.items():
        template = each.template.removeprefix(f"{hand.parent.chart.folder}/")
        beside = [o.data for o in hand.beside[environment] if o.template == template]
        alone = {**beside[0], "metadata": {**beside[0]["metadata"], "name": None}} if len(beside) == 1 else None
        if alone is None or alone["kind"] != "Namespace" or beside[0]["metadata"].get("name") != namespace_of(each):
            return None
        found[repr(alone)] = alone
    return next(iter(found.values())) if len(found) == 1 else None


def _others(hand: Hand) -> tuple[dict[str, str], dict[str, str], list[Finding]]:
    """Return the templates of the parent chart that make no Application, where each lies, and what is lost."""
    chart = hand.parent.chart
    prefix = f"{chart.folder}/" if chart.folder else ""
    of_apps = {each.template.removeprefix(prefix) for each in hand.deployed.values()}
    of_apps |= {
        finding.file.removeprefix(prefix) for finding in hand.findings if finding.code in ("I204", "I205", "I206")
    }
    failing = {
        finding.file.removeprefix(prefix) for finding in hand.findings if finding.code == "I202" and not finding.app
    }
    is_beside = companion(hand) is not None
    kept: dict[str, str] = {}
    places: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(chart.files):
        name = path.removeprefix("templates/")
        if not path.startswith("templates/") or name == "_environment.tpl":
            continue
        place = posixpath.join(chart.folder, path)
        text = chart.files[path].decode("utf-8-sig", "replace").replace("\r\n", "\n")
        if path in of_apps:
            beside = None if is_beside else _beside(hand, path)
            if beside is not None:
                kept[f"beside-{name}"] = beside
            elif not is_beside and any(o.template == path for objects in hand.beside.values() for o in objects):
                lost = dict.fromkeys(
                    f"{o.data['kind']} {o.data['metadata'].get('name')}"
                    for objects in hand.beside.values()
                    for o in objects
                    if o.template == path
                )
                message = f"what this template makes beside the Application is not imported: {', '.join(lost)}"
                findings.append(Finding("I302", message, place, 0, "give it a template of its own, and import again"))
            continue
        if path in failing:
            message = "Helm fails on it for some environments: it is not imported"
            findings.append(Finding("I302", message, place, 0, "correct it there, and import again"))
            continue
        if not name.startswith("_") and not any(
            o.template == path for objects in hand.beside.values() for o in objects
        ):
            continue
        wrong = helmtemplates.problem(TextFile(path, text))
        if wrong or "<%" in text:
            message = (
                f"it is no YAML before Helm reads it: {wrong.message}" if wrong else "it holds <%, which is efdgen's"
            )
            findings.append(
                Finding("I302", f"{message}; it is not imported", place, wrong.location.line if wrong else 0)
            )
            continue
        own = name if name not in {f"{app}.yaml" for app in hand.apps} else f"own-{name}"
        kept[own], places[own] = below_mark(text), place
    return kept, places, findings


def _beside(hand: Hand, path: str) -> str | None:
    """Return a template of what another one makes beside its Application, where that is the same everywhere."""
    prefix = f"{hand.parent.chart.folder}/" if hand.parent.chart.folder else ""
    apps = {each.app for each in hand.deployed.values() if each.template.removeprefix(prefix) == path}
    if len(apps) != 1:
        return None
    (app,) = apps
    found = {name: [o.data for o in objects if o.template == path] for name, objects in hand.beside.items()}
    having = [found[name] for name in hand.having(app)]
    if not having[0] or any(each != having[0] for each in having):
        return None
    if any(objects for name, objects in found.items() if name not in hand.having(app)):
        return None
    body = "---\n".join(written.text(data) for data in having[0])
    if "{{" in body or "<%" in body:
        return None
    return f"{_CONTROL}{_BY_NAME.replace('<% app.name %>', app)}{body}# {{{{- end }}}}\n"


def _settled(
    hand: Hand, kept: Mapping[str, str], places: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Any], list[Finding]]:
    """Return the templates that read what environments share only, these values, and what can't be taken over.

    Args:
        hand: the source.
        kept: the templates, by name.
        places: where each lies in the source.
    """
    values = parentvalues.of_environments(hand)
    texts: dict[str, str] = {}
    shared: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, text in kept.items():
        changed, read, lost = parentvalues.settled(text, values, hand.parent.key)
        if lost and name in places and not name.startswith("_"):
            message = (
                f"it reads {', '.join(lost)}, which the parent chart has otherwise in each environment: not imported"
            )
            hint = "make it an app of its own (chart: none), with a value for that"
            findings.append(Finding("I302", message, places[name], 0, hint))
            continue
        if name in places:
            template = posixpath.relpath(places[name], hand.parent.chart.folder or ".")
            findings += asking.of_parent(hand, template, text, places[name])
        texts[name] = changed
        shared |= read
    return texts, shared, findings


def _values(shared: Mapping[str, Any]) -> str:
    """Return the parent chart's values: what the templates that are kept read."""
    text = '# There is no default environment: --helm-set env=<environment> chooses one.\nenv: ""\n'
    return text + written.text(shared) if shared else text


def _application(hand: Hand, said: applications.Carried) -> str:
    """Return what an app's Application is made from; `said` is what stands in it beside what efdgen's own says."""
    spaces = {each.application["metadata"].get("namespace") for each in hand.deployed.values()}
    namespace = spaces.pop() if len(spaces) == 1 else None
    beside = companion(hand)
    lines = [_CONTROL, _BY_NAME]
    if beside is not None:
        data = {**beside, "metadata": {**beside["metadata"], "name": "<% app.namespace %>"}}
        lines += [written.text(data), "---\n"]
    lines += ["apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n"]
    lines += ["  name: '{{ .name | default \"<% app.name %>\" }}'\n"]
    lines += [f"  namespace: {styles.scalar(namespace)}\n"] if isinstance(namespace, str) else []
    lines += applications.labels(said)
    if any(each.application["metadata"].get("annotations") for each in hand.deployed.values()):
        lines += ["  annotations: <% app.annotations %>\n"]
    text = (_STARTER / "application.yaml").read_text(encoding="utf-8")
    return "".join(lines) + applications.template(said, hand, text)


def _namespace(shape: Mapping[str, Any]) -> str:
    return written.text({**shape, "metadata": {"name": "<% app.namespace %>", **shape["metadata"]}})


def _secrets(shape: Mapping[str, Any]) -> str:
    data = {
        **{key: value for key, value in shape.items() if key not in ("metadata", "spec")},
        "metadata": {"name": "{{ .name }}", "namespace": "<% app.namespace %>", **shape["metadata"]},
        "spec": {"path": '{{ required "a VaultSecret has no path" .path }}', **shape["spec"]},
    }
    body = written.text(data).replace(
        '"{{ required \\"a VaultSecret has no path\\" .path }}"', "'{{ required \"a VaultSecret has no path\" .path }}'"
    )
    control = f"# efdgen: when <% app.secrets != [] %>\n{_CONTROL}# {{{{- range ((.Values.vault).secrets) }}}}\n---\n"
    return f"{control}{body}# {{{{- end }}}}\n"
