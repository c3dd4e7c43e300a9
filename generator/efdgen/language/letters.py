"""Which characters a part of a regular expression reads, and a few that stand for all of them."""

from __future__ import annotations

import re
import sys
from typing import Any

try:
    from re import _parser as sre  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as sre

__all__ = ["reads", "sre", "told_apart"]

_OF_ALL_KINDS = "0a_ \n-\u00e9\u0660\u2028\ue000"
"""Of each kind that `\\d`, `\\w` and `\\s` tell apart, one."""

_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def told_apart(tree: Any) -> frozenset[str]:
    """Return characters that stand for all: what a pattern tells apart is told apart by them."""
    found = {ord(letter) for letter in _OF_ALL_KINDS}
    waiting = [tree]
    while waiting:
        for node in waiting.pop():
            kind, argument = node if isinstance(node, tuple) and len(node) == _PAIR else (None, None)
            if kind in (sre.LITERAL, sre.NOT_LITERAL):
                found.add(argument)
            elif kind is sre.RANGE:
                found.update(code for end in argument for code in (end - 1, end, end + 1))
            elif isinstance(node, tuple | list | sre.SubPattern):
                waiting.append(node)
    return frozenset(chr(code) for code in found if 0 <= code <= sys.maxunicode)


_PAIR = 2


def reads(node: Any, argument: Any, letter: str, flags: int) -> bool:
    """Say whether a node that reads one character reads this one."""
    if node in (sre.LITERAL, sre.NOT_LITERAL):
        return (argument == ord(letter)) is (node is sre.LITERAL)
    if node is sre.ANY:
        return letter != "\n" or bool(flags & re.DOTALL)
    if node is sre.RANGE:
        return bool(argument[0] <= ord(letter) <= argument[1])
    if node is sre.CATEGORY:
        return re.match(_CATEGORIES[str(argument)], letter) is not None
    is_negated = argument[0][0] is sre.NEGATE
    return any(reads(kind, held, letter, flags) for kind, held in argument[is_negated:]) is not is_negated
