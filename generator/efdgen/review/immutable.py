"""Changes that Kubernetes refuses on an object that is there already: the sync would fail, or wait for ever.

What can't be changed is in the API server's validation, such as ValidateStatefulSetUpdate:
https://github.com/kubernetes/kubernetes/tree/master/pkg/apis
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.review.semantic import Edit, Item, Steps

_MUTABLE_OF_A_STATEFUL_SET = frozenset(
    ("replicas", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "ordinals")
)
_HOOKS = ("helm.sh/hook", "argocd.argoproj.io/hook")

_IMMUTABLE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Deployment": (("spec", "selector"),),
    "DaemonSet": (("spec", "selector"),),
    "ReplicaSet": (("spec", "selector"),),
    "Job": (("spec", "template"), ("spec", "selector"), ("spec", "completionMode")),
    "RoleBinding": (("roleRef",),),
    "ClusterRoleBinding": (("roleRef",),),
    "Secret": (("type",),),
    "StorageClass": (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    "IngressClass": (("spec", "controller"),),
    "CustomResourceDefinition": (("spec", "group"), ("spec", "scope"), ("spec", "names", "plural")),
}
"""What can't be changed, by kind; other kinds have functions of their own."""

_DELETE_FIRST = "delete it and sync again"
_WHAT_TO_DO: Mapping[str, str] = {
    "StatefulSet": (
        "delete it with --cascade=orphan, so that its pods and claims stay, and sync; claims that are there keep what "
        "they were made with"
    ),
    "PersistentVolumeClaim": "a claim stays as it is: leave the value, or move the data to a new claim by hand",
    "Service": f"{_DELETE_FIRST}; it can't be reached in between",
    "Deployment": f"{_DELETE_FIRST}; its pods stop in between, unless it goes with --cascade=orphan",
    "DaemonSet": f"{_DELETE_FIRST}; its pods stop in between, unless it goes with --cascade=orphan",
    "Job": f"{_DELETE_FIRST}; it runs once more then",
    "CustomResourceDefinition": "another definition has to be made: deleting this one deletes all of its objects",
}

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([EPTGMk]i?|m)?\Z")
_UNITS = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_UNITS |= {f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)} | {"ki": 1024.0}


def is_refused(edit: Edit, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether Kubernetes refuses a change of an object. Hooks are made anew each time: nothing of theirs is.

    Args:
        edit: what differs.
        before: the object.
        after: the same object, changed.
    """
    if any(at(after, ("metadata", "annotations", hook)) is not ABSENT for hook in _HOOKS):
        return False
    kind = str(after.get("kind"))
    path = _names(edit.path)
    if kind == "StatefulSet":
        return path[:1] == ("spec",) and path[1] not in _MUTABLE_OF_A_STATEFUL_SET
    if kind == "PersistentVolumeClaim":
        return path[:1] == ("spec",) and not _grows(path, edit)
    if kind == "Service":
        # One that is not set any more stays as it is.
        return path[:2] in (("spec", "clusterIP"), ("spec", "clusterIPs")) and edit.after not in (ABSENT, None, "")
    if kind in ("ConfigMap", "Secret") and before.get("immutable") is True:
        return path[:1] in (("data",), ("stringData",), ("binaryData",), ("immutable",))
    return any(path[: len(prefix)] == prefix for prefix in _IMMUTABLE.get(kind, ()))


def what_to_do(kind: str) -> str:
    """Return what an operator can do about a change of an object that Kubernetes refuses."""
    return _WHAT_TO_DO.get(kind, _DELETE_FIRST)


def _names(path: Steps) -> tuple[str, ...]:
    return tuple(step.name if isinstance(step, Item) else str(step) for step in path)


def _grows(path: tuple[str, ...], edit: Edit) -> bool:
    """Say whether a claim asks for more storage, which storage classes can allow."""
    if path != ("spec", "resources", "requests", "storage"):
        return path[:2] == ("spec", "resources") and path[2:3] == ("limits",)
    sizes = [_bytes(side) for side in (edit.before, edit.after)]
    return sizes[0] is None or sizes[1] is None or sizes[1] >= sizes[0]


def _bytes(quantity: Any) -> float | None:
    match = _QUANTITY.match(str(quantity))
    return float(match[1]) * _UNITS[match[2] or ""] if match else None
