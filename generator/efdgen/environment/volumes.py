"""The volumes that the apps of an environment claim, as far as their values say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment


class Volume(NamedTuple):
    """Claims of one kind. No storage class: the cluster's default.

    Attributes:
        app: the app's name.
        namespace: where the claims are.
        what: what the volume holds: the part of the chart, and which of its disks.
        claims: how many of them.
        size: of each, as Kubernetes writes it.
        storage_class: of each.
    """

    app: str
    namespace: str
    what: str
    claims: int
    size: str
    storage_class: str | None


_REPLICAS = ("brokers", "servers")
"""How many pods have volumes of their own, in charts that say so."""

_DISKS = (
    ("size", "storageClass", ""),
    ("dataDirSize", "dataDirStorageClass", "data"),
    ("dataLogDirSize", "dataLogDirStorageClass", "log"),
)
"""What charts call a volume's size and class, and which of several it is."""


def volumes(environment: ResolvedEnvironment) -> tuple[Volume, ...]:
    """Return what is claimed, by app."""
    return tuple(volume for app in environment.apps for volume in _claimed(app, app.values, app.definition.name))


def _claimed(app: ResolvedApp, values: Mapping[str, Any], name: str) -> Iterator[Volume]:
    """Yield the claims that a part of a chart makes, and those of its own parts."""
    if values.get("enabled") is False:
        return
    persistence = values.get("persistence")
    if isinstance(persistence, dict) and persistence.get("enabled") is True:
        count = next((values[key] for key in _REPLICAS if isinstance(values.get(key), int)), 1)
        for size, storage_class, disk in _DISKS:
            if size in persistence:
                what = f"{name} ({disk})" if disk else name
                disks = persistence.get("disksPerBroker", 1) if not disk else 1
                yield Volume(
                    app.definition.name,
                    app.definition.namespace,
                    what,
                    count * disks,
                    str(persistence[size]),
                    persistence.get(storage_class),
                )
    for key, part in values.items():
        if key != "persistence" and isinstance(part, dict):
            yield from _claimed(app, part, key)
