"""YAML in and out: the only user of PyYAML.

Reading is stricter than YAML: what YAML 1.1, YAML 1.2 and Go's parser understand differently is refused
instead of guessed. Writing is narrower than YAML: what is written means the same to all three. What others wrote,
charts and their repositories, is read by `load`, as Helm reads it.
"""

from efdgen.yamlio.lenient import YamlError, load, load_all
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
    "YamlError",
    "character_problem",
    "decode",
    "dump",
    "inline",
    "load",
    "load_all",
    "parse",
    "resolve_plain",
]
