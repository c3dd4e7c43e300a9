"""What stands in place of a review for people when the specs are wrong: what is wrong with them."""

from __future__ import annotations

from efdgen.language import visible

LIMIT = 60_000
"""So many characters of it a comment shows; GitHub takes 65,536 in all."""

_TITLE = "Nothing could be compared: the specs are wrong"


def written(problems: str, format_: str) -> str:
    """Return problems, told in text, as Markdown that fits a comment, or as an HTML page."""
    return _as_html(problems) if format_ == "html" else _as_markdown(problems)


def _as_markdown(problems: str) -> str:
    lines: list[str] = []
    room = LIMIT
    for line in problems.splitlines():
        indented = f"    {visible.line(line)}".rstrip()
        # JavaScript counts characters beyond U+FFFF twice.
        room -= len(indented.encode("utf-16-le")) // 2 + 1
        if room < 0:
            return "\n".join([f"### {_TITLE}", "", *lines, "", "There is more; see: `efdgen validate`"])
        lines.append(indented)
    return "\n".join([f"### {_TITLE}", "", *lines])


def _as_html(problems: str) -> str:
    from efdgen.report import html

    return html.page("refused", title=_TITLE, problems=problems)
