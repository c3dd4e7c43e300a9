"""Regular expressions of schemas, held against texts in a time that has a bound: Python's engine backtracks.

What a pattern can take is worked out by `ambiguity`, and only where it is needed: for a pattern that looks as if it
could be slow, and for a text that is long.
"""

from __future__ import annotations

import functools
import math
import re

SHORT = 350
"""Characters that a text can always have that a pattern is held against."""

_MOST_STEPS = 10_000_000
"""Steps that a pattern can take on one text: about a third of a second."""

_MOST_WAYS = {0: 10_000, 1: 10_000, 2: 1_000, 3: 1_000}
"""Ways that there may be through what a pattern does not repeat, by its power. Those of real ones are some hundreds,
many of which no text has."""

_LONG_WAYS = 100
"""Ways that are fast on a text of any length, where the steps are no power of it."""

_FEW, _FEW_CHOICES = 2, 6
"""Repeated parts that are fast in any order, where none is a group; and parts that can be left out, or be another."""


_REPEATED_GROUP = re.compile(r"\)[*+{]|\(\?(?:[a-zA-Z]*x|#)")
"""A group that may be repeated; with the flag x, blanks can stand between, and a comment can hold anything."""

_SET = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_SET_OR_ESCAPE = rf"{_SET}|\\."
"""Where signs repeat nothing."""

_CHARACTER = rf"({_SET}|\\[dDsSwW]|\\[^\w\s]|[^][(){{}}.^$*+?|\\])([*+]|\{{[0-9]+(?:,[0-9]*)?\}})?"
"""What one character of a text can be, and how often it is repeated."""


def fits(pattern: str, text: str) -> bool:
    """Say whether a pattern matches somewhere in a text; in one that is too long for it, it does not."""
    return (len(text) <= SHORT or not is_too_long(pattern, text)) and compiled(pattern).search(text) is not None


def is_too_long(pattern: str, text: str) -> bool:
    """Say whether a text is too long for a pattern: a search could take for ever."""
    if len(text) <= SHORT:
        return False
    most = longest(pattern)
    return most is not None and len(text) > most


@functools.lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern, compiled once.

    Raises:
        re.error: when it is malformed.
    """
    return re.compile(pattern)


@functools.lru_cache(maxsize=1024)
def fault(pattern: str) -> str:
    """Return why a regular expression could take for ever on a text of ordinary length; empty: it can't."""
    if _has_few_parts(pattern) or _is_told_apart(pattern):
        return ""
    from efdgen.language import ambiguity

    try:
        cost = ambiguity.cost(pattern)
    except ambiguity.BoundlessError as error:
        return str(error)
    if cost.power not in _MOST_WAYS:
        return f"on a text of n characters, it can take n to the power of {cost.power} steps"
    if cost.ways > _MOST_WAYS[cost.power]:
        return "one text can be matched in very many ways, each of which is tried"
    return ""


def _has_few_parts(pattern: str) -> bool:
    """Say whether so little in a pattern is repeated, or can be chosen, that it is fast in any order."""
    outside = re.sub(_SET_OR_ESCAPE, "x", pattern, flags=re.DOTALL)
    repeated, choices = (len(re.findall(each, outside)) for each in ("[*+{]", "[?|]"))
    return (
        not _REPEATED_GROUP.search(outside)
        and outside.count("(") <= _FEW_CHOICES
        and repeated <= _FEW
        and choices <= _FEW_CHOICES
    )


def _is_told_apart(pattern: str) -> bool:
    r"""Say whether all that is repeated in a pattern is single characters, each before a letter that they can't be.

    `^v[0-9]+\.[0-9]+$`: no text can be taken apart in two ways. Of groups, choices and all else, this says no.
    """
    if not pattern.startswith("^"):
        return False
    inside = pattern[1:].removesuffix("$")
    looked_at, repeated = 0, ""
    for part in re.finditer(_CHARACTER, inside, re.DOTALL):
        one, often = part.groups()
        is_letter = one[0] != "[" and not (one[0] == "\\" and one[1].isalpha())
        if part.start() != looked_at or (repeated and (often or not is_letter or re.match(repeated, one[-1]))):
            return False
        looked_at, repeated = part.end(), one if often else ""
    return looked_at == len(inside)


@functools.lru_cache(maxsize=1024)
def longest(pattern: str) -> int | None:
    """Return how many characters a text can have that a pattern is held against; None: any number."""
    from efdgen.language import ambiguity

    try:
        power, ways = ambiguity.cost(pattern)
    except ambiguity.BoundlessError:
        return SHORT
    if power <= 1:
        return None if ways <= _LONG_WAYS else max(SHORT, _MOST_STEPS // ways)
    # Of n characters, there are n to the power, over its factorial, ways to take so many apart, each after the other.
    return max(SHORT, int((_MOST_STEPS * math.factorial(power)) ** (1 / power)))
