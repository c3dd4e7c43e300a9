"""The nouns of a runbook: phases, and their steps."""

from __future__ import annotations

from efdgen.errors import Location
from efdgen.language.documents import Block, Fence, Heading, Prose
from efdgen.language.tuples import NamedTuple

BY_HAND, PAGE, SCRIPT = "by-hand", "page", "script"
"""What can stand behind a fence's language. A script only shows what is done by hand, because it waits for input, is a
choice, or is an example. The others say where a fence stands, when not in both: some things people and scripts do in
different ways."""


class Step(NamedTuple):
    """One thing to do.

    Attributes:
        name: what tells it from the others for ever: a test's checklist and links use it.
        title: what it does, as an imperative.
        parts: prose, and fences of what is typed or looked at, in the order of reading.
        location: where it is written.
    """

    name: str
    title: str
    parts: tuple[Prose | Fence, ...]
    location: Location


class Phase(NamedTuple):
    """Steps that belong together; a script asks before each phase.

    Attributes:
        name: a word: the argument that runs only this phase.
        title: the heading.
        source: the document that describes it.
        blocks: prose before the first step, then the steps: the heading of each, and its parts.
        tools: the commands that a script looks for before it begins (not those that a phase installs); none in a phase
            that no script runs.
        installs: those that it installs itself, and that later phases may have among their tools.
    """

    name: str
    title: str
    source: str
    blocks: tuple[Block, ...]
    tools: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()

    @property
    def is_scripted(self) -> bool:
        """Say whether a script can run it: it is part of bringing the environment up."""
        return bool(self.tools)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return what to do, in this order."""
        found: list[tuple[Heading, list[Prose | Fence]]] = []
        for block in self.blocks:
            if isinstance(block, Heading):
                found.append((block, []))
            elif found:
                found[-1][1].append(block)
        return tuple(
            Step(begun.name, begun.text, tuple(parts), Location(self.source, begun.line, 1)) for begun, parts in found
        )


class Runbook(NamedTuple):
    """Everything to do in an environment.

    Attributes:
        phases: in the order of doing.
        functions: what a script has before its phases: a comment that says what it does, and shell functions.
    """

    phases: tuple[Phase, ...]
    functions: str = ""
