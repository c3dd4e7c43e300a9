"""What texts of files hold, kept by the text: a review or an edit reads two versions, alike in nearly all files."""

from __future__ import annotations

import functools

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import yamlio
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document
from efdgen.repository import plaintext


@functools.lru_cache(maxsize=2048)
def parsed(text: str, path: str) -> tuple[Document, tuple[Problem, ...]]:
    """Return a document, and what looks like a secret in it."""
    document = yamlio.parse(text, path)
    return document, tuple(plaintext.literals(document, text))


@functools.lru_cache(maxsize=2048)
def plain(text: str, path: str) -> tuple[TextFile, tuple[Problem, ...]]:
    """Return a file with plain line ends, and what looks like a secret in it."""
    problem = yamlio.character_problem(text, path)
    if problem is not None:
        raise InvalidInputError([problem])
    file = TextFile(path, text.replace("\r\n", "\n"))
    return file, tuple(plaintext.literals_in_text(file))
