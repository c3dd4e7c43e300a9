"""Keeps reports short and without secrets: a problem says what is wrong with a value, and need not show all of it."""

from __future__ import annotations

import re

from efdgen.errors import Problem
from efdgen.language import visible
from efdgen.language.secrecy import masked

_HEAD, _TAIL = 200, 120
"""Characters that are kept of a long text: at its beginning, and at its end, which says what is wrong."""

_LISTED = 1000
"""Characters that are kept of a list of what is known, for people."""

_KNOWN = re.compile(r"(?:\A|; )known: ")


def brief(problem: Problem, *, is_for_people: bool = True) -> Problem:
    """Return a problem whose texts people can read: nothing hides in them, and long ones are shown in part.

    What looks like a secret is not repeated.

    Args:
        problem: the problem.
        is_for_people: whether a long list of what is known ends early; for a program, it has all items.
    """
    return problem._replace(
        message=shortened(visible.line(masked(problem.message))),
        hint=_hint(visible.line(masked(problem.hint)), _LISTED if is_for_people else None),
        path=tuple(shortened(part) if isinstance(part, str) else part for part in problem.path),
    )


def _hint(hint: str, most: int | None) -> str:
    """Return a hint of which every item of what is known is whole or not there, as far as an item is no long text."""
    found = _KNOWN.search(hint)
    if found is None:
        return shortened(hint)
    items = [shortened(item) for item in hint[found.end() :].split(", ")]
    kept, length = items[:1], len(items[0])
    for item in items[1:]:
        length += len(item) + 2
        if most is not None and length > most:
            kept.append("...")
            break
        kept.append(item)
    return f"{shortened(hint[: found.start()])}{found[0]}{', '.join(kept)}"


def shortened(text: str) -> str:
    """Return a text, the middle of a long one left out."""
    return text if len(text) <= _HEAD + _TAIL + 1 else f"{text[:_HEAD]}…{text[-_TAIL:]}"
