"""Jinja's own braces in facts: `the {{ title }}` would be text, where `the <% title %>` is meant."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.errors import Problem
from efdgen.language.late import late
from efdgen.language.layers import leaves
from efdgen.language.yamlio import Document

_BRACES = late(r"{{-?\s*(?P<inside>[A-Za-z_][^{}]*?)\s*-?}}")
"""Helm's begin with a dot, or a dollar sign; what is no name is not meant as an expression."""

_OF_APPS = ("apps", "appDefaults")
"""What is said about apps: a chart may mean anything by it."""


def problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each fact of a spec, or of what environments share, that holds such braces."""
    facts = {key: said for key, said in document.data.items() if key not in _OF_APPS}
    for path, text in leaves(facts):
        found = _BRACES.search(text) if isinstance(text, str) and "{{" in text else None
        if found and not any(part in _OF_APPS for part in path[:3]):
            message = "{{ }} is not an expression: it would stay text"
            where = document.locate_in_text(path, found.start())
            yield Problem("E302", message, where, path, f"write <% {found['inside']} %>")
