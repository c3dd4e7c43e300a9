"""Rules about Argo CD's RBAC."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from efdgen.environment import globs, permissions, questions
from efdgen.environment.model import Policy, Rbac, ResolvedEnvironment
from efdgen.environment.permissions import Question
from efdgen.errors import Path
from efdgen.language import suggest
from efdgen.rules.findings import Finding, in_facts
from efdgen.rules.identities import Identities

_NOT_ALONE = frozenset("/*?[{")
"""What an object has that is more than a name: a slash, or what can stand for one."""


def roles_are_defined(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find roles that no policy defines; Argo CD's own are `role:admin` and `role:readonly`."""
    rbac = environment.facts.argocd.rbac
    if not environment.facts.argocd.managed:
        return
    defined = questions.roles_defined(rbac)
    named: list[tuple[Path, str]] = [
        (("argocd", "rbac", "groups", index, "role"), group.role) for index, group in enumerate(rbac.groups)
    ]
    named += [(("argocd", "rbac", "defaultRole"), rbac.default_role)] if rbac.default_role else []
    for path, role in named:
        if role not in defined:
            yield in_facts(
                "E510", f"no policy defines the role {role!r}", environment, path, suggest.hint(role, defined)
            )


def policies_can_be_matched(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find policies that Argo CD can't match, or not as they look."""
    rbac = environment.facts.argocd.rbac
    if not environment.facts.argocd.managed:
        return
    for index, policy in enumerate(rbac.policies):
        for key in ("action", "object"):
            fault = permissions.flaw(rbac.match_mode, getattr(policy, key))
            if fault:
                message = f"{getattr(policy, key)!r} {fault}"
                yield in_facts("E541", message, environment, ("argocd", "rbac", "policies", index, key))


def tests_are_answered(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find questions about who may do what whose answer is not the expected one."""
    rbac = environment.facts.argocd.rbac
    if not environment.facts.argocd.managed or any(policies_can_be_matched(environment, identities)):
        return
    for index, test in enumerate(rbac.tests or ()):
        asked = Question(test.subject, test.action, test.resource, test.object or permissions.any_object(test.resource))
        decision = permissions.decide(rbac, asked)
        if decision.allowed != (test.answer == "allow"):
            what = f"{asked.action} {asked.resource} {asked.object}"
            may = "may" if decision.allowed else "may not"
            message = f"{asked.subject} {may} {what}: {permissions.because(decision)}"
            yield in_facts("E540", message, environment, ("argocd", "rbac", "tests", index))


def tests_are_about_something(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find questions about a role or an Application that there is not: their answer says nothing."""
    facts = environment.facts
    if not facts.argocd.managed or not facts.argocd.rbac.tests:
        return
    own = {(facts.argocd.project, environment.parent), *((app.project, app.application) for app in environment.apps)}
    known = {"/".join(each) for each in own}
    others = identities.fleet.neighbourhoods.of(facts.name).applications
    for index, test in enumerate(facts.argocd.rbac.tests):
        asked = Question(test.subject, test.action, test.resource, test.object or permissions.any_object(test.resource))
        for word, message, hint in questions.doubts(facts.argocd.rbac, asked, known):
            if word == "object" and asked.object.partition("/")[2] in others:
                continue
            yield in_facts("W543", message, environment, ("argocd", "rbac", "tests", index, word), hint)


def policies_say_something(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find policies without which everybody may do the same."""
    if environment.facts.argocd.managed:
        for index, why in _pointless(environment.facts.argocd.rbac):
            path: Path = ("argocd", "rbac", "policies", index)
            yield in_facts("W542", f"the policy changes nothing: {why}", environment, path, "remove it")


@functools.lru_cache(maxsize=16)
def _pointless(rbac: Rbac) -> tuple[tuple[int, str], ...]:
    """Return the policies that change nothing, and why: many environments have the same."""
    return tuple(permissions.pointless(rbac))


def policies_are_about_something(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find policies about Applications that there are not: neither this environment's nor another's of its Argo CD."""
    facts = environment.facts
    if not facts.argocd.managed or facts.argocd.rbac.match_mode == permissions.REGEX:
        return
    own = {(facts.argocd.project, environment.parent), *((app.project, app.application) for app in environment.apps)}
    called = {app.definition.name for app in environment.apps}
    others = identities.fleet.neighbourhoods.of(facts.name).applications
    for index, policy in enumerate(facts.argocd.rbac.policies):
        where: Path = ("argocd", "rbac", "policies", index, "object")
        if policy.resource in permissions.OF_PROJECTS and _NOT_ALONE.isdisjoint(policy.object):
            message = f"{policy.object!r} names no project, so the policy is about nothing"
            meant = [f"{project}/{name}" for project, name in sorted(own) if name == policy.object]
            hint = f"it is <project>/<application>{f': {meant[0]}' if meant else ''}"
            yield in_facts("W543", message, environment, where, hint)
            continue
        if not _is_about_applications(policy) or not globs.is_well_formed(policy.object):
            continue
        if any(globs.matches(policy.object, "/".join(each)) for each in own):
            continue
        project, _, name = policy.object.partition("/")
        elsewhere = any(globs.matches(name, other) for other in others)
        names_of_ours = {application for _, application in own}
        if not elsewhere and (name in names_of_ours or name not in called):  # else W524 says so
            names = [application for of, application in own if globs.matches(project, of)]
            hint = suggest.hint(name, names) if names else f"the project is {facts.argocd.project!r}"
            message = f"no Application is meant by {policy.object!r}"
            yield in_facts("W543", message, environment, where, hint)


def subjects_are_not_patterns(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find subjects of policies and groups that look like patterns: Argo CD takes them letter by letter."""
    rbac = environment.facts.argocd.rbac
    if not environment.facts.argocd.managed:
        return
    for key, subjects in (
        ("policies", [p.subject for p in rbac.policies]),
        ("groups", [g.subject for g in rbac.groups]),
    ):
        for index, subject in enumerate(subjects):
            if odd := questions.pattern(subject):
                yield in_facts("W543", odd[0], environment, ("argocd", "rbac", key, index, "subject"), odd[1])


def _is_about_applications(policy: Policy) -> bool:
    """Say whether a policy is about Applications that there already are, in Argo CD's own namespace."""
    is_plain = policy.object.count("/") == 1 and "*" not in policy.object.partition("/")[0]
    return is_plain and policy.resource in ("applications", "logs", "exec") and policy.action != "create"
