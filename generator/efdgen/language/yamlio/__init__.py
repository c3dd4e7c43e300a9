"""YAML in and out: the only user of PyYAML.

Reading is stricter than YAML: what YAML 1.1, YAML 1.2 and Go's parser understand differently is refused
instead of guessed. Writing is narrower than YAML: what is written means the same to all three. What others wrote,
charts and their repositories, is read by `load`, as Helm reads it.
"""

from __future__ import annotations

from typing import Any

from efdgen.language.yamlio.building import MAX_DEPTH, MAX_NODES
from efdgen.language.yamlio.document import NOWHERE, Document
from efdgen.language.yamlio.reading import (
    MAX_BYTES,
    character_problem,
    conflict_part,
    conflict_problem,
    decode,
    parse,
    syntax_problem,
)
from efdgen.language.yamlio.scalars import AmbiguousScalarError, YamlError, resolve_plain
from efdgen.language.yamlio.surprises import surprises
from efdgen.language.yamlio.writing import NO_TEXTS, Texts, dump, inline

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "NOWHERE",
    "NO_TEXTS",
    "AmbiguousScalarError",
    "Document",
    "Texts",
    "YamlError",
    "character_problem",
    "conflict_part",
    "conflict_problem",
    "decode",
    "dump",
    "inline",
    "load",
    "load_all",
    "parse",
    "resolve_plain",
    "surprises",
    "syntax_problem",
]


def load(text: str) -> Any:
    """Return the first document of a text that others wrote, as Helm reads it; None when there is none.

    Raises:
        YamlError: when it is no YAML.
    """
    from efdgen.language.yamlio import lenient

    return lenient.load(text)


def load_all(text: str) -> list[Any]:
    """Return every document of a text that others wrote, as Helm reads it; an empty one is None.

    Raises:
        YamlError: when one is no YAML.
    """
    from efdgen.language.yamlio import lenient

    return lenient.load_all(text)
