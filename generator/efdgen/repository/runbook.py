"""Reads the documents of the runbook, and checks what can be checked without an environment."""

from __future__ import annotations

import re

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import documents, schema
from efdgen.language.documents import Document
from efdgen.language.texttemplate import TextFile
from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.headings import heading_problems
from efdgen.repository.model import RunbookDocuments

_PHASE = re.compile(r"[0-9]{2}-[a-z0-9-]+\.md\Z")


def load(files: Files) -> RunbookDocuments:
    """Read the documents of the runbook; a repository without the folder has none. Problems are added to `files`."""
    phases: dict[str, Document] = {}
    functions: Document | None = None
    for name, file in _texts(files).items():
        is_phase = _PHASE.match(name) is not None
        if not is_phase and name != paths.FUNCTIONS:
            hint = f"a phase is NN-name.md, with two digits; functions are in {paths.FUNCTIONS}"
            files.problem("E401", "the name is not one of a runbook's files", Location(file.source), hint=hint)
            continue
        try:
            if is_phase:
                phases[name] = _with_head(documents.parse(file))
                files.problems.extend(heading_problems(file))
            else:
                functions = documents.parse(file, "bash")
        except InvalidInputError as error:
            files.problems.extend(error.problems)
    return RunbookDocuments(phases, functions)


def _texts(files: Files) -> dict[str, TextFile]:
    """Return the files in the folder; a folder that has the name of one is refused, with all that is in it."""
    if not files.exists(paths.RUNBOOK):
        return {}
    texts = files.texts(paths.RUNBOOK)
    for entry in files.entries(paths.RUNBOOK):
        name = entry.removeprefix(f"{paths.RUNBOOK}/")
        if (_PHASE.match(name) or name == paths.FUNCTIONS) and files.is_folder(entry):
            files.problem("E101", "it is not a file", Location(entry))
            texts = {path: file for path, file in texts.items() if not path.startswith(f"{name}/")}
    return texts


def _with_head(document: Document) -> Document:
    """Return a document whose front matter is in order; its expressions are evaluated for each environment."""
    if document.head is None:
        hint = "begin with a line of ---, then phase: and title:, then another ---"
        raise InvalidInputError(
            [Problem("E406", "the phase has no front matter", Location(document.source), hint=hint)]
        )
    if not isinstance(document.head.data, dict):
        raise InvalidInputError([Problem("E200", "the front matter must hold a mapping", document.head.locate())])
    problems = schema.check(document.head, "phase")
    if problems:
        raise InvalidInputError(problems)
    return document
