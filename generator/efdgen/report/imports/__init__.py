"""What came of an import, told: as text, Markdown, an HTML page, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from efdgen.report.text import Style

if TYPE_CHECKING:
    from efdgen.review.imported import Told

FORMATS = ("text", "markdown", "html", "json")


def tell(told: Told, format_: str, style: Style) -> str:
    """Return a report in a format."""
    from efdgen.report.imports import as_html, as_markdown, as_text

    ways: dict[str, Callable[[], str]] = {
        "text": lambda: as_text.as_text(told, style),
        "markdown": lambda: as_markdown.as_markdown(told),
        "html": lambda: as_html.as_html(told),
        "json": lambda: json.dumps(told.as_data(), indent=2, ensure_ascii=True),
    }
    return ways[format_]()


def failed(source: str, message: str, format_: str) -> str:
    """Return why nothing was imported, in a format."""
    from efdgen.report.imports.why import written

    return written(source, message, format_)


def is_result(content: bytes) -> bool:
    """Say whether a file holds a report of an earlier import, or nothing."""
    text = content.decode(errors="replace").lstrip()
    begins = ("Imported ", "### Nothing could be compared", "# Imported ", '{\n  "imported"', "<!doctype html>")
    return not text or text.startswith(begins)
