"""YAML in and out: the only user of PyYAML.

Reading is stricter than YAML: what YAML 1.1, YAML 1.2 and Go's parser understand differently is refused
instead of guessed. Writing is narrower than YAML: what is written means the same to all three.
What others wrote or Helm made is read as Go's parser reads it: `load_all`.
"""

from __future__ import annotations

from typing import Any

from efdgen.yamlio.reading import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Marks, character_problem, decode, parse
from efdgen.yamlio.scalars import AmbiguousScalarError, resolve_plain
from efdgen.yamlio.writing import dump, inline

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "AmbiguousScalarError",
    "Document",
    "Marks",
    "character_problem",
    "decode",
    "dump",
    "inline",
    "load",
    "load_all",
    "parse",
    "resolve_plain",
]


def load_all(text: str) -> list[Any]:
    """Return the documents of a text that others wrote, read as Go's sigs.k8s.io/yaml reads them.

    Raises:
        LenientError: when it is not YAML, or a value is not finite.
    """
    from efdgen.yamlio import lenient

    return lenient.load_all(text)


def load(text: str) -> Any:
    """Return the data of the only document of a text that others wrote; of an empty text, None.

    Raises:
        LenientError: when it is not YAML, a value is not finite, or there are more documents.
    """
    from efdgen.yamlio import lenient

    return lenient.load(text)
