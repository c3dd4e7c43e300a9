"""Which characters a part of a regular expression reads, and a few that stand for all of them."""

from __future__ import annotations

import functools
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

try:
    from re import _parser as sre  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as sre

__all__ = ["combined", "reads", "sre", "told_apart"]

_OF_ALL_KINDS = "0a_ \n\x1c-\u00e9\u0660\u2028\ue000"
"""Of each kind that `\\d`, `\\w` and `\\s` tell apart, with the flag `a` and without, one."""

_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}

_KINDS = (r"\d", r"[^\W\d]", r"[^\w\s]", r"\s", r"[ \t-\r]", r"[\x1c-\x1f]")
"""The kinds; `(?a:\\s)` is not the same as `\\s` in ASCII."""

_ASCII_END, _OF_EACH_KIND, _HIGH = 0x80, 0x3100, 0x1000
"""Where ASCII ends; below the second, there are characters of each kind behind the third."""

_PLANES = 0x20000
"""Below this are all letters of two cases, all digits, and all blanks."""

_RUN = 64
"""Characters that are asked about together: most have no cases."""

_FLAGS = re.IGNORECASE | re.ASCII | re.DOTALL
"""The flags that decide what one character is."""

_TYPES = re.ASCII | re.LOCALE | re.UNICODE

_Atom = tuple[Any, Any, int]
"""What reads one character: the node, its argument, and the flags that hold for it."""


def combined(flags: int, more: int, less: int) -> int:
    """Return the flags inside a group such as `(?i:...)` or `(?-i:...)`, as `re` combines them."""
    return ((flags & ~_TYPES if more & _TYPES else flags) | more) & ~less


def told_apart(tree: Any, flags: int) -> frozenset[str]:
    """Return characters that stand for all: what a pattern tells apart is told apart by them.

    Args:
        tree: the pattern, parsed.
        flags: the flags that hold for all of it; groups may have others.
    """
    atoms = _atoms(tree, flags)
    codes = {ord(letter) for letter in _OF_ALL_KINDS}
    has_categories = False
    for node, argument, _ in atoms:
        for kind, held in argument if node is sre.IN else ((node, argument),):
            if kind in (sre.LITERAL, sre.NOT_LITERAL):
                codes.add(held)
            elif kind is sre.RANGE:
                codes.update(code for end in held for code in (end - 1, end, end + 1))
            elif kind is sre.CATEGORY:
                has_categories = True
    letters = {chr(code) for code in codes if 0 <= code <= sys.maxunicode}
    if has_categories:
        letters.update(_of_all_kinds_between(codes))
    if not any(held & re.IGNORECASE for _, _, held in atoms):
        return frozenset(letters)
    return _one_of_each(letters | _cased(), atoms)


def _atoms(tree: Any, flags: int) -> list[_Atom]:
    found: dict[str, _Atom] = {}
    waiting: list[tuple[Any, int]] = [(tree, flags)]
    while waiting:
        part, held = waiting.pop()
        for node in part:
            kind, argument = node if isinstance(node, tuple) and len(node) == _PAIR else (None, None)
            if any(kind is each for each in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)):
                found.setdefault(f"{kind} {argument} {held}", (kind, argument, held))
            elif kind is sre.SUBPATTERN:
                _, more, less, body = argument
                waiting.append((body, combined(held, more, less)))
            elif isinstance(node, tuple | list | sre.SubPattern):
                waiting.append((node, held))
    return list(found.values())


_PAIR = 2


def _of_all_kinds_between(codes: Iterable[int]) -> Iterator[str]:
    """Yield, of what lies between each two of some characters, one of each kind that is there."""
    ends = sorted({-1, _ASCII_END - 1, *(code for code in codes if code < _PLANES)})
    text = _below(_OF_EACH_KIND if ends[-1] < _HIGH else _PLANES)
    for kind in map(re.compile, _KINDS):
        for end, following in itertools.pairwise((*ends, len(text))):
            found = kind.search(text, end + 1, following) if following > end + 1 else None
            if found:
                yield found[0]


@functools.cache
def _below(code: int) -> str:
    return "".join(map(chr, range(code)))


@functools.cache
def _cased() -> frozenset[str]:
    """Return all letters that have another case: `[a-z]` may read the sign of Kelvin, too."""
    text = _below(_PLANES)
    runs = (text[begin : begin + _RUN] for begin in range(0, len(text), _RUN))
    return frozenset(letter for run in runs if _has_cases(run) for letter in run if _has_cases(letter))


def _has_cases(text: str) -> bool:
    return text.lower() != text or text.upper() != text


def _one_of_each(letters: Iterable[str], atoms: Iterable[_Atom]) -> frozenset[str]:
    """Return of the letters that the same atoms read, one."""
    all_of_them = frozenset(letters)
    readers = dict.fromkeys(sorted(all_of_them), 0)
    for number, (node, argument, flags) in enumerate(atoms):
        for letter in reads(node, argument, all_of_them, flags):
            readers[letter] |= 1 << number
    return frozenset({which: letter for letter, which in readers.items()}.values())


def reads(node: Any, argument: Any, letters: frozenset[str], flags: int) -> frozenset[str]:
    """Return those of some characters that a node reads, which reads one."""
    if not flags & re.IGNORECASE or node is sre.ANY:
        return _reads(node, argument, letters, flags)
    # Which cases are the same is the engine's to say: to it, the long s is an s, and the dotless i is an i.
    one = re.compile(_written(node, argument), flags & _FLAGS)
    return frozenset(one.findall("".join(letters)))


def _written(node: Any, argument: Any) -> str:
    """Return a node that reads one character as a pattern."""
    if node is sre.LITERAL:
        return f"\\U{argument:08x}"
    if node is sre.NOT_LITERAL:
        return f"[^\\U{argument:08x}]"
    if node is sre.RANGE:
        first, last = argument
        return f"\\U{first:08x}-\\U{last:08x}"
    if node is sre.CATEGORY:
        return _CATEGORIES[str(argument)]
    is_negated = argument[0][0] is sre.NEGATE
    return f"[{'^' * is_negated}{''.join(_written(kind, held) for kind, held in argument[is_negated:])}]"


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
        is_of = re.compile(_CATEGORIES[str(argument)], flags & re.ASCII).match
        return frozenset(letter for letter in letters if is_of(letter))
    is_negated = argument[0][0] is sre.NEGATE
    found = frozenset[str]().union(*(_reads(kind, held, letters, flags) for kind, held in argument[is_negated:]))
    return letters - found if is_negated else found
