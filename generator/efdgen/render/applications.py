"""What an app's Argo CD Application has of its own, the same for every environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.environment.argocd import without_empty
from efdgen.output import layout
from efdgen.repository import chartaddress
from efdgen.repository.model import AppDefinition

_DEFAULT_FINALIZERS = ["resources-finalizer.argocd.argoproj.io"]
_PREFIX = "argocd.argoproj.io/"
# The template is the same for every environment, so Helm says which one it is.
_ENVIRONMENT = "{{ $.Values.env }}"
_WRAPPER = "wrapper"
"""What the other sources of an Application call its wrapper chart."""
_NAME = re.compile(r"<%\s*name\s*%>")
# What Argo CD, or Helm before it, would not take for the name itself.
_PATTERN = re.compile(r"[;*?\[\\{]")


def application(app: AppDefinition, chart: Iterable[str], wave: int) -> dict[str, Any]:
    """Return what an app's Application has of its own, by its key; None: it has no such thing.

    Args:
        app: the app.
        chart: the files that all environments share, as paths in the app's wrapper chart.
        wave: its sync wave.
    """
    said = app.application
    annotations: dict[str, str | None] = {f"{_PREFIX}sync-wave": str(wave)}
    sources = _sources(app)
    if sources is None:
        # What else changes in the repository does not make Argo CD render the app again. With several sources, it would
        # look for these paths in each, and take what it lends from one to the other for unchanged.
        annotations = {f"{_PREFIX}manifest-generate-paths": ";".join(_paths(app, chart)), **annotations}
    annotations |= said.get("annotations") or {}
    return {
        "annotations": {name: text for name, text in annotations.items() if text is not None} or None,
        "finalizers": said.get("finalizers", _DEFAULT_FINALIZERS) or None,
        "sources": sources,
        "ignoreDifferences": [without_empty(each) for each in said.get("ignoreDifferences") or ()] or None,
    }


def _sources(app: AppDefinition) -> list[dict[str, Any]] | None:
    """Return what an Application with charts from Git is made of; None: the app has none.

    The wrapper chart comes first, and lends its values files to the others: `ref` gives them a name. Helm fills marks.
    """
    from_git = [(chart.key, chart.git) for chart in app.charts if chart.git is not None]
    if not from_git:
        return None
    wrapper = {name: f"{{{{ .{name} }}}}" for name in ("repoURL", "path", "targetRevision")}
    values = layout.values_file(_ENVIRONMENT)
    # Argo CD may call the Application something else.
    release = {"releaseName": app.name}
    sources: list[dict[str, Any]] = [{**wrapper, "ref": _WRAPPER, "helm": {**release, "valueFiles": [values]}}]
    for key, git in from_git:
        file = f"${_WRAPPER}/{wrapper['path']}/{layout.git_folder(key)}/{values}"
        source = {"repoURL": git.url, "path": git.path, "targetRevision": git.revision}
        sources.append({**source, "helm": {**release, "valueFiles": [file]}})
    return sources


def _paths(app: AppDefinition, chart: Iterable[str]) -> list[str]:
    """Return what an app is made of in one environment, as paths in its chart: a folder stands for all in it."""
    shared = sorted({path.partition("/")[0] for path in chart})
    folders = list(dict.fromkeys(chartaddress.relative(each.folder) for each in app.charts if each.folder))
    if any(map(_PATTERN.search, shared)):
        return [".", *folders]
    files: list[Mapping[str, Any]] = list(app.environment_files)
    own = [_NAME.sub(lambda _: _ENVIRONMENT, file["path"]) for file in files]
    return [*shared, layout.values_file(_ENVIRONMENT), *own, *folders]
