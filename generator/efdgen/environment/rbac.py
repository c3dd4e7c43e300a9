"""Argo CD's RBAC policies as the text that Argo CD reads."""

from __future__ import annotations

import functools
import json

from efdgen.environment.model import Policy, Rbac


def config(rbac: Rbac) -> dict[str, str]:
    """Return the data of the ConfigMap `argocd-rbac-cm`; what nobody says is left to Argo CD."""
    data = {"policy.csv": policy_csv(rbac), "policy.default": rbac.default_role}
    if rbac.match_mode is not None:
        data["policy.matchMode"] = rbac.match_mode
    if rbac.scopes is not None:
        data["scopes"] = f"[{', '.join(json.dumps(scope, ensure_ascii=False) for scope in rbac.scopes)}]"
    return data


@functools.lru_cache(maxsize=64)  # most environments have the same
def policy_csv(rbac: Rbac) -> str:
    """Return `policy.csv`: a line a policy (`p`) and a line a membership (`g`).

    Argo CD reads each line with Go's encoding/csv, leading blanks trimmed:
    https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/
    """
    lines = [policy_line(policy) for policy in rbac.policies]
    lines += [_line("g", group.subject, group.role) for group in rbac.groups]
    return "".join(f"{line}\n" for line in lines)


def policy_line(policy: Policy) -> str:
    """Return the line of one policy."""
    return _line("p", policy.subject, policy.resource, policy.action, policy.object, policy.effect)


def _line(*fields: str) -> str:
    return ", ".join(_field(field) for field in fields)


_SPECIAL = frozenset(',"#')


def _field(text: str) -> str:
    """Quote a field where Go's CSV reader would otherwise split or trim it."""
    if text != text.strip() or not _SPECIAL.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text
