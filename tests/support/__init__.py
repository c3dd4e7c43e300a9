"""What several test files need: other YAML parsers, Helm, Go's CSV reader, and random data."""

from support.documents import document, layer, layers_of, problems_of
from support.gocsv import read_line as read_csv_line
from support.helm import coalesce
from support.parsers import differences, go, pyyaml, ruamel
from support.strategies import HIDDEN, TRICKY_WORDS, data, few, many, tables, texts, words

__all__ = [
    "HIDDEN",
    "TRICKY_WORDS",
    "coalesce",
    "data",
    "differences",
    "document",
    "few",
    "go",
    "layer",
    "layers_of",
    "many",
    "problems_of",
    "pyyaml",
    "read_csv_line",
    "ruamel",
    "tables",
    "texts",
    "words",
]
