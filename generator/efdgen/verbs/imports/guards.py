"""Conditions around a whole template: where a value is not true, the template makes nothing."""

from __future__ import annotations

import re

_GUARD = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\n)*\s*\{\{-?\s*if\s+"
    r"(?:\(?\s*index\s+\.Values\s+(?P<keys>(?:\"[^\"]+\"\s*)+)\)?|\.Values\.(?P<path>[\w.]+))\s*-?\}\}"
    r"(?P<inside>.*)\{\{-?\s*end\s*-?\}\}\s*\Z",
    re.DOTALL,
)
_ALTERNATIVE = re.compile(r"\{\{-?\s*else\b")
_BLOCK = re.compile(r"\{\{-?\s*(range|with|define)\b")


def guard(text: str) -> tuple[str, ...]:
    """Return the path of the value that switches a whole template; empty: there is no such condition."""
    found = _GUARD.match(text)
    if not found or _BLOCK.search(found["inside"]):
        return ()
    return tuple(re.findall(r'"([^"]+)"', found["keys"])) if found["keys"] else tuple(found["path"].split("."))


def has_alternative(text: str) -> bool:
    """Say whether a template has an `else`: it may make something where its condition does not hold."""
    return bool(_ALTERNATIVE.search(text))
