"""What makes a question about Argo CD's RBAC pointless: a role, a user or an Application that there is not."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator

from efdgen.environment.model import Rbac
from efdgen.environment.permissions import BUILT_IN, BUILT_IN_GROUPS, OF_PROJECTS, Question
from efdgen.language import suggest

_ROLE = "role:"


@functools.lru_cache(maxsize=16)
def roles_defined(rbac: Rbac) -> frozenset[str]:
    """Return the roles that policies define, with Argo CD's own: many environments have the same."""
    return frozenset(policy.subject for policy in (*BUILT_IN, *rbac.policies) if policy.subject.startswith(_ROLE))


def pattern(subject: str) -> tuple[str, str] | None:
    """Return what is odd about a subject that looks like a pattern, and a hint; None: it does not look like one.

    Casbin takes patterns for resources, actions and objects; subjects it compares letter by letter.
    """
    if "*" not in subject:
        return None
    hint = "for everybody, use argocd.rbac.defaultRole" if subject == "*" else "name each group or user"
    return f"the subject {subject!r} means nobody else than who is called so: Argo CD takes no pattern there", hint


def doubts(rbac: Rbac, question: Question, applications: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is odd about a question: the word that is (`subject`, `object`), what is odd, and a hint.

    Args:
        rbac: the policies.
        question: the question.
        applications: the Applications that there are, as `<project>/<application>`.
    """
    subject = question.subject
    if odd := pattern(subject):
        yield "subject", *odd
    elif subject.startswith(_ROLE):
        roles = roles_defined(rbac) | {group.role for group in rbac.groups}
        if subject not in roles:
            yield "subject", f"no policy defines the role {subject!r}", suggest.hint(subject, roles)
    else:
        known = {policy.subject for policy in (*BUILT_IN, *rbac.policies)}
        known |= {group.subject for group in (*BUILT_IN_GROUPS, *rbac.groups)}
        alike = next((name for name in sorted(known) if _plain(name) == _plain(subject)), "")
        if subject not in known and alike:
            yield "subject", f"{subject!r} is not {alike!r}: capitals and blanks count", suggest.did_you_mean(alike)
        elif subject not in known and subject != subject.strip():
            yield "subject", f"{subject!r} begins or ends with a blank", ""
    yield from _about_object(question, applications)


def _about_object(question: Question, applications: Collection[str]) -> Iterator[tuple[str, str, str]]:
    name = question.object
    if question.resource not in OF_PROJECTS or "*" in name:
        return
    if "/" not in name:
        yield "object", f"{name!r} names no project", "it is <project>/<application>"
    elif _is_there(question) and name.count("/") == 1 and name not in applications:  # with two: in another namespace
        yield "object", f"no Application is called {name!r}", suggest.hint(name, applications)


def _is_there(question: Question) -> bool:
    """Say whether a question is about an Application that there must be already."""
    is_new = question.resource == "applications" and question.action == "create"
    return question.resource in ("applications", "logs", "exec") and not is_new


def _plain(name: str) -> str:
    return name.strip().casefold()
