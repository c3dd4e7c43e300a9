"""Keeps reports short and without secrets: a problem says what is wrong with a value, and need not show all of it."""

from __future__ import annotations

from efdgen.errors import Problem
from efdgen.language import visible
from efdgen.language.secrecy import masked

_HEAD, _TAIL = 200, 120
"""Characters that are kept of a long text: at its beginning, and at its end, which says what is wrong."""


def brief(problem: Problem) -> Problem:
    """Return a problem whose texts people can read: nothing hides in them, and long ones are shown in part.

    What looks like a secret is not repeated.
    """
    return problem._replace(
        message=shortened(visible.line(masked(problem.message))),
        hint=shortened(visible.line(masked(problem.hint))),
        path=tuple(shortened(part) if isinstance(part, str) else part for part in problem.path),
    )


def shortened(text: str) -> str:
    """Return a text, the middle of a long one left out."""
    return text if len(text) <= _HEAD + _TAIL + 1 else f"{text[:_HEAD]}…{text[-_TAIL:]}"
