"""How messages show a value that is not what it must be: `'15GB'`, `true`, `null`, `a mapping`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def shown(value: Any) -> str:
    """Return a scalar as people write it, text in quotes; of what holds others, the kind."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
