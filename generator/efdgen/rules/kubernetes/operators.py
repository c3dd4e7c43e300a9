"""What operators may make beside their custom resources: nobody here knows it exactly.

    kind: Cluster, name: pg       Secret `pg-app`, pods with `cnpg.io/cluster: pg`
    kind: Prometheus, name: main  Service `prometheus-operated`
    kind: Bundle, name: trust     ConfigMap `trust`, in every namespace

So a custom resource may make what is named after it or its kind in its namespace, and what it says that it makes. One
of the whole cluster may make that in any namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.rules.kubernetes import schemas
from efdgen.rules.kubernetes.world import Placed, World

_KNOWN = frozenset(
    (
        *("Application", "ApplicationSet", "AppProject", "Certificate", "ClusterIssuer", "ExternalSecret", "Issuer"),
        *("PodMonitor", "Probe", "PrometheusRule", "SealedSecret", "ServiceMonitor", "VaultSecret"),
        *("DestinationRule", "GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "IngressRoute", "IngressRouteTCP"),
        *("Middleware", "ReferenceGrant", "ServiceEntry", "TCPRoute", "TLSOption", "TLSRoute", "TLSStore"),
        *("ScaledObject", "TriggerAuthentication", "VerticalPodAutoscaler", "VirtualService"),
    )
)
"""Custom resources of which it is known what is made, if anything."""

_MAKING = re.compile(r"target|secretname|writeconnection|destination|output", re.IGNORECASE)
"""Keys under which custom resources say what they make."""


def may_make(found: World, namespace: str, name: str) -> bool:
    """Say whether an operator may make an object of that name, by the custom resources that are there."""
    for each in _resources(found):
        own, kind = each.key.name, each.key.kind
        is_of_cluster = kind == "Bundle" or kind.removeprefix("Cluster") not in (kind, "")
        if is_of_cluster or each.key.namespace == namespace:
            is_named_after = name.startswith((f"{own}-", f"{kind.lower()}-")) or name.endswith(f"-{own}")
            if name == own or (is_named_after and not is_of_cluster) or _says_to_make(each.data.get("spec"), name):
                return True
    return False


def may_make_pods(found: World, namespace: str, selector: Mapping[str, Any]) -> bool:
    """Say whether an operator may make pods that a selector takes: it names a resource, its kind or its API group."""
    said = {str(value) for value in selector.values()}
    domains = {key.partition("/")[0] for key in selector if "/" in key}
    return any(
        {each.key.name, each.key.kind.lower()} & said
        or any(each.key.group == domain or each.key.group.endswith(f".{domain}") for domain in domains)
        for each in _resources(found)
        if each.key.namespace == namespace
    )


def _resources(found: World) -> Iterator[Placed]:
    for each in found.placed:
        if not schemas.is_kubernetes_own(each.key.group) and each.key.kind not in _KNOWN:
            yield each


def _says_to_make(data: Any, name: str, *, is_below: bool = False) -> bool:
    """Say whether a custom resource has a name under a key that says what it makes."""
    if isinstance(data, Mapping):
        return any(
            _says_to_make(value, name, is_below=is_below or bool(_MAKING.search(str(key))))
            for key, value in data.items()
        )
    if isinstance(data, list):
        return any(_says_to_make(item, name, is_below=is_below) for item in data)
    return is_below and bool(data == name)
