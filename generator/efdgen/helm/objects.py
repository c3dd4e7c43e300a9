"""Kubernetes objects: out of what Helm's templates yield, and what tells one from another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import ChartError
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple

_SEPARATOR = re.compile(r"(?:^|\s*\n)---\s*")
"""Where Helm splits what a template yields: https://github.com/helm/helm/blob/main/pkg/release/v1/util/manifest.go."""

HOOK = "helm.sh/hook"
"""The annotation that makes a hook of an object."""
_EVENTS = ("install", "delete", "upgrade", "rollback")
_EVENTS_SAID = re.compile(r"""helm\.sh/hook["']?\s*:\s*["']?([^"'\n{}]*)""")
"""What may be the events of a hook; only YAML tells."""
_HOOKS = frozenset(("test", "test-success", *(f"{when}-{event}" for when in ("pre", "post") for event in _EVENTS)))


_OF_THE_CLUSTER = frozenset(
    (
        *("APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding"),
        *("CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace"),
        *("Node", "PersistentVolume", "PodSecurityPolicy", "PriorityClass", "PriorityLevelConfiguration"),
        *("RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("ValidatingWebhookConfiguration", "VolumeAttachment"),
    )
)
"""Kubernetes' own kinds that have no namespace."""


class Object(NamedTuple):
    """A Kubernetes object, and the template that it came from: `influxdb/charts/influxdb/templates/service.yaml`."""

    source: str
    data: Mapping[str, Any]


class Key(NamedTuple):
    """What tells an object from the others of a cluster. No namespace: none is written."""

    group: str
    kind: str
    namespace: str
    name: str


def key(data: Mapping[str, Any]) -> Key:
    """Return what tells an object from others; two versions of an API are one group."""
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    group = str(data.get("apiVersion") or "").rpartition("/")[0]
    namespace, name = metadata.get("namespace") or "", metadata.get("name") or metadata.get("generateName") or ""
    return Key(group, str(data.get("kind") or ""), str(namespace), str(name))


def placed(data: Mapping[str, Any], namespace: str) -> Key:
    """Return what tells an object from all others of its cluster.

    Args:
        data: the object.
        namespace: where it goes if it names no namespace: its Application's. Kinds of the cluster have none.
    """
    found = key(data)
    return found._replace(namespace="" if found.kind in _OF_THE_CLUSTER else found.namespace or namespace)


def read(manifests: Iterable[tuple[str, str]]) -> tuple[Object, ...]:
    """Return the objects in what templates yielded, sorted by template, kind, namespace and name.

    Empty documents are left out, and what Helm leaves out: hooks of an event that it does not know. A List becomes
    its items, as in Argo CD.

    Args:
        manifests: each template's path, and what it yielded.

    Raises:
        ChartError: when something is no YAML, or no Kubernetes object.
    """
    found = [
        Object(source, data)
        for source, text in manifests
        for document in split(text)
        for data in _objects(source, document)
    ]
    return tuple(sorted(found, key=lambda item: (item.source, *key(item.data)[1:], key(item.data).group)))


def split(text: str) -> list[str]:
    """Split what a template yields into documents where Helm does; those without content are left out.

    Each ends with one line break, as `helm template` prints it: a text at its end may have that.
    """
    return [f"{part.strip()}\n" for part in _SEPARATOR.split(text.strip()) if part.strip()]


def _objects(source: str, text: str) -> Iterator[Mapping[str, Any]]:
    try:
        documents = yamlio.load_all(text)
    except ValueError as error:
        raise ChartError(f"{source} yields no YAML: {error}") from None
    for data in documents:
        if data is None:
            continue
        if not isinstance(data, dict) or not isinstance(data.get("kind"), str) or not data["kind"]:
            raise ChartError(f"{source} yields {_what(data)}, and no Kubernetes object: it has no `kind`")
        if not is_unknown_hook(data):
            yield from _flat(source, data)


def _what(data: Any) -> str:
    if isinstance(data, dict):
        return f"a mapping with {', '.join(map(repr, data)) or 'nothing in it'}"
    return "a list" if isinstance(data, list) else repr(data)


def is_unknown_hook(data: Mapping[str, Any]) -> bool:
    """Say whether an object is a hook of an event that Helm does not know: Helm drops it."""
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict) or HOOK not in annotations:
        return False
    return _are_unknown(str(annotations[HOOK]))


def _are_unknown(events: str) -> bool:
    """Say whether Helm does not know one of the events of a hook, `post-install,post-upgrade`."""
    return not all(event.strip().lower() in _HOOKS for event in events.split(","))


def unknown_hooks(text: str) -> Iterator[str]:
    """Yield the events of the hooks in what a template yields that Helm drops, as they are written."""
    if not any(_are_unknown(match[1]) for match in _EVENTS_SAID.finditer(text)):
        return  # reading YAML takes its time
    for document in split(text):
        try:
            data = yamlio.load(document) if HOOK in document else None
        except ValueError:
            continue  # whoever reads the objects says so
        if isinstance(data, dict) and is_unknown_hook(data):
            yield str(data["metadata"]["annotations"][HOOK])


def _flat(source: str, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield an object, or the items of a List."""
    if not data["kind"].endswith("List") or not isinstance(data.get("items"), list):
        yield data
        return
    for item in data["items"]:
        if not isinstance(item, dict) or not isinstance(item.get("kind"), str):
            raise ChartError(f"{source} yields a {data['kind']} with {_what(item)}, and no Kubernetes object, in it")
        yield from _flat(source, item)
