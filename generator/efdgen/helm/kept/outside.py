"""Whether a chart's schema names another one, in a file or on the network: what that says can change at any time."""

from __future__ import annotations

import json
from typing import Any

_REFERRING = frozenset(("$ref", "$dynamicRef", "$recursiveRef"))
_KNOWN = ("http://json-schema.org/", "https://json-schema.org/")
"""Where schemas of schemas are that Helm has with it."""


def is_named_in(schema: bytes) -> bool:
    """Say whether a schema may name something outside of itself; so may one that can't be read."""
    named: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, value in pairs:
            is_other = (key in _REFERRING and not (isinstance(value, str) and value.startswith("#"))) or (
                key == "$schema" and not (isinstance(value, str) and value.startswith(_KNOWN))
            )
            named.extend([key] if is_other else [])
        return dict(pairs)

    try:
        json.loads(schema.decode(), object_pairs_hook=note)
    except (ValueError, RecursionError):
        return True
    return bool(named)
