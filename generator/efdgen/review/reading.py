"""Reads rendered files as data. Only hands make one that can't be read; that must not hide what else changes."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from efdgen.language import yamlio

_TEXT = frozenset({str})
_PLAIN = frozenset({str, bool, int, type(None)})


class UnreadableError(Exception):
    """A file does not hold what efdgen writes: plain data, as YAML or JSON."""


def data(path: str, content: bytes) -> Any:
    """Return what a rendered file holds.

    Raises:
        UnreadableError: when it is no YAML or JSON, or holds what neither Helm nor efdgen writes.
    """
    try:
        found = json.loads(content) if path.endswith(".json") else yamlio.load(content.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from None
    _refuse_odd(found)
    return found


def text(content: bytes) -> str:
    """Return the text of a rendered file, without the mark that holds its digest."""
    decoded = content.decode(errors="replace").replace("\r\n", "\n")
    head, _, rest = decoded.partition("\n")
    return rest if "sha256:" in head else decoded


def digest(content: bytes) -> str:
    """Return what stands for the content of a file that nobody can read: an archive."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _refuse_odd(found: Any) -> None:
    """Refuse dates, sets, keys that are no text, numbers without end, and aliases that multiply the document."""
    waiting = [found]
    left = yamlio.MAX_NODES
    while waiting:
        value = waiting.pop()
        left -= 1
        if left < 0:
            raise UnreadableError(f"it holds more than {yamlio.MAX_NODES:,} values")
        if type(value) is dict:
            if not _TEXT.issuperset(map(type, value)):
                raise UnreadableError("a key is not text")
            waiting.extend(value.values())
        elif type(value) is list:
            waiting.extend(value)
        elif type(value) not in _PLAIN and not (type(value) is float and math.isfinite(value)):
            raise UnreadableError(f"{value!r} is not a plain value")
