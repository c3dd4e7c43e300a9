"""The formats of a review, by the name that `--format` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from efdgen.report.diff.as_json import as_json
from efdgen.report.diff.as_markdown import as_markdown
from efdgen.report.diff.as_text import as_text
from efdgen.report.text import Style
from efdgen.review.model import Review


def _html(review: Review, style: Style) -> str:
    from efdgen.report.diff.as_html import as_html

    return as_html(review, style)


FORMATS: Mapping[str, Callable[[Review, Style], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
    "html": _html,
}
