"""A review for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.language.layers import ABSENT
from efdgen.report.diff import changes
from efdgen.report.text import Style
from efdgen.review.model import Change, Review

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def as_text(review: Review, style: Style) -> str:
    """Return the blast radius, what comes and goes, then every change."""
    return "\n".join(_lines(review, style))


def _lines(review: Review, style: Style) -> Iterator[str]:
    yield style(f"Compared with {review.compared_with}", dim=True)
    if not review.is_empty:
        yield from _content(review, style)
    if review.in_no_object:
        yield f"{changes.IN_NO_OBJECT}:"
        yield from (f"  {place}" for place in changes.only_places(review.in_no_object))
    if review.reordered:
        yield "Only the order of these lists differs:"
        yield from (f"  {place}" for place in changes.only_places(review.reordered))
    if review.is_empty:
        yield style("Nothing changes", bold=True)


def _content(review: Review, style: Style) -> Iterator[str]:
    summary = changes.summary(review)
    if summary:
        yield style(summary, bold=True)
    for verb, what in changes.comings_and_goings(review):
        yield style(f"{verb.upper()}  {what}", fg="green" if verb.endswith("added") else "red", bold=True)
    if review.changes:
        yield ""
    for change in review.changes:
        yield from _change(change, style)
    if review.reordered or review.in_no_object:
        yield ""


def _change(change: Change, style: Style) -> Iterator[str]:
    place = changes.where(change)
    if changes.is_long(change):
        yield f"{place}:"
        for line in changes.lines(change):
            yield f"  {style(line, fg=_COLOURS[line[0]]) if line[:1] in _COLOURS else line}"
        return
    before, after = changes.value(change.before), changes.value(change.after)
    old = before if change.before is ABSENT else style(before, fg="red")
    new = after if change.after is ABSENT else style(after, fg="green")
    yield f"{place}: {old} -> {new}"
