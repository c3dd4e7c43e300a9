"""Lines of a runbook's document that were meant as headings, and are text: a step would vanish without a word.

Only what is certain is refused:

    ###Look at logs {#logs}        E406: write ### Look at logs {#logs}
    #42 is about it                text
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from efdgen.errors import Location, Problem
from efdgen.language.documents.blocks import Fences
from efdgen.language.documents.model import Passage
from efdgen.language.late import late
from efdgen.language.texttemplate import TextFile

_MAYBE = re.compile(r"\n {0,3}#(?!#{0,5} \S)|\n {1,3}#")
"""What begins a line that could be such a one; most documents have none, but for comments in fences."""

_LIKE = late(r"(?P<indent> {0,3})(?P<level>#{1,6})[ \t]*(?P<text>[^\s#].*?)\s*\Z")
_NAME = late(r"\s*(?P<name>\{#[^{}]+\})\Z")


def heading_problems(file: TextFile) -> Iterator[Problem]:
    """Yield a problem with each line that is no heading for lack of a blank, or for one before it.

    Such a line begins with two signs or more, or with one, and has a step's name at its end: `{#name}`.

    Args:
        file: a document that begins with front matter, and can be read.
    """
    if not _MAYBE.search(file.text):
        return
    fences = Fences()
    lines = file.text.split("\n")
    for number, line in enumerate(lines[lines.index("---", 1) + 1 :], lines.index("---", 1) + 2):
        found = _LIKE.match(line) if isinstance(fences.item(line, number), Passage) else None
        if found is None:
            continue
        name = _NAME.search(found["text"])
        if name is None and found["level"] == "#":
            continue
        why = "it is indented" if found["indent"] else f"there is no blank behind {found['level']}"
        hint = f"write ### {found['text']} {{#name}}; for text, put a backslash before it"
        if name is not None:
            hint = f"write ### {found['text'][: name.start()]} {name['name']}"
        yield Problem("E406", f"this line is no heading: {why}", Location(file.source, number, 1), hint=hint)
