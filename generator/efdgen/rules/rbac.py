"""Rules about Argo CD's RBAC."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Path
from efdgen.language import suggest
from efdgen.rules.findings import Finding, in_facts
from efdgen.rules.identities import Identities

_BUILT_IN = ("role:admin", "role:readonly")


def roles_are_defined(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find roles that no policy defines; Argo CD's own are `role:admin` and `role:readonly`."""
    rbac = environment.facts.argocd.rbac
    if not environment.facts.argocd.managed:
        return
    defined = {
        *_BUILT_IN,
        *(policy.subject for policy in rbac.policies if policy.subject.startswith("role:")),
    }
    named: list[tuple[Path, str]] = [
        (("argocd", "rbac", "groups", index, "role"), group.role) for index, group in enumerate(rbac.groups)
    ]
    named += [(("argocd", "rbac", "defaultRole"), rbac.default_role)] if rbac.default_role else []
    for path, role in named:
        if role not in defined:
            yield in_facts(
                "E510", f"no policy defines the role {role!r}", environment, path, suggest.hint(role, defined)
            )
