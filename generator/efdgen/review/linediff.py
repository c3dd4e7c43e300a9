"""What differs between two texts, line by line."""

from __future__ import annotations

CONTEXT = 2
"""So many equal lines are shown on either side of what differs."""

_NO_END = "\n\\ No newline at end"


def lines(before: str, after: str) -> list[str]:
    r"""Return a unified diff without head lines; each line begins with `@`, ` `, `+`, `-` or `\`.

    Lines end at line feeds only: nothing that differs is lost.
    """
    from efdgen.language import linematching

    tells_ends = bool(before and after) and before.endswith("\n") is not after.endswith("\n")
    old, new = _split(before, tells_ends), _split(after, tells_ends)
    # The first two lines are for the names of files; later ones that look like them are content.
    diff = list(linematching.unified(old, new, context=CONTEXT))[2:]
    return [line for entry in diff for line in entry.split("\n")]


def _split(text: str, tells_end: bool) -> list[str]:
    if not text:
        return []
    if text.endswith("\n"):
        return text[:-1].split("\n")
    found = text.split("\n")
    if tells_end:
        found[-1] += _NO_END
    return found
