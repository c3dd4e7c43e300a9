"""Rules across environments and apps: what a schema can't see. Each has a code and a section in the docs."""

from __future__ import annotations

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Problem
from efdgen.rules import (
    applications,
    apps,
    called,
    covered,
    distinct_names,
    echoed,
    fractions,
    hosts,
    idle,
    mappings,
    names,
    numbers,
    rbac,
    retired,
    secrets,
    spelling,
)
from efdgen.rules.acceptance import accepted_in_vain, is_accepted
from efdgen.rules.findings import said_together
from efdgen.rules.identities import Identities

__all__ = ["Identities", "check"]

_RULES = (
    hosts.fit_the_dns,
    hosts.are_claimed_once,
    hosts.are_the_ingresses_hosts,
    hosts.redirects_are_addresses,
    hosts.templates_read_hosts_that_are_there,
    spelling.names_are_spelt_right,
    called.environments_are_told_apart,
    names.belong_to_this_environment,
    secrets.secrets_exist,
    secrets.secrets_are_made,
    secrets.secrets_are_read,
    secrets.defaults_are_read,
    apps.have_what_they_need,
    apps.are_not_provided,
    apps.names_are_no_facts,
    distinct_names.names_are_distinct,
    apps.values_are_known,
    apps.chart_keys_are_current,
    covered.expressions_are_not_covered,
    mappings.mappings_are_not_replaced,
    apps.image_tags_have_a_reason,
    apps.namespaces_are_their_own,
    apps.charts_from_git_are_elsewhere,
    applications.names_can_be,
    applications.names_are_their_own,
    applications.places_are_their_own,
    applications.policies_name_applications,
    rbac.roles_are_defined,
    rbac.policies_can_be_matched,
    rbac.tests_are_answered,
    rbac.tests_are_about_something,
    rbac.policies_say_something,
    rbac.policies_are_about_something,
    rbac.subjects_are_not_patterns,
    echoed.values_say_something,
    idle.nulls_take_something_away,
    idle.settings_of_argocd_are_read,
    idle.hosts_are_of_services,
    numbers.have_no_exponents,
    fractions.numbers_are_written_as_they_are,
    retired.facts_are_not_retired,
)

_FOUND_ELSEWHERE = {"E506", "W544", "W545"}
"""Literals that look like secrets, and what only `validate` looks for: whether these are accepted without need is not
known here."""

_OF_CHARTS = ("E7", "W7")
"""How the codes of rules begin that only `efdgen lint` knows: nor is it of those."""


def check(environment: ResolvedEnvironment, identities: Identities) -> list[Problem]:
    """Return what an environment breaks, less what its spec accepts; what other apps than the named do, as warnings."""
    findings = [finding for rule in _RULES for finding in rule(environment, identities)]
    spec = environment.spec
    about = identities.about
    kept = list(
        said_together(
            finding._replace(problem=about.weighed_for(finding.problem, finding.apps))
            for finding in findings
            if not is_accepted(spec, finding.problem.code, finding.app, finding.problem.path)
        )
    )
    if not environment.is_whole:
        return kept  # what is accepted may be true of the apps that are not here
    found = {(finding.problem.code, finding.app, finding.problem.path) for finding in findings}
    known = {accepted.rule for accepted in spec.accept if not accepted.rule.startswith(_OF_CHARTS)}
    return [*kept, *accepted_in_vain(spec, found, known - _FOUND_ELSEWHERE)]
