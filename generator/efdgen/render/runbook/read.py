"""The phases of an environment's runbook, in their order."""

from __future__ import annotations

from efdgen.environment.model import ResolvedEnvironment
from efdgen.render.runbook import access, argocd, cluster, daily, dns, sync, teardown, testing, vault
from efdgen.render.runbook.model import Phase


def phases(environment: ResolvedEnvironment) -> tuple[Phase, ...]:
    """Return what is to be done, from a bare machine to tearing the environment down."""
    found = (
        cluster.phase(environment),
        argocd.phase(environment),
        vault.phase(environment),
        sync.phase(environment),
        dns.phase(environment),
        testing.phase(environment),
        daily.phase(environment),
        access.phase(environment),
        teardown.phase(environment),
    )
    return tuple(phase for phase in found if phase is not None)
