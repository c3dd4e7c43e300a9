"""What the API server refuses beyond what its schemas say, as far as that is certain and told by the object alone.

The rules are those of Kubernetes' own validation, `pkg/apis/*/validation`, in its words where they are plain.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.language.layers import at
from efdgen.rules.kubernetes import forms, refusedpods
from efdgen.rules.kubernetes.schemas import Violation
from efdgen.rules.kubernetes.world import maps, pod_template

_SERVICES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PATHS = ("Exact", "ImplementationSpecific", "Prefix")
_STRATEGIES = ("Recreate", "RollingUpdate")
_MOST_BYTES = 1 << 20
"""What a ConfigMap may hold."""


def found(data: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield what the API server refuses of an object of one of Kubernetes' own kinds that its schema takes."""
    yield from _name(data)
    kind = str(data.get("kind"))
    rule = _RULES.get(kind)
    if rule is not None:
        yield from rule(data)
    template = pod_template(data)
    if isinstance(template, Mapping):
        yield from refusedpods.found(data, template)


def _name(data: Mapping[str, Any]) -> Iterator[Violation]:
    name, kind = at(data, ("metadata", "name"), ""), str(data.get("kind"))
    if not isinstance(name, str) or not name or str(data.get("apiVersion")).startswith("rbac.authorization.k8s.io/"):
        return  # names of roles may hold colons and more
    if kind in ("Namespace", "Service"):
        if not forms.LABEL.match(name):
            yield Violation(f"metadata.name {name!r} is no name that Kubernetes takes", forms.OF_LABELS)
    else:
        yield from forms.name("metadata.name", name)


def _service(data: Mapping[str, Any]) -> Iterator[Violation]:
    spec = data.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    kind, is_headless = spec.get("type") or "ClusterIP", spec.get("clusterIP") == "None"
    yield from forms.one_of("spec.type", kind, _SERVICES)
    if is_headless and kind in ("LoadBalancer", "NodePort"):
        yield Violation(f"spec.clusterIP may not be set to 'None' for {kind} services", "")
    if kind == "ExternalName" and not spec.get("externalName"):
        yield Violation("spec.externalName: Required value", "")
    if spec.get("ports") in (None, []) and not is_headless and kind != "ExternalName":
        hint = "give the chart the values that its ports come of, or switch the Service off; clusterIP: None needs none"
        yield Violation("spec.ports: Required value", hint)
    ports = list(maps(spec.get("ports")))
    if len(ports) > 1 and not all(port.get("name") for port in ports):
        yield Violation("spec.ports: of several ports, each needs a name", "")
    yield from forms.twice("ports", [port.get("name") for port in ports])
    taken = set()
    for port in ports:
        number, name = port.get("port"), port.get("name")
        yield from forms.port("spec.ports: port", number)
        yield from forms.port("spec.ports: targetPort", port.get("targetPort") or None)  # 0 is the port itself
        yield from forms.port_name("spec.ports: targetPort", port.get("targetPort"))
        yield from forms.one_of("spec.ports: protocol", port.get("protocol"), refusedpods.PROTOCOLS)
        if isinstance(name, str) and name and not forms.LABEL.match(name):
            yield Violation(f"spec.ports: {name!r} is no name that Kubernetes takes", forms.OF_LABELS)
        # What is there twice by both is refused, whatever its name.
        said = f"{number}/{port.get('protocol') or 'TCP'}"
        if said in taken:
            yield Violation(f"spec.ports: {said} is there twice", "take one out, or give it another port")
        taken.add(said)


def _ingress(data: Mapping[str, Any]) -> Iterator[Violation]:
    yield from forms.name("spec.ingressClassName", at(data, ("spec", "ingressClassName"), None))
    for rule in maps(at(data, ("spec", "rules"), None)):
        for path in maps(at(rule, ("http", "paths"), None)):
            said = path.get("pathType")
            if not said and data.get("apiVersion") == "networking.k8s.io/v1":
                yield Violation(f"the path {path.get('path', '/')} has no pathType", f"one of: {', '.join(_PATHS)}")
            yield from forms.one_of("pathType", said, _PATHS)
            yield from forms.port_name(
                "backend: service.port.name", at(path, ("backend", "service", "port", "name"), None)
            )


def _secret(data: Mapping[str, Any]) -> Iterator[Violation]:
    held = data.get("data")
    yield from forms.keys("data", held)
    yield from forms.keys("stringData", data.get("stringData"))
    for key, value in held.items() if isinstance(held, Mapping) else ():
        try:
            base64.b64decode("".join(value.split()) if isinstance(value, str) else "", validate=True)
        except (binascii.Error, ValueError):
            yield Violation(f"data.{key} is not base64", "encode it, or put it under stringData as it is")


def _config_map(data: Mapping[str, Any]) -> Iterator[Violation]:
    size, seen = 0, set()
    for word in ("data", "binaryData"):
        held = data.get(word)
        yield from forms.keys(word, held)
        for key, value in held.items() if isinstance(held, Mapping) else ():
            if key in seen:
                yield Violation(f"{word}: the key {key!r} is in data, too", "rename one, or take it out")
            seen.add(key)
            length = len(value.encode(errors="replace")) if isinstance(value, str) else 0
            size += length if word == "data" else length * 3 // 4
    if size > _MOST_BYTES + 2 * len(seen):  # base64 may end in two that stand for nothing
        yield Violation(f"it holds {size} bytes, and must have at most {_MOST_BYTES}", "split it")


def _claims(data: Mapping[str, Any]) -> Iterator[Violation]:
    for claim in maps(at(data, ("spec", "volumeClaimTemplates"), None)):
        yield from refusedpods.claim(claim)


def _volume(data: Mapping[str, Any]) -> Iterator[Violation]:
    modes, capacity = at(data, ("spec", "accessModes"), None), at(data, ("spec", "capacity"), None)
    if modes is None or modes == []:
        yield Violation("spec.accessModes: Required value", f"one of: {', '.join(refusedpods.ACCESS)}")
    for mode in modes if isinstance(modes, list) else ():
        yield from forms.one_of("spec.accessModes", mode, refusedpods.ACCESS)
    if capacity is None or (isinstance(capacity, Mapping) and capacity.get("storage") is None):
        yield Violation("spec.capacity.storage: Required value", "such as 10Gi")
    yield from forms.quantities("spec.capacity", capacity)
    yield from forms.name("spec.storageClassName", at(data, ("spec", "storageClassName"), None))


def _deployment(data: Mapping[str, Any]) -> Iterator[Violation]:
    strategy = at(data, ("spec", "strategy"), None)
    kind, rolling = at(strategy, ("type",), None), at(strategy, ("rollingUpdate",), None)
    yield from forms.one_of("spec.strategy.type", kind, _STRATEGIES)
    if kind == "Recreate" and rolling is not None:
        message = "spec.strategy.rollingUpdate may not be specified when strategy type is 'Recreate'"
        yield Violation(message, "set it to null in the values, too")
    if [at(rolling, (key,), None) in (0, "0%") for key in ("maxSurge", "maxUnavailable")] == [True, True]:
        yield Violation("spec.strategy.rollingUpdate: maxUnavailable may not be 0 when maxSurge is 0", "")


def _autoscaler(data: Mapping[str, Any]) -> Iterator[Violation]:
    least, most = (at(data, ("spec", key), None) for key in ("minReplicas", "maxReplicas"))
    yield from forms.not_negative(data, ("spec", "minReplicas"))
    if isinstance(most, int) and most < 1:
        yield Violation(f"spec.maxReplicas must be greater than 0, not {most}", "")
    elif isinstance(most, int) and isinstance(least, int) and most < least:
        message = f"spec.maxReplicas must be greater than or equal to minReplicas, and is {most}"
        yield Violation(message, f"minReplicas is {least}")


def _disruptions(data: Mapping[str, Any]) -> Iterator[Violation]:
    bounds = ("minAvailable", "maxUnavailable")
    if None not in [at(data, ("spec", key), None) for key in bounds]:
        yield Violation("spec has minAvailable and maxUnavailable", "only one of them may be there")
    yield from forms.not_negative(data, *(("spec", key) for key in bounds))


_RULES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Violation]]] = {
    "ConfigMap": _config_map,
    "Deployment": _deployment,
    "HorizontalPodAutoscaler": _autoscaler,
    "Ingress": _ingress,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": refusedpods.claim,
    "PodDisruptionBudget": _disruptions,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _claims,
}
