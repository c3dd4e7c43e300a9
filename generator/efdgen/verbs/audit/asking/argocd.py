"""Argo CD: its Applications, by its API or through kubectl.

https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
"""

from __future__ import annotations

from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import ArgoCdQuestion, AskError, Unanswered
from efdgen.verbs.audit.asking import http, kubectl
from efdgen.verbs.audit.asking.reach import Reach

_UNAUTHORIZED, _FORBIDDEN, _OK = 401, 403, 200


class Way(NamedTuple):
    """How Argo CD is asked.

    Attributes:
        token: of an account of Argo CD, for its API, or why there is none.
        context: kubectl's name of the cluster, where kubectl is asked instead, or why it can't be; empty: it is not.
    """

    token: str | Unanswered = ""
    context: str | Unanswered = ""


def ask(reach: Reach, question: ArgoCdQuestion, way: Way) -> list[dict[str, Any]]:
    """Return every Application that is there, as Kubernetes has it.

    Raises:
        AskError: when they can't be had.
    """
    if isinstance(way.context, Unanswered):
        raise AskError(*way.context)
    if way.context:
        said = kubectl.applications(way.context, question.namespace, reach.means.timeout)
    elif isinstance(way.token, Unanswered):
        raise AskError(*way.token)
    elif way.token:
        said = _by_api(reach, question, way.token)
    else:
        advice = "set ARGOCD_AUTH_TOKEN (argocd account generate-token), or name a cluster: --kube-context CONTEXT"
        raise AskError("there is no token to ask Argo CD with", advice)
    items = said.get("items") if isinstance(said, dict) else None
    if items is None and isinstance(said, dict) and isinstance(said.get("metadata"), dict) and "items" in said:
        items = []
    if not isinstance(items, list) or not all(_is_named(item) for item in items):
        if way.context:
            advice = (
                f"try: kubectl --context {way.context} -n {question.namespace} get applications.argoproj.io -o json"
            )
            raise AskError("what kubectl prints is no list of Applications", advice)
        raise AskError("what answers there is no Argo CD", "is argocd.url right?")
    if not items and not way.context:
        # Argo CD leaves out what an account may not get, and says nothing of that.
        advice = "may its account get Applications? p, ACCOUNT, applications, get, */*, allow; --kube-context sees all"
        raise AskError("Argo CD shows this account no Application at all", advice)
    return items


def _is_named(item: Any) -> bool:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    return isinstance(metadata, dict) and isinstance(metadata.get("name"), str)


def _by_api(reach: Reach, question: ArgoCdQuestion, token: str) -> Any:
    url = f"{question.url.rstrip('/')}/api/v1/applications?appNamespace={question.namespace}"
    reply = http.get(reach, url, {"Authorization": f"Bearer {token}", "Accept": "application/json"})
    if reply.status == _UNAUTHORIZED:
        raise AskError("Argo CD does not take the token", "is it of this Argo CD, and does it count still?")
    if reply.status == _FORBIDDEN:
        raise AskError(
            "the token may not see Applications", "its account needs: p, ACCOUNT, applications, get, */*, allow"
        )
    if reply.location:
        reason = f"Argo CD sends on to {reply.leads_to} (status {reply.status}), which is not followed"
        raise AskError(reason, "is argocd.url right?")
    if reply.status != _OK:
        raise AskError(f"Argo CD answers with status {reply.status}", "is argocd.url right?")
    return http.data(reply)
