"""What Argo CD answers to a question about who may do what."""

from __future__ import annotations

import json

from efdgen.environment import permissions
from efdgen.environment.permissions import Answer
from efdgen.environment.rbac import policy_line
from efdgen.language import visible
from efdgen.report.text import Style


def text(answer: Answer, style: Style) -> str:
    """Return the answer, with the line that decided and where it stands."""
    decision = answer.decision
    word = style("yes", fg="green", bold=True) if decision.allowed else style("no", fg="red", bold=True)
    where = ""
    if decision.policy is not None:
        where = f" ({'built into Argo CD' if answer.place is None else answer.place})"
    lines = [f"{word}: {visible.line(permissions.because(decision))}{visible.line(where)}"]
    subject = answer.question.subject
    is_role = subject.startswith(("role:", "proj:")) or bool(answer.question.groups)
    if decision.policy is not None and not decision.is_default and not is_role and not answer.is_asked:
        lines.append(
            f"  as the name of a user: Argo CD asks for groups only where argocd.rbac.groups gives them a role; "
            f"{visible.line(subject)} has none"
        )
    lines += [f"  but {visible.line(doubt)}" for doubt in answer.doubts]
    return "\n".join(lines)


def as_json(answer: Answer) -> str:
    """Return the answer as data."""
    decision = answer.decision
    data = {
        **answer.question._asdict(),
        "allowed": decision.allowed,
        "policy": policy_line(decision.policy) if decision.policy is not None else None,
        "file": answer.place.file if answer.place is not None else None,
        "line": answer.place.line if answer.place is not None else None,
        "roles": list(decision.roles),
        "isDefault": decision.is_default,
        "group": decision.group or None,
        "isAskedAsGroup": answer.is_asked,
        "doubts": list(answer.doubts),
    }
    return json.dumps(data, indent=2, ensure_ascii=False)
