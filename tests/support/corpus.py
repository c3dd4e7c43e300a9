"""Reads the cases of tests/corpus/: what is wrong, where it must be found, and how it differs from what is right.

A case is a text file:

    # What is wrong, in a sentence.
    E206 environments/lab.yaml:17:15 must be a size with a unit
    -- environments/lab.yaml (edit) --
         persistence:
    -        size: 20Gi
    +        size: 20

Its header has a line for each diagnostic that is expected: code, place, and, if it matters, a part of the message
or the hint. Sections follow. `(edit)` is a hunk as in `git diff`: the lines with a blank or a minus stand in the
small repository, the ones with a plus take the place of those with a minus; `@@` begins another hunk. `(append)`
adds to a file, `(delete)` takes it away, and nothing in brackets makes a whole file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from support.repository import overlay

CORPUS = Path(__file__).resolve().parents[1] / "corpus"

_EXPECTED = re.compile(r"(?P<code>[EW]\d{3}) (?P<place>\S+)(?: (?P<text>.+))?\Z")
_SECTION = re.compile(r"^-- (?P<path>[^\s()]+)(?: \((?P<how>edit|append|delete)\))? --$\n?", re.MULTILINE)


class Expected(NamedTuple):
    """A diagnostic that a case must give: its code, `file:line:column`, and a part of what it says."""

    code: str
    place: str
    text: str = ""


class Case(NamedTuple):
    """One bad input."""

    name: str
    expected: tuple[Expected, ...]
    sections: tuple[tuple[str, str, str], ...]

    @property
    def is_error(self) -> bool:
        """Say whether the input must be refused; warnings alone refuse nothing."""
        return any(expected.code.startswith("E") for expected in self.expected)

    def apply(self, root: Path) -> None:
        """Make a small repository wrong."""
        for path, how, body in self.sections:
            if how == "edit":
                overlay(root, {path: edited((root / path).read_text(encoding="utf-8"), body)})
            elif how == "append":
                overlay(root, {path: (root / path).read_text(encoding="utf-8") + body})
            else:
                overlay(root, {path: None if how == "delete" else body})


def cases() -> list[Case]:
    """Return every case, sorted."""
    return [
        parse(path.relative_to(CORPUS).with_suffix("").as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(CORPUS.rglob("*.txt"))
    ]


def parse(name: str, text: str) -> Case:
    """Read a case."""
    first = _SECTION.search(text)
    header = text[: first.start()] if first else text
    expected = []
    for line in header.splitlines():
        if line.strip() and not line.startswith("#"):
            match = _EXPECTED.match(line)
            assert match, f"{name}: {line!r} is no expectation"
            expected.append(Expected(match["code"], match["place"], match["text"] or ""))
    parts = list(_SECTION.finditer(text))
    ends = [part.start() for part in parts[1:]] + [len(text)]
    sections = tuple(
        (part["path"], part["how"] or "whole", text[part.end() : end]) for part, end in zip(parts, ends, strict=True)
    )
    return Case(name, tuple(expected), sections)


def edited(text: str, body: str) -> str:
    """Apply hunks; what they replace must stand in the text once."""
    for hunk in re.split(r"^@@\n", body, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        found = len(re.findall(f"^{re.escape(before)}", text, re.MULTILINE))
        assert found == 1, f"stands {found} times in the file:\n{before}"
        text = re.sub(f"^{re.escape(before)}", lambda _, after=after: after, text, flags=re.MULTILINE)
    return text
