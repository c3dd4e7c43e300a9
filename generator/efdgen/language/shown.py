"""How messages show a value that is not what it must be: `'15GB'`, `true`, `null`, `a mapping`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def shown(value: Any) -> str:
    """Return a scalar as people write it, text in quotes; of what holds others, the kind."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if callable(value):
        return "a function"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)


def misread(error: Exception) -> str:
    """Return why data of others can't be read, in words for people, given what was raised when it was tried."""
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    # What Python says of a wrong type, or of too many values, is about a program.
    words = str(error) if isinstance(error, ValueError) else ""
    return words if words and "unpack" not in words else "it does not have the form that it must have"


_MOST_WORDS = 6


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`; of more than six, the first five and how many more there are."""
    shown = (
        [*words] if len(words) <= _MOST_WORDS else [*words[: _MOST_WORDS - 1], f"{len(words) - _MOST_WORDS + 1} more"]
    )
    *others, last = shown
    return f"{', '.join(others)} and {last}" if others else last
