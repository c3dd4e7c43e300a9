"""Rules about pods: which of them Services select, their images, what they ask of a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.rules.kubernetes import check, operators
from efdgen.rules.kubernetes.world import ALWAYS_THERE, ASSUMED, Placed, Pods, Said, World, maps

CODES = ("W708", "W713", "W715", "W720")
UNBOUNDED = "W718"

_MAYBE = "where an operator makes the pods, accept W708 for the app in the spec"

_NODE_PORTS = range(30000, 32768)
"""What the API server gives to Services without its option --service-node-port-range."""
_PASSING = ("CronJob", "Job")
_RESOURCES = ("requests", "limits")


def selections(found: World) -> Iterator[Said]:
    """Find Services that select no pod, or the pods of several workloads."""
    for each in found.placed:
        selector = at(each.data, ("spec", "selector"), None)
        is_ours = each.key.kind == "Service" and each.key.namespace not in ALWAYS_THERE
        if not is_ours or not isinstance(selector, Mapping) or not selector:
            continue
        here = [pods for pods in found.pods if pods.made_by.key.namespace == each.key.namespace]
        selected = [pods for pods in here if pods.are_selected(selector)]
        makers = {pods.made_by.key: pods.made_by for pods in selected if _serves(pods, each)}
        said = ", ".join(f"{key}={value}" for key, value in selector.items())
        if not selected and operators.may_make_pods(found, each.key.namespace, selector):
            yield Said(ASSUMED, each, f"an operator may make the pods that it selects ({said})")
        elif not selected:
            yield Said("W708", each, f"it selects no pod: nothing in its namespace makes one with {said}", _MAYBE)
        else:
            yield from _named_ports(each, selected)
        if len(makers) > 1:
            names = " and ".join(sorted(check.name(maker.data) for maker in makers.values()))
            when = ", while the Job runs" if any(key.kind in _PASSING for key in makers) else ""
            yield Said(
                "W715", each, f"it selects pods of {names}: connections reach either{when}", f"it selects {said}"
            )


def node_ports(found: World) -> Iterator[Said]:
    """Find ports of nodes that a cluster refuses, unless it was started with a range of its own."""
    for each in found.placed:
        if each.key.kind == "Service":
            for port in maps(at(each.data, ("spec", "ports"), None)):
                number = port.get("nodePort")
                if isinstance(number, int) and number and number not in _NODE_PORTS:
                    said = f"{_NODE_PORTS.start} to {_NODE_PORTS.stop - 1}"
                    message = f"its nodePort {number} is not {said}: a cluster refuses it, unless its range is another"
                    yield Said("W720", each, message, "take one of these, or accept the rule", str(number))


def _named_ports(service: Placed, selected: list[Pods]) -> Iterator[Said]:
    """Find ports of a Service that lead to a name that no container of its pods has."""
    names = {port.get("name") for pods in selected for port in _ports(pods)}
    for target in dict.fromkeys(port.get("targetPort") for port in maps(at(service.data, ("spec", "ports"), None))):
        if isinstance(target, str) and target and not target.isdigit() and target not in names:
            message = f"its port leads to {target!r}, and no container of its pods has a port of that name"
            yield Said(
                "W708", service, message, suggest.hint(target, [name for name in names if isinstance(name, str)])
            )


def _ports(pods: Pods) -> Iterator[Mapping[str, Any]]:
    """Yield the ports of a pod's containers; one that runs first may stay."""
    for container in pods.containers():
        yield from maps(container.get("ports"))


def _serves(pods: Pods, service: Placed) -> bool:
    """Say whether connections to a Service reach pods that it selects: not where no container has its port's name."""
    targets = [port.get("targetPort") for port in maps(at(service.data, ("spec", "ports"), None))]
    names = {port.get("name") for container in pods.lasting() for port in maps(container.get("ports"))}
    return not targets or any(not isinstance(target, str) or target in names for target in targets)


def images(found: World) -> Iterator[Said]:
    """Find images that are another one tomorrow: without a tag, or latest."""
    for pods in found.pods:
        for container in pods.containers():
            image = container.get("image")
            if isinstance(image, str) and image and "@" not in image:
                tag = image.rpartition("/")[2].partition(":")[2]
                if tag in ("", "latest"):
                    what = "is latest" if tag else "has no tag"
                    message = f"the image {image} {what}: it is another one some day"
                    yield Said("W713", pods.made_by, message, "pin a tag in the values", tag or image)


class Unbounded(NamedTuple):
    """A container that does not say what it needs of a node, or how much it may take: the words that are missing."""

    by: Placed
    container: str
    missing: tuple[str, ...]


def unbounded(found: World) -> tuple[int, list[Unbounded]]:
    """Return the number of all containers, and those without requests or limits. Jobs come and go: they don't count."""
    every, lacking = 0, []
    for pods in found.pods:
        if pods.made_by.key.kind in _PASSING:
            continue
        for container in pods.lasting():
            every += 1
            missing = tuple(word for word in _RESOURCES if not _says(container, word))
            if missing:
                lacking.append(Unbounded(pods.made_by, str(container.get("name", "?")), missing))
    return every, lacking


def _says(container: Mapping[str, Any], word: str) -> bool:
    """Say whether a container has requests or limits. Limits alone are requests as well: Kubernetes takes them."""
    said = at(container, ("resources", word), None)
    return bool(said) or (word == "requests" and bool(at(container, ("resources", "limits"), None)))


def without_bounds(found: World) -> Iterator[Said]:
    """Yield the containers without requests or limits, a problem each."""
    for one in unbounded(found)[1]:
        yield Said(UNBOUNDED, one.by, f"the container {one.container} has no {' and no '.join(one.missing)}")
