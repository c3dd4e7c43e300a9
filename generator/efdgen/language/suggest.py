"""The "did you mean" of every message."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_MOST = 15

SIMILAR = "did you mean "
"""How a hint begins that names what is like a word."""


_LIKE = 0.6
"""How like a word another one must be, from 0 to 1, to be what was meant."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is close."""
    candidates = sorted(known)
    if word in candidates:
        return word
    folded = word.casefold()
    names = [candidate.casefold() for candidate in candidates]
    letters = sorted(folded)
    for candidate, name in zip(candidates, names, strict=True):
        if len(name) == len(folded) and sorted(name) == letters:
            return candidate
    by_folded = dict(zip(reversed(names), reversed(candidates), strict=True))
    match = _most_like(folded, by_folded)
    return by_folded[match] if match is not None else None


def _most_like(word: str, names: Iterable[str]) -> str | None:
    """Return what `difflib.get_close_matches` finds first, sooner: names that can't be more alike are not compared."""
    import difflib

    # The letters that two words share say how alike they are at most.
    bounds = [(most, name) for name in names if (most := _most_alike(word, name)) >= _LIKE]
    matcher = difflib.SequenceMatcher(b=word)
    best: tuple[float, str] | None = None
    for most, name in sorted(bounds, reverse=True):
        if best is not None and most < best[0]:
            break
        matcher.set_seq1(name)
        alike = matcher.ratio()
        if alike >= _LIKE and (best is None or (alike, name) > best):
            best = (alike, name)
    return best[1] if best is not None else None


def _most_alike(word: str, name: str) -> float:
    """Return the most that the likeness of two words can be: `SequenceMatcher.quick_ratio`, without its object."""
    shared, rest = 0, word
    total = len(word) + len(name)
    if 2.0 * min(len(word), len(name)) < _LIKE * total:
        return 0
    for letter in name:
        if letter in rest:
            rest = rest.replace(letter, "", 1)
            shared += 1
    return 2.0 * shared / total


def did_you_mean(word: str) -> str:
    """Return the hint that names one word."""
    return f"{SIMILAR}{word!r}?"


def suggested(hint: str) -> str:
    """Return the word that a hint of `did_you_mean` names; of another hint, nothing."""
    import ast

    return str(ast.literal_eval(hint[len(SIMILAR) : -1])) if hint.startswith(SIMILAR) and hint.endswith("?") else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return "unknown app 'x': did you mean ...?", or, where nothing is known, that there is none at all."""
    said = hint(word, known)
    return f"unknown {what} {word!r}: {said or 'there is none at all'}"


def hint(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "did you mean ...?", or the list of known words, behind what else may be meant, when nothing is close."""
    known = sorted(known)
    match = closest(word, known)
    if match is not None:
        return did_you_mean(match)
    if len(known) > _MOST:
        known = [*known[:_MOST], "..."]
    return f"{otherwise}known: {', '.join(known)}" if known else ""


def undefined(word: str, shown: str, known: Iterable[str], otherwise: str) -> tuple[str, Callable[[], str]]:
    """Return what is wrong with a name that nothing has, and what makes the hint."""
    return f"{shown} is not defined", lambda: hint(word, known, otherwise)
