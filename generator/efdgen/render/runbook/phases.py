"""A document of the runbook, filled: its front matter, and its headings, prose and fences as the steps of a phase."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language import documents, expressions, schema, suggest, yamlio
from efdgen.language.conforms import conforms
from efdgen.language.documents import Block, Document, Fence, Heading
from efdgen.language.markdowntext import SHELLS
from efdgen.language.scope import evaluate_text
from efdgen.language.shelltext import defined
from efdgen.language.tuples import NamedTuple
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.taken import Taken

SCHEMA = "phase"
"""The schema of the front matter."""

_STEP = 3
"""The level of a step's heading: the page has the runbook's title above, and the phases'."""

_WORDS = ("by-hand", "page", "script")
"""What can stand behind a fence's language."""

_NAME = re.compile(r"\{#([^}]*)\}?\s*\Z")
_WORD_END = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9.]+")


def phase(document: Document, names: Mapping[str, Any], where: str, taken: Taken) -> Phase | None:
    """Return the phase that a document describes, or None where its `when` yields false, or it has no step.

    Args:
        document: the document.
        names: what its expressions can use.
        where: for messages: whose names they are.
        taken: the names of other phases, steps and functions; those of this one are added.

    Raises:
        InvalidInputError: with everything wrong with the document.
    """
    head = _head(document, names, where)
    if not head.data.get("when", True):
        return None
    name, tools = head.data["phase"], tuple(head.data.get("tools", ()))
    builder = _Builder(document.source, taken, is_scripted=bool(tools))
    taken.phase(name, head.locate(("phase",)))
    for block in documents.fill(document, names, where):
        builder.add(block)
    introduction, steps = builder.end()
    installs = tuple(head.data.get("installs", ()))
    return Phase(name, head.data["title"], steps, introduction, tools, installs) if steps else None


class _Head(NamedTuple):
    """Front matter, its expressions evaluated, and where it was written."""

    data: dict[str, Any]
    written: yamlio.Document

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return where a value was written; what an expression yields was written where it stands."""
        return self.written.locate(path[:1], key=key)


def _head(document: Document, names: Mapping[str, Any], where: str) -> _Head:
    written = document.head
    assert written is not None  # noqa: S101 - refused when it is loaded
    data = {key: _evaluated(value, (key,), written, names, where) for key, value in written.data.items()}
    # What holds no expression was checked when it was loaded.
    if data == written.data or _fits(json.dumps(data)):
        return _Head(data, written)
    head = _Head(data, written)
    problems = schema.check(head, SCHEMA)
    if problems:
        raise InvalidInputError([problem._replace(message=f"{problem.message} ({where})") for problem in problems])
    return head


@functools.lru_cache(maxsize=256)
def _fits(data: str) -> bool:
    """Say whether a front matter, as JSON, is surely in order: few differ from environment to environment."""
    return conforms(json.loads(data), schema.load(SCHEMA))


def _evaluated(value: Any, path: Path, written: yamlio.Document, names: Mapping[str, Any], where: str) -> Any:
    """Return a value of the front matter; items of a list that an expression makes null are left out."""
    if isinstance(value, list):
        items = (_evaluated(item, (*path, index), written, names, where) for index, item in enumerate(value))
        return [item for item in items if item is not None]
    if isinstance(value, str) and expressions.has_expression(value):
        return evaluate_text(value, names, where, written.locate_in_text, path)
    return value


class _Builder:
    """Makes steps of blocks, and keeps what is wrong with these."""

    def __init__(self, source: str, taken: Taken, *, is_scripted: bool) -> None:
        self._source = source
        self._taken = taken
        self._is_scripted = is_scripted
        self._problems: list[Problem] = []
        self._introduction: list[str] = []
        self._steps: list[Step] = []
        self._heading: Heading | None = None
        self._parts: list[str | Command] = []

    def add(self, block: Block) -> None:
        """Add the next block."""
        if isinstance(block, Heading):
            self._end_step()
            self._begin_step(block)
        elif isinstance(block, Fence):
            if self._heading is None:
                self._problem("a fence stands before the first step", block.line, "begin a step: ### Title {#name}")
            self._parts.append(self._command(block))
        elif self._heading is None:
            self._introduction.append(block.text)
        else:
            self._parts.append(block.text)

    def end(self) -> tuple[str, tuple[Step, ...]]:
        """Return the introduction and the steps.

        Raises:
            InvalidInputError: with everything wrong with them.
        """
        self._end_step()
        if self._problems:
            raise InvalidInputError(self._problems)
        return "\n\n".join(self._introduction), tuple(self._steps)

    def _begin_step(self, heading: Heading) -> None:
        self._heading = heading
        if heading.level != _STEP:
            self._problem(
                "only steps have headings in a phase, and these are of level 3", heading.line, "write ### ..."
            )
        elif not heading.name and (written := _NAME.search(heading.text)):
            fitting = _NOT_IN_NAMES.sub("-", _WORD_END.sub("-", written[1]).lower()).strip("-")
            hint = f"write {{#{fitting}}}" if fitting else ""
            message = f"{written[1]!r} can't be the name of a step: it has a-z, 0-9, dots and dashes only"
            self._problem(message, heading.line, hint)
        elif not heading.name:
            hint = "write ### Title {#name}: a name of a-z, 0-9, dots and dashes"
            self._problem("the step has no name", heading.line, hint)
        else:
            self._taken.step(heading.name, Location(self._source, heading.line, 1))

    def _end_step(self) -> None:
        if self._heading is not None:
            where = Location(self._source, self._heading.line, 1)
            self._steps.append(Step(self._heading.name, self._heading.text, tuple(self._parts), where))
        self._parts = []

    def _command(self, fence: Fence) -> Command:
        words = fence.words
        for word in words:
            if word not in _WORDS:
                self._problem(f"{word!r} says nothing about a fence", fence.line, suggest.hint(word, _WORDS))
        by_hand, page, script = "by-hand" in words, "page" in words, "script" in words
        if page and script:
            self._problem("a fence is for both without any word", fence.line, "leave out `page` and `script`")
        if self._is_scripted and not (page or by_hand):
            self._refuse_unless_shell(fence)
            if fence.language in SHELLS and (names := defined(fence.text)):
                self._taken.functions(names, Location(self._source, fence.line, 1))
        return Command(fence.text, fence.language, by_hand, "page" if page else "script" if script else "")

    def _refuse_unless_shell(self, fence: Fence) -> None:
        """Refuse what a script would run although it is not for the shell: no value in it is quoted for that."""
        if fence.language in SHELLS:
            return
        language = f"a fence of {fence.language!r}" if fence.language else "a fence without a language"
        meant = suggest.closest(fence.language, SHELLS)
        others = "where nothing is to be run, write `by-hand` or `page` behind the language"
        hint = f"did you mean {meant!r}? Else, {others}" if meant else f"commands are in a fence of 'bash'; {others}"
        self._problem(f"the script can't run {language}", fence.line, hint)

    def _problem(self, message: str, line: int, hint: str) -> None:
        self._problems.append(Problem("E406", message, Location(self._source, line, 1), hint=hint))
