"""From resolved environments and app definitions to files. Pure: no disk, clock, host, user or network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen import layout, rbac, texttemplate, yamlio
from efdgen.generated import json_content, with_mark
from efdgen.model import AppDefinition, Repository, ResolvedApp, ResolvedEnvironment, TextFile
from efdgen.pages import fleet
from efdgen.pages.environment import page

File = tuple[str, bytes]

_DEFAULT_FINALIZERS = ["resources-finalizer.argocd.argoproj.io"]


def shared_files(repository: Repository) -> Iterator[File]:
    """Yield what all environments share: the parent chart and the wrapper charts, without any values."""
    for path, file in repository.parent.items():
        if path != layout.APPLICATION:
            yield _text(f"{layout.chart(layout.PARENT)}/{path}", file, {})
    for app in repository.apps.values():
        names = _names(app)
        yield _text(layout.application(app.name), repository.parent[layout.APPLICATION], names, app.source)
        for path, file in repository.wrapper.items():
            if path == "templates/vault-secrets.yaml" and not _has_secrets(app):
                continue
            yield _text(f"{layout.chart(app.name)}/{path}", file, names, app.source)
        for path, file in app.templates.items():
            yield _text(f"{layout.chart(app.name)}/templates/{path}", file, names)


def environment_files(environment: ResolvedEnvironment) -> Iterator[File]:
    """Yield the files of one environment: its values for every chart, and what its apps have beside them."""
    spec = environment.spec
    name = spec.name
    path = layout.values(layout.PARENT, name)
    yield path, with_mark(yamlio.dump(parent_values(environment)), path, (spec.document.file,))
    for app in environment.apps:
        yield from app_files(environment, app)
    path = layout.page(name)
    yield path, with_mark(page(environment), path, (spec.document.file,))


def fleet_file(rows: Sequence[fleet.Row]) -> File:
    """Return the page about all environments."""
    return layout.FLEET, with_mark(fleet.page(rows), layout.FLEET, ("environments",))


def app_files(environment: ResolvedEnvironment, app: ResolvedApp) -> Iterator[File]:
    """Yield an app's own files in an environment: its values, and what it has beside them."""
    spec = environment.spec
    path = layout.values(app.definition.name, spec.name)
    sources = (spec.document.file, app.definition.source)
    companions = {file.path: json_content(file.content) for file in app.files}
    yield path, with_mark(yamlio.dump(wrapper_values(environment, app)), path, sources, companions)
    for file, content in companions.items():
        yield f"{layout.chart(app.definition.name)}/{file}", content


def _text(path: str, file: TextFile, names: Mapping[str, Any], source: str = "") -> File:
    sources = (file.source, source) if source else (file.source,)
    return path, with_mark(texttemplate.fill(file, names), path, sources)


def _has_secrets(app: AppDefinition) -> bool:
    return any("secrets" in layer.data for layer in app.layers)


def _names(app: AppDefinition) -> dict[str, Any]:
    """Return what the text templates can say about an app."""
    return {
        "app": {
            "name": app.name,
            "description": app.description,
            "namespace": app.namespace,
            "finalizers": app.application.get("finalizers", _DEFAULT_FINALIZERS),
            "ignoreDifferences": app.application.get("ignoreDifferences"),
        },
        "chart": {"name": app.chart.name, "version": app.chart.version, "repository": app.chart.repository},
    }


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
            "rbac": {
                "policy.csv": rbac.policy_csv(facts.argocd.rbac),
                "policy.default": facts.argocd.rbac.default_role,
            },
        }
    return values


def _application(environment: ResolvedEnvironment, app: ResolvedApp) -> dict[str, Any]:
    argocd = environment.facts.argocd
    application: dict[str, Any] = {
        "project": app.project,
        "destinationServer": app.destination_server,
        "repoURL": argocd.repo_url,
        "path": f"{argocd.path}/{app.definition.name}",
        "targetRevision": app.target_revision,
    }
    if app.sync_policy is not None:
        application["syncPolicy"] = app.sync_policy
    return application


def wrapper_values(environment: ResolvedEnvironment, app: ResolvedApp) -> dict[str, Any]:
    """Return an environment's values for the wrapper chart of an app."""
    facts = environment.facts
    values: dict[str, Any] = {"env": facts.name, "kubernetesVersion": facts.cluster.kubernetes_version}
    if app.hosts:
        values["hosts"] = app.hosts
    if app.secrets:
        values["vault"] = {"secrets": [{"name": secret.name, "path": secret.path} for secret in app.secrets]}
    values[app.definition.chart.name] = app.values
    return values
