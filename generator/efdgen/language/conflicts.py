"""What Git leaves of a merge in a file: its markers, in whatever the file holds.

A line of `=======` alone may be below a heading of Markdown: it is none.
"""

from __future__ import annotations

from efdgen.errors import Location, Problem
from efdgen.language import yamlio
from efdgen.language.late import late
from efdgen.language.yamlio import lineends

_MARKERS = ("<<<<<<<", ">>>>>>>")
_PART = late(r"(?:\A|(?<=[\r\n]))(?:<{7}(?: [^\r\n]*)?|>{7} [^\r\n]+)(?=[\r\n]|\Z)")


def left(text: str, file: str) -> Problem | None:
    """Return a problem with the first merge conflict in a text, or else with what is left of one; None: there is none.

    Args:
        text: the text, of any kind but YAML, which knows parts of conflicts from texts in it.
        file: its name, for the place.
    """
    if not any(marker in text for marker in _MARKERS):  # nearly all
        return None
    whole = yamlio.conflict_problem(text, file)
    if whole is not None:
        return whole
    part = _PART.search(text)
    if part is None:
        return None
    return yamlio.conflict_part(Location(file, *lineends.behind(text[: part.start()])))
