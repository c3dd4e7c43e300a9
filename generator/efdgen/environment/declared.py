"""What app.yaml declares about an app in each environment: conditions, open ports, volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.environment.inside import Disk
from efdgen.environment.model import Volume
from efdgen.environment.volumes import claimed, faults
from efdgen.errors import Path, Problem
from efdgen.language import scope
from efdgen.language.scope import Filling
from efdgen.language.shown import shown
from efdgen.repository.model import AppDefinition

_WHEN = "when"


def is_there(said: Mapping[str, Any], path: Path, filling: Filling) -> bool:
    """Evaluate `when`: whether something exists in an environment. False when it can't be known, with the problem.

    Null, as of a value that was taken away, is false.

    Args:
        said: what is said of it; without a `when`, it is there.
        path: where that stands in the layers.
        filling: the names and layers, and the problems, to which E304 is added for what is not true or false.
    """
    when = said.get(_WHEN, True)
    if isinstance(when, bool):
        return when
    found: list[Problem] = []
    where = (*path, _WHEN)
    value = scope.fill(when, where, filling.apart(found))
    if not found and value is not None and not isinstance(value, bool):
        message = f"`when` must yield true or false, not {shown(value)} (environment {filling.environment})"
        found.append(Problem("E304", message, scope.locate(filling.layers, where), where))
    filling.problems.extend(found)
    return value is True


def filled(said: Mapping[str, Any], path: Path, filling: Filling) -> Mapping[str, Any]:
    """Return what is said of something that is there, evaluated, but for its `when`, which was evaluated before."""
    opening = filling.shared.opening(said)
    return scope.fill_below(said, [key for key in opening if key != _WHEN], path, filling) if opening else said


def open_node_ports(app: AppDefinition, said: Any, filling: Filling) -> frozenset[str]:
    """Return the services on nodes' ports that answer: all of a list; of a mapping, those whose `when` holds."""
    if not app.node_port_hosts:
        return frozenset()
    by_name: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    return frozenset(
        service
        for service in app.node_port_hosts
        if is_there(by_name.get(service, {}), ("nodePortHosts", service), filling)
    )


def volumes(app: AppDefinition, said: Mapping[str, Any], disks: Sequence[Disk], filling: Filling) -> tuple[Volume, ...]:
    """Return what an app claims in an environment; what can't be known is left out, with the problem (E304).

    Args:
        app: the app.
        said: what is said of each volume, by name; null: nothing.
        disks: what the app's values claim.
        filling: the names and layers, and the problems.
    """
    declared: dict[str, Mapping[str, Any] | None] = {}
    for what, settings in said.items():
        if settings is not None:
            is_claimed = is_there(settings, ("volumes", what), filling)
            declared[what] = _volume(app, what, settings, filling) if is_claimed else None
    return claimed(app, disks, declared)


def _volume(app: AppDefinition, what: str, settings: Mapping[str, Any], filling: Filling) -> Mapping[str, Any] | None:
    found: list[Problem] = []
    path: Path = ("volumes", what)
    volume = filled(settings, path, filling.apart(found))
    for key, wrong in () if found else faults(volume):
        message = f"{key} of the volume {what!r} {wrong} ({app.name} in environment {filling.environment})"
        found.append(Problem("E304", message, scope.locate(filling.layers, (*path, key)), (*path, key)))
    filling.problems.extend(found)
    return None if found else volume
