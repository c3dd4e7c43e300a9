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


def reads(node: Any, argument: Any, letters: frozenset[str], flags: int) -> frozenset[str]:
    """Return those of some characters that a node reads, which reads one."""
    if not flags & re.IGNORECASE:
        return _reads(node, argument, letters, flags)
    cases = {letter: {each for each in (letter.lower(), letter.upper()) if len(each) == 1} for letter in letters}
    found = _reads(node, argument, frozenset().union(*cases.values()), flags)
    return frozenset(letter for letter, both in cases.items() if not found.isdisjoint(both))


def _reads(node: Any, argument: Any, letters: frozenset[str], flags: int) -> frozenset[str]:
    if node is sre.LITERAL:
        return letters & {chr(argument)}
    if node is sre.NOT_LITERAL:
        return letters - {chr(argument)}
    if node is sre.ANY:
        return letters if flags & re.DOTALL else letters - {"\n"}
    if node is sre.RANGE:
        first, last = map(chr, argument)
        return frozenset(letter for letter in letters if first <= letter <= last)
    if node is sre.CATEGORY:
        is_of = re.compile(_CATEGORIES[str(argument)]).match
        return frozenset(letter for letter in letters if is_of(letter))
    is_negated = argument[0][0] is sre.NEGATE
    found = frozenset[str]().union(*(_reads(kind, held, letters, flags) for kind, held in argument[is_negated:]))
    return letters - found if is_negated else found
