"""What Argo CD's RBAC comes to: who may do what, and which line says so.

Argo CD hands its lines to Casbin with one matcher: a line counts for its subject and for those that have it as a role,
and its resource, action and object each match as a glob, or as a regular expression. A line that denies wins over those
that allow. The default role is asked first, by itself: what it may, everybody may.
https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence

from efdgen.environment import globs
from efdgen.environment.model import Group, Policy, Rbac
from efdgen.environment.rbac import policy_line
from efdgen.errors import Location
from efdgen.language import patterns
from efdgen.language.tuples import NamedTuple

REGEX = "regex"
OF_PROJECTS = ("applications", "applicationsets", "logs", "exec")
"""The resources whose objects are `<project>/<application>`."""

_MAY_BE_OF_PROJECTS = ("repositories", "clusters")
"""Those whose objects may begin with a project, too: https://github.com/argoproj/argo-cd, server/rbacpolicy."""

_ALL = ("get", "create", "update", "delete")

ACTIONS = {
    "applications": (*_ALL, "sync", "override", "action/"),
    "applicationsets": _ALL,
    "accounts": ("get", "create", "update"),
    "certificates": _ALL,
    "clusters": _ALL,
    "exec": ("create",),
    "extensions": ("invoke",),
    "gpgkeys": ("get", "create", "delete"),
    "logs": ("get",),
    "projects": _ALL,
    "repositories": _ALL,
    "write-repositories": _ALL,
}
"""What Argo CD asks of each resource."""

_READ = {
    "*/*": ("applications", "applicationsets", "logs"),
    "*": (
        *("certificates", "clusters", "repositories", "write-repositories"),
        *("projects", "accounts", "gpgkeys"),
    ),
}
_CHANGED = {
    "applications": ("create", "update", "update/*", "delete", "delete/*", "sync", "override", "action/*"),
    "applicationsets": ("get", "create", "update", "delete"),
    **dict.fromkeys(
        ("certificates", "clusters", "repositories", "write-repositories", "projects"), ("create", "update", "delete")
    ),
    "accounts": ("update",),
    "gpgkeys": ("create", "delete"),
    "exec": ("create",),
}

BUILT_IN = (
    *(Policy("role:readonly", name, "get", what, "allow") for what, names in _READ.items() for name in names),
    *(
        Policy("role:admin", name, action, "*/*" if name in OF_PROJECTS else "*", "allow")
        for name, actions in _CHANGED.items()
        for action in actions
    ),
)
"""The policies that Argo CD itself has: `assets/builtin-policy.csv` of Argo CD 3.1."""

BUILT_IN_GROUPS = (Group("role:admin", "role:readonly"), Group("admin", "role:admin"))

_LEVELS = 10
"""So many roles of roles Casbin follows."""


class PatternError(ValueError):
    """A part of a policy can't be matched as it was meant."""


class Question(NamedTuple):
    """Whether a subject, which is a user, a group or a role, may do something; `groups` are those of a user."""

    subject: str
    action: str
    resource: str
    object: str
    groups: tuple[str, ...] = ()


class Decision(NamedTuple):
    """An answer.

    Attributes:
        allowed: whether the subject may.
        policy: the line that decided; None: no line is about it.
        roles: how it came to be the subject's: the subject first, then a role of that, and so on.
        is_default: whether it is everybody's, by the default role.
        fault: why Argo CD can't match the line, and so denies; empty: it can.
        group: the group of the user that it is about; empty: it is about the subject itself.
        elsewhere: the project that the subject, a role of another one, has no say in; empty: it may have.
    """

    allowed: bool
    policy: Policy | None = None
    roles: tuple[str, ...] = ()
    is_default: bool = False
    fault: str = ""
    group: str = ""
    elsewhere: str = ""


class Answer(NamedTuple):
    """What Argo CD answers, and which line says so.

    Attributes:
        place: where people wrote that line; None: it is Argo CD's own, or there is none.
        is_asked: whether Argo CD asks for the subject where it is a group of single sign-on.
        doubts: what is odd about the question, such as a role that there is not.
    """

    question: Question
    decision: Decision
    place: Location | None
    is_asked: bool
    doubts: tuple[str, ...] = ()


def is_action(resource: str, action: str) -> bool:
    """Say whether Argo CD asks for an action; those of applications can go on: `action/apps/Deployment/restart`."""
    verb, slash, rest = action.partition("/")
    if not slash:
        return verb in ACTIONS[resource]
    return bool(rest) and resource == "applications" and verb in ("update", "delete", "action")


def any_object(resource: str) -> str:
    """Return what stands for any object of a resource, as in `argocd admin settings rbac can`."""
    return "*/*" if resource in OF_PROJECTS else "*"


def decide(rbac: Rbac, question: Question) -> Decision:
    """Return what Argo CD answers: what the subject may, and what each of the groups may that it asks for.

    They are asked one by one: what one of them is denied, another one may.
    """
    own = _asked(rbac, question)
    if own.allowed or project_role(question.subject):
        return own  # the token of a project has no groups
    of_groups = [
        _asked(rbac, question._replace(subject=group))._replace(group=group)
        for group in question.groups
        if is_asked(rbac, group)
    ]
    allowing = next((each for each in of_groups if each.allowed), None)
    denying = next((each for each in (own, *of_groups) if each.policy is not None), own)
    return allowing or denying


def _asked(rbac: Rbac, question: Question) -> Decision:
    """Return what Argo CD answers about one subject; a role of a project has no say in another one."""
    project, own = _project(question), project_role(question.subject)
    if own and project and project != own:
        return Decision(allowed=False, elsewhere=project)
    if rbac.default_role:
        by_default = _enforced(rbac, question._replace(subject=rbac.default_role))
        if by_default.allowed:
            return by_default._replace(is_default=True)
    # Each role of a project may see it.
    more = (Policy(question.subject, "projects", "get", own, "allow"),) if own and own == project else ()
    return _enforced(rbac, question, more)


def project_role(subject: str) -> str:
    """Return the project of a subject that is a role of one, `proj:<project>:<role>`; empty: it is none."""
    parts = subject.split(":")
    return parts[1] if len(parts) == 3 and parts[0] == "proj" else ""  # noqa: PLR2004


def _project(question: Question) -> str:
    """Return the project that a question is about; empty: it is about none, or about any."""
    project, slash, _ = question.object.partition("/")
    is_of_one = question.resource == "projects" or (slash and question.resource in (*OF_PROJECTS, *_MAY_BE_OF_PROJECTS))
    return project if is_of_one and "*" not in project else ""


def because(decision: Decision) -> str:
    """Return why an answer is what it is, with the line that decided."""
    if decision.elsewhere:
        return f"a role of another project may do nothing in {decision.elsewhere}"
    if decision.policy is None:
        return "no policy is about it"
    line = policy_line(decision.policy)
    if decision.fault:
        return f"Argo CD can't match `{line}`: {decision.fault}"
    whose = ""
    if decision.is_default:
        whose = f", which everybody has by default as {' as '.join(decision.roles)}"
    elif way := decision.roles[0 if decision.group else 1 :]:
        whose = f", as {' as '.join(way)}"
    return f"`{line}` says so{whose}"


def _enforced(rbac: Rbac, question: Question, more: Iterable[Policy] = ()) -> Decision:
    """Return what Casbin answers about one subject, by all policies, and by more that are of a project."""
    reached = roles(rbac, question.subject)
    allowing: Policy | None = None
    for policy in (*BUILT_IN, *rbac.policies, *more):
        if policy.subject not in reached:
            continue
        try:
            is_about = _is_about(rbac, policy, question)
        except PatternError as error:
            return Decision(allowed=False, policy=policy, roles=reached[policy.subject], fault=str(error))
        if is_about:
            if policy.effect == "deny":
                return Decision(allowed=False, policy=policy, roles=reached[policy.subject])
            allowing = allowing or policy
    if allowing is None:
        return Decision(allowed=False)
    return Decision(allowed=True, policy=allowing, roles=reached[allowing.subject])


def roles(rbac: Rbac, subject: str, given: Mapping[str, Sequence[str]] | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return a subject and its roles, and theirs, each with the way to it: the subject first.

    `given` is what `_given` returns of the RBAC: who asks for many subjects goes through the groups once.
    """
    given = _given(rbac) if given is None else given
    reached: dict[str, tuple[str, ...]] = {subject: (subject,)}
    for level in range(_LEVELS):
        at = [way for way in reached.values() if len(way) == level + 1]
        for way in at:
            for role in given.get(way[-1], ()):
                reached.setdefault(role, (*way, role))
    return reached


def _given(rbac: Rbac) -> Mapping[str, Sequence[str]]:
    """Return the roles that are given to each subject directly."""
    given: dict[str, list[str]] = {}
    for group in (*BUILT_IN_GROUPS, *rbac.groups):
        given.setdefault(group.subject, []).append(group.role)
    return given


def _is_about(rbac: Rbac, policy: Policy, question: Question) -> bool:
    pairs = (
        (policy.resource, question.resource),
        (policy.action, question.action),
        (policy.object, question.object),
    )
    return all(_matches(rbac.match_mode, pattern, text) for pattern, text in pairs)


def _matches(mode: str | None, pattern: str, text: str) -> bool:
    """Say whether a part of a policy matches a text.

    Raises:
        PatternError: when it is no regular expression, and is to be one.
    """
    if mode != REGEX:
        return globs.matches(pattern, text)
    if not _is_regex(pattern):
        raise PatternError(f"{pattern!r} is not a regular expression")
    return patterns.fits(pattern, text)


def flaw(mode: str | None, pattern: str) -> str:
    """Return why a part of a policy does not match what people would think; empty: it does."""
    if mode != REGEX:
        return "" if globs.is_well_formed(pattern) else "is not a glob that can be relied on"
    return patterns.fault(pattern) if _is_regex(pattern) else "is not a regular expression"


@functools.lru_cache(maxsize=1024)
def _is_regex(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning):
        return False
    return True


def is_asked(rbac: Rbac, group: str) -> bool:
    """Say whether Argo CD asks for a group of somebody who signs on: only where a line gives that group a role."""
    return any(each.subject == group for each in (*BUILT_IN_GROUPS, *rbac.groups))


def pointless(rbac: Rbac) -> Iterator[tuple[int, str]]:
    """Yield the policies without which every answer is the same, by their index, and why; those that match globs.

    What is yielded is certain; more may be pointless. Of two that say the same, the second one is.
    """
    if rbac.match_mode == REGEX:
        return
    lines = (*BUILT_IN, *rbac.policies)
    by_subject: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        by_subject.setdefault(line.subject, []).append(number)
    given = _given(rbac)
    everybody = roles(rbac, rbac.default_role, given) if rbac.default_role else {}
    is_denied = any(line.effect == "deny" and line.subject in everybody for line in rbac.policies)
    free = [] if is_denied else [line for line in lines if line.effect == "allow" and line.subject in everybody]
    for index, policy in enumerate(rbac.policies):
        reached = roles(rbac, policy.subject, given)
        # Of the subject and its roles alone: there can be many others.
        about = sorted(number for subject in reached for number in by_subject.get(subject, ()))
        same = next((lines[n] for n in about if _says_the_same(lines, n, len(BUILT_IN) + index)), None)
        if same is not None:
            way = reached[same.subject]
            whose = "another policy of it" if len(way) == 1 else f"its role {way[-1]}"
            yield index, f"{whose} {'allows' if policy.effect == 'allow' else 'denies'} that anyhow{_shown(same)}"
            continue
        own = () if policy.subject in everybody else free
        by_default = next((other for other in own if _within(policy, other)), None)
        if by_default is not None:
            verb = "allows that anyhow" if policy.effect == "allow" else "is asked first, and allows that to everybody"
            yield index, f"the default role {rbac.default_role} {verb}{_shown(by_default)}"


def _says_the_same(lines: Sequence[Policy], number: int, of: int) -> bool:
    """Say whether a line says what the line `of` says, or more; of two equal ones of a subject, the first does."""
    other, policy = lines[number], lines[of]
    if number == of or other.effect != policy.effect or not _within(policy, other):
        return False
    return number < of or other.subject != policy.subject or not _within(other, policy)


def _within(policy: Policy, other: Policy) -> bool:
    pairs = ((other.resource, policy.resource), (other.action, policy.action), (other.object, policy.object))
    return all(globs.covers(wide, narrow) for wide, narrow in pairs)


def _shown(policy: Policy) -> str:
    return f" ({policy.subject}: {policy.action} {policy.resource} {policy.object})"
