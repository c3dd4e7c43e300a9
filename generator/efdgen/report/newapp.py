"""The folder of a new app, and what its chart has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from efdgen.language import visible
from efdgen.report.text import Style
from efdgen.repository import chartkeys


def drafted(texts: Mapping[str, str], found: tuple[str, ...], unread: tuple[str, ...], style: Style) -> str:
    """Return the files that people go on with, and what the chart has.

    Args:
        texts: the files.
        found: what the chart has, a line each.
        unread: templates that could not be read.
        style: colours words.
    """
    return "\n".join(_lines(texts, found, unread, style))


def _lines(texts: Mapping[str, str], found: tuple[str, ...], unread: tuple[str, ...], style: Style) -> Iterator[str]:
    for file, text in texts.items():
        if file.endswith(f"/{chartkeys.FILE}"):
            yield style(f"{file}: which values the chart knows", bold=True)
        elif file.startswith("templates/"):
            yield style(file, bold=True)
            yield from (f"  {visible.line(line)}".rstrip() for line in text.removesuffix("\n").split("\n"))
    if found:
        yield ""
        yield style("The chart has:", bold=True)
        yield from (f"  {visible.line(line)}" for line in found)
    if unread:
        yield ""
        yield style("Not understood of it, so that any key below counts as known:", bold=True)
        yield from (f"  {visible.line(line)}" for line in unread)
