"""Rules that do not hold in an environment, on purpose: `accept` in its spec, its site or the shared defaults."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator

from efdgen.errors import Path, Problem, Severity, dotted
from efdgen.repository.model import EnvironmentSpec

_NEVER_ACCEPTED = ("E502", "E522")
"""Names that no host, or no Application, can have: their characters would break the manifests that they stand in."""


def is_accepted(spec: EnvironmentSpec, code: str, app: str, path: Path = ()) -> bool:
    """Say whether a spec, its site or the shared defaults accept that an app breaks a rule.

    Args:
        spec: the spec.
        code: the rule.
        app: the app that breaks it; empty: the environment does.
        path: where, as a problem has it.
    """
    for accepted in spec.accept:  # a generator takes twice as long
        if accepted.rule == code and accepted.app in (app, "") and _is_at(accepted.at, path, app):
            return code not in _NEVER_ACCEPTED
    return False


def _is_at(at: str, path: Path, app: str) -> bool:
    """Say whether what is accepted at a setting covers a path; no setting: all of them."""
    if not at:
        return True
    here = setting(path, app)
    return here == at or here.startswith((f"{at}.", f"{at}["))


@functools.lru_cache(maxsize=1024)
def setting(path: Path, app: str) -> str:
    """Return the path of a problem as `at` has it: below the app, and of a value, as its chart takes it."""
    if app and path[:2] == ("apps", app):
        path = path[2:]
    return dotted(path[1:] if app and path[:1] == ("values",) else path)


def accepted_in_vain(
    spec: EnvironmentSpec, found: Collection[tuple[str, str, Path]], codes: Collection[str]
) -> Iterator[Problem]:
    """Yield a warning for each rule that the spec itself accepts and that holds.

    Args:
        spec: the spec.
        found: the rules that are broken, each with the app that breaks it, and where.
        codes: the rules that were looked at.
    """
    for index, accepted in enumerate(spec.document.data.get("accept", ())):
        rule, app, at = accepted["rule"], accepted.get("app", ""), accepted.get("at", "")
        if rule in codes and not any(
            code == rule and app in (who, "") and _is_at(at, p, who) for code, who, p in found
        ):
            path = ("accept", index)
            message = f"{rule} is accepted, but nothing breaks it"
            yield Problem("W514", message, spec.document.locate(path), path, "remove it", Severity.WARNING)
