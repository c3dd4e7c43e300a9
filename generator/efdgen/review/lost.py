"""What is lost, or stays behind, with objects that go: data in volumes, custom resources, all of a namespace.

Argo CD prunes what an app does not have any more, and deletes what an Application had when that goes. What keeps an
object from the one does not keep it from the other: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/.
Definitions of custom resources are pruned wherever the chart has them, its folder crds/ included, and stay when an
Application goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.review import definitions

_SYNC_OPTIONS = ("metadata", "annotations", "argocd.argoproj.io/sync-options")
_RESOURCE_POLICY = ("metadata", "annotations", "helm.sh/resource-policy")
_RETENTION = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")

CLAIMS = "claims"
_ADVICE: Mapping[str, str] = {
    CLAIMS: "the data in them goes, unless volumes are retained",
    "custom resources": "Kubernetes deletes every object of these kinds with them",
    "namespaces": "Kubernetes deletes everything in them",
}
_STAYING = "delete them by hand when nobody needs them"
_WHAT: Mapping[str, str] = {
    "PersistentVolumeClaim": CLAIMS,
    definitions.KIND: "custom resources",
    "Namespace": "namespaces",
}
_NUMBER = re.compile(r" \([0-9]+\)\Z")
"""What stands behind the name of the second object of one name."""


class Lost(NamedTuple):
    """An object that goes and has more than itself, or a claim that was made for it.

    Attributes:
        what: what goes with it.
        name: the object, or the claim.
        stays: whether it stays in the cluster.
    """

    what: str
    name: str
    stays: bool


def gone(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Lost]:
    """Yield what goes with the objects that an app does not have any more."""
    left = {_NUMBER.sub("", name) for name in after}
    for name, data in sorted(before.items()):
        if _NUMBER.sub("", name) not in left:
            yield from with_object(name, data, is_whole=False)


def with_object(name: str, data: Mapping[str, Any], *, is_whole: bool) -> Iterator[Lost]:
    """Yield what goes with an object, or stays; with `is_whole`, when its Application goes."""
    kind = str(data.get("kind"))
    stays = is_kept(data, is_whole=is_whole)
    if kind in _WHAT:
        yield Lost(_WHAT[kind], name, stays)
    for template in at(data, ("spec", "volumeClaimTemplates"), None) or [] if kind == "StatefulSet" else ():
        are_deleted = at(data, _RETENTION, None) == "Delete"
        yield Lost(CLAIMS, f"{at(template, ('metadata', 'name'), '?')} of {name}", stays or not are_deleted)


def is_kept(data: Mapping[str, Any], *, is_whole: bool) -> bool:
    """Say whether Argo CD leaves an object in the cluster: when it goes alone, or with its Application."""
    options = {option.strip() for option in str(at(data, _SYNC_OPTIONS, "")).split(",")}
    if not is_whole:
        return "Prune=false" in options
    policy = str(at(data, _RESOURCE_POLICY, ""))
    return "Delete=false" in options or policy == "keep" or data.get("kind") == definitions.KIND


def advice(what: str, *, stays: bool) -> str:
    """Return what goes with objects, or what to do about those that stay."""
    return _STAYING if stays else _ADVICE[what]


def grouped(found: Iterable[Lost]) -> dict[tuple[str, bool], tuple[str, ...]]:
    """Return the names of what is lost alike: by what it is, and whether it stays."""
    names: dict[tuple[str, bool], list[str]] = {}
    for each in found:
        names.setdefault((each.what, each.stays), []).append(each.name)
    return {alike: tuple(those) for alike, those in names.items()}
