"""The nouns of a runbook: phases, and their steps."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """Something to type, or to look at.

    Attributes:
        text: shell commands, a line or more.
        language: how the text is marked in Markdown: `bash`, or what an example is in (`yaml`, `json`, ...).
        by_hand: whether a script leaves it to people, because it waits for input, opens a page, or is an example.
    """

    text: str
    language: str = "bash"
    by_hand: bool = False


class Step(NamedTuple):
    """One thing to do.

    Attributes:
        name: what tells it from the others for ever: a test's checklist and links use it.
        title: what it does, as an imperative.
        parts: prose in Markdown (text) and commands, in the order of reading.
    """

    name: str
    title: str
    parts: tuple[str | Command, ...]


class Phase(NamedTuple):
    """Steps that belong together; a script asks before each phase."""

    name: str
    title: str
    steps: tuple[Step, ...]
    introduction: str = ""
