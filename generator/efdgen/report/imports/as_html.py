"""An import as one page that opens in any browser."""

from __future__ import annotations

from efdgen.report import html
from efdgen.review.imported import Told


def as_html(told: Told) -> str:
    """Return the report."""
    return html.page(
        "import", title=f"Imported {told.source}", told=told, folded=told.folded(), groups=list(told.groups())
    )
