"""What the filters of expressions do, as functions of text and data; what they yield has bounds.

FILTERS["join"](["a", 1], ", ") == "a, 1"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from efdgen.language.yielded import ExpressionError, text

MOST_TEXT = 100_000
"""Characters that joining, replacing and other filters can make."""


def joined(separator: str, items: Iterable[str], by: str) -> str:
    """Return texts with one between them.

    Raises:
        ExpressionError: when that would be too long.
    """
    found: list[str] = []
    size = 0
    for each in items:
        size += len(each) + len(separator)
        if size - len(separator) > MOST_TEXT:
            raise too_long(by)
        found.append(each)
    return separator.join(found)


def too_long(by: str) -> ExpressionError:
    """Return what is raised where something yields more text than expressions can make."""
    return ExpressionError("E303", f"{by} yields more than {MOST_TEXT:,} characters")


def _replace(subject: str, old: str, new: str) -> str:
    if len(subject) + subject.count(old) * (len(new) - len(old)) > MOST_TEXT:
        raise too_long("the filter replace")
    return subject.replace(old, new)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capitalize": str.capitalize,
    "join": lambda items, separator="": joined(separator, (text(item) for item in items), "the filter join"),
    "length": len,
    "lower": str.lower,
    "replace": _replace,
    "title": str.title,
    "upper": str.upper,
}
"""The filters, by their names; `default` is the evaluator's own: what it stands behind may not be there."""
