"""What an app's objects are, as far as each rendering yields the same."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.helm.hydrate import Object

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z|[A-Za-z0-9+/]{4,}={1,2}\Z")
_WORDS = re.compile(r"([^A-Za-z0-9]+)")
_LINES = re.compile(r"(\n)")


class Baseline:
    """An app's objects, from two or more renderings of one input: what differs between them is made up each time.

    Args:
        renderings: the objects of each.
    """

    def __init__(self, renderings: Sequence[tuple[Object, ...]]) -> None:
        self._renderings = [[[item.source, item.data] for item in rendering] for rendering in renderings]

    def is_same(self, objects: Sequence[Object]) -> bool:
        """Say whether other objects are the same, but for what is made up each time."""
        return _is_same([[item.source, item.data] for item in objects], self._renderings)


def _is_same(value: Any, known: Sequence[Any]) -> bool:
    """Say whether a value is what it is known to be, in each of several renderings."""
    first = known[0]
    if isinstance(first, Mapping) and all(isinstance(one, Mapping) and one.keys() == first.keys() for one in known):
        if not isinstance(value, Mapping) or value.keys() != first.keys():
            return False
        return all(_is_same(value[key], [one[key] for one in known]) for key in first)
    if isinstance(first, list) and all(isinstance(one, list) and len(one) == len(first) for one in known):
        if not isinstance(value, list) or len(value) != len(first):
            return False
        return all(_is_same(item, items) for item, *items in zip(value, *known, strict=True))
    if type(value) is not type(first):
        return False
    if all(one == first for one in known[1:]):
        return bool(value == first)
    if isinstance(first, Mapping | list):
        return False  # nothing can be said of what has another form each time
    return not isinstance(value, str) or _fits(value, known)


def _fits(text: str, known: Sequence[Any]) -> bool:
    """Say whether a text is what it is known to be, but for the words, else the lines, that are made up each time."""
    texts = [_decoded(one) for one in known if isinstance(one, str)]
    decoded = _decoded(text)
    for pattern in (_WORDS, _LINES):
        parts = [pattern.split(one) for one in (decoded, *texts)]
        if len({len(part) for part in parts}) == 1:
            return all(len(set(others)) > 1 or part == others[0] for part, *others in zip(*parts, strict=True))
    return True


def _decoded(text: str) -> str:
    """Return the text in base64, as in a Secret; else the text itself."""
    if not _BASE64.match(text):
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
