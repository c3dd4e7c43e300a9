"""Rules about the objects of an environment together: what one names, and no other is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Problem, Severity
from efdgen.helm.hydrate import HydratedApp
from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.repository.model import Repository
from efdgen.rules.kubernetes import check, operators, pods, secretmakers, snippets
from efdgen.rules.kubernetes.check import Finding, Places
from efdgen.rules.kubernetes.world import ALWAYS_THERE, ASSUMED, Cluster, Said, World, keys_read, maps, readings, world

CODES = ("E707", "E709", "E710", "W711", *snippets.CODES, *pods.CODES, *secretmakers.CODES)

_OF_EVERY_NAMESPACE = ("ConfigMap", "kube-root-ca.crt")
"""Kubernetes 1.20 and later puts it into every namespace."""

Written = Callable[[str, str], Location | None]
"""Returns where a spec or an app definition sets a value of an app, by the app and the value; None: nowhere."""

Cause = Callable[[Said], tuple[Location | None, str]]
"""Returns which value of ours has a third party's chart make an object, and what to do. None: its defaults do."""


def find(
    apps: Sequence[HydratedApp],
    repository: Repository,
    cluster: Cluster,
    written: Written,
    *,
    resources: bool = False,
    cause: Cause = lambda _: (None, ""),
) -> list[Finding]:
    """Return what is wrong with the objects of an environment together. All of its apps have to be there.

    Args:
        apps: what was hydrated.
        repository: the repository, for locations.
        cluster: what else is known of the cluster.
        written: where a value of an app is written: what can be changed there is said there.
        resources: whether to name the containers without requests or limits, too.
        cause: why a chart makes a Secret that is made in another way, too.
    """
    places = Places(repository)
    found = _world(apps, places)
    environment = apps[0].environment if apps else ""
    findings = []
    for said in _everything(found, cluster, resources=resources):
        if said.code == ASSUMED:
            continue
        location, template = places.locate(said.by.app, said.by.item.source)
        hint = said.hint
        if template and said.code == secretmakers.TWICE:
            there, advice = cause(said)
            hint = advice or hint
        else:
            there = written(said.by.app, said.value) if said.value and template else None
        location = there or location
        severity = Severity.WARNING if said.code.startswith("W") else Severity.ERROR
        message = f"{check.name(said.by.data)}: {said.message}"
        problem = Problem(said.code, message, location, hint=hint, severity=severity)
        findings.append(Finding(problem, environment, said.by.app, template))
    return findings


def _everything(found: World, cluster: Cluster, *, resources: bool) -> Iterator[Said]:
    yield from _ingresses(found)
    yield from pods.selections(found)
    yield from pods.node_ports(found)
    yield from _read(found, cluster)
    yield from _keys(found)
    yield from secretmakers.twice(found, cluster)
    yield from secretmakers.pulled_with(found, cluster)
    yield from _namespaces(found, cluster)
    yield from _storage(found, cluster)
    yield from snippets.refused(found)
    yield from pods.images(found)
    if resources:
        yield from pods.without_bounds(found)


def assumed(apps: Sequence[HydratedApp], repository: Repository, cluster: Cluster) -> list[tuple[str, str]]:
    """Return what is no problem only if an operator makes it: the app, and what that is, in words."""
    everything = _everything(_world(apps, Places(repository)), cluster, resources=False)
    return [(each.by.app, f"{check.name(each.by.data)}: {each.message}") for each in everything if each.code == ASSUMED]


def unbounded(apps: Sequence[HydratedApp], repository: Repository) -> tuple[int, int]:
    """Return how many containers of an environment have no requests or no limits, and how many there are."""
    every, lacking = pods.unbounded(_world(apps, Places(repository)))
    return len(lacking), every


def _world(apps: Sequence[HydratedApp], places: Places) -> World:
    applied = [app._replace(objects=tuple(item for item in app.objects if check.is_applied(item.data))) for app in apps]
    return world(applied, {app.app: places.namespace(app.app) for app in apps})


def _ingresses(found: World) -> Iterator[Said]:
    """Find Ingresses whose Service, or whose port of it, is not there."""
    services = {each.key[2:]: each for each in found.placed if each.key.kind == "Service"}
    for each in found.placed:
        if each.key.kind != "Ingress" or each.key.namespace in ALWAYS_THERE:
            continue
        for name, port in dict.fromkeys(_backends(each.data)):
            service = services.get((each.key.namespace, name))
            if service is None and operators.may_make(found, each.key.namespace, name):
                yield Said(ASSUMED, each, f"an operator may make the Service {name!r}")
            elif service is None:
                here = [other for namespace, other in services if namespace == each.key.namespace]
                yield Said(
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
                    yield Said("E707", each, f"the Service {name} has no port {port!r}", f"it has: {known}", str(port))


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


def _read(found: World, cluster: Cluster) -> Iterator[Said]:
    """Find objects that are read and that nobody makes: ConfigMaps, Secrets, claims, what is scaled, and so on."""
    made = secretmakers.made(found, cluster)
    for reading in {(each.reader.key, each[1:]): each for each in readings(found)}.values():
        what = reading[1:]
        if (
            reading.namespace in ALWAYS_THERE
            or (reading.kind, reading.name) == _OF_EVERY_NAMESPACE
            or what in made
            or found.has(*what)
            or (reading.kind == "PersistentVolumeClaim" and _is_of_a_set(found, reading.namespace, reading.name))
            or secretmakers.is_made_by_a_job(found, reading.namespace, reading.name)
        ):
            continue
        if operators.may_make(found, reading.namespace, reading.name):
            yield Said(ASSUMED, reading.reader, f"an operator may make the {reading.kind} {reading.name!r}")
            continue
        known = [name for kind, namespace, name in (*made, *found.there) if (kind, namespace) == what[:2]]
        likely = suggest.closest(reading.name, known)
        hint = suggest.did_you_mean(likely) if likely else _made_where(reading.kind)
        yield Said(
            "E709",
            reading.reader,
            f"it needs the {reading.kind} {reading.name!r}, which nothing makes",
            hint,
            reading.name,
        )


def _is_of_a_set(found: World, namespace: str, claim: str) -> bool:
    """Say whether a StatefulSet makes a claim: one a pod, `data-store-0`."""
    return any(
        claim.rpartition("-")[0] == f"{at(template, ('metadata', 'name'), '')}-{each.key.name}"
        for each in found.placed
        if each.key.kind == "StatefulSet" and each.key.namespace == namespace
        for template in maps(at(each.data, ("spec", "volumeClaimTemplates"), None))
    )


def _keys(found: World) -> Iterator[Said]:
    """Find keys that are read and that their ConfigMap or Secret has not; one that is empty may be filled by others."""
    held = {}
    for each in found.placed:
        if each.key.kind in ("ConfigMap", "Secret"):
            said = [each.data.get(word) for word in ("data", "binaryData", "stringData")]
            held[each.key[1:]] = {str(key) for some in said if isinstance(some, Mapping) for key in some}
    for reading, key in {(each[0].reader.key, each[0][1:], each[1]): each for each in keys_read(found)}.values():
        there = held.get((reading.kind, reading.namespace, reading.name))
        if there and key not in there:
            message = f"it needs the key {key!r} of the {reading.kind} {reading.name!r}, which has no such key"
            yield Said("E709", reading.reader, message, suggest.hint(key, there), key)


def _made_where(kind: str) -> str:
    if kind == "Secret":
        where = "list it in the app's app.yaml, under secrets or, where people make it, under manualSecrets"
    else:
        where = "check the value that names it, and the one that switches it on"
    return f"{where}; where people or an operator make it, accept E709 for the app in the spec"


def _namespaces(found: World, cluster: Cluster) -> Iterator[Said]:
    """Find objects in namespaces that nobody makes, the first of each."""
    there = {*ALWAYS_THERE, *cluster.namespaces}
    there |= {each.key.name for each in found.placed if each.key.kind == "Namespace"}
    told = set()
    for each in found.placed:
        namespace = each.key.namespace
        if namespace and namespace not in there and namespace not in told:
            told.add(namespace)
            yield Said("E710", each, f"nobody makes its namespace {namespace!r}", suggest.hint(namespace, there))


def _storage(found: World, cluster: Cluster) -> Iterator[Said]:
    """Find volume claims of a storage class that the cluster is not said to have; those with a volume need none."""
    if not cluster.storage_classes:
        return
    there = {*cluster.storage_classes, *(each.key.name for each in found.placed if each.key.kind == "StorageClass")}
    # A volume that is there already is bound by the name of its class alone.
    volumes = (each.data for each in found.placed if each.key.kind == "PersistentVolume")
    there |= {str(at(volume, ("spec", "storageClassName"), "")) for volume in volumes} - {""}
    for each in found.placed:
        claims = [each.data] if each.key.kind == "PersistentVolumeClaim" else []
        if each.key.kind == "StatefulSet":
            claims += maps(at(each.data, ("spec", "volumeClaimTemplates"), None))
        for claim in claims:
            name = at(claim, ("spec", "storageClassName"), None)
            if name and name not in there and not at(claim, ("spec", "volumeName"), None):
                hint = f"known are: {', '.join(sorted(there))}; cluster.storageClasses lists more"
                yield Said("W711", each, f"the cluster is not said to have the storage class {name!r}", hint, str(name))
