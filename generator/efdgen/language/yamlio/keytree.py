"""A quick reading of nested keys with nothing at their ends, in the form that efdgen writes them in.

# comments              {"config": {"admin": {}, "meta": {}}}
config:
admin: {}
meta: {}
"""

from __future__ import annotations

import re
from typing import Any

from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain

_COMMENTS = re.compile(r"(?:#[^\n]*\n)*")
_LINE = re.compile(r"((?:  )*)([A-Za-z][A-Za-z0-9_-]*):( \{\})?\n")
_MOST_DEPTH = 50
_LONGEST = 1_000_000
_LONGEST_WORD = len("false")


def key_tree(text: str) -> tuple[dict[str, Any], str] | None:
    """Return nested keys, and the comments before them; None: the text is something else, or not in this form."""
    begin = _COMMENTS.match(text)
    if begin is None or not text.isascii() or len(text) > _LONGEST:
        return None
    root: dict[str, Any] = {}
    mappings = [root]
    at = begin.end()
    try:
        while at < len(text):
            line = _LINE.match(text, at)
            if line is None:
                return None
            depth, key = len(line[1]) // 2, line[2]
            # What the line before opens has something in it, and nothing else is opened.
            if not (depth < len(mappings) if mappings[-1] else depth == len(mappings) - 1):
                return None
            del mappings[depth + 1 :]
            if key in mappings[depth] or depth > _MOST_DEPTH or not _is_text(key):
                return None
            below: dict[str, Any] = {}
            mappings[depth][key] = below
            if not line[3]:
                mappings.append(below)
            at = line.end()
    except AmbiguousScalarError:
        return None
    return (root, begin[0]) if mappings[-1] else None


def _is_text(key: str) -> bool:
    """Say whether a key that begins with a letter is text: only short words are anything else."""
    return len(key) > _LONGEST_WORD or type(resolve_plain(key)) is str
