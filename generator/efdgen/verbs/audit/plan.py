"""From a resolved environment to what is asked about it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from efdgen.environment import dns
from efdgen.environment.argocd import without_empty
from efdgen.environment.model import Form, Probe, ResolvedApp, ResolvedEnvironment
from efdgen.environment.probes import HTTP
from efdgen.environment.secrets import secrets
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.review.audit import ARGOCD, DNS, SERVICES, TLS, VAULT
from efdgen.verbs.audit import templated
from efdgen.verbs.audit.answers import ArgoCdQuestion, Plan, ServiceQuestion, VaultPath, VaultQuestion

NAMESPACE = "argocd"
"""Where Argo CD keeps its Applications, unless it was told to look elsewhere."""

_ARGOCD = Form(fields=(("Version", "^v?([0-9].*)$"),))
"""What Argo CD says of itself: https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/."""

_IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in: its Applications are made there."""


def plan(
    environment: ResolvedEnvironment,
    areas: Collection[str],
    other_prefixes: Iterable[str] = (),
    former: Iterable[str] = (),
    templates: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Plan:
    """Return what is asked about an environment.

    Args:
        environment: the environment.
        areas: what is looked at, of `review.audit.AREAS`.
        other_prefixes: where the secrets of the other environments are.
        former: names that the environment once had: its hosts under them must be gone.
        templates: by app, the spec of its Application as `templated.applications` has it.
    """
    name = environment.facts.name
    records = dns.records(environment.public_hosts)
    named = {record.host: record.on_ingress for record in records}
    return Plan(
        environment=name,
        vault=_vault(environment, other_prefixes) if VAULT in areas else None,
        hosts=named if DNS in areas else {},
        former=tuple(sorted(_former(named, name, former))) if DNS in areas else (),
        certificates=tuple(host for host, on_ingress in named.items() if on_ingress) if TLS in areas else (),
        services=tuple(_services(environment)) if SERVICES in areas else (),
        argocd=_argocd(environment, templates) if ARGOCD in areas else None,
    )


def vault_paths(environment: ResolvedEnvironment) -> tuple[VaultPath, ...]:
    """Return every path that must be in Vault, sorted, with the keys that are read from it."""
    found: dict[str, dict[str, None]] = {}
    for secret in secrets(environment):
        found.setdefault(secret.path, {}).update(dict.fromkeys(secret.keys))
    return tuple(VaultPath(path, tuple(found[path])) for path in sorted(found))


def _vault(environment: ResolvedEnvironment, other_prefixes: Iterable[str]) -> VaultQuestion | None:
    wanted = vault_paths(environment)
    own = environment.facts.vault.path_prefix.strip("/")
    elsewhere = sorted({prefix.strip("/") for prefix in other_prefixes} - {own})
    return VaultQuestion(environment.facts.vault.address, own, wanted, tuple(elsewhere)) if wanted else None


def _former(named: Iterable[str], name: str, former: Iterable[str]) -> set[str]:
    """Return the hosts as they were under former names: `db-antu-efd.example.org` -> `db-old-efd.example.org`."""
    now = set(named)
    return {host.replace(name, old) for old in former for host in now if name in host} - now


def _services(environment: ResolvedEnvironment) -> Iterable[ServiceQuestion]:
    for app in environment.apps:
        for probe in app.probes:
            yield ServiceQuestion(app.definition.name, probe)
    url = environment.facts.argocd.url.rstrip("/")
    yield ServiceQuestion(paths.PARENT, Probe("argocd", HTTP, f"{url}/api/version", (200,), None, _ARGOCD))


def _argocd(environment: ResolvedEnvironment, templates: Mapping[str, Mapping[str, Any]]) -> ArgoCdQuestion:
    argocd = environment.facts.argocd
    name = environment.facts.name
    expected = {environment.parent: _parent(environment)}
    for app in environment.apps:
        template = templates.get(app.definition.name, {})
        expected[app.application] = templated.filled(template, _application(environment, app), name)
    source = (argocd.repo_url, argocd.path)
    return ArgoCdQuestion(argocd.url, NAMESPACE, environment.parent, expected, name, source)


def _parent(environment: ResolvedEnvironment) -> dict[str, Any]:
    argocd = environment.facts.argocd
    return {
        "project": argocd.project,
        "destination": {"server": _IN_CLUSTER, "namespace": NAMESPACE},
        "source": {
            "repoURL": argocd.repo_url,
            "path": f"{argocd.path}/{paths.PARENT}",
            "targetRevision": argocd.target_revision,
            "helm": {"parameters": [{"name": "env", "value": environment.facts.name}]},
        },
    }


def _application(environment: ResolvedEnvironment, app: ResolvedApp) -> dict[str, Any]:
    argocd = environment.facts.argocd
    helm: dict[str, Any] = {"valueFiles": [layout.values_file(environment.facts.name)]}
    from_git = [chart.git for chart in app.definition.charts if chart.git is not None]
    if from_git or app.application != app.definition.name:
        helm["releaseName"] = app.definition.name
    wrapper = {
        "repoURL": argocd.repo_url,
        "path": f"{argocd.path}/{app.definition.name}",
        "targetRevision": app.target_revision,
        "helm": helm,
    }
    others = [{"repoURL": git.url, "path": git.path, "targetRevision": git.revision} for git in from_git]
    spec: dict[str, Any] = {
        "project": app.project,
        "destination": {"server": app.destination_server, "namespace": app.definition.namespace},
        **({"sources": [wrapper, *others]} if others else {"source": wrapper}),
    }
    if app.sync_policy is not None:
        spec["syncPolicy"] = without_empty(app.sync_policy)
    return spec
