"""What a report of an import says when nothing could be imported: why."""

from __future__ import annotations

import json

from efdgen.language import visible


def written(source: str, message: str, format_: str) -> str:
    """Return why nothing was imported, in a format of reports."""
    title = visible.line(f"Imported nothing of {source}")
    if format_ == "json":
        return json.dumps({"imported": source, "error": message}, indent=2, ensure_ascii=True)
    if format_ == "html":
        from efdgen.report import html

        return html.page("refused", title=title, problems=message)
    lines = visible.lines(message).splitlines()
    if format_ == "markdown":
        return "\n".join([f"# {title}", "", *(f"    {line}" for line in lines)])
    return "\n".join([title, "", *lines])
