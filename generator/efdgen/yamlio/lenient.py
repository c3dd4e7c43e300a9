"""Reads YAML that others write, fast and without locations, much as Go reads it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import yaml

_PREFIX = "tag:yaml.org,2002:"
_PYTHON_ONLY = (f"{_PREFIX}timestamp", f"{_PREFIX}int", f"{_PREFIX}float", f"{_PREFIX}value")


class _Loader(yaml.CSafeLoader):
    """libyaml's loader without timestamps and sexagesimal numbers, which Go does not know."""

    def construct_number(self, node: Any) -> float:
        """Return a floating-point number; PyYAML's own method reads colons, too."""
        return float(node.value.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


def _without(tags: tuple[str, ...]) -> dict[Any, Any]:
    """Return PyYAML's rules for plain scalars without those for some tags."""
    rules = yaml.CSafeLoader.yaml_implicit_resolvers.items()
    return {first: [(tag, pattern) for tag, pattern in resolvers if tag not in tags] for first, resolvers in rules}


_Loader.yaml_implicit_resolvers = _without(_PYTHON_ONLY)
_Loader.add_implicit_resolver(
    f"{_PREFIX}int",
    re.compile(r"[-+]?(?:0b[01_]+|0[0-7_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)\Z"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    f"{_PREFIX}float",
    re.compile(
        r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?\Z"
        r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
    ),
    list("-+.0123456789"),
)
_Loader.add_constructor(f"{_PREFIX}float", _Loader.construct_number)


def load(text: str) -> Any:
    """Return the data of one YAML document.

    Raises:
        ValueError: when it is none.
    """
    try:
        return _load_simple(text)
    except _NotSimpleError:
        pass
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


class _NotSimpleError(Exception):
    """A document has tags, anchors or other things that few documents have."""


def _load_simple(text: str) -> Any:
    """Return the data of a document as PyYAML's own loader does, in half the time: no tree of nodes comes between.

    Raises:
        _NotSimpleError: when the document needs that loader.
        yaml.YAMLError: when it is none.
    """
    parser = _Loader(text)
    try:
        return _consume(iter(parser.get_event, None))
    finally:
        parser.dispose()


def _consume(events: Iterator[Any]) -> Any:  # noqa: C901, PLR0912 - one loop: a call would cost as much as an event
    stack: list[tuple[Any, bool]] = []
    inside: Any = []
    takes_key = False
    key: Any = None
    for event in events:
        kind = type(event)
        value: Any
        if kind is yaml.ScalarEvent:
            if event.tag is not None or event.anchor is not None or event.value == "<<":
                raise _NotSimpleError
            value = _plain(event.value) if event.implicit[0] else event.value
            if takes_key:
                key, takes_key = value, False
                continue
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if takes_key or event.tag is not None or event.anchor is not None:
                raise _NotSimpleError
            value = {} if kind is yaml.MappingStartEvent else []
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            inside, takes_key = stack.pop()
            continue
        elif kind is yaml.AliasEvent:
            raise _NotSimpleError
        else:
            continue  # the stream and its documents begin and end
        if type(inside) is dict:
            inside[key] = value
            takes_key = True
        else:
            inside.append(value)
        if kind is not yaml.ScalarEvent:
            stack.append((inside, takes_key))
            inside, takes_key = value, kind is yaml.MappingStartEvent
    if len(inside) > 1:
        raise _NotSimpleError  # many documents, which the loader refuses
    return inside[0] if inside else None


@functools.lru_cache(maxsize=16384)
def _plain(text: str) -> Any:
    """Return what plain text means: files hold the same words over and over."""
    tag = _LOADER.resolve(yaml.ScalarNode, text, (True, False))
    return _LOADER.construct_document(yaml.ScalarNode(tag, text))


_LOADER: Any = _Loader("")


def load_all(text: str) -> list[Any]:
    """Return the data of every document of a YAML stream.

    Raises:
        ValueError: when it is none.
    """
    try:
        return list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
