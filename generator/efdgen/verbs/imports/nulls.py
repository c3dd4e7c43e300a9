"""Where Helm leaves a key out whose value is null, and where null takes a chart's default away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.verbs.imports.model import Chart


def without(values: Mapping[str, Any], chart: Chart) -> dict[str, Any]:
    """Return values without null outside of what other charts get: there, Helm leaves the key out."""
    keys = {dependency.key for dependency in chart.dependencies}
    return {
        key: value if key in keys else _pruned(value)
        for key, value in values.items()
        if key in keys or value is not None
    }


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(below) for key, below in value.items() if below is not None}
    return value
