"""What texts of files hold, kept by the text: a review or an edit reads two versions, alike in nearly all files."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Problem
from efdgen.language import conflicts, secrecy, yamlio
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document, keytree
from efdgen.repository import paths, plaintext


@functools.lru_cache(maxsize=2048)
def parsed(text: str, path: str) -> tuple[Document, tuple[Problem, ...]]:
    """Return a document, and what looks like a secret in it."""
    conflict = yamlio.conflict_problem(text, path)  # in quotes, it is none to YAML
    if conflict is not None:
        raise InvalidInputError([conflict])
    # There may be thousands of specs, and most have nothing that is told with its place.
    document = yamlio.parse(text, path, is_located=not paths.environment_of(path))
    return document, tuple(plaintext.literals(document, text))


@functools.lru_cache(maxsize=512)
def key_tree(text: str) -> Mapping[str, Any] | None:
    """Return nested keys that are written as efdgen writes them, and beside which nothing looks like a secret."""
    found = keytree.key_tree(text)
    if found is None or any(any(secrecy.in_text(line)) for _, line in secrecy.suspect_lines(found[1])):
        return None
    return found[0]


@functools.lru_cache(maxsize=2048)
def plain(text: str, path: str) -> tuple[TextFile, tuple[Problem, ...]]:
    """Return a file with plain line ends, and what looks like a secret in it."""
    problem = conflicts.left(text, path) or yamlio.character_problem(text, path)
    if problem is not None:
        raise InvalidInputError([problem])
    file = TextFile(path, text.replace("\r\n", "\n"))
    return file, tuple(plaintext.literals_in_text(file))
