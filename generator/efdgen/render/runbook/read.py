"""The runbook of an environment: its documents, filled with what the environment is, and checked."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem
from efdgen.language import documents
from efdgen.language.shelltext import ShellText
from efdgen.render.runbook import phases
from efdgen.render.runbook.model import Phase, Runbook
from efdgen.render.runbook.taken import Taken
from efdgen.repository.model import RunbookDocuments


def read(environment: ResolvedEnvironment, sources: RunbookDocuments) -> Runbook:
    """Return what is to be done in an environment, from a bare machine to tearing it down.

    Args:
        environment: the environment.
        sources: the documents of the repository; none: there is nothing to be done.

    Raises:
        InvalidInputError: with everything wrong with the documents.
    """
    given = environment.names
    where = f"environment {environment.facts.name}"
    taken = Taken(where)
    problems: list[Problem] = []
    functions = _functions(sources, given, where, taken, problems)
    found: list[Phase] = []
    for _, document in sorted(sources.phases.items()):
        try:
            phase = phases.phase(document, given, where, taken)
        except InvalidInputError as error:
            problems.extend(error.problems)
        else:
            found += [phase] if phase else []
    problems.extend(taken.problems)
    if problems:
        raise InvalidInputError(problems)
    return Runbook(tuple(found), functions)


def _functions(
    sources: RunbookDocuments, given: Mapping[str, Any], where: str, taken: Taken, problems: list[Problem]
) -> str:
    """Return the text of the shell functions, empty when there are none, and take their names."""
    if sources.functions is None:
        return ""
    try:
        text, numbers = documents.fill_lines(sources.functions, given, where)
    except InvalidInputError as error:
        problems.extend(error.problems)
        return ""
    # The comment at the beginning names the environment; what follows it is often the same in all.
    lines = text.split("\n")
    begin = next((index for index, line in enumerate(lines) if line and not line.startswith("#")), 0)
    for index, names in _defined("\n".join(lines[begin:])):
        taken.functions(names, sources.functions.source, numbers[begin + index])
    return text


@functools.lru_cache(maxsize=16)
def _defined(text: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the names of the functions that a shell text defines, by the numbers of their lines, from 0."""
    shell = ShellText()
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, line in enumerate(text.split("\n")):
        count = len(shell.defined)
        shell.follow(f"{line}\n")
        if len(shell.defined) > count:
            found.append((number, tuple(shell.defined[count:])))
    return tuple(found)
