"""What the API server refuses beyond what its schemas say, as far as that is certain and told by the object alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.rules.kubernetes.schemas import Violation
from efdgen.rules.kubernetes.world import maps, pod_template

_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_PART}(?:\.{_PART})*\Z")
"""A DNS-1123 subdomain: names of most objects."""
_LABEL = re.compile(rf"(?=.{{1,63}}\Z){_PART}\Z")
"""A DNS-1123 label: names of containers, Services and namespaces."""
_QUANTITY = re.compile(r"[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?\Z")
_OF_LABELS = "at most 63 lower case letters, digits and -, a letter or a digit first and last"
_MOST_PORT = 65535

_PULL = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_SERVICES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_ACCESS = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_PATHS = ("Exact", "ImplementationSpecific", "Prefix")
_RESTARTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Job", "CronJob"), ("Never", "OnFailure")),
    **dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"), ("Always",)),
    "Pod": ("Always", "Never", "OnFailure"),
}


def found(data: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield what the API server refuses of an object of one of Kubernetes' own kinds that its schema takes."""
    yield from _name(data)
    kind = str(data.get("kind"))
    rule = _RULES.get(kind)
    if rule is not None:
        yield from rule(data)
    template = pod_template(data)
    if isinstance(template, Mapping):
        yield from _pods(data, template)


def _name(data: Mapping[str, Any]) -> Iterator[Violation]:
    name, kind = at(data, ("metadata", "name"), ""), str(data.get("kind"))
    if not isinstance(name, str) or not name or str(data.get("apiVersion")).startswith("rbac.authorization.k8s.io/"):
        return  # names of roles may hold colons and more
    if kind in ("Namespace", "Service"):
        if not _LABEL.match(name):
            yield Violation(f"metadata.name {name!r} is no name that Kubernetes takes", _OF_LABELS)
    elif not _NAME.match(name):
        hint = "at most 253 lower case letters, digits, - and ., a letter or a digit first and last"
        yield Violation(f"metadata.name {name!r} is no name that Kubernetes takes", hint)


def _one_of(where: str, value: Any, known: tuple[str, ...]) -> Iterator[Violation]:
    if isinstance(value, str) and value and value not in known:
        yield Violation(f"{where}: unknown {value!r}", suggest.hint(value, known))


def _port(where: str, value: Any) -> Iterator[Violation]:
    if isinstance(value, int) and not 1 <= value <= _MOST_PORT:
        yield Violation(f"{where} must be 1 to {_MOST_PORT}, not {value}", "")


def _quantities(where: str, value: Any) -> Iterator[Violation]:
    for key, amount in value.items() if isinstance(value, Mapping) else ():
        if isinstance(amount, str) and not _QUANTITY.match(amount):
            yield Violation(f"{where}.{key}: {amount!r} is no quantity", "such as 500m, 2, 512Mi or 10Gi")


def _twice(what: str, names: list[Any]) -> Iterator[Violation]:
    for name, times in Counter(name for name in names if isinstance(name, str)).items():
        if times > 1:
            yield Violation(f"{times} {what} have the name {name!r}", "rename one, or take it out")


def _pods(data: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Violation]:
    kind, spec = str(data.get("kind")), template.get("spec")
    if not isinstance(spec, Mapping):
        return
    labels = at(template, ("metadata", "labels"), None)
    selector = at(data, ("spec", "selector", "matchLabels"), None)
    if isinstance(selector, Mapping) and kind != "Job":
        has = labels if isinstance(labels, Mapping) else {}
        for key, value in selector.items():
            if has.get(key) != value:
                message = f"spec.selector: the pods do not have the label {key}: {value}"
                yield Violation(message, "spec.template.metadata.labels must have all that is selected")
    policy = spec.get("restartPolicy", "Always")
    if isinstance(policy, str) and kind in _RESTARTS and policy not in _RESTARTS[kind]:
        yield Violation(f"restartPolicy must be {' or '.join(_RESTARTS[kind])}, not {policy}", "")
    volumes = [volume.get("name") for volume in maps(spec.get("volumes"))]
    yield from _twice("volumes", volumes)
    claims = maps(at(data, ("spec", "volumeClaimTemplates"), None)) if kind == "StatefulSet" else ()
    there = {*map(str, volumes), *(str(at(claim, ("metadata", "name"), "")) for claim in claims)}
    containers = [each for key in ("initContainers", "containers") for each in maps(spec.get(key))]
    yield from _twice("containers", [each.get("name") for each in containers])
    for container in containers:
        yield from _container(container, there)


def _container(container: Mapping[str, Any], volumes: set[str]) -> Iterator[Violation]:
    name = container.get("name")
    where = f"container {name}"
    if isinstance(name, str) and not _LABEL.match(name):
        yield Violation(f"{where}: this is no name that Kubernetes takes", _OF_LABELS)
    for mount in maps(container.get("volumeMounts")):
        if isinstance(mount.get("name"), str) and mount["name"] not in volumes:
            yield Violation(f"{where}: there is no volume {mount['name']!r}", suggest.hint(mount["name"], volumes))
    yield from _twice("ports of a container", [port.get("name") for port in maps(container.get("ports"))])
    for port in maps(container.get("ports")):
        yield from _port(f"{where}: containerPort", port.get("containerPort"))
        yield from _one_of(f"{where}: protocol", port.get("protocol"), _PROTOCOLS)
    yield from _one_of(f"{where}: imagePullPolicy", container.get("imagePullPolicy"), _PULL)
    for word in ("limits", "requests"):
        yield from _quantities(f"{where}: resources.{word}", at(container, ("resources", word), None))


def _service(data: Mapping[str, Any]) -> Iterator[Violation]:
    spec = data.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    yield from _one_of("spec.type", spec.get("type"), _SERVICES)
    ports = list(maps(spec.get("ports")))
    if len(ports) > 1 and not all(port.get("name") for port in ports):
        yield Violation("spec.ports: of several ports, each needs a name", "")
    yield from _twice("ports", [port.get("name") for port in ports])
    for port in ports:
        yield from _port("spec.ports: port", port.get("port"))
        yield from _port("spec.ports: targetPort", port.get("targetPort") or None)  # 0 is the port itself
        yield from _one_of("spec.ports: protocol", port.get("protocol"), _PROTOCOLS)


def _ingress(data: Mapping[str, Any]) -> Iterator[Violation]:
    for rule in maps(at(data, ("spec", "rules"), None)):
        for path in maps(at(rule, ("http", "paths"), None)):
            said = path.get("pathType")
            if not said and data.get("apiVersion") == "networking.k8s.io/v1":
                yield Violation(f"the path {path.get('path', '/')} has no pathType", f"one of: {', '.join(_PATHS)}")
            yield from _one_of("pathType", said, _PATHS)


def _secret(data: Mapping[str, Any]) -> Iterator[Violation]:
    held = data.get("data")
    for key, value in held.items() if isinstance(held, Mapping) else ():
        try:
            base64.b64decode("".join(value.split()) if isinstance(value, str) else "", validate=True)
        except (binascii.Error, ValueError):
            yield Violation(f"data.{key} is not base64", "encode it, or put it under stringData as it is")


def _claim(data: Mapping[str, Any]) -> Iterator[Violation]:
    modes = at(data, ("spec", "accessModes"), None)
    for mode in modes if isinstance(modes, list) else ():
        yield from _one_of("spec.accessModes", mode, _ACCESS)
    yield from _quantities("spec.resources.requests", at(data, ("spec", "resources", "requests"), None))


def _claims(data: Mapping[str, Any]) -> Iterator[Violation]:
    for claim in maps(at(data, ("spec", "volumeClaimTemplates"), None)):
        yield from _claim(claim)


def _volume(data: Mapping[str, Any]) -> Iterator[Violation]:
    yield from _claim({"spec": {"accessModes": at(data, ("spec", "accessModes"), None)}})
    yield from _quantities("spec.capacity", at(data, ("spec", "capacity"), None))


def _disruptions(data: Mapping[str, Any]) -> Iterator[Violation]:
    bounds = [at(data, ("spec", key), None) for key in ("minAvailable", "maxUnavailable")]
    if None not in bounds:
        yield Violation("spec has minAvailable and maxUnavailable", "only one of them may be there")


_RULES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Violation]]] = {
    "Ingress": _ingress,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "PodDisruptionBudget": _disruptions,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _claims,
}
