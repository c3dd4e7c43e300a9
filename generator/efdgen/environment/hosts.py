"""The public hosts of an environment: what has to be in the DNS."""

from __future__ import annotations

import re
from typing import Any

from efdgen.environment.model import PublicHost, ResolvedApp, ResolvedEnvironment
from efdgen.repository import paths

REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
"""The annotation of an Ingress that says where requests go."""

_REDIRECTING = ("http://", "https://")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\/]+[^\s<>\"'\\]*\Z")

INGRESS, NODE_PORT, ARGO_CD = "ingress", "node port", "Argo CD"


def public(environment: ResolvedEnvironment) -> tuple[PublicHost, ...]:
    """Return every public host, sorted; two services of one host are two of them.

    A host on the nodes' own ports is one only where something answers there: where its `when` in app.yaml holds.
    """
    facts = environment.facts
    found = [
        PublicHost(service, host, app.definition.name, INGRESS)
        for app in environment.apps
        for service, host in app.hosts.items()
    ]
    found += [
        PublicHost(service, host, app.definition.name, NODE_PORT)
        for app in environment.apps
        for service, host in app.node_port_hosts.items()
        if service in app.open_node_ports
    ]
    if facts.argocd.managed:
        found.append(PublicHost("argocd", facts.argocd.host, paths.PARENT, ARGO_CD))
    return tuple(sorted(found, key=lambda each: (each.host, each.kind == NODE_PORT, each.service)))


def redirect(app: ResolvedApp) -> str:
    """Return the address that an app's ingress sends browsers on to, without the parts of paths; empty: to none.

    `nginx.ingress.kubernetes.io/rewrite-target: https://lab.org/app$1$2` yields `https://lab.org/app`. What can't be an
    address is none: a rule says what is wrong with it.
    """
    target = redirect_target(app.values.get("ingress"))
    return target if target and is_address(target) else ""


def redirect_target(ingress: Any) -> str:
    """Return what an `ingress` block of values sends browsers on to, as it is written; empty: to nothing.

    nginx sends browsers on, instead of looking for a path, where the target begins with `http://` or `https://`:
    https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite
    """
    annotations = ingress.get("annotations") if type(ingress) is dict else None
    target = annotations.get(REWRITE) if type(annotations) is dict else None
    return target.partition("$")[0] if isinstance(target, str) and target.startswith(_REDIRECTING) else ""


def is_address(target: str) -> bool:
    """Say whether a browser can be sent to an address: it has a host, no blanks, and nothing that can't be seen."""
    return _ADDRESS.match(target) is not None and target.isprintable()
