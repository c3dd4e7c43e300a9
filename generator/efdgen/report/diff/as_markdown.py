"""A review as a comment on a pull request: GitHub's Markdown, the summary first, the details folded.

https://github.github.com/gfm/
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from efdgen.language import visible
from efdgen.language.layers import ABSENT
from efdgen.language.shown import count
from efdgen.report.diff import changes
from efdgen.report.text import Style
from efdgen.review.model import Change, InNoObject, Radius, Reordered, Review

LIMIT = 65_000
"""So many characters a comment may have, as Python and as JavaScript count them. GitHub takes 65,536."""

_LOUD, _TABLE, _NOT_SHOWN = 15_000, 20_000, 10_000
"""How many of those what comes and goes, the summary, and the word about what is not shown, may take."""

_ORDINARY = " -.,:;/()"


def as_markdown(review: Review, _style: Style) -> str:
    """Return a review that fits a comment; entries that do not fit are left out whole, and counted."""
    base = _code(visible.lines(review.base)[:1000])
    if review.looked_at:
        base = f"{base}, only {', '.join(map(_code, review.looked_at))}"
    if review.is_empty:
        order = f" Only the order of {count(len(review.reordered), 'list')} differs." if review.reordered else ""
        return f"Nothing changes, compared with {base}.{order}"
    head = list(filter(None, (f"### What changes, compared with {base}", _loud(review), _table(review))))
    whole = _Page(head, LIMIT)
    _fill(whole, review)
    if not whole.left_out:
        return whole.text()
    page = _Page(head, LIMIT - _NOT_SHOWN)
    _fill(page, review)
    return f"{page.text()}\n\n{_not_shown(review, page.left_out)}"


class _Page:
    """Paragraphs, as many as fit, and the changes that did not."""

    def __init__(self, head: Iterable[str], limit: int) -> None:
        self._paragraphs = list(head)
        self.room = limit - sum(_length(paragraph) + 2 for paragraph in self._paragraphs)
        self.left_out: list[Change] = []

    def add(self, title: str, entries: Iterable[Change | Reordered | InNoObject]) -> None:
        """Add folded entries, those that fit; with none, nothing."""
        opening = f"<details><summary>{title}</summary>\n"
        closing = "\n</details>"
        room = self.room - _length(opening) - _length(closing) - 4
        shown = []
        for entry in entries:
            # Most entries of a very long review need not be written to see that they do not fit.
            text = _entry(entry) if _least(entry) < room else None
            if text is not None and _length(text) < room:
                shown.append(text)
                room -= _length(text) + 1
            elif isinstance(entry, Change):
                self.left_out.append(entry)
        if shown:
            self._paragraphs.append("\n".join([opening, *shown, closing]))
            self.room = room

    def text(self) -> str:
        """Return the page."""
        return "\n\n".join(self._paragraphs)


def _fill(page: _Page, review: Review) -> None:
    for environments, group in itertools.groupby(review.changes, key=lambda change: change.environments):
        entries = tuple(group)
        page.add(f"<b>{_plain(changes.names(environments))}</b>: {count(len(entries), 'change')}", entries)
    page.add(f"{changes.IN_NO_OBJECT}: {len(review.in_no_object)}", review.in_no_object)
    page.add(f"Only the order differs: {count(len(review.reordered), 'list')}", review.reordered)


def _least(entry: Change | Reordered | InNoObject) -> int:
    """Return a length that an entry has at least."""
    return len("- `` / ``") + sum(map(len, entry.apps)) + sum(len(step) for step in entry.path if isinstance(step, str))


def _entry(change: Change | Reordered | InNoObject) -> str:
    if not isinstance(change, Change):
        return f"- {_plain(changes.names(change.environments))} / {_place(change)}"
    if not changes.is_long(change):
        return f"- {_place(change)}: {_value(change.before)} → {_value(change.after)}"
    lines = changes.lines(change)
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n  ".join([f"- {_place(change)}:", f"{fence}diff", *lines, fence])


def _place(change: Change | Reordered | InNoObject) -> str:
    apps = ", ".join(map(_code, filter(None, change.apps)))
    apps += changes.WHERE_DEPLOYED if changes.is_patchy(change) else ""
    parts = [apps, _code(change.part), _code(changes.path(change.path))]
    return " / ".join(part for part in parts if part)


def _value(data: Any) -> str:
    return f"*{changes.NOT_SET}*" if data is ABSENT else _code(changes.value(data))


def _code(text: str) -> str:
    """Return a code span, in which nothing but backticks means anything; no text, no span."""
    if not text:
        return ""
    text = text.replace("\n", "\\n")
    runs = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(length for length in itertools.count(1) if length not in runs)
    # A blank on both sides is taken away when the span is read.
    around = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{around}{text}{around}{fence}"


def _plain(text: str) -> str:
    """Return a text that means nothing to Markdown, HTML or a table: odd characters by their numbers."""
    return "".join(c if c.isalnum() or c in _ORDINARY else f"&#{ord(c)};" for c in text)


def _length(text: str) -> int:
    """Return a text's length as JavaScript counts it, which is never less than Python's."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _table(review: Review) -> str:
    """Return how much changes where: every environment by name, if there is room; else how many there are."""
    extents = changes.extents(review)
    if not extents:
        return ""
    for name in (", ".join, changes.names):
        rows = [(_plain(name(where) or changes.names(where)), radius) for radius, where in extents]
        table = "\n".join([*_TABLE_HEAD, *(f"| {where} | {_extent(radius)} |" for where, radius in rows)])
        if _length(table) <= _TABLE:
            return table
    everywhere = review.radius()
    changed = [radius for radius in everywhere if not radius.is_nothing]
    values = [radius.values for radius in changed]
    return (
        f"{count(len(changed), 'environment')} of {len(everywhere)} change, "
        f"each in {min(values)} to {max(values)} values, together in {sum(values)}."
    )


_TABLE_HEAD = ("| environments | apps | values |", "|---|--:|--:|")


def _extent(radius: Radius) -> str:
    if radius.is_nothing:
        return "nothing | "
    unknown = f" ({radius.not_compared} not compared)" if radius.not_compared else ""
    silent = f" ({changes.in_no_object(radius.in_no_object)})" if radius.in_no_object else ""
    return f"{radius.apps}{unknown} | {radius.values}{silent}"


def _loud(review: Review) -> str:
    """Return what comes and goes, as loud as can be, a line each; of very many, the first and the number of others."""
    lines = []
    room = _LOUD
    said = changes.comings_and_goings(review)
    for verb, what in said:
        line = f"- **{verb.upper()}: {_plain(visible.lines(what))}**"
        room -= _length(line) + 1
        if room < 0:
            break
        lines.append(line)
    others = Counter(verb for verb, _ in said[len(lines) :])
    if others:
        lines.append(f"- **AND MORE: {', '.join(f'{number} times {verb}' for verb, number in others.items())}**")
    return "\n".join(lines)


def _not_shown(review: Review, left_out: Sequence[Change]) -> str:
    """Say how many changes are not shown, of which environments, and how to see them."""
    totals = Counter(name for change in left_out for name in change.environments or ("",))
    alike: dict[int, list[str]] = {}
    for name, number in sorted(totals.items()):
        alike.setdefault(number, []).append(name)
    for write in (", ".join, changes.names):
        parts = [
            f"{number}{' each' if len(where) > 1 else ''} in {write(where) or changes.names(())}"
            for number, where in sorted(alike.items(), reverse=True)
        ]
        said = _plain("; ".join(parts)).replace(": ", " ")
        if _length(said) < _NOT_SHOWN - 1000:
            break
    else:
        said = f"in {count(len(totals), 'environment')}"
    shown = f"{len(left_out):,} of {count(len(review.changes), 'change')}"
    return (
        f"**Not shown, because a comment holds no more: {shown}** (those of several environments count once): {said}.\n"
        f"Everything: {_code(changes.command(review))}"
    )
