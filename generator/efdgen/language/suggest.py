"""The "did you mean" of every message."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_MOST = 15

SIMILAR = "did you mean "
"""How a hint begins that names what is like a word."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is close."""
    import difflib

    candidates = sorted(known)
    if word in candidates:
        return word
    swapped = next((known for known in candidates if sorted(known.casefold()) == sorted(word.casefold())), None)
    if swapped is not None:
        return swapped
    by_folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    matches = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


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
