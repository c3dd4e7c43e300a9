"""The nouns of a runbook: phases, and their steps."""

from __future__ import annotations

from typing import Literal

from efdgen.errors import Location
from efdgen.language.tuples import NamedTuple


class Command(NamedTuple):
    """Something to type, or to look at.

    Attributes:
        text: shell commands, a line or more.
        language: how the text is marked in Markdown: `bash`, or what an example is in (`yaml`, `json`, ...).
        by_hand: whether a script only shows it: because it waits for input, is a choice, or is an example.
        only: where it stands, when not in both: some things people and scripts do in different ways.
    """

    text: str
    language: str = "bash"
    by_hand: bool = False
    only: Literal["", "page", "script"] = ""


class Step(NamedTuple):
    """One thing to do.

    Attributes:
        name: what tells it from the others for ever: a test's checklist and links use it.
        title: what it does, as an imperative.
        parts: prose in Markdown (text) and commands, in the order of reading.
        location: where it is written.
    """

    name: str
    title: str
    parts: tuple[str | Command, ...]
    location: Location = Location("")


class Phase(NamedTuple):
    """Steps that belong together; a script asks before each phase.

    Attributes:
        name: a word: the argument that runs only this phase.
        title: the heading.
        steps: what to do, in this order.
        introduction: prose in Markdown, before the first step.
        tools: the commands that a script looks for before it begins (not those that a phase installs); none in a phase
            that no script runs.
        installs: those that it installs itself, and that later phases may have among their tools.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    introduction: str = ""
    tools: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()

    @property
    def is_scripted(self) -> bool:
        """Say whether a script can run it: it is part of bringing the environment up."""
        return bool(self.tools)


class Runbook(NamedTuple):
    """Everything to do in an environment.

    Attributes:
        phases: in the order of doing.
        functions: what a script has before its phases: a comment that says what it does, and shell functions.
    """

    phases: tuple[Phase, ...]
    functions: str = ""
