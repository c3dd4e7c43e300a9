"""What the API server refuses of pods and of what makes them, beyond what its schemas say.

The rules are those of Kubernetes' own validation: `pkg/apis/core/validation` and `pkg/apis/apps/validation`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.rules.kubernetes import forms
from efdgen.rules.kubernetes.schemas import Violation
from efdgen.rules.kubernetes.world import maps

ACCESS = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_PULL = ("Always", "IfNotPresent", "Never")
PROTOCOLS = ("TCP", "UDP", "SCTP")
_RESTARTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Job", "CronJob"), ("Never", "OnFailure")),
    **dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"), ("Always",)),
    "Pod": ("Always", "Never", "OnFailure"),
}
_SELECTING = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
_NAMING = ("nodeName", "priorityClassName", "runtimeClassName", "serviceAccountName")
"""What pods name other objects by: a name of an object."""
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
_OF_PROBES = ("failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds")
_VALUES = ("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef")


def found(data: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield what the API server refuses of an object that makes pods, or is one.

    Args:
        data: the object.
        template: the pod, or what pods are made of.
    """
    kind, spec = str(data.get("kind")), template.get("spec")
    if not isinstance(spec, Mapping):
        return
    if kind in _RESTARTS:
        yield from _selector(data, template)
        yield from forms.not_negative(data, *(("spec", key) for key in ("replicas", "parallelism", "completions")))
    policy = spec.get("restartPolicy", "Always")
    if isinstance(policy, str) and kind in _RESTARTS and policy not in _RESTARTS[kind]:
        yield Violation(f"restartPolicy must be {' or '.join(_RESTARTS[kind])}, not {policy}", "")
    yield from _pod(spec, {str(at(each, ("metadata", "name"), "")) for each in _claims(data)})


def _claims(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the templates for claims of a StatefulSet: each is a volume of its pods."""
    if data.get("kind") == "StatefulSet":
        yield from maps(at(data, ("spec", "volumeClaimTemplates"), None))


def _pod(spec: Mapping[str, Any], claims: set[str]) -> Iterator[Violation]:
    for key in _NAMING:
        yield from forms.name(f"spec.{key}", spec.get(key))
    volumes = list(maps(spec.get("volumes")))
    yield from forms.twice("volumes", [volume.get("name") for volume in volumes])
    for volume in volumes:
        yield from _volume(volume)
    there = {str(volume.get("name")) for volume in volumes} | claims
    containers = [each for key in ("initContainers", "containers") for each in maps(spec.get(key))]
    if spec.get("containers") == []:
        yield Violation("spec.containers: Required value", "a pod needs a container")
    yield from forms.twice("containers", [each.get("name") for each in containers])
    for container in containers:
        yield from _container(container, there)
    passing = [each for each in maps(spec.get("initContainers")) if each.get("restartPolicy") != "Always"]
    for container, probe in itertools.product(passing, _PROBES):
        if container.get(probe) is not None:
            where = f"container {container.get('name')}: {probe}"
            yield Violation(f"{where} may not be set for an init container that does not stay", "")


def _selector(data: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Violation]:
    """Find a selector that takes every pod, or not those that its own template makes."""
    kind, selector = str(data.get("kind")), at(data, ("spec", "selector"), None)
    if not isinstance(selector, Mapping) or kind in ("Job", "CronJob"):
        return
    labels, expressions = selector.get("matchLabels"), list(maps(selector.get("matchExpressions")))
    if kind in _SELECTING and not labels and not expressions and str(data.get("apiVersion")) == "apps/v1":
        yield Violation(f"spec.selector: empty selector is invalid for {kind.lower()}", "name labels of its own pods")
    has = at(template, ("metadata", "labels"), None)
    has = has if isinstance(has, Mapping) else {}
    for key, value in labels.items() if isinstance(labels, Mapping) else ():
        if has.get(key) != value:
            message = f"spec.selector: the pods do not have the label {key}: {value}"
            yield Violation(message, "spec.template.metadata.labels must have all that is selected")
    for expression in expressions:
        key, values, there = expression.get("key"), expression.get("values"), has.get(str(expression.get("key")))
        values = values if isinstance(values, list) else []
        holds = {
            "In": there in values,
            "NotIn": there not in values,
            "Exists": there is not None,
            "DoesNotExist": there is None,
        }.get(str(expression.get("operator")))
        if holds is None:
            yield Violation(f"spec.selector: {expression.get('operator')!r} is not a valid selector operator", "")
        elif not holds:
            said = " ".join(map(str, (key, expression["operator"], *values)))
            message = f"spec.selector: the labels of the pods do not fit: {said}"
            yield Violation(message, "spec.template.metadata.labels must have all that is selected")


def _volume(volume: Mapping[str, Any]) -> Iterator[Violation]:
    name = volume.get("name")
    where = f"volume {name}"
    if isinstance(name, str) and not forms.LABEL.match(name):
        yield Violation(f"{where}: this is no name that Kubernetes takes", forms.OF_LABELS)
    sources = sorted(str(key) for key, value in volume.items() if key != "name" and value is not None)
    if len(sources) > 1:
        yield Violation(f"{where} may not specify more than 1 volume type, and has {', '.join(sources)}", "")
    for source, key in (("secret", "secretName"), ("configMap", "name")):
        if isinstance(volume.get(source), Mapping) and not volume[source].get(key):
            yield Violation(f"{where}: {source}.{key}: Required value", "")
    template = at(volume, ("ephemeral", "volumeClaimTemplate"), None)
    if isinstance(template, Mapping):
        yield from (Violation(f"{where}: {said}", hint) for said, hint in claim(template))


def claim(data: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield what the API server refuses of a volume claim, or of a template for some."""
    modes = at(data, ("spec", "accessModes"), None)
    if modes is None or modes == []:
        yield Violation("spec.accessModes: at least 1 access mode is required", f"one of: {', '.join(ACCESS)}")
    for mode in modes if isinstance(modes, list) else ():
        yield from forms.one_of("spec.accessModes", mode, ACCESS)
    requests = at(data, ("spec", "resources", "requests"), None)
    if requests is None or (isinstance(requests, Mapping) and requests.get("storage") is None):
        yield Violation("spec.resources.requests.storage: Required value", "such as 10Gi")
    yield from forms.quantities("spec.resources.requests", requests)
    yield from forms.name("spec.storageClassName", at(data, ("spec", "storageClassName"), None))


def _container(container: Mapping[str, Any], volumes: set[str]) -> Iterator[Violation]:
    name = container.get("name")
    where = f"container {name}"
    if isinstance(name, str) and not forms.LABEL.match(name):
        yield Violation(f"{where}: this is no name that Kubernetes takes", forms.OF_LABELS)
    if container.get("image") in (None, ""):
        yield Violation(f"{where}: image: Required value", "")
    mounts = list(maps(container.get("volumeMounts")))
    for mount in mounts:
        if isinstance(mount.get("name"), str) and mount["name"] not in volumes:
            yield Violation(f"{where}: there is no volume {mount['name']!r}", suggest.hint(mount["name"], volumes))
    for path in _several([mount.get("mountPath") for mount in mounts]):
        yield Violation(f"{where}: volumeMounts: mountPath {path!r} must be unique", "")
    ports = list(maps(container.get("ports")))
    yield from forms.twice("ports of a container", [port.get("name") for port in ports])
    for port in ports:
        yield from forms.port_name(f"{where}: port", port.get("name"))
        yield from forms.port(f"{where}: containerPort", port.get("containerPort"))
        yield from forms.port(f"{where}: hostPort", port.get("hostPort") or None)  # 0 is none
        yield from forms.one_of(f"{where}: protocol", port.get("protocol"), PROTOCOLS)
    yield from forms.one_of(f"{where}: imagePullPolicy", container.get("imagePullPolicy"), _PULL)
    yield from _resources(where, container.get("resources"))
    for variable in maps(container.get("env")):
        yield from _variable(f"{where}: env {variable.get('name')}", variable)
    for probe in _PROBES:
        yield from _probe(f"{where}: {probe}", container.get(probe), probe)
    for hook in ("postStart", "preStop"):
        yield from _handler(
            f"{where}: lifecycle.{hook}", at(container, ("lifecycle", hook), None), (*_HANDLERS, "sleep")
        )


def _several(values: list[Any]) -> list[str]:
    """Return the texts that are there more than once."""
    return [each for each in dict.fromkeys(v for v in values if isinstance(v, str)) if values.count(each) > 1]


def _resources(where: str, resources: Any) -> Iterator[Violation]:
    asked, most = at(resources, ("requests",), None), at(resources, ("limits",), None)
    for word, amounts in (("limits", most), ("requests", asked)):
        yield from forms.quantities(f"{where}: resources.{word}", amounts)
        yield from forms.resource_names(f"{where}: resources.{word}", amounts)
    if not isinstance(asked, Mapping) or not isinstance(most, Mapping):
        return
    for key, amount in asked.items():
        wanted, limit = forms.quantity(amount), forms.quantity(most.get(key))
        if wanted is not None and limit is not None and wanted > limit:
            message = f"{where}: resources.requests.{key} must be less than or equal to its limit"
            yield Violation(message, f"it asks for {amount}, and may have {most[key]}")


def _variable(where: str, variable: Mapping[str, Any]) -> Iterator[Violation]:
    source = variable.get("valueFrom")
    if not isinstance(source, Mapping):
        return
    if variable.get("value") not in (None, ""):
        yield Violation(f"{where}: valueFrom may not be specified when value is not empty", "take one of them out")
    sources = [key for key in _VALUES if source.get(key) is not None]
    if not sources and not source.keys() - set(_VALUES):
        yield Violation(f"{where}: valueFrom must specify one of {', '.join(_VALUES)}", "")
    elif len(sources) > 1:
        yield Violation(f"{where}: valueFrom may not have more than one of {', '.join(sources)}", "")


def _probe(where: str, probe: Any, kind: str) -> Iterator[Violation]:
    if not isinstance(probe, Mapping):
        return
    yield from _handler(where, probe, _HANDLERS)
    yield from (
        Violation(f"{where}.{said}", hint) for said, hint in forms.not_negative(probe, *((key,) for key in _OF_PROBES))
    )
    times = probe.get("successThreshold")
    if kind != "readinessProbe" and isinstance(times, int) and times > 1:
        yield Violation(f"{where}.successThreshold must be 1, not {times}", "")


def _handler(where: str, data: Any, known: tuple[str, ...]) -> Iterator[Violation]:
    """Find a probe or a hook that does nothing, or two things."""
    if not isinstance(data, Mapping):
        return
    said = [key for key in known if data.get(key) is not None]
    if not said:
        yield Violation(f"{where} must specify a handler type", f"one of: {', '.join(known)}")
    elif len(said) > 1:
        yield Violation(f"{where} may not specify more than 1 handler type, and has {' and '.join(said)}", "")
    for key in ("httpGet", "tcpSocket"):
        port = at(data, (key, "port"), None)
        yield from forms.port(f"{where}.{key}.port", port)
        yield from forms.port_name(f"{where}.{key}.port", port)
