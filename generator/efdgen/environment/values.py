"""An environment's values for its charts: the parent chart, and the wrapper chart of each app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.environment import rbac
from efdgen.environment.argocd import without_empty
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment


def parent_values(environment: ResolvedEnvironment) -> dict[str, Any]:
    """Return an environment's values for the parent chart."""
    facts = environment.facts
    values: dict[str, Any] = {
        "env": facts.name,
        "kubernetesVersion": facts.cluster.kubernetes_version,
        "applications": {app.definition.name: _application(environment, app) for app in environment.apps},
    }
    if facts.argocd.managed:
        values["argocd"] = {
            "host": facts.argocd.host,
            "tlsVaultPath": facts.argocd.tls_vault_path,
            "rbac": rbac.config(facts.argocd.rbac),
        }
    return values


def _application(environment: ResolvedEnvironment, app: ResolvedApp) -> dict[str, Any]:
    argocd = environment.facts.argocd
    application: dict[str, Any] = {
        # Without it, the Application's name is the app's.
        **({"name": app.application} if app.application != app.definition.name else {}),
        "project": app.project,
        "destinationServer": app.destination_server,
        "repoURL": argocd.repo_url,
        "path": f"{argocd.path}/{app.definition.name}",
        "targetRevision": app.target_revision,
    }
    if app.sync_policy is not None:
        application["syncPolicy"] = without_empty(app.sync_policy)
    return application


def git_values(app: ResolvedApp) -> dict[str, Any]:
    """Return an environment's values for each chart of an app that Argo CD takes from Git, by the chart's key."""
    from_git = [chart for chart in app.definition.charts if chart.git is not None]
    if not from_git:
        return {}
    if app.definition.chart is not None:
        return {chart.key: app.values for chart in from_git}
    return {chart.key: app.values.get(chart.key) or {} for chart in from_git}


def app_values(environment: ResolvedEnvironment, app: ResolvedApp) -> dict[str, Any]:
    """Return all values of an app in an environment, those of its charts under their keys."""
    facts = environment.facts
    values: dict[str, Any] = {"env": facts.name, "kubernetesVersion": facts.cluster.kubernetes_version}
    if app.hosts:
        values["hosts"] = app.hosts
    if app.secrets:
        values["vault"] = {"secrets": [{"name": secret.name, "path": secret.path} for secret in app.secrets]}
    own: Mapping[str, Any] = app.values
    for key in app.definition.values_at:
        own = {str(key): own}
    return {**values, **own}


def parts(app: ResolvedApp) -> dict[str, Mapping[str, Any]]:
    """Return the values of the parts of an app's chart: the mappings that are not switched off (`enabled: false`)."""
    return {
        name: values
        for name, values in app.values.items()
        if type(values) is dict and values.get("enabled") is not False
    }
