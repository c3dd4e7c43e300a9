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
_NAME = re.compile(r"<%\s*name\s*%>")
# What Argo CD, or Helm before it, would not take for the name itself.
_PATTERN = re.compile(r"[;*?\[\\{]")


def application(app: AppDefinition, chart: Iterable[str], wave: int) -> dict[str, Any]:
    """Return the `annotations`, `finalizers` and `ignoreDifferences` of an app's Application; None: it has none.

    Args:
        app: the app.
        chart: the files that all environments share, as paths in the app's wrapper chart.
        wave: its sync wave.
    """
    said = app.application
    annotations = {
        # What else changes in the repository does not make Argo CD render the app again.
        f"{_PREFIX}manifest-generate-paths": ";".join(_paths(app, chart)),
        f"{_PREFIX}sync-wave": str(wave),
        **(said.get("annotations") or {}),
    }
    return {
        "annotations": {name: text for name, text in annotations.items() if text is not None} or None,
        "finalizers": said.get("finalizers", _DEFAULT_FINALIZERS) or None,
        "ignoreDifferences": [without_empty(each) for each in said.get("ignoreDifferences") or ()] or None,
    }


def _paths(app: AppDefinition, chart: Iterable[str]) -> list[str]:
    """Return what an app is made of in one environment, as paths in its chart: a folder stands for all in it."""
    shared = sorted({path.partition("/")[0] for path in chart})
    folders = list(dict.fromkeys(chartaddress.relative(each.folder) for each in app.charts if each.folder))
    if any(map(_PATTERN.search, shared)):
        return [".", *folders]
    files: list[Mapping[str, Any]] = list(app.environment_files)
    own = [_NAME.sub(lambda _: _ENVIRONMENT, file["path"]) for file in files]
    return [*shared, layout.values_file(_ENVIRONMENT), *own, *folders]
