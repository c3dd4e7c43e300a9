"""The formats of a review, a module each: `as_<format>` in `as_<format>.py`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from efdgen.report.text import Style
    from efdgen.review.model import Review

FORMATS = ("text", "markdown", "json", "html")
"""The names that `--format` takes. A name here and its module are all that a format needs."""


def written(review: Review, format_: str, style: Style) -> str:
    """Return a review in one of the formats; only that one's module is loaded."""
    module = importlib.import_module(f"efdgen.report.diff.as_{format_}")
    write = cast("Callable[[Review, Style], str]", getattr(module, f"as_{format_}"))
    return write(review, style)
