"""Rules that do not hold in an environment, on purpose: `accept` in its spec, its site or the shared defaults."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from efdgen.errors import Problem, Severity
from efdgen.repository.model import EnvironmentSpec

_NEVER_ACCEPTED = ("E502", "E522")
"""Names that no host, or no Application, can have: their characters would break the manifests that they stand in."""


def is_accepted(spec: EnvironmentSpec, code: str, app: str) -> bool:
    """Say whether a spec, its site or the shared defaults accept that an app breaks a rule."""
    return code not in _NEVER_ACCEPTED and any(a.rule == code and a.app in (app, "") for a in spec.accept)


def accepted_in_vain(
    spec: EnvironmentSpec, found: Collection[tuple[str, str]], codes: Collection[str]
) -> Iterator[Problem]:
    """Yield a warning for each rule that the spec itself accepts and that holds.

    Args:
        spec: the spec.
        found: the rules that are broken, each with the app that breaks it.
        codes: the rules that were looked at.
    """
    broken = {(code, app) for code, who in found for app in (who, "")}
    for index, accepted in enumerate(spec.document.data.get("accept", ())):
        if accepted["rule"] in codes and (accepted["rule"], accepted.get("app", "")) not in broken:
            path = ("accept", index)
            message = f"{accepted['rule']} is accepted, but nothing breaks it"
            yield Problem("W514", message, spec.document.locate(path), path, "remove it", Severity.WARNING)
