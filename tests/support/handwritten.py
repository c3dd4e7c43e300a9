"""Made-up repositories as people write them by hand: an app of apps, wrapper charts, a values file an environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from efdgen.language import yamlio

_APPLICATION = """\
{{{{- if or {guards} -}}}}
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {app}
  finalizers:
  - resources-finalizer.argocd.argoproj.io
spec:
  destination:
    namespace: {app}
    server: https://kubernetes.default.svc
  project: default
  source:
    path: apps/{app}
    repoURL: https://git.example.org/deployments
    targetRevision: HEAD
    helm:
      valueFiles:
      - values-{{{{ .Values.env }}}}.yaml
{{{{- end -}}}}
"""
_NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {app}\nspec:\n  finalizers:\n  - kubernetes\n"
_SECRET = """\
apiVersion: ricoberger.de/v1alpha1
kind: VaultSecret
metadata:
  name: {name}
  namespace: {app}
spec:
{ladder}
  type: Opaque
"""

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""The values of each app in each environment, by environment and app."""


def repository(values: Values, secrets: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, bytes]:
    """Return the files of a repository.

    Args:
        values: what the chart of each app gets.
        secrets: the VaultSecrets that each app has, by app and name, with their paths; `ENV` is the environment.
    """
    files = {
        "apps/parent/Chart.yaml": "apiVersion: v1\nname: parent\nversion: 0.1.0\n",
        "apps/parent/values.yaml": 'env: ""\n',
    }
    for app in dict.fromkeys(app for apps in values.values() for app in apps):
        having = [name for name, apps in values.items() if app in apps]
        guards = " ".join(f'(eq .Values.env "{name}")' for name in having)
        files[f"apps/parent/templates/{app}.yaml"] = _APPLICATION.format(app=app, guards=guards)
        files[f"apps/{app}/Chart.yaml"] = f"name: {app}\nversion: 0.1.0\n"
        dependency = f"- name: {app}\n  version: 1.2.3\n  repository: https://charts.example.org\n"
        files[f"apps/{app}/requirements.yaml"] = f"dependencies:\n{dependency}"
        files[f"apps/{app}/templates/namespace.yaml"] = _NAMESPACE.format(app=app)
        for name, path in (secrets or {}).get(app, {}).items():
            ladder = _ladder(having, path)
            files[f"apps/{app}/templates/{name}.yaml"] = _SECRET.format(app=app, name=name, ladder=ladder)
        for name in having:
            files[f"apps/{app}/values-{name}.yaml"] = yamlio.dump({app: values[name][app], "env": name})
    return {path: text.encode() for path, text in files.items()}


def _ladder(environments: Iterable[str], path: str) -> str:
    lines = []
    for number, name in enumerate(environments):
        lines += [
            f'  {{{{- {"else if" if number else "if"} eq .Values.env "{name}" }}}}',
            f"  path: {path.replace('ENV', name)}",
        ]
    return "\n".join([*lines, "  {{- end }}"])


def write(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files of a repository."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root
