"""The volumes that apps claim: those that app.yaml declares, and those that follow the charts' common convention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.inside import Disk
from efdgen.environment.model import ResolvedEnvironment, Volume
from efdgen.language import expressions, schema
from efdgen.repository.model import AppDefinition

MOST = 1000
"""How many pods with claims of their own, and how many claims of each pod, there can be."""


_SIZE = "types#/$defs/storageSize"


def volumes(environment: ResolvedEnvironment) -> tuple[Volume, ...]:
    """Return what is claimed, by app."""
    return tuple(volume for app in environment.apps for volume in app.volumes)


def claims(volumes: Iterable[Volume]) -> dict[str, int]:
    """Return how many claims there are in each namespace that has any, in the order of the volumes."""
    found: dict[str, int] = {}
    for volume in volumes:
        found[volume.namespace] = found.get(volume.namespace, 0) + volume.claims
    return found


def claimed(
    app: AppDefinition,
    disks: Sequence[Disk],
    declared: Mapping[str, Mapping[str, Any] | None],
) -> tuple[Volume, ...]:
    """Return what an app claims: what is declared, in that order, then what is found in its values.

    Args:
        app: the app.
        disks: what its values claim in an environment, each by the name of its part of the chart.
        declared: what app.yaml declares, evaluated and without faults, by name; None: not there in this environment.
            What is found under such a name counts no more.
    """
    if not disks and not declared:
        return ()
    own = [
        _volume(app, what, said.get("pods", 1) * said.get("claims", 1), said["size"], said.get("storageClass"))
        for what, said in declared.items()
        if said is not None
    ]
    found = [(str(path[-1]) if path else app.name, size, storage_class) for path, size, storage_class in disks]
    return (*own, *[_volume(app, what, 1, size, of) for what, size, of in found if what not in declared])


def faults(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a declared volume, evaluated: the key, and what its value must be.

    `{"claims": 2.5, "size": "8Gi"}` yields `("claims", "must be a whole number from 0 to 1,000, not 2.5")`.
    """
    for key in ("pods", "claims"):
        count = said.get(key, 1)
        if type(count) is not int or not 0 <= count <= MOST:
            yield key, f"must be a whole number from 0 to {MOST:,}, not {_shown(count)}"
    size = said.get("size")
    of_sizes = schema.load(_SIZE)
    if not schema.is_surely(size, _SIZE) or expressions.has_expression(str(size)):
        yield "size", f"{of_sizes['errorMessage']}, not {_shown(size)}"
    storage_class = said.get("storageClass")
    if storage_class is not None and not isinstance(storage_class, str):
        yield "storageClass", f"must be the name of a storage class, not {_shown(storage_class)}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value) if isinstance(value, str) else expressions.text(value) if value is not None else "null"


def _volume(app: AppDefinition, what: str, claims: int, size: str, storage_class: str | None) -> Volume:
    return Volume(app.name, app.namespace, what, claims, size, storage_class)
