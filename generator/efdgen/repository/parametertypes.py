"""The types of an app's parameters: what its schema says of them, and where it says nothing, what their defaults are.

A text is true to an expression, whatever it says: `diskio: "false"` would switch on what it means to switch off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from efdgen.language import expressions, yamlio
from efdgen.language.annotations import properties
from efdgen.language.schema import Rules

_LONGEST = 60
"""Characters of a default that a hint shows."""

_KINDS: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def with_defaults(declared: Rules, defaults: Mapping[str, Any]) -> Rules:
    """Return the types of an app's parameters.

    Null fits each of them: it takes a default away. A default that is null, or an expression, says nothing of the type.

    Args:
        declared: what the app's schema says; it has the only word on the parameters that it speaks of.
        defaults: the parameters' defaults, expressions and all.
    """
    derived = {name: _of(default) for name, default in defaults.items() if not _speaks_of(declared, name)}
    derived = {name: rules for name, rules in derived.items() if rules}
    if not derived:
        return declared
    return {"allOf": [declared, {"properties": derived}]} if declared else {"properties": derived}


def _speaks_of(rules: Any, name: str) -> bool:
    if not isinstance(rules, Mapping):
        return False
    return (
        name in properties(rules)
        or any(re.search(pattern, name) for pattern in rules.get("patternProperties", ()))
        or rules.get("additionalProperties", True) is not True
        or any(_speaks_of(part, name) for part in rules.get("allOf", ()))
    )


def _of(default: Any) -> Rules:
    """Return the type that a default has; of a mapping, also those of what is in it."""
    kind = _KINDS.get(type(default))
    if kind is None or (kind == "string" and expressions.has_expression(default)):
        return {}
    rules: dict[str, Any] = {"type": [kind, "null"]}
    like = yamlio.inline(default) if not isinstance(default, dict | list) else json.dumps(default, ensure_ascii=False)
    if len(like) <= _LONGEST:
        rules["x-written"] = f"it like its default: {like}"
    if kind == "object":
        rules["properties"] = {name: _of(item) for name, item in default.items()}
    return rules
