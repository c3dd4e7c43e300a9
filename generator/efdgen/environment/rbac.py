"""Argo CD's RBAC policies as the text that Argo CD reads."""

from __future__ import annotations

from efdgen.environment.model import Rbac


def policy_csv(rbac: Rbac) -> str:
    """Return `policy.csv`: a line a policy (`p`) and a line a membership (`g`).

    Argo CD reads each line with Go's encoding/csv, leading blanks trimmed:
    https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/
    """
    lines = [_line("p", p.subject, p.resource, p.action, p.object, p.effect) for p in rbac.policies]
    lines += [_line("g", group.subject, group.role) for group in rbac.groups]
    return "".join(f"{line}\n" for line in lines)


def _line(*fields: str) -> str:
    return ", ".join(_field(field) for field in fields)


def _field(text: str) -> str:
    """Quote a field where Go's CSV reader would otherwise split or trim it."""
    if text != text.strip() or any(mark in text for mark in ',"#'):
        return '"' + text.replace('"', '""') + '"'
    return text
