"""Writes the rules of a Role as what they allow: how they are grouped into rules means nothing to Kubernetes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

KINDS = ("Role", "ClusterRole")


def told(role: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a role with a map in the place of its rules: verbs by what they are allowed on.

    A rule that is not what a rule should be leaves the role as it is.
    """
    rules = role.get("rules")
    if not isinstance(rules, list) or not rules:
        return role
    allowed: dict[str, set[str]] = {}
    try:
        for rule in rules:
            for what in _what(rule):
                allowed.setdefault(what, set()).update(rule["verbs"])
    except (AttributeError, KeyError, TypeError):
        return role
    return {**role, "rules": {what: ", ".join(sorted(verbs)) for what, verbs in sorted(allowed.items())}}


def _what(rule: Mapping[str, Any]) -> Iterator[str]:
    for group, resource in itertools.product(rule.get("apiGroups") or ("",), rule.get("resources") or ()):
        name = f"{resource}.{group}" if group else str(resource)
        for one in rule.get("resourceNames") or ("",):
            yield f"{name} {one}".rstrip()
    yield from map(str, rule.get("nonResourceURLs") or ())
