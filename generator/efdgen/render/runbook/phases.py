"""A document of the runbook, filled: its front matter, and its headings, prose and fences as the steps of a phase."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language import documents, expressions, schema, suggest, yamlio
from efdgen.language.documents import Block, Document, Fence, Heading, Prose
from efdgen.language.markdowntext import SHELLS
from efdgen.language.scope import evaluate_text
from efdgen.language.shelltext import defined
from efdgen.language.tuples import NamedTuple
from efdgen.render.runbook.model import BY_HAND, PAGE, SCRIPT, Phase
from efdgen.render.runbook.taken import Taken

SCHEMA = "phase"
"""The schema of the front matter."""

_STEP = 3
"""The level of a step's heading: the page has the runbook's title above, and the phases'."""

_WORDS = (BY_HAND, PAGE, SCRIPT)
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
    head = document.head
    assert head is not None  # noqa: S101 - refused when it is loaded
    data = _evaluated(head, names, where)
    if not data.get("when", True):
        return None
    name, tools = data["phase"], tuple(data.get("tools", ()))
    taken.phase(name, head)
    blocks = documents.fill(document, names, where)
    if not _Check(document.source, taken, is_scripted=bool(tools)).has_steps(blocks):
        return None
    return Phase(name, data["title"], document.source, blocks, tools, tuple(data.get("installs", ())))


class _Head(NamedTuple):
    """Front matter, its expressions evaluated, and where it was written."""

    data: dict[str, Any]
    written: yamlio.Document

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return where a value was written; what an expression yields was written where it stands."""
        return self.written.locate(path[:1], key=key)

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:  # noqa: ARG002 - of what was evaluated
        """Return where a text was written."""
        return self.locate(path)


_FITTING: set[str] = set()
"""Evaluated values, as Python writes them, that conform to the schema: they differ little between environments."""

_MOST = 1000
"""How many of them are kept."""


def _evaluated(written: yamlio.Document, names: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return front matter, its expressions evaluated."""
    own = {
        key: _value(value, (key,), written, names, where)
        for key, value in written.data.items()
        if expressions.has_expression(str(value))
    }
    # What holds no expression was checked when it was loaded.
    data: dict[str, Any] = {**written.data, **own}
    known = repr(own)
    if own and known not in _FITTING:
        problems = schema.check(_Head(data, written), SCHEMA)
        if problems:
            raise InvalidInputError([problem._replace(message=f"{problem.message} ({where})") for problem in problems])
        if len(_FITTING) < _MOST:
            _FITTING.add(known)
    return data


def _value(value: Any, path: Path, written: yamlio.Document, names: Mapping[str, Any], where: str) -> Any:
    """Return a value of the front matter; items of a list that an expression makes null are left out."""
    if isinstance(value, list):
        items = (_value(item, (*path, index), written, names, where) for index, item in enumerate(value))
        return [item for item in items if item is not None]
    if isinstance(value, str) and expressions.has_expression(value):
        return evaluate_text(value, names, where, written.locate_in_text, path)
    return value


@functools.lru_cache(maxsize=256)
def _use(language: str, words: tuple[str, ...], is_scripted: bool) -> tuple[bool, bool]:
    """Say whether a script runs a fence, by its language and its words; and whether these are right, together."""
    is_run = is_scripted and not (PAGE in words or BY_HAND in words)
    is_right = all(word in _WORDS for word in words) and not (PAGE in words and SCRIPT in words)
    return is_run, is_right and (language in SHELLS or not is_run)


class _Check:
    """Looks at the blocks of a phase, and keeps what is wrong with them."""

    def __init__(self, source: str, taken: Taken, *, is_scripted: bool) -> None:
        self._source = source
        self._taken = taken
        self._is_scripted = is_scripted
        self._problems: list[Problem] = []

    def has_steps(self, blocks: Iterable[Block]) -> bool:
        """Say whether the blocks of a document have a step.

        Raises:
            InvalidInputError: with everything wrong with them.
        """
        is_begun = False
        for block in blocks:
            if isinstance(block, Prose):
                continue
            if isinstance(block, Fence):
                if not is_begun:
                    hint = "begin a step: ### Title {#name}"
                    self._problem("a fence stands before the first step", block.line, hint)
                self._look_at(block)
            else:
                is_begun = True
                if block.level == _STEP and block.name:
                    self._taken.step(block.name, self._source, block.line)
                else:
                    self._refuse_heading(block)
        if self._problems:
            raise InvalidInputError(self._problems)
        return is_begun

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

    def _look_at(self, fence: Fence) -> None:
        language, words, text, line = fence
        is_run, is_right = _use(language, words, self._is_scripted)
        if not is_right:
            self._refuse(fence, is_run=is_run)
        if is_run and (names := defined(text)) and language in SHELLS:
            self._taken.functions(names, self._source, line)

    def _refuse(self, fence: Fence, *, is_run: bool) -> None:
        """Refuse words that mean nothing, and what a script would run though nothing in it is quoted for the shell."""
        for word in fence.words:
            if word not in _WORDS:
                self._problem(f"{word!r} says nothing about a fence", fence.line, suggest.hint(word, _WORDS))
        if PAGE in fence.words and SCRIPT in fence.words:
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
