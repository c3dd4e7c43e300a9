"""`efdgen rbac ENV can ...`: what Argo CD would answer, by the policies that an environment renders."""

from __future__ import annotations

from efdgen.environment import permissions, questions
from efdgen.environment.permissions import Answer, Question
from efdgen.errors import UsageError
from efdgen.language import scope, suggest
from efdgen.verbs.model import Resolved


def can(resolved: Resolved, question: Question) -> Answer:
    """Answer a question about the environment that was resolved; without an object, about any of them.

    Raises:
        UsageError: when the resource or the action is unknown, or Argo CD is not managed from there.
    """
    (environment,) = resolved.environments
    if not question.subject.strip():
        raise UsageError("name a subject: a user, a group or a role")
    argocd = environment.facts.argocd
    if not argocd.managed:
        name = environment.facts.name
        raise UsageError(
            f"{name} does not look after its Argo CD ({argocd.url}), and says nothing about who may do what"
        )
    if question.resource not in permissions.ACTIONS:
        raise UsageError(suggest.unknown("resource", question.resource, permissions.ACTIONS))
    known = permissions.ACTIONS[question.resource]
    if not permissions.is_action(question.resource, question.action):
        raise UsageError(suggest.unknown(f"action on {question.resource}", question.action, known))
    asked = question._replace(object=question.object or permissions.any_object(question.resource))
    decision = permissions.decide(argocd.rbac, asked)
    place = None
    if decision.policy in argocd.rbac.policies:
        index = argocd.rbac.policies.index(decision.policy)
        place = scope.locate(environment.spec.layers, ("argocd", "rbac", "policies", index))
    there = {(argocd.project, environment.parent), *((app.project, app.application) for app in environment.apps)}
    odd = questions.doubts(argocd.rbac, asked, {"/".join(each) for each in there})
    doubts = [f"{what}; {hint}" if hint else what for _, what, hint in odd]
    doubts += [_not_asked(group) for group in asked.groups if not permissions.is_asked(argocd.rbac, group)]
    own = permissions.project_role(asked.subject)
    if own and not decision.elsewhere:
        doubts.append(
            f"what the AppProject {own} itself says of its roles is not looked at: argocd proj role list {own}"
        )
    return Answer(asked, decision, place, permissions.is_asked(argocd.rbac, asked.subject), tuple(doubts))


def _not_asked(group: str) -> str:
    return f"Argo CD does not ask for the group {group!r}: argocd.rbac.groups gives it no role"
