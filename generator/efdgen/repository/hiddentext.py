"""Characters in what people write that nobody sees: they would hide in pages, scripts and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from efdgen.errors import Path, Problem
from efdgen.language import visible
from efdgen.language.late import late
from efdgen.language.yamlio import Document

_HIDDEN = late(f"{visible.HIDDEN.pattern}|[\u00ad\u180e\u200b\u2060]")
"""What hides, and what a web page has between letters without showing it."""

_OF_CHARTS = ("values", "parameters", "value")
"""The keys of an app's settings below which a chart may mean anything."""


def problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each text of a spec or of shared facts that holds one; the values of charts apart."""
    if document.hides_nothing:
        return
    for path, text, is_key in _texts(document.data, (), is_of_app=False):
        found = None if text.isascii() and text.isprintable() else _HIDDEN.search(text)
        if found:
            where = document.locate_in_text(path, found.start(), key=is_key)
            message = f"{visible.named(found[0])} can't be seen"
            yield Problem("E102", message, where, path, "take it out")


def _texts(data: Any, path: Path, *, is_of_app: bool) -> Iterator[tuple[Path, str, bool]]:
    """Yield the texts of data, each with its path, and whether it is the key there."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key), key, True
            below = is_of_app or key in ("apps", "appDefaults")
            if not (is_of_app and key in _OF_CHARTS):
                yield from _texts(value, (*path, key), is_of_app=below)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*path, index), is_of_app=is_of_app)
    elif isinstance(data, str):
        yield path, data, False
