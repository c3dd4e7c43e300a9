"""An environment's values for its charts: the parent chart, and the wrapper chart of each app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from efdgen.environment import rbac
from efdgen.environment.argocd import without_empty
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment

Alike = Callable[[tuple[tuple[str, str], ...]], dict[str, Any]]
"""Makes a mapping of texts, or returns one that is there (`language.shared`)."""


def parent_values(environment: ResolvedEnvironment, alike: Alike = dict) -> dict[str, Any]:
    """Return an environment's values for the parent chart.

    Args:
        environment: the environment.
        alike: makes what is mostly the same in many environments.
    """
    facts = environment.facts
    values: dict[str, Any] = {
        "env": facts.name,
        "kubernetesVersion": facts.cluster.kubernetes_version,
        "applications": {app.definition.name: _application(environment, app, alike) for app in environment.apps},
    }
    if facts.argocd.managed:
        values["argocd"] = {
            "host": facts.argocd.host,
            "tlsVaultPath": facts.argocd.tls_vault_path,
            "rbac": rbac.config(facts.argocd.rbac),
        }
    return values


def _application(environment: ResolvedEnvironment, app: ResolvedApp, alike: Alike) -> dict[str, Any]:
    argocd = environment.facts.argocd
    name = app.definition.name
    items = (
        ("project", app.project),
        ("destinationServer", app.destination_server),
        ("repoURL", argocd.repo_url),
        ("path", f"{argocd.path}/{name}"),
        ("targetRevision", app.target_revision),
    )
    # Without it, the Application's name is the app's.
    application = alike(items if app.application == name else (("name", app.application), *items))
    if app.sync_policy is None:
        return application
    return {**application, "syncPolicy": without_empty(app.sync_policy)}


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
