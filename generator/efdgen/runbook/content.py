"""The phases of an environment's runbook, in their order."""

from __future__ import annotations

from efdgen.model import ResolvedEnvironment
from efdgen.runbook.model import Phase


def phases(_environment: ResolvedEnvironment) -> tuple[Phase, ...]:
    """Return what is to be done, from a bare machine to tearing the environment down."""
    return ()
