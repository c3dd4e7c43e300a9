"""Rules about who makes a Secret: nobody, or two at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.rules.kubernetes import check, operators
from efdgen.rules.kubernetes.world import ALWAYS_THERE, ASSUMED, Cluster, Placed, Said, World, maps

TWICE = "E716"
CODES = (TWICE, "W717")

_CERTIFICATES = "cert-manager.io/"
_ACME = "kubernetes.io/tls-acme"
_OPERATORS = ("ExternalSecret", "SealedSecret", "VaultSecret")
"""Kinds of objects whose operators make a Secret of the same name."""


class _Maker(NamedTuple):
    """What makes a Secret: of which kind it is, and the object. None: people make it."""

    kind: str
    by: Placed | None


def made(found: World, cluster: Cluster) -> set[tuple[str, str, str]]:
    """Return the Secrets that something or somebody makes: kind, namespace and name."""
    return {("Secret", namespace, name) for namespace, name in _makers(found, cluster)}


def twice(found: World, cluster: Cluster) -> Iterator[Said]:
    """Find Secrets that are made in two ways: what is in them depends on who was there last."""
    for (_, name), makers in _makers(found, cluster).items():
        kinds = {maker.kind: maker.by for maker in makers}
        there = [by for by in kinds.values() if by is not None]
        if len(kinds) > 1 and there:
            by = there[-1]
            others = [f"{check.name(other.data)} of {other.app}" for other in there[:-1]]
            others += ["people, by hand (manualSecrets)"] if None in kinds.values() else []
            message = (
                f"it makes the Secret {name!r}, and so {'do' if len(others) > 1 else 'does'} {' and '.join(others)}"
            )
            yield Said(TWICE, by, message.replace("so does people", "so do people"), "let one of them make it", name)


def _makers(found: World, cluster: Cluster) -> Mapping[tuple[str, str], list[_Maker]]:
    makers: dict[tuple[str, str], list[_Maker]] = {}
    for namespace, name in cluster.secrets:
        makers.setdefault((namespace, name), []).append(_Maker("people", None))
    for each in found.placed:
        for kind, name in made_by(each):
            makers.setdefault((each.key.namespace, name), []).append(_Maker(kind, each))
    return makers


def made_by(each: Placed) -> Iterator[tuple[str, str]]:
    """Yield the Secrets that an object makes or is, each with the kind of what makes it."""
    if each.key.kind in ("Secret", *_OPERATORS):
        yield each.key.kind, _secret_of(each)
    for name in _by_certificates(each):
        yield "Certificate", name


def _secret_of(each: Placed) -> str:
    """Return the name of the Secret that an object makes or is: its own, unless its kind can say another."""
    where = {"ExternalSecret": ("spec", "target", "name"), "SealedSecret": ("spec", "template", "metadata", "name")}
    return str((at(each.data, where[each.key.kind], None) if each.key.kind in where else None) or each.key.name)


def _by_certificates(each: Placed) -> Iterator[str]:
    """Yield the Secrets that cert-manager makes."""
    if each.key.kind == "Certificate":
        yield str(at(each.data, ("spec", "secretName"), ""))
    annotations = at(each.data, ("metadata", "annotations"), None)
    is_annotated = isinstance(annotations, Mapping) and any(
        str(key).startswith(_CERTIFICATES) or (key == _ACME and str(value).lower() == "true")
        for key, value in annotations.items()
    )
    if each.key.kind == "Gateway" and is_annotated:
        for listener in maps(at(each.data, ("spec", "listeners"), None)):
            yield from (str(said.get("name")) for said in maps(at(listener, ("tls", "certificateRefs"), None)))
    if each.key.kind == "Ingress" and is_annotated:
        yield from (str(tls.get("secretName")) for tls in maps(at(each.data, ("spec", "tls"), None)))


def pulled_with(found: World, cluster: Cluster) -> Iterator[Said]:
    """Find Secrets that images are to be pulled with, and that nothing makes: Kubernetes pulls without."""
    there = made(found, cluster)
    asking = [(pods.made_by, pods.spec.get("imagePullSecrets")) for pods in found.pods]
    asking += [(each, each.data.get("imagePullSecrets")) for each in found.placed if each.key.kind == "ServiceAccount"]
    for by, secrets in asking:
        namespace = by.key.namespace
        for name in dict.fromkeys(str(secret.get("name", "")) for secret in maps(secrets)):
            if namespace in ALWAYS_THERE or ("Secret", namespace, name) in there:
                continue
            if operators.may_make(found, namespace, name):
                yield Said(ASSUMED, by, f"an operator may make the Secret {name!r}")
            else:
                known = [other for _, place, other in there if place == namespace]
                message = f"images are to be pulled with the Secret {name!r}, which nothing makes"
                hint = suggest.did_you_mean(likely) if (likely := suggest.closest(name, known)) else ""
                yield Said("W717", by, message, hint or "list it in the app's app.yaml, under manualSecrets", name)


def is_made_by_a_job(found: World, namespace: str, name: str) -> bool:
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
