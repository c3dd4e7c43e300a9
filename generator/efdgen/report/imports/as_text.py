"""An import for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.report.imports.told import Told
from efdgen.report.text import Style, count, table

_MOST = 12


def as_text(told: Told, style: Style) -> str:
    """Return the report."""
    return "\n".join(_lines(told, style))


def _lines(told: Told, style: Style) -> Iterator[str]:
    yield style(f"Imported {told.source}", bold=True)
    yield ""
    rows = [[row.environment, str(row.apps), f"{row.values:,}", str(row.objects), row.verdict] for row in told.rows]
    yield table([["environment", "apps", "values", "objects", "rendered, it is"], *rows], style)
    yield ""
    yield (
        f"{told.before[1]:,} lines in {count(told.files[0], 'file')} became {told.after[1]:,} in "
        f"{count(told.files[1], 'file')}, without comments and empty lines ({told.before[0]:,} and {told.after[0]:,} with)."
    )
    for sentence in (*told.recognised, *told.factored):
        yield sentence
    unexplained = [each for each in told.different if not each.reason]
    if unexplained:
        yield ""
        yield style("Unexplained differences", bold=True)
        for each in unexplained[:_MOST]:
            yield f"{each.environment} / {each.app}: {each.what} {each.path}: {each.before or 'nothing'} -> {each.after or 'nothing'}"
        if len(unexplained) > _MOST:
            yield f"... and {len(unexplained) - _MOST} more; --report markdown=FILE has all"
    for title, notes in told.groups():
        yield ""
        yield style(title, bold=True)
        for note in notes:
            place = f"{note.place}: " if note.place else ""
            yield f"{style(note.code, fg='yellow')} {place}{note.message}"
            if note.hint:
                yield f"     = {note.hint}"
