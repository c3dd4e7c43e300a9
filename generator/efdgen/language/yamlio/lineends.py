"""What ends a line, and where something stands then."""

from __future__ import annotations

import re

LINE_END = re.compile(r"\r\n?|\n")
"""What ends a line to YAML, which counts them: https://yaml.org/spec/1.2.2/#54-line-break-characters.

libyaml counts what YAML 1.1 took for line ends beside these, too; a file that has one is refused at the first.
"""


def lines(text: str, file: str) -> list[str]:
    """Return the lines of a file as whoever reads it counts them: of YAML, a carriage return alone ends one, too.

    JSON is YAML, and editors count its lines so.

    Templates of charts are no YAML yet, and they are read by lines that end with a line feed.
    """
    if "\r" in text and file.endswith((".yaml", ".yml", ".json")) and "/templates/" not in file:
        return LINE_END.split(text)
    return [line.removesuffix("\r") for line in text.split("\n")]


def behind(before: str) -> tuple[int, int]:
    """Return the line and the column, from 1, of what comes after a part of YAML."""
    if "\r" not in before:
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    above = LINE_END.split(before)
    return len(above), len(above[-1]) + 1
