"""The fleet at a glance: environments, apps, chart versions, pins and public hosts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from efdgen.environment.model import Pin, ResolvedEnvironment
from efdgen.language import visible
from efdgen.report.text import Style, table
from efdgen.repository import paths


def as_text(environments: Sequence[ResolvedEnvironment], style: Style) -> str:
    """Return a table of environments and apps, then names in Argo CD, pins and hosts. `*`: a value is pinned."""
    return "\n\n".join(
        part
        for part in (
            _versions(environments, style),
            _applications(environments, style),
            _pins(environments, style),
            _hosts(environments, style),
        )
        if part
    )


def _versions(environments: Sequence[ResolvedEnvironment], style: Style) -> str:
    deployed = {env.facts.name: {app.definition.name: app for app in env.apps} for env in environments}
    names = sorted({name for apps in deployed.values() for name in apps})
    rows = [["app", *deployed]]
    for name in names:
        cells = [apps.get(name) for apps in deployed.values()]
        rows.append(
            [
                name,
                *(f"{app.definition.versions}{'*' if app.pins else ''}" if app else "-" for app in cells),
            ]
        )
    return table(rows, style)


def _applications(environments: Sequence[ResolvedEnvironment], style: Style) -> str:
    """Return what Argo CD calls the apps, where that is not their name."""
    rows = [
        [env.facts.name, name, application]
        for env in environments
        for name, application in (
            (paths.PARENT, env.parent),
            *((app.definition.name, app.application) for app in env.apps),
        )
        if name != application
    ]
    return table([["environment", "app", "in Argo CD"], *rows], style) if rows else ""


def _pins(environments: Sequence[ResolvedEnvironment], style: Style) -> str:
    rows = [
        [env.facts.name, app.definition.name, pin.path, pin.text, because(pin)]
        for env in environments
        for app in env.apps
        for pin in app.pins
    ]
    return table([["pinned in", "app", "value", "to", "because"], *rows], style) if rows else ""


def because(pin: Pin) -> str:
    """Return the reason of a pin on one line, and until when it holds."""
    reason = " ".join(pin.reason.split())
    return f"{reason} (until {pin.until})" if pin.until else reason


def _hosts(environments: Sequence[ResolvedEnvironment], style: Style) -> str:
    rows = [
        [env.facts.name, service, f"https://{host}"] for env in environments for service, host in _public(env).items()
    ]
    return table([["environment", "service", "address"], *rows], style) if rows else ""


def _public(environment: ResolvedEnvironment) -> dict[str, str]:
    hosts = {service: host for app in environment.apps for service, host in app.hosts.items()}
    if environment.facts.argocd.managed:
        hosts["argocd"] = environment.facts.argocd.host
    return dict(sorted(hosts.items()))


def as_json(environments: Sequence[ResolvedEnvironment]) -> str:
    """Return the same as JSON."""
    return visible.json(
        json.dumps({"environments": [_environment(env) for env in environments]}, indent=2, ensure_ascii=False)
    )


def _environment(environment: ResolvedEnvironment) -> dict[str, Any]:
    facts = environment.facts
    return {
        "name": facts.name,
        "title": facts.title,
        "site": environment.spec.site,
        "kubernetesVersion": facts.cluster.kubernetes_version,
        "argocd": {
            "url": facts.argocd.url,
            "managed": facts.argocd.managed,
            "application": environment.parent,
        },
        "hosts": _public(environment),
        **{each.key: each.address for each in environment.addresses if each.key},
        "apps": [
            {
                "name": app.definition.name,
                "application": app.application,
                "chart": app.definition.chart and app.definition.chart.name,
                "version": app.definition.chart and app.definition.chart.version,
                "charts": [{"key": chart.key, **chart.reference._asdict()} for chart in app.definition.charts],
                "targetRevision": app.target_revision,
                "pins": [
                    {"path": pin.path, "value": pin.value, "reason": pin.reason}
                    | ({"until": pin.until} if pin.until else {})
                    for pin in app.pins
                ],
            }
            for app in environment.apps
        ],
    }
