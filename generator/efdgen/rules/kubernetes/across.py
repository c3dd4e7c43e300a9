"""Rules about the objects of an environment together: what one names, and no other is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from efdgen.errors import Location, Problem, Severity
from efdgen.helm.hydrate import PARENT_NAMESPACE, HydratedApp
from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.repository.model import Repository
from efdgen.rules.kubernetes import check
from efdgen.rules.kubernetes.check import Finding, Places
from efdgen.rules.kubernetes.world import Placed, World, maps, readings, world

CODES = ("E707", "W708", "E709", "E710", "W711", "E712", "W713")

# Namespaces that the cluster and Argo CD bring, with objects of their own that nobody here knows.
_ALWAYS_THERE = frozenset(("default", "kube-node-lease", "kube-public", "kube-system", PARENT_NAMESPACE))
_SNIPPET = re.compile(r"nginx\.ingress\.kubernetes\.io/[a-z-]*snippet\Z")
_CERTIFICATES = "cert-manager.io/"
_MAKERS = ("ExternalSecret", "SealedSecret", "VaultSecret")
"""Kinds of objects whose operators make a Secret of the same name."""


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


class _Said(NamedTuple):
    """A problem of an object: its code, who has it, what it is, what may help, and the value that it is about."""

    code: str
    by: Placed
    message: str
    hint: str = ""
    value: str = ""


Written = Callable[[str, str], Location | None]
"""Returns where a spec or an app definition sets a value of an app, by the app and the value; None: nowhere."""


def find(apps: Sequence[HydratedApp], repository: Repository, cluster: Cluster, written: Written) -> list[Finding]:
    """Return what is wrong with the objects of an environment together. All of its apps have to be there.

    Args:
        apps: what was hydrated.
        repository: the repository, for locations.
        cluster: what else is known of the cluster.
        written: where a value of an app is written: what can be changed there is said there.
    """
    places = Places(repository)
    applied = [app._replace(objects=tuple(item for item in app.objects if check.is_applied(item.data))) for app in apps]
    found = world(applied, {app.app: places.namespace(app.app) for app in apps})
    environment = apps[0].environment if apps else ""
    findings = []
    for said in (
        *_ingresses(found),
        *_services(found),
        *_read(found, cluster),
        *_namespaces(found, cluster),
        *_storage(found, cluster),
        *_snippets(found),
        *_images(found),
    ):
        location, template = places.locate(said.by.app, said.by.item.source)
        there = written(said.by.app, said.value) if said.value and template else None
        location = there or location
        severity = Severity.WARNING if said.code.startswith("W") else Severity.ERROR
        message = f"{check.name(said.by.data)}: {said.message}"
        problem = Problem(said.code, message, location, hint=said.hint, severity=severity)
        findings.append(Finding(problem, environment, said.by.app, template))
    return findings


def _ingresses(found: World) -> Iterator[_Said]:
    """Find Ingresses whose Service, or whose port of it, is not there."""
    services = {each.key[2:]: each for each in found.placed if each.key.kind == "Service"}
    for each in found.placed:
        if each.key.kind != "Ingress" or each.key.namespace in _ALWAYS_THERE:
            continue
        for name, port in dict.fromkeys(_backends(each.data)):
            service = services.get((each.key.namespace, name))
            if service is None:
                here = [other for namespace, other in services if namespace == each.key.namespace]
                yield _Said(
                    "E707", each, f"there is no Service {name!r} in its namespace", suggest.hint(name, here), name
                )
            elif service.data.get("spec", {}).get("type") != "ExternalName":
                ports = [
                    side
                    for known in maps(at(service.data, ("spec", "ports"), None))
                    for side in (known.get("port"), known.get("name"))
                    if side is not None
                ]
                if port is not None and port not in ports:
                    known = ", ".join(map(str, ports)) or "none"
                    yield _Said("E707", each, f"the Service {name} has no port {port!r}", f"it has: {known}", str(port))


def _backends(ingress: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the Services that an Ingress leads to, with the port; of networking.k8s.io/v1 and of what was before."""
    spec = ingress.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    paths = [path for rule in maps(spec.get("rules")) for path in maps(at(rule, ("http", "paths"), None))]
    for backend in (spec.get("defaultBackend"), spec.get("backend"), *(path.get("backend") for path in paths)):
        if not isinstance(backend, Mapping):
            continue
        service = backend.get("service")
        if isinstance(service, Mapping) and isinstance(service.get("name"), str):
            port = service.get("port")
            port = port if isinstance(port, Mapping) else {}
            yield service["name"], port.get("number", port.get("name"))
        elif isinstance(backend.get("serviceName"), str):
            yield backend["serviceName"], backend.get("servicePort")


def _services(found: World) -> Iterator[_Said]:
    """Find Services that select no pod."""
    for each in found.placed:
        selector = at(each.data, ("spec", "selector"), None)
        is_ours = each.key.kind == "Service" and each.key.namespace not in _ALWAYS_THERE
        if not is_ours or not isinstance(selector, Mapping) or not selector:
            continue
        pods = [pods for pods in found.pods if pods.made_by.key.namespace == each.key.namespace]
        if not any(one.are_selected(selector) for one in pods):
            wanted = ", ".join(f"{key}={value}" for key, value in selector.items())
            yield _Said("W708", each, f"it selects no pod: nothing in its namespace makes one with {wanted}")


def _read(found: World, cluster: Cluster) -> Iterator[_Said]:
    """Find ConfigMaps, Secrets and service accounts that are read and that nobody makes."""
    made = {("Secret", each.key.namespace, each.key.name) for each in found.placed if each.key.kind in _MAKERS} | {
        ("Secret", *secret) for secret in cluster.secrets
    }
    made |= {("Secret", each.key.namespace, name) for each in found.placed for name in _by_certificates(each)}
    for reading in {(each.reader.key, each[1:]): each for each in readings(found)}.values():
        what = reading[1:]
        if (
            reading.namespace in _ALWAYS_THERE
            or what in made
            or found.has(*what)
            or _makes_itself(found, reading.namespace, reading.name)
        ):
            continue
        known = [name for kind, namespace, name in (*made, *found.there) if (kind, namespace) == what[:2]]
        likely = suggest.closest(reading.name, known)
        hint = suggest.did_you_mean(likely) if likely else _made_where(reading.kind)
        yield _Said(
            "E709",
            reading.reader,
            f"it needs the {reading.kind} {reading.name!r}, which nothing makes",
            hint,
            reading.name,
        )


def _made_where(kind: str) -> str:
    if kind == "Secret":
        return "list it in the app's app.yaml, under secrets or, where people make it, under manualSecrets"
    return "check the value that names it, and the one that switches it on"


def _by_certificates(each: Placed) -> Iterator[str]:
    """Yield the Secrets that cert-manager makes."""
    if each.key.kind == "Certificate":
        yield str(at(each.data, ("spec", "secretName"), ""))
    annotations = at(each.data, ("metadata", "annotations"), None)
    is_annotated = isinstance(annotations, Mapping) and any(str(key).startswith(_CERTIFICATES) for key in annotations)
    if each.key.kind == "Ingress" and is_annotated:
        yield from (str(tls.get("secretName")) for tls in maps(at(each.data, ("spec", "tls"), None)))


def _makes_itself(found: World, namespace: str, name: str) -> bool:
    """Say whether a Job of the namespace is told to make a Secret of that name, as those for webhooks are."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    return any(
        pods.made_by.key.kind == "Job"
        and pods.made_by.key.namespace == namespace
        and any(
            word.search(str(argument))
            for container in pods.containers()
            for key in ("args", "command")
            for argument in container.get(key) or ()
        )
        for pods in found.pods
    )


def _namespaces(found: World, cluster: Cluster) -> Iterator[_Said]:
    """Find objects in namespaces that nobody makes, the first of each."""
    there = {*_ALWAYS_THERE, *cluster.namespaces}
    there |= {each.key.name for each in found.placed if each.key.kind == "Namespace"}
    told = set()
    for each in found.placed:
        namespace = each.key.namespace
        if namespace and namespace not in there and namespace not in told:
            told.add(namespace)
            yield _Said("E710", each, f"nobody makes its namespace {namespace!r}", suggest.hint(namespace, there))


def _storage(found: World, cluster: Cluster) -> Iterator[_Said]:
    """Find volume claims of a storage class that the cluster is not said to have."""
    if not cluster.storage_classes:
        return
    there = {*cluster.storage_classes, *(each.key.name for each in found.placed if each.key.kind == "StorageClass")}
    for each in found.placed:
        claims = [each.data] if each.key.kind == "PersistentVolumeClaim" else []
        if each.key.kind == "StatefulSet":
            claims += maps(at(each.data, ("spec", "volumeClaimTemplates"), None))
        for claim in claims:
            name = at(claim, ("spec", "storageClassName"), None)
            if name and name not in there:
                hint = f"cluster.storageClass says: {', '.join(sorted(there))}"
                yield _Said(
                    "W711", each, f"the cluster is not said to have the storage class {name!r}", hint, str(name)
                )


def _snippets(found: World) -> Iterator[_Said]:
    """Find annotations of Ingresses that the ingress controller of the environment forbids."""
    settings = [
        each
        for each in found.placed
        if each.key.kind == "ConfigMap"
        and str(at(each.data, ("data", "allow-snippet-annotations"), "")).lower() == "false"
    ]
    for each in found.placed if settings else ():
        annotations = at(each.data, ("metadata", "annotations"), None)
        for key in annotations if each.key.kind == "Ingress" and isinstance(annotations, Mapping) else ():
            if _SNIPPET.match(str(key)):
                hint = f"{check.name(settings[0].data)} of {settings[0].app} says allow-snippet-annotations: false"
                yield _Said("E712", each, f"the ingress controller refuses the annotation {key}", hint)


def _images(found: World) -> Iterator[_Said]:
    """Find images that are another one tomorrow: without a tag, or latest."""
    for pods in found.pods:
        for container in pods.containers():
            image = container.get("image")
            if isinstance(image, str) and image and "@" not in image:
                tag = image.rpartition("/")[2].partition(":")[2]
                if tag in ("", "latest"):
                    what = "is latest" if tag else "has no tag"
                    message = f"the image {image} {what}: it is another one some day"
                    yield _Said("W713", pods.made_by, message, "pin a tag in the values", tag or image)
