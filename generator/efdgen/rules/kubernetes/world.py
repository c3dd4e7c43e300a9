"""The objects of an environment's cluster, put together: who makes what, who reads what. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.helm import objects
from efdgen.helm.hydrate import PARENT_NAMESPACE, HydratedApp, Object
from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"), ("spec", "template")
    ),
}
"""Where the pod is in the kinds that make some."""


ALWAYS_THERE = frozenset(("default", "kube-node-lease", "kube-public", "kube-system", PARENT_NAMESPACE))
"""Namespaces that the cluster and Argo CD bring, with objects of their own that nobody here knows."""

ASSUMED = ""
"""The code of what is no problem as far as an operator makes what else nothing makes."""

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_GIVEN = frozenset(
    (
        *("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"),
        *("apps.kubernetes.io/pod-index", "controller-revision-hash", "pod-template-hash", _POD_NAME),
    )
)
"""Labels that Kubernetes itself gives to pods."""


class Cluster(NamedTuple):
    """What is known of an environment's cluster beside its objects.

    Attributes:
        secrets: namespaces and names of the Secrets that people make by hand.
        storage_classes: the storage classes that it is said to have; none: nobody says.
        namespaces: those that are there, or that Argo CD makes.
    """

    secrets: Collection[tuple[str, str]]
    storage_classes: Collection[str]
    namespaces: Collection[str]


class Placed(NamedTuple):
    """An object, the app that makes it, and what tells it from all others of the cluster."""

    app: str
    item: Object
    key: objects.Key

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the object itself."""
        return self.item.data


class Pods(NamedTuple):
    """What makes pods, and how each of them is."""

    made_by: Placed
    labels: Mapping[str, Any]
    spec: Mapping[str, Any]

    def are_selected(self, selector: Mapping[str, Any]) -> bool:
        """Say whether a selector takes one of the pods, by their labels or those that Kubernetes gives them."""
        said = {key: value for key, value in selector.items() if key not in _GIVEN}
        pod = selector.get(_POD_NAME)
        return said.items() <= self.labels.items() and (pod is None or self._has_pod(str(pod)))

    def _has_pod(self, name: str) -> bool:
        """Say whether a StatefulSet makes a pod of a name: `store-0` up to its number of replicas."""
        stem, _, number = name.rpartition("-")
        replicas = at(self.made_by.data, ("spec", "replicas"), 1)
        is_one = self.made_by.key.kind == "StatefulSet" and stem == self.made_by.key.name and number.isdigit()
        return is_one and (not isinstance(replicas, int) or int(number) < replicas)

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """Yield the containers, those that run first included."""
        for key in ("initContainers", "containers"):
            yield from maps(self.spec.get(key))

    def lasting(self) -> Iterator[Mapping[str, Any]]:
        """Yield the containers that run for as long as the pod does."""
        yield from maps(self.spec.get("containers"))


class Said(NamedTuple):
    """A problem of an object: its code, who has it, what it is, what may help, and the value that it is about."""

    code: str
    by: Placed
    message: str
    hint: str = ""
    value: str = ""


class Reading(NamedTuple):
    """An object that another one names, and that must be there for it to work, such as a ConfigMap or a claim."""

    reader: Placed
    kind: str
    namespace: str
    name: str


class World(NamedTuple):
    """All objects of an environment, by what tells them apart, and the pods that they make."""

    placed: Sequence[Placed]
    there: frozenset[tuple[str, str, str]]
    pods: Sequence[Pods]

    def has(self, kind: str, namespace: str, name: str) -> bool:
        """Say whether an object is made."""
        return (kind, namespace, name) in self.there


def world(apps: Iterable[HydratedApp], namespaces: Mapping[str, str]) -> World:
    """Put the objects of an environment together.

    Args:
        apps: what was hydrated.
        namespaces: by app, the namespace of its Application.
    """
    placed = [
        Placed(app.app, item, objects.placed(item.data, namespaces.get(app.app, app.app)))
        for app in apps
        for item in app.objects
    ]
    there = frozenset((each.key.kind, each.key.namespace, each.key.name) for each in placed)
    return World(placed, there, [pods for each in placed if (pods := _pods(each)) is not None])


def pod_template(data: Mapping[str, Any]) -> Any:
    """Return what an object makes pods of, or the object, if it is one; None: it makes none."""
    where = _TEMPLATES.get(str(data.get("kind")))
    if where is not None:
        return at(data, where, None)
    template = at(data, ("spec", "template"), None)
    # A custom resource; one with a template of pods, such as a Rollout, makes these.
    return template if isinstance(at(template, ("spec", "containers"), None), list) else None


def _pods(each: Placed) -> Pods | None:
    template = pod_template(each.data)
    if not isinstance(template, Mapping):
        return None
    labels, spec = at(template, ("metadata", "labels"), None), template.get("spec")
    return Pods(each, labels if isinstance(labels, Mapping) else {}, spec if isinstance(spec, Mapping) else {})


def readings(found: World) -> Iterator[Reading]:
    """Yield what pods, Ingresses, RoleBindings and autoscalers need: what they say is optional is left out."""
    for pods in found.pods:
        reader = pods.made_by
        for kind, name in _needed(pods):
            yield Reading(reader, kind, reader.key.namespace, name)
    for each in found.placed:
        if each.key.kind == "Ingress":
            for tls in maps(at(each.data, ("spec", "tls"), None)):
                if isinstance(tls.get("secretName"), str) and tls["secretName"]:
                    yield Reading(each, "Secret", each.key.namespace, tls["secretName"])
        where = _NAMING.get(each.key.kind)
        meant = at(each.data, where, None) if where else None
        # A ClusterRole may be one of those that the cluster brings.
        if (
            isinstance(meant, Mapping)
            and meant.get("kind") != "ClusterRole"
            and meant.get("kind")
            and meant.get("name")
        ):
            yield Reading(each, str(meant["kind"]), each.key.namespace, str(meant["name"]))


_NAMING: Mapping[str, tuple[str, ...]] = {
    "HorizontalPodAutoscaler": ("spec", "scaleTargetRef"),
    "RoleBinding": ("roleRef",),
}
"""Where kinds name the one object that they are about."""


def _needed(pods: Pods) -> Iterator[tuple[str, str]]:
    account = pods.spec.get("serviceAccountName") or pods.spec.get("serviceAccount")
    if account and account != "default":
        yield "ServiceAccount", str(account)
    for volume in maps(pods.spec.get("volumes")):
        yield from _in_volume(volume)
        claim = at(volume, ("persistentVolumeClaim", "claimName"), None)
        if isinstance(claim, str):
            yield "PersistentVolumeClaim", claim
        for source in maps(at(volume, ("projected", "sources"), None)):
            yield from _in_volume(source)
    for container in pods.containers():
        for variable in maps(container.get("env")):
            value = variable.get("valueFrom")
            if isinstance(value, Mapping):
                yield from _references(value, "configMapKeyRef", "secretKeyRef")
        for source in maps(container.get("envFrom")):
            yield from _references(source, "configMapRef", "secretRef")


def _in_volume(volume: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _references(volume, "configMap", "secret")


def keys_read(found: World) -> Iterator[tuple[Reading, str]]:
    """Yield the keys of ConfigMaps and Secrets that pods need, with what they stand in."""
    for pods in found.pods:
        for kind, name, key in _keys_needed(pods):
            if isinstance(name, str) and isinstance(key, str):
                yield Reading(pods.made_by, kind, pods.made_by.key.namespace, name), key


def _keys_needed(pods: Pods) -> Iterator[tuple[str, Any, Any]]:
    for container in pods.containers():
        for variable in maps(container.get("env")):
            for kind, word in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                source = at(variable, ("valueFrom", word), None)
                if isinstance(source, Mapping) and source.get("optional") is not True:
                    yield kind, source.get("name"), source.get("key")
    for volume in maps(pods.spec.get("volumes")):
        for each in (volume, *maps(at(volume, ("projected", "sources"), None))):
            for kind, word in (("ConfigMap", "configMap"), ("Secret", "secret")):
                source = each.get(word)
                if isinstance(source, Mapping) and source.get("optional") is not True:
                    for item in maps(source.get("items")):
                        yield kind, source.get("name") or source.get("secretName"), item.get("key")


def _references(source: Mapping[str, Any], config_map: str, secret: str) -> Iterator[tuple[str, str]]:
    for kind, key in (("ConfigMap", config_map), ("Secret", secret)):
        said = source.get(key)
        if isinstance(said, Mapping) and said.get("optional") is not True:
            name = said.get("name") or said.get("secretName")
            if isinstance(name, str):
                yield kind, name


def maps(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the maps in a list; anything else holds none."""
    yield from (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))
