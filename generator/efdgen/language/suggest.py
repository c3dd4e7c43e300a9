"""The "did you mean" of every message."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

_MOST = 15

SIMILAR = "did you mean "
"""How a hint begins that names what is like a word."""


_LIKE = 0.6
"""How like a word another one must be, from 0 to 1, to be what was meant."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when none is close."""
    names = known if isinstance(known, frozenset) else frozenset(known)
    if word in names:
        return word
    return _prepared(names).closest(word.casefold())


@functools.lru_cache(maxsize=8)
def _prepared(known: frozenset[str]) -> _Known:
    """Return what is known, prepared: where many words are wrong, the same ones are known to many of them."""
    return _Known(known)


class _Known:
    """Known words, and which of them have which letters.

    A set of words is the bits of a number, one for each: what is asked of thousands takes a few operations.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        self._by_letters: dict[str, str] = {}
        for word in sorted(known):
            name = word.casefold()
            self._words.setdefault(name, word)
            self._by_letters.setdefault("".join(sorted(name)), word)
        self._names = list(self._words)
        self._by_length: dict[int, int] = {}
        self._having: dict[str, list[int]] = {}
        self._bounds: dict[int, list[tuple[float, int, int]]] = {}
        for index, name in enumerate(self._names):
            self._by_length[len(name)] = self._by_length.get(len(name), 0) | 1 << index
            for letter in set(name):
                having = self._having.setdefault(letter, [])
                times = name.count(letter)
                having += [0] * (times - len(having))
                for number in range(times):
                    having[number] |= 1 << index

    def closest(self, word: str) -> str | None:
        """Return the word most like one without capitals, or None when none is close."""
        same_letters = self._by_letters.get("".join(sorted(word)))
        if same_letters is not None:
            return same_letters
        match = self.most_like(word)
        return self._words[match] if match is not None else None

    def most_like(self, word: str) -> str | None:
        """Return what `difflib.get_close_matches` finds first, sooner: what can't be more alike is not compared."""
        import difflib

        matcher = difflib.SequenceMatcher(b=word)
        places = _places(word)
        best = (_LIKE, "")
        for most, names in self._alike(word):
            if most < best[0]:
                break
            for name in names:
                if 2.0 * _in_order(places, name) / (len(word) + len(name)) >= best[0]:
                    matcher.set_seq1(name)
                    best = max(best, (matcher.ratio(), name))
        return best[1] or None

    def _alike(self, word: str) -> Iterator[tuple[float, Iterator[str]]]:
        """Yield names, and how alike they are at most, the most alike first: by the letters that two words share."""
        sharing = self._sharing(word)
        for most, shared, length in self._bounds_of(len(word)):
            more = sharing[shared + 1] if shared < len(word) else 0
            found = self._by_length[length] & sharing[shared] & ~more
            if found:
                yield most, self._named(found)

    def _bounds_of(self, size: int) -> list[tuple[float, int, int]]:
        """Return how alike a word of a size and a name are at most, by the letters they share and the name's length."""
        if size not in self._bounds:
            bounds = (
                (2.0 * shared / (size + length), shared, length)
                for length in self._by_length
                for shared in range(1, min(size, length) + 1)
            )
            self._bounds[size] = sorted((each for each in bounds if each[0] >= _LIKE), reverse=True)
        return self._bounds[size]

    def _sharing(self, word: str) -> list[int]:
        """Return the words that share at least so many letters with another one, by that number."""
        sharing = [(1 << len(self._names)) - 1, *([0] * len(word))]
        for letter, times in Counter(word).items():
            for having in self._having.get(letter, ())[:times]:
                for number in range(len(word), 0, -1):
                    sharing[number] |= sharing[number - 1] & having
        return sharing

    def _named(self, found: int) -> Iterator[str]:
        while found:
            last = found.bit_length() - 1
            yield self._names[last]
            found ^= 1 << last


def _places(word: str) -> tuple[int, dict[str, int]]:
    """Return as many bits as a word has letters, and those of each letter."""
    places: dict[str, int] = {}
    for index, letter in enumerate(word):
        places[letter] = places.get(letter, 0) | 1 << index
    return (1 << len(word)) - 1, places


def _in_order(places: tuple[int, dict[str, int]], name: str) -> int:
    """Return how many letters a word and a name have in the same order: difflib finds at most these.

    It is the longest common subsequence, by https://doi.org/10.1016/S0020-0190(00)00214-7 (Crochemore and others).
    """
    every, of = places
    free = every
    for letter in name:
        if letter in of:
            taken = free & of[letter]
            free = (free + taken) | (free - taken)
    return (every & ~free).bit_count()


def did_you_mean(word: str) -> str:
    """Return the hint that names one word."""
    return f"{SIMILAR}{word!r}?"


def suggested(hint: str) -> str:
    """Return the word that a hint of `did_you_mean` names; of another hint, nothing."""
    import ast

    return str(ast.literal_eval(hint[len(SIMILAR) : -1])) if hint.startswith(SIMILAR) and hint.endswith("?") else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return "unknown app 'x': did you mean ...?", or, where nothing is known, that there is none at all.

    A path may be meant to be what its file, or its last folder, is called by: `environments/lab.yaml`.
    """
    known = frozenset(known)
    last = word.rstrip("/").rpartition("/")[2].partition(".")[0]
    said = did_you_mean(last) if "/" in word and last in known else hint(word, known)
    return f"unknown {what} {word!r}: {said or 'there is none at all'}"


def hint(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "did you mean ...?", or the list of known words, behind what else may be meant, when nothing is close."""
    known = sorted(known)
    match = closest(word, known) if known else None
    if match is not None:
        return did_you_mean(match)
    if len(known) > _MOST:
        known = [*known[:_MOST], "..."]
    return f"{otherwise}known: {', '.join(known)}" if known else ""


def undefined(word: str, shown: str, known: Iterable[str], otherwise: str) -> tuple[str, Callable[[], str]]:
    """Return what is wrong with a name that nothing has, and what makes the hint."""
    return f"{shown} is not defined", lambda: hint(word, known, otherwise)
