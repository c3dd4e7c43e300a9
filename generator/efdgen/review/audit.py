"""What differs between an environment as it is written and as it is, as data."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable

from efdgen.language.tuples import NamedTuple

VAULT, DNS, TLS, SERVICES, ARGOCD = "vault", "dns", "tls", "services", "argocd"

AREAS = (VAULT, DNS, TLS, SERVICES, ARGOCD)
"""What can be asked, in the order in which an environment is brought up."""


class Status(enum.Enum):
    """How something is. What could not be asked is unknown, and never counts as there."""

    THERE = "there"
    MISSING = "missing"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """What an audit found out about one thing.

    Attributes:
        area: one of `AREAS`.
        subject: the thing: a path in Vault, a host, the name of an Application.
        status: how it is.
        detail: what was found; empty: there is no more to say. It never holds the value of a secret.
        advice: what to do; empty: nothing.
        is_warning: whether it is there, and somebody should look at it all the same.
    """

    area: str
    subject: str
    status: Status
    detail: str = ""
    advice: str = ""
    is_warning: bool = False

    @property
    def is_fine(self) -> bool:
        """Say whether nobody has to do anything."""
        return self.status is Status.THERE and not self.is_warning


class Audit(NamedTuple):
    """What an audit found out about one environment.

    Attributes:
        environment: its name.
        at: when it was begun, in UTC: `2026-11-29T14:05:00Z`.
        areas: what was asked, in the order of `AREAS`.
        findings: what was found, in the order of the areas.
        asked: every server that was asked, as host and port, sorted.
    """

    environment: str
    at: str
    areas: tuple[str, ...]
    findings: tuple[Finding, ...]
    asked: tuple[str, ...]

    def of(self, area: str) -> tuple[Finding, ...]:
        """Return the findings of one area."""
        return tuple(each for each in self.findings if each.area == area)


def worst(findings: Iterable[Finding]) -> Status:
    """Return what is worst: missing, then different, then unknown; without any findings, all is there."""
    found = {each.status for each in findings}
    order = (Status.MISSING, Status.DIFFERENT, Status.UNKNOWN)
    return next((status for status in order if status in found), Status.THERE)


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many things there are of each status, and how many warnings, by their names."""
    listed = tuple(findings)
    counted = Counter(each.status for each in listed)
    return {
        **{status.value: counted[status] for status in Status},
        "warnings": sum(each.is_warning for each in listed),
    }
