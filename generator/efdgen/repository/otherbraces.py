"""What would stay text where an expression is meant: `the {{ title }}`, and `the title %>` for `the <% title %>`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from efdgen.errors import Path, Problem
from efdgen.language import lookalikes
from efdgen.language.expressions import CLOSE, NO_BEGINNING, OPEN
from efdgen.language.late import late
from efdgen.language.layers import leaves
from efdgen.language.yamlio import Document

_BRACES = late(r"{{-?\s*(?P<inside>[A-Za-z_][^{}]*?)\s*-?}}")
"""Helm's begin with a dot, or a dollar sign; what is no name is not meant as an expression."""

_OF_APPS = ("apps", "appDefaults")
"""What is said about apps: a chart may mean anything by it."""


_WITH_REASONS = ("accept", "pins")
"""What has reasons, which are plain text."""


def problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each fact of a spec, or of what environments share, that holds such braces."""
    facts = {key: said for key, said in document.data.items() if key not in _OF_APPS}
    for path, text in leaves(facts):
        found = _BRACES.search(text) if isinstance(text, str) and "{{" in text else None
        if found and not any(part in _OF_APPS for part in path[:3]):
            message = "{{ }} is not an expression: it would stay text"
            where = document.locate_in_text(path, found.start())
            yield Problem("E302", message, where, path, f"write <% {found['inside']} %>")


def without_beginning(document: Document, *, is_of_app: bool = False) -> Iterator[Problem]:
    """Yield a problem for each value that holds the end of an expression, and not its beginning.

    What is said about apps may be a script: of several lines, it may hold anything.

    Args:
        document: a spec, what environments share, or an app's definition or values.
        is_of_app: whether it is an app's.
    """
    if not document.data or not _may_end(document.data):
        return
    for path, text in leaves(document.data):
        may_be_script = is_of_app or any(part in _OF_APPS for part in path[:3])
        if not isinstance(text, str) or (may_be_script and "\n" in text) or _is_reason(path):
            continue
        at = lookalikes.ended(text)
        if at is not None:
            yield Problem("E302", NO_BEGINNING, document.locate_in_text(path, at), path, f"begin it with {OPEN}")


def _is_reason(path: Path) -> bool:
    return path[-1:] == ("reason",) and any(part in _WITH_REASONS for part in path)


def _may_end(data: dict[str, Any] | list[Any]) -> bool:
    """Say whether some text holds the end of an expression without its beginning: nearly none does."""
    for each in data.values() if isinstance(data, dict) else data:
        if isinstance(each, str):
            if CLOSE in each and each.count(CLOSE) > each.count(OPEN):
                return True
        elif isinstance(each, dict | list) and _may_end(each):
            return True
    return False
