"""Rules across environments and apps: what a schema can't see. Each has a code and a section in the docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from efdgen.errors import Problem, Severity
from efdgen.invariants import apps, hosts, names, rbac, vault
from efdgen.invariants.fleet import Finding, Fleet
from efdgen.model import ResolvedEnvironment

__all__ = ["Fleet", "check"]

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
    accepted = {(a.rule, a.app) for a in environment.spec.accept if a.rule != _NEVER_ACCEPTED}
    kept = [f.problem for f in findings if not accepted & {(f.problem.code, f.app), (f.problem.code, "")}]
    return [*kept, *_accepted_in_vain(environment, findings)]


def _accepted_in_vain(environment: ResolvedEnvironment, findings: Iterable[Finding]) -> Iterator[Problem]:
    """Yield a warning for each rule that the spec itself accepts and that holds."""
    found = {(finding.problem.code, app) for finding in findings for app in (finding.app, "")}
    document = environment.spec.document
    for index, accepted in enumerate(document.data.get("accept", ())):
        if accepted["rule"] == _FOUND_ON_LOADING or accepted["rule"].startswith(_OF_CHARTS):
            continue
        if (accepted["rule"], accepted.get("app", "")) not in found:
            path = ("accept", index)
            message = f"{accepted['rule']} is accepted, but nothing breaks it"
            yield Problem("W514", message, document.locate(path), path, "remove it", Severity.WARNING)
