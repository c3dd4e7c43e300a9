"""Argo CD: its Applications, by its API or through kubectl.

https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import ArgoCdQuestion, AskError, Unanswered
from efdgen.verbs.audit.asking import http
from efdgen.verbs.audit.asking.reach import Reach

_TOKENS = ("VAULT_TOKEN", "ARGOCD_AUTH_TOKEN")

_UNAUTHORIZED, _FORBIDDEN, _OK = 401, 403, 200


class Way(NamedTuple):
    """How Argo CD is asked.

    Attributes:
        token: of an account of Argo CD, for its API, or why there is none.
        context: kubectl's name of the cluster, where kubectl is asked instead; empty: it is not.
    """

    token: str | Unanswered = ""
    context: str = ""


def ask(reach: Reach, question: ArgoCdQuestion, way: Way) -> list[dict[str, Any]]:
    """Return every Application that is there, as Kubernetes has it.

    Raises:
        AskError: when they can't be had.
    """
    if way.context:
        said = _through_kubectl(reach, question, way.context)
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
    if reply.status != _OK:
        raise AskError(f"Argo CD answers with status {reply.status}", "is argocd.url right?")
    return http.data(reply)


def _through_kubectl(reach: Reach, question: ArgoCdQuestion, context: str) -> Any:
    seconds = reach.means.timeout
    command = [
        *("kubectl", f"--context={context}", "--request-timeout", f"{max(1, round(seconds))}s"),
        *("--namespace", question.namespace, "get", "applications.argoproj.io", "--output", "json"),
    ]
    # What it has no use for, it does not get.
    environment = {key: value for key, value in os.environ.items() if key not in _TOKENS}
    run: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run
    try:
        done = run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=3 * seconds, env=environment
        )
    except FileNotFoundError:
        raise AskError("kubectl is not installed", "install it, or ask the API: ARGOCD_AUTH_TOKEN") from None
    except subprocess.TimeoutExpired:
        raise AskError("kubectl does not answer in time", "--timeout waits longer") from None
    if done.returncode:
        text = f"kubectl --context {context} fails with status {done.returncode}"
        raise AskError(text, f"try: kubectl --context {context} -n {question.namespace} get applications.argoproj.io")
    try:
        return json.loads(done.stdout)
    except (ValueError, RecursionError):
        return None
