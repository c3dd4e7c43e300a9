"""What Argo CD calls the Application of an app, and that of the app of apps: `argocd.applicationName`.

The fact is a pattern, as `hostPattern` is: it is evaluated once for each app, and by itself it yields nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.scope import Scope
from efdgen.repository import paths

PATTERN: Path = ("argocd", "applicationName")

DEFAULT = "<% app.name %>"
"""What holds where nobody says anything."""


def application_name(names: Scope, app: str) -> str:
    """Return the name of the Application of an app; of the app of apps, for its chart's name, `efd`.

    Args:
        names: what the environment's expressions can use.
        app: the app's name.

    Raises:
        InvalidInputError: when the pattern can't be evaluated; located where it was written.
    """
    pattern = pattern_of(names.facts)
    if pattern == DEFAULT:
        return app
    return str(names.evaluate_with(PATTERN, pattern, {"app": {"name": app}}, (app,)))


def pattern_of(facts: Mapping[str, Any]) -> str:
    """Return the pattern that merged facts have."""
    return str(facts.get("argocd", {}).get(PATTERN[1], DEFAULT))


def is_written(facts: Mapping[str, Any]) -> bool:
    """Say whether merged facts have a pattern of their own."""
    return PATTERN[1] in facts.get("argocd", {})


def of_patterns(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of merged facts that are patterns, or hold one."""
    return ("hostPattern", "argocd") if is_written(facts) else ("hostPattern",)


def without_patterns(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return merged facts without those that are patterns: they can't be evaluated by themselves."""
    kept = {key: value for key, value in facts.items() if key != "hostPattern"}
    if is_written(facts):
        kept["argocd"] = {key: value for key, value in facts["argocd"].items() if key != PATTERN[1]}
    return kept


def with_patterns(evaluated: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return evaluated facts with the patterns of the merged ones, as they are written."""
    whole = {**evaluated, "hostPattern": facts["hostPattern"]}
    if is_written(facts):
        whole["argocd"] = {**evaluated["argocd"], PATTERN[1]: pattern_of(facts)}
    return whole


def parent_name(names: Scope) -> str:
    """Return the name of the Application of the app of apps.

    Raises:
        InvalidInputError: as `application_name`.
    """
    return application_name(names, paths.PARENT)
