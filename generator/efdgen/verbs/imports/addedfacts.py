"""The facts of an environment that is added to a repository: what its spec says over the defaults there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at
from efdgen.repository import paths
from efdgen.verbs.imports import syncpolicies
from efdgen.verbs.imports.facts import Facts
from efdgen.verbs.imports.forms import named


def of(facts: Facts, name: str, there: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the facts of a new environment as its spec says them over the defaults of a repository."""
    spec: dict[str, Any] = {"name": name}
    if facts.host_pattern:
        spec |= {"domain": facts.domain, "hostPattern": facts.host_pattern}
    if facts.storage_class:
        spec["cluster"] = {"storageClass": facts.storage_class}
    if facts.prefix:
        spec["vault"] = {"pathPrefix": named(facts.prefix, name)}
    argocd = {key: value for key, value in facts.argocd.items() if value is not None}
    below = at(yamlio.load(there.get(paths.FACTS, b"").decode()), ("defaults", "argocd", "syncPolicy"), None)
    policy = syncpolicies.over(below, facts.argocd.get("syncPolicy"))
    if policy is not ABSENT and policy != below:
        argocd["syncPolicy"] = policy
    return {**spec, "argocd": argocd} if argocd else spec


def names(spec: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the facts of a spec, each part of a mapping by itself; not what it is called, nor exceptions."""
    for key, value in spec.items():
        if isinstance(value, dict) and key != "links":
            yield from ((key, inner) for inner in value if (key, inner) != ("cluster", "provides"))
        elif key not in ("name", "site", "accept", "links"):
            yield (key,)
