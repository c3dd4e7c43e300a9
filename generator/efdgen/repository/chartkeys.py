"""Which values a chart knows, where its keys are known: `templates/apps/<app>/chart-keys.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Path

_ALWAYS_KNOWN = frozenset(("fullnameOverride", "global", "nameOverride"))
"""What charts know by convention, whether their values list it or not."""


def unknown(values: Mapping[str, Any], keys: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, list[str]]]:
    """Yield the paths of values that the chart's keys don't have, each with the keys that it has there.

    An empty map of keys stands for any.
    """
    for key, value in values.items():
        if key not in keys and key not in _ALWAYS_KNOWN:
            yield (*path, key), list(keys)
        elif keys.get(key) and isinstance(value, Mapping):
            yield from unknown(value, keys[key], (*path, key))
