"""Rules across environments and apps: what a schema can't see. Each has a code and a section in the docs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from efdgen.errors import Problem, Severity
from efdgen.invariants import apps, hosts, names, rbac, vault
from efdgen.invariants.fleet import Fleet
from efdgen.model import EnvironmentSpec, ResolvedEnvironment

__all__ = ["Fleet", "accepted_in_vain", "check", "is_accepted"]

_RULES = (
    hosts.fit_the_dns,
    hosts.are_claimed_once,
    hosts.are_the_ingresses_hosts,
    hosts.are_spelt_right,
    names.belong_to_this_environment,
    vault.secrets_exist,
    vault.secrets_are_read,
    apps.have_what_they_need,
    apps.connectors_have_one_name,
    apps.overrides_are_known,
    apps.image_tags_have_a_reason,
    apps.namespaces_are_their_own,
    rbac.roles_are_defined,
)

_NEVER_ACCEPTED = "E502"
"""Hosts that are no DNS names: their characters would break the manifests that they stand in."""

_FOUND_ON_LOADING = "E506"
"""Literals that look like secrets: whether any are accepted in vain is not known here."""

_OF_CHARTS = ("E7", "W7")
"""How the codes of rules begin that only `efdgen lint` knows: nor is it of those."""


def check(environment: ResolvedEnvironment, fleet: Fleet) -> list[Problem]:
    """Return what one environment of a fleet breaks, less what its spec accepts."""
    findings = [finding for rule in _RULES for finding in rule(environment, fleet)]
    spec = environment.spec
    kept = [f.problem for f in findings if not is_accepted(spec, f.problem.code, f.app)]
    found = {(finding.problem.code, finding.app) for finding in findings}
    known = {accepted.rule for accepted in spec.accept if not accepted.rule.startswith(_OF_CHARTS)}
    return [*kept, *accepted_in_vain(spec, found, known - {_FOUND_ON_LOADING})]


def is_accepted(spec: EnvironmentSpec, code: str, app: str) -> bool:
    """Say whether a spec, its site or the shared defaults accept that an app breaks a rule."""
    return code != _NEVER_ACCEPTED and any(a.rule == code and a.app in (app, "") for a in spec.accept)


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
