"""Regular expressions of schemas, held against texts in a time that has a bound: Python's engine backtracks.

What a pattern can take is worked out by `ambiguity`, and only where it is needed: for a pattern that looks as if it
could be slow, and for a text that is long.
"""

from __future__ import annotations

import functools
import re

SHORT = 1_000
"""Characters that a text can always have that a pattern is held against."""

_LONGEST = {0: None, 1: None, 2: 10_000, 3: SHORT}
"""How many characters a text can have, by the power of their number that a pattern can take in steps; None: any number.

That makes some hundred million steps, about a second.
"""

_FEW = 2
"""Repeated parts that are fast in any order, where none is a group."""


_REPEATED_GROUP = re.compile(r"\)[*+{]|\(\?[a-zA-Z]*x")
"""A group that may be repeated; with the flag x, blanks can stand between."""


def fits(pattern: str, text: str) -> bool:
    """Say whether a pattern matches somewhere in a text; in one that is too long for it, it does not."""
    return not is_too_long(pattern, text) and _compiled(pattern).search(text) is not None


def is_too_long(pattern: str, text: str) -> bool:
    """Say whether a text is too long for a pattern: a search could take for ever."""
    if len(text) <= SHORT:
        return False
    most = longest(pattern)
    return most is not None and len(text) > most


_compiled = functools.lru_cache(maxsize=1024)(re.compile)


def fault(pattern: str) -> str:
    """Return why a regular expression could take for ever on a text of ordinary length; empty: it can't."""
    if not _REPEATED_GROUP.search(pattern) and len(re.findall("[*+{]", pattern)) <= _FEW:
        return ""
    from efdgen.language import ambiguity

    try:
        power = ambiguity.power(pattern)
    except ambiguity.BoundlessError as error:
        return str(error)
    return "" if power in _LONGEST else f"on a text of n characters, it can take n to the power of {power} steps"


@functools.lru_cache(maxsize=1024)
def longest(pattern: str) -> int | None:
    """Return how many characters a text can have that a pattern is held against; None: any number."""
    from efdgen.language import ambiguity

    try:
        return _LONGEST.get(ambiguity.power(pattern), SHORT)
    except ambiguity.BoundlessError:
        return SHORT
