"""An import for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.language.shown import count
from efdgen.report.text import Style, table
from efdgen.review.imported import Told

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
    before, after = (count(number, "file") for number in told.files)
    yield (
        f"{told.before[1]:,} lines in {before} became {told.after[1]:,} in {after}, without comments and empty lines "
        f"({told.before[0]:,} and {told.after[0]:,} with)."
    )
    yield from (*told.recognised, *told.factored)
    unexplained = [each for each in told.different if not each.reason]
    if unexplained:
        yield ""
        yield style("Unexplained differences", bold=True)
        for each in unexplained[:_MOST]:
            change = f"{each.before or 'nothing'} -> {each.after or 'nothing'}"
            yield f"{each.environment} / {each.app}: {each.what} {each.path}: {change}"
        if len(unexplained) > _MOST:
            yield f"... and {len(unexplained) - _MOST} more; --report markdown=FILE has all"
    for title, notes in told.groups():
        yield ""
        yield style(title, bold=True)
        for note in notes:
            place = f"{note.place}: " if note.place else ""
            missing = [name for name in note.environment.split(", ") if name and name not in note.message]
            about = f" ({', '.join(missing)})" if missing else ""
            yield f"{style(note.code, fg='yellow')} {place}{note.message}{about}"
            if note.hint:
                yield f"     = {note.hint}"
