"""A document of the runbook, filled: its front matter, and its headings, prose and fences as the steps of a phase."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language import documents, expressions, schema, suggest, yamlio
from efdgen.language.conforms import conforms
from efdgen.language.documents import Block, Document, Fence, Heading, Prose
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
    builder.add_all(documents.fill(document, names, where))
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
    own = {
        key: _evaluated(value, (key,), written, names, where)
        for key, value in written.data.items()
        if expressions.has_expression(str(value))
    }
    data = {**written.data, **own}
    # What holds no expression was checked when it was loaded.
    if not own or data == written.data or _fits(json.dumps(data)):
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


class _Use(NamedTuple):
    """What a fence is for, as its language and the words behind it say: see `Command`.

    Attributes:
        is_run: whether a script runs it.
        is_right: whether all of them mean something, together.
    """

    by_hand: bool
    only: Literal["", "page", "script"]
    is_run: bool
    is_right: bool


@functools.lru_cache(maxsize=256)
def _use(language: str, words: tuple[str, ...], is_scripted: bool) -> _Use:
    by_hand, page, script = (word in words for word in _WORDS)
    is_run = is_scripted and not (page or by_hand)
    is_right = all(word in _WORDS for word in words) and not (page and script) and (language in SHELLS or not is_run)
    return _Use(by_hand, "page" if page else "script" if script else "", is_run, is_right)


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
        self._begun = Location(source)
        self._parts: list[str | Command] = []

    def add_all(self, blocks: Iterable[Block]) -> None:
        """Add the blocks of a document."""
        for block in blocks:
            if isinstance(block, Heading):
                self._end_step()
                self._begin_step(block)
            elif self._heading is None:
                self._introduce(block)
            else:
                self._parts.append(block.text if isinstance(block, Prose) else self._command(block))

    def _introduce(self, block: Prose | Fence) -> None:
        if isinstance(block, Prose):
            self._introduction.append(block.text)
        else:
            self._problem("a fence stands before the first step", block.line, "begin a step: ### Title {#name}")
            self._command(block)

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
        level, _, name, line = heading
        self._heading, self._begun = heading, Location(self._source, line, 1)
        if level == _STEP and name:
            self._taken.step(name, self._begun)
        else:
            self._refuse_heading(heading)

    def _refuse_heading(self, heading: Heading) -> None:
        if heading.level != _STEP:
            self._problem(
                "only steps have headings in a phase, and these are of level 3", heading.line, "write ### ..."
            )
        elif written := _NAME.search(heading.text):
            fitting = _NOT_IN_NAMES.sub("-", _WORD_END.sub("-", written[1]).lower()).strip("-")
            hint = f"write {{#{fitting}}}" if fitting else ""
            message = f"{written[1]!r} can't be the name of a step: it has a-z, 0-9, dots and dashes only"
            self._problem(message, heading.line, hint)
        else:
            hint = "write ### Title {#name}: a name of a-z, 0-9, dots and dashes"
            self._problem("the step has no name", heading.line, hint)

    def _end_step(self) -> None:
        if self._heading is not None:
            _, title, name, _ = self._heading
            self._steps.append(Step(name, title, tuple(self._parts), self._begun))
            self._parts = []

    def _command(self, fence: Fence) -> Command:
        language, words, text, line = fence
        by_hand, only, is_run, is_right = _use(language, words, self._is_scripted)
        if not is_right:
            self._refuse(fence, is_run=is_run)
        if is_run and (names := defined(text)) and language in SHELLS:
            self._taken.functions(names, Location(self._source, line, 1))
        return Command(text, language, by_hand, only)

    def _refuse(self, fence: Fence, *, is_run: bool) -> None:
        """Refuse words that mean nothing, and what a script would run though nothing in it is quoted for the shell."""
        for word in fence.words:
            if word not in _WORDS:
                self._problem(f"{word!r} says nothing about a fence", fence.line, suggest.hint(word, _WORDS))
        if "page" in fence.words and "script" in fence.words:
            self._problem("a fence is for both without any word", fence.line, "leave out `page` and `script`")
        if not is_run or fence.language in SHELLS:
            return
        language = f"a fence of {fence.language!r}" if fence.language else "a fence without a language"
        meant = suggest.closest(fence.language, SHELLS)
        others = "where nothing is to be run, write `by-hand` or `page` behind the language"
        hint = f"did you mean {meant!r}? Else, {others}" if meant else f"commands are in a fence of 'bash'; {others}"
        self._problem(f"the script can't run {language}", fence.line, hint)

    def _problem(self, message: str, line: int, hint: str) -> None:
        self._problems.append(Problem("E406", message, Location(self._source, line, 1), hint=hint))
