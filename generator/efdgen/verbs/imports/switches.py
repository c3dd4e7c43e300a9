"""Which of a wrapper chart's dependencies are on, by Helm's rules: `condition` wins over `tags`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.verbs.imports.model import Dependency


def is_on(dependency: Dependency, values: Mapping[str, Any]) -> bool | None:
    """Say whether a dependency is deployed; None: its chart's own values decide.

    Args:
        dependency: the dependency.
        values: what the wrapper chart gets, its own values.yaml included.
    """
    tags = values.get("tags")
    said = [tags.get(tag) for tag in dependency.tags] if isinstance(tags, dict) else []
    on = True in said or False not in said
    paths = [path.strip() for path in dependency.condition.split(",") if path.strip()]
    for path in paths:
        steps = tuple(path.split("."))
        value = at(values, steps)
        if isinstance(value, bool):
            return value
        if value is ABSENT and steps[0] == dependency.key:
            return None
    return on
