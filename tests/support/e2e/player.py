"""Plays what a cluster lacks, by writing what the missing parts would write.

Without nodes: pods run, and claims are bound. Without a network: load balancers and Ingresses have an address. Without
Vault: each VaultSecret has its Secret.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path

from support.e2e.api import Api, Object, RefusedError, path_of

_CORE = "/api/v1"
_NETWORK = "/apis/networking.k8s.io/v1"
_VAULT = "/apis/ricoberger.de/v1alpha1"
_STORAGE = "/apis/storage.k8s.io/v1"

Part = Callable[[Api], None]


class Player:
    """Looks again and again for what is to be done, until it is stopped.

    Args:
        api: the API server.
        parts: what to play.
        log: where mishaps are written.
    """

    def __init__(self, api: Api, parts: Iterable[Part], log: Path) -> None:
        self._api = api
        self._parts = tuple(parts)
        self._log = log
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)

    def __enter__(self) -> Player:  # noqa: PYI034 - Self came with Python 3.11
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _play(self) -> None:
        while not self._end.wait(0.5):
            for part in self._parts:
                try:
                    part(self._api)
                except (OSError, RefusedError) as error:
                    with self._log.open("a", encoding="utf-8") as log:
                        log.write(f"{error!r}\n")


def nodes() -> list[Part]:
    """Return what a cluster without nodes needs."""
    return [_storage_class, _pods, _claims]


def surroundings(secret: Mapping[str, str]) -> list[Part]:
    """Return what a cluster alone on a machine needs.

    Args:
        secret: what each Secret from Vault holds, by key.
    """
    data = {key: base64.b64encode(value.encode()).decode() for key, value in secret.items()}
    return [_load_balancers, _ingresses, lambda api: _vault_secrets(api, data)]


def _storage_class(api: Api) -> None:
    if api.get(f"{_STORAGE}/storageclasses/local-path") is None:
        api.create(
            f"{_STORAGE}/storageclasses",
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": "local-path"},
                "provisioner": "rancher.io/local-path",
                "reclaimPolicy": "Delete",
            },
        )


def _pods(api: Api) -> None:
    for pod in api.items(f"{_CORE}/pods"):
        path = path_of(pod, _CORE, "pods")
        if "deletionTimestamp" in pod["metadata"]:
            api.delete(path)
        elif any(owner["kind"] == "Job" for owner in pod["metadata"].get("ownerReferences", [])):
            if pod["status"].get("phase") != "Succeeded":
                api.patch_status(path, {"phase": "Succeeded", "containerStatuses": _containers(pod, is_done=True)})
        elif pod["status"].get("phase") != "Running":
            conditions = [
                {"type": kind, "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}
                for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
            ]
            status = {"phase": "Running", "startTime": _now(), "conditions": conditions}
            api.patch_status(path, {**status, "containerStatuses": _containers(pod, is_done=False)})


def _containers(pod: Object, *, is_done: bool) -> list[Object]:
    at = _now()
    done = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}}
    return [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": not is_done,
            "started": not is_done,
            "restartCount": 0,
            "state": done if is_done else {"running": {"startedAt": at}},
        }
        for container in pod["spec"]["containers"]
    ]


def _claims(api: Api) -> None:
    """Make the volume of each claim; Kubernetes binds them."""
    for claim in api.items(f"{_CORE}/persistentvolumeclaims"):
        metadata, spec = claim["metadata"], claim["spec"]
        if claim["status"].get("phase") != "Pending" or spec.get("volumeName"):
            continue
        wanted = {"kind": "PersistentVolumeClaim", "apiVersion": "v1"}
        wanted |= {key: metadata[key] for key in ("namespace", "name", "uid")}
        api.create(
            f"{_CORE}/persistentvolumes",
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": f"pvc-{metadata['uid']}"},
                "spec": {
                    "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                    "accessModes": spec["accessModes"],
                    "storageClassName": spec.get("storageClassName", ""),
                    "persistentVolumeReclaimPolicy": "Delete",
                    "claimRef": wanted,
                    "hostPath": {"path": f"/nonexistent/{metadata['name']}"},
                },
            },
        )


_ADDRESS = {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}


def _load_balancers(api: Api) -> None:
    for service in api.items(f"{_CORE}/services"):
        if service["spec"].get("type") == "LoadBalancer" and not service["status"].get("loadBalancer"):
            api.patch_status(path_of(service, _CORE, "services"), _ADDRESS)


def _ingresses(api: Api) -> None:
    for ingress in api.items(f"{_NETWORK}/ingresses"):
        if not ingress.get("status", {}).get("loadBalancer"):
            api.patch_status(path_of(ingress, _NETWORK, "ingresses"), _ADDRESS)


def _vault_secrets(api: Api, data: Mapping[str, str]) -> None:
    for wanted in api.items(f"{_VAULT}/vaultsecrets"):
        metadata = wanted["metadata"]
        if "deletionTimestamp" in metadata or api.get(path_of(wanted, _CORE, "secrets")) is not None:
            continue
        owner = {"apiVersion": "ricoberger.de/v1alpha1", "kind": "VaultSecret", "controller": True}
        owner |= {"name": metadata["name"], "uid": metadata["uid"], "blockOwnerDeletion": True}
        api.create(
            f"{_CORE}/namespaces/{metadata['namespace']}/secrets",
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "Opaque",
                "metadata": {
                    "name": metadata["name"],
                    # As the operator does: a Secret has the labels of its VaultSecret, Argo CD's too.
                    "labels": {"created-by": "vault-secrets-operator", **metadata.get("labels", {})},
                    "ownerReferences": [owner],
                },
                "data": data,
            },
        )


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
