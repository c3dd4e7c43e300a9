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


MOST_LISTED = 6
"""Words that are all shown."""


def listed(words: Sequence[str], of: int | None = None) -> str:
    """Return `a`, `a and b`, `a, b and c`; of more than six, the first five and how many more there are.

    Args:
        words: the words; of many, the first six are enough.
        of: how many there are; None: no others than these.
    """
    count = len(words) if of is None else of
    shown = [*words] if count <= MOST_LISTED else [*words[: MOST_LISTED - 1], f"{count - MOST_LISTED + 1} more"]
    *others, last = shown
    return f"{', '.join(others)} and {last}" if others else last


def count(number: float, noun: str) -> str:
    """Return `1 file`, `2 files`, `0.5 seconds`."""
    return f"{str(round(number, 3)).removesuffix('.0')} {noun}{'' if number == 1 else 's'}"
