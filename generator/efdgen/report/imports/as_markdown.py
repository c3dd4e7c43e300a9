"""An import as Markdown, for a wiki or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from efdgen.language import visible
from efdgen.review.imported import Told

_UNEXPLAINED = "**unexplained**"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def as_markdown(told: Told) -> str:
    """Return the report."""
    return "\n".join(_lines(told))


def _lines(told: Told) -> Iterator[str]:
    yield f"# Imported {_plain(told.source)}"
    yield ""
    rows = [[row.environment, row.apps, f"{row.values:,}", row.objects, row.verdict] for row in told.rows]
    yield from _table(["environment", "apps", "values", "objects", "rendered, it is"], rows)
    yield "| | source | specs and definitions |"
    yield "|---|---|---|"
    yield f"| files | {told.files[0]:,} | {told.files[1]:,} |"
    yield f"| lines | {told.before[0]:,} | {told.after[0]:,} |"
    yield f"| without comments and empty lines | {told.before[1]:,} | {told.after[1]:,} |"
    yield ""
    yield "## What was recognised"
    yield ""
    yield from (f"- {_plain(sentence)}" for sentence in told.recognised)
    yield ""
    yield "## What was factored out, and why"
    yield ""
    yield from (f"- {_plain(sentence)}" for sentence in told.factored)
    yield ""
    yield "## The proof"
    yield ""
    if not told.different:
        yield told.nothing_differs
        yield ""
    else:
        found = [
            [
                d.environment,
                d.app,
                d.what,
                d.path,
                d.before or "nothing",
                d.after or "nothing",
                d.reason or _UNEXPLAINED,
            ]
            for d in told.folded()
        ]
        yield from _table(["environment", "app", "what", "where", "source", "rendered", "reason"], found)
    for title, notes in told.groups():
        yield f"## {title}"
        yield ""
        yield from _table(
            ["code", "about", "place", "what", "what to do"],
            [[note.code, note.about, note.place, note.message, note.hint] for note in notes],
        )


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_plain(str(cell)) if cell != _UNEXPLAINED else str(cell) for cell in row)} |"
    yield ""


def _plain(text: str) -> str:
    """Return a text of others that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", visible.line(text))
