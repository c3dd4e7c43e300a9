"""What `helm template` prints, byte for byte, out of what templates yield.

Helm splits what each template yields into documents, sorts these by kind, and prints hooks behind all others:
`SortManifests` and `InstallOrder` in https://github.com/helm/helm/tree/v3.18.4/pkg/releaseutil, cmd/helm/template.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.helm import objects
from efdgen.language import yamlio
from efdgen.language.layers import at

Manifests = Sequence[tuple[str, str]]
"""Each template's path, and what it yielded: all of it, or one document of several."""

_ORDER = """
PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount
Secret SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole
ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet
Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress
APIService
"""
_PLACES = {kind: place for place, kind in enumerate(_ORDER.split())}

_CRD = re.compile(r"[^/]+(?:/charts/[^/]+)*/crds/")
"""How the path of a definition begins that a chart has beside its templates."""


def is_definition(path: str) -> bool:
    """Say whether a manifest is a file of definitions beside a chart's templates, which Helm prints as it is."""
    return _CRD.match(path) is not None


def printed(manifests: Manifests) -> str:
    """Return what `helm template --include-crds` prints for a release.

    Args:
        manifests: what its definitions and templates yield, in any order of the templates.
    """
    definitions = [_shown(path, text.removesuffix("\n")) for path, text in manifests if is_definition(path)]
    applied: list[tuple[tuple[int, str], str]] = []
    hooks: list[tuple[tuple[int, str], str]] = []
    for path, text in sorted((each for each in manifests if not is_definition(each[0])), key=lambda each: each[0]):
        for document in objects.split(text):
            kind, is_hook, is_known = _head(document)
            if is_known:
                (hooks if is_hook else applied).append((_place(kind), _shown(path, document.removesuffix("\n"))))
    first = "".join([*definitions, *_sorted(applied)]).strip()
    return "".join((f"{first}\n", *_sorted(hooks)))


def _shown(path: str, text: str) -> str:
    return f"---\n# Source: {path}\n{text}\n"


def _head(document: str) -> tuple[str, bool, bool]:
    """Return a document's kind, whether it is a hook, and whether Helm knows what it is a hook of."""
    try:
        data: Any = yamlio.load(document)
    except ValueError:
        data = None  # nothing but comments; what is no YAML was refused before
    if not isinstance(data, dict):
        return "", False, True
    is_hook = at(data, ("metadata", "annotations", objects.HOOK), None) is not None
    return str(data.get("kind") or ""), is_hook, not objects.is_unknown_hook(data)


def _place(kind: str) -> tuple[int, str]:
    """Return where Helm puts a kind: those that it does not name come last, by their names."""
    return (_PLACES[kind], "") if kind in _PLACES else (len(_PLACES), kind)


def _sorted(documents: Sequence[tuple[tuple[int, str], str]]) -> Iterator[str]:
    yield from (text for _, text in sorted(documents, key=lambda each: each[0]))
