"""What charts make by themselves, by Helm's own engine: a parent chart's Applications, a wrapper chart's objects."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import ChartError
from efdgen.helm.engines import messages
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import YamlError
from efdgen.verbs.imports import guards, valuefiles
from efdgen.verbs.imports.model import Chart, Deployed, Finding, Object, Parent, Source

KUBERNETES = "1.21.5"
"""The version that charts are rendered for: a hand-written repository does not say which one a cluster has."""

_NAMESPACE = "argocd"
_LONGEST = 300
_READ_BY_TEMPLATES = ("name", "version", "appVersion", "description")
"""What templates read of Chart.yaml."""

_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")


class Made(NamedTuple):
    """What Helm makes of a chart's own templates: objects, and what is wrong with the templates that fail."""

    objects: tuple[Object, ...]
    findings: tuple[Finding, ...]


def environments(parent: Parent, source: Source) -> list[str]:
    """Return the environments that values files of a parent chart are named after, unreadable ones, too."""
    folder = parent.chart.folder
    unread = (posixpath.relpath(path, folder or ".") for path in source.unread)
    return [match[1] for path in (*parent.chart.files, *unread) if (match := valuefiles.USUAL.match(path))]


def values_files(parent: Parent, environment: str) -> list[str]:
    """Return the values files that a parent chart may have for an environment, as paths in the source."""
    return [posixpath.join(parent.chart.folder, file) for file in ("values.yaml", f"values-{environment}.yaml")]


def applications(parent: Parent, environment: str, engine: Engine) -> Made:
    """Return what the parent chart makes for an environment."""
    own = f"values-{environment}.yaml"
    values = [parent.chart.files[own]] if own in parent.chart.files else []
    if parent.key:
        values.append(yamlio.dump({parent.key: environment}).encode())
    return made(parent.chart, _NAMESPACE, values, engine, environment)


def release_name(application: Mapping[str, Any]) -> str:
    """Return what Helm calls the release of an Application: the name that it says, or its own."""
    spec = application.get("spec")
    source = spec.get("source") if isinstance(spec, dict) else None
    helm = source.get("helm") if isinstance(source, dict) else None
    said = helm.get("releaseName") if isinstance(helm, dict) else None
    return str(said or application["metadata"]["name"])


def of_app(each: Deployed, values: Mapping[str, Any], engine: Engine) -> Made:
    """Return what the wrapper chart's own templates of an app make of values."""
    namespace = str(each.application["spec"]["destination"].get("namespace") or each.app)
    given = [yamlio.dump(values).encode()]
    release = release_name(each.application)
    return made(each.chart, namespace, given, engine, each.environment, each.app, release)


def made(
    chart: Chart,
    namespace: str,
    values: Sequence[bytes],
    engine: Engine,
    environment: str,
    app: str = "",
    release: str = "",
) -> Made:
    """Return what Helm makes of a chart's own templates, without the charts that it depends on.

    Where the chart fails as a whole, each template is tried by itself, beside those that only define things.
    """
    name = release or app or posixpath.basename(chart.folder) or "parent"
    files = _alone(chart, name)
    # Helm gives each chart that a chart depends on a mapping of values, an empty one where nobody says any.
    charts: dict[str, Any] = {key: {} for key in (*(each.key for each in chart.dependencies), *_listed(chart))}
    values = [yamlio.dump(charts).encode(), *values] if charts else values
    try:
        return _read(_manifests(files, name, namespace, values, engine), chart, environment, app)
    except ChartError:
        pass
    templates = [
        path for path in files if path.startswith("templates/") and not posixpath.basename(path).startswith("_")
    ]
    objects: list[Object] = []
    findings: list[Finding] = []
    for template in templates:
        some = {path: text for path, text in files.items() if path == template or path not in templates}
        try:
            found = _read(_manifests(some, name, namespace, values, engine), chart, environment, app)
        except ChartError as error:
            if _is_off(files[template], charts, values):
                message = f"whether {app or name} has what this template makes, its chart's default says: taken for no"
                place = posixpath.join(chart.folder, template)
                hint = "look at the chart's values.yaml"
                findings.append(Finding("I401", message, place, 0, hint, environment, app))
                continue
            said = messages.shorten(str(error))[:_LONGEST]
            place = posixpath.join(chart.folder, template)
            hint = "Argo CD can't render it either, where Helm needs no other chart for it"
            findings.append(Finding("I202", f"Helm fails: {said}", place, 0, hint, environment, app))
        else:
            objects += found.objects
            findings += found.findings
    return Made(tuple(objects), tuple(findings))


def _is_off(template: bytes, charts: Mapping[str, Any], values: Sequence[bytes]) -> bool:
    """Say whether a whole template depends on a value of another chart that nobody says: its default is not known."""
    text = template.decode(errors="replace")
    path = guards.guard(text)
    if len(path) < 2 or path[0] not in charts or guards.has_alternative(text):  # noqa: PLR2004 - chart and key
        return False
    return all(at(yamlio.load(given.decode()) or {}, path) is ABSENT for given in values)


def _alone(chart: Chart, name: str) -> dict[str, bytes]:
    """Return a chart's files without what names other charts: Helm would ask for these."""
    files = {
        path: text
        for path, text in chart.files.items()
        if path not in ("requirements.yaml", "requirements.lock", "Chart.lock", "values.schema.json")
        and not path.startswith("charts/")
    }
    about = _about(chart)
    said = {key: str(about[key]) for key in _READ_BY_TEMPLATES if about.get(key)}
    if not _VERSION.match(said.get("version", "")):
        said["version"] = "0.1.0"
    files["Chart.yaml"] = yamlio.dump({"name": name, **said, "apiVersion": "v2"}).encode()
    return files


def _about(chart: Chart) -> Mapping[str, Any]:
    """Return what Chart.yaml says, as far as it can be read."""
    try:
        about = yamlio.load(chart.files.get("Chart.yaml", b"").decode("utf-8-sig"))
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def _listed(chart: Chart) -> list[str]:
    """Return where the values of the charts stand that Chart.yaml lists."""
    listed = _about(chart).get("dependencies")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [str(each.get("alias") or each["name"]) for each in found if each.get("name")]


def _manifests(
    files: Mapping[str, bytes], name: str, namespace: str, values: Sequence[bytes], engine: Engine
) -> list[tuple[str, str]]:
    return engine.template(Release(name, namespace, files, values), Capabilities(KUBERNETES, ()))


def _read(manifests: Sequence[tuple[str, str]], chart: Chart, environment: str, app: str) -> Made:
    objects: list[Object] = []
    findings: list[Finding] = []
    for path, text in manifests:
        template = path.partition("/")[2]
        place = posixpath.join(chart.folder, template)
        try:
            documents = [data for data in yamlio.load_all(text) if data is not None]
        except YamlError as error:
            said = f"what Helm makes of it is no YAML: {error.what}"
            findings.append(Finding("I202", said, place, 0, "look at the branches of its conditions", environment, app))
            continue
        for data in documents:
            if isinstance(data, dict) and isinstance(data.get("metadata"), dict) and "kind" in data:
                objects.append(Object(template, data))
            else:
                findings.append(
                    Finding("I202", "what Helm makes of it is no Kubernetes object", place, 0, "", environment, app)
                )
    return Made(tuple(objects), tuple(findings))


def application_sources(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what an Application is made of."""
    spec = data.get("spec")
    if isinstance(spec, dict):
        several = spec.get("sources")
        for source in several if isinstance(several, list) else [spec.get("source")]:
            if isinstance(source, dict):
                yield source
