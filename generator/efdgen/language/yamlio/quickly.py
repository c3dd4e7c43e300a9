"""Reads the data of a document that nothing is unusual in, and not where it stands: of most, nobody asks that.

What is unusual, or wrong, is for `building` to read and to explain: anchors, tags, keys that stand twice or are no
text, nothing behind a key, what parsers read differently.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml
from yaml import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from efdgen.language.yamlio.building import MAX_DEPTH, is_plainly_text
from efdgen.language.yamlio.scalars import AmbiguousScalarError, resolve_plain


class Unusual(enum.Enum):
    """The type of UNUSUAL."""

    UNUSUAL = "unusual"


UNUSUAL: Final = Unusual.UNUSUAL
"""What is read of a document that something is unusual in, or wrong."""

_ITEM: Final = object()
"""The key of all items of a list, so to speak: none is awaited. Where a mapping awaits one, it is None."""

_ENDS = frozenset((yaml.MappingEndEvent, yaml.SequenceEndEvent))

_resolved = functools.lru_cache(maxsize=8192)(resolve_plain)


class _UnusualError(Exception):
    """Something is unusual."""


def data(text: str) -> Any:
    """Return what `building` makes of a text, if that has no problems; UNUSUAL: perhaps it has some.

    It looks at events alone: what characters there may be, and whether comments have a blank before them, it can't see.
    """
    try:
        documents = _documents(text)
    except (_UnusualError, yaml.YAMLError, AmbiguousScalarError):
        return UNUSUAL
    if len(documents) > 1:
        return UNUSUAL
    return documents[0] if documents else None


def _documents(text: str) -> list[Any]:
    """Return the data of each document in a text.

    Raises:
        _UnusualError, YAMLError, AmbiguousScalarError: when something is unusual, or wrong.
    """
    documents: list[Any] = []
    here: Any = documents
    key: Any = _ITEM
    above: list[tuple[Any, Any]] = []
    event: Any
    may_be_named = "&" in text or "!" in text  # by an anchor or a tag: most texts hold none of these characters
    for event in iter(yaml.CSafeLoader(text).get_event, None):
        kind = type(event)
        if may_be_named and _is_named(event):
            raise _UnusualError
        if kind in _ENDS:
            here, key = above.pop()
        elif key is None:
            # It must be a text, and no key of the mapping so far.
            if kind is not ScalarEvent or not (event.style or is_plainly_text(event.value)) or event.value in here:
                raise _UnusualError
            key = event.value
        elif kind in _MAKERS:
            value = _MAKERS[kind](event, key is _ITEM)
            if key is _ITEM:
                here.append(value)
            else:
                here[key] = value
                key = None
            if kind is not ScalarEvent:
                above.append((here, key))
                here, key = value, None if kind is MappingStartEvent else _ITEM
                if len(above) > MAX_DEPTH:
                    raise _UnusualError
    return documents


def _is_named(event: Any) -> bool:
    """Say whether an event has an anchor or a tag."""
    return getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None


def _scalar(event: Any, is_item: bool) -> Any:
    """Return the value that an event is. Text of several lines with a hyphen is perhaps meant to be two items."""
    value: str = event.value
    if event.style:
        return value
    if not value or (is_item and "-" in value and event.start_mark.line < event.end_mark.line):
        raise _UnusualError
    return _resolved(value)


def _alias(_event: Any, _is_item: bool) -> Any:
    raise _UnusualError


_MAKERS: Mapping[type, Callable[[Any, bool], Any]] = {
    ScalarEvent: _scalar,
    AliasEvent: _alias,
    MappingStartEvent: lambda *_: {},
    SequenceStartEvent: lambda *_: [],
}
"""What makes the value that begins with an event; whether it is an item of a list."""
