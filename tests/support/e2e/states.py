"""What Argo CD says of its Applications."""

from __future__ import annotations

from typing import NamedTuple

from support.e2e.api import Api

_PATH = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"


class State(NamedTuple):
    """What Argo CD says of an Application.

    Attributes:
        sync: `Synced`, `OutOfSync` or `Unknown`.
        health: `Healthy`, `Progressing`, `Degraded`, `Missing` and so on.
        different: the objects that are not as Git has them.
        conditions: the types of its conditions, such as `ComparisonError`.
    """

    sync: str
    health: str
    different: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


FINE = State("Synced", "Healthy")


def states(api: Api) -> dict[str, State]:
    """Return what Argo CD says, by Application."""
    found = {}
    for application in api.items(_PATH):
        status = application.get("status", {})
        found[application["metadata"]["name"]] = State(
            status.get("sync", {}).get("status", ""),
            status.get("health", {}).get("status", ""),
            tuple(
                f"{each['kind']} {each['name']}"
                for each in status.get("resources", ())
                if each.get("status", "Synced") != "Synced"
            ),
            tuple(each["type"] for each in status.get("conditions", ())),
        )
    return found
