"""Reads YAML that others wrote, chart repositories and charts, with the meaning that Helm gives it.

Helm reads YAML with Go's sigs.k8s.io/yaml: YAML 1.1 in most things, but dates and base-60 numbers are text, a key
that stands twice has its last value, and every key is text in the end.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from efdgen.language.late import late
from efdgen.language.yamlio.scalars import LARGEST, SMALLEST, YamlError

MAX_DEPTH = 200
"""Levels of nesting that a document may have; real ones have at most fifty."""

MAX_ALIASED = 1_000_000
"""Values that aliases may add to a text once they are expanded; real ones add some hundreds."""


def load(text: str) -> Any:
    """Return the first document of a text; None when there is none.

    Raises:
        YamlError: when it is no YAML.
    """
    return next(_documents(text), None)


def load_all(text: str) -> list[Any]:
    """Return every document of a text; an empty one is None.

    Raises:
        YamlError: when one is no YAML.
    """
    return list(_documents(text))


_BOOLEANS = {
    spelled: value
    for value, words in ((True, ("true", "yes", "on", "y")), (False, ("false", "no", "off", "n")))
    for word in words
    for spelled in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_NOT_FINITE = frozenset(
    (".nan", ".NaN", ".NAN", *(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")))
)
_STARTS = frozenset("0123456789+-.~yYnNtTfFoO")
_NUMBER_STARTS = frozenset("0123456789+-.")

_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_POINT_FIRST = late(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?\Z")


def _plain(value: str) -> Any:
    """Return what a scalar without quotes means."""
    if not value or (value[0] in _STARTS and value not in _BOOLEANS):
        if value in _NULLS:
            return None
        return _number(value) if value[0] in _NUMBER_STARTS else value
    return _BOOLEANS.get(value, value)


def _number(value: str) -> Any:
    """Return the number that a scalar is, or the scalar itself."""
    if value in _NOT_FINITE:
        raise YamlError(f"{value} is not a number to JSON, which Helm turns YAML into")
    if value[0] == ".":
        return _finite(value.replace("_", ""), value) if _POINT_FIRST.match(value) else value
    digits = value.replace("_", "")
    if _INTEGER.match(digits):
        number = _integer(digits)
        if SMALLEST <= number <= LARGEST:
            return number
    return _finite(digits, value) if _FLOAT.match(digits) else value


def _integer(digits: str) -> int:
    unsigned = digits.lstrip("+-")
    base = 10
    if unsigned[0] == "0" and len(unsigned) > 1:
        base = {"x": 16, "b": 2}.get(unsigned[1].lower(), 8)
    elif len(unsigned) > len(str(LARGEST)):
        return LARGEST + 1
    number = int(unsigned, base)
    return -number if digits[0] == "-" else number


def _finite(digits: str, value: str) -> Any:
    number = float(digits)
    return number if math.isfinite(number) else value


_TAGS = "tag:yaml.org,2002:"


def _tagged(tag: str, value: str) -> Any:
    """Return what a scalar with a tag means; a tag that YAML does not have itself says nothing."""
    kind = tag.removeprefix(_TAGS)
    if kind == "binary":
        try:
            return base64.b64decode("".join(value.split()), validate=True).decode(errors="replace")
        except ValueError:
            raise YamlError("the value with the tag !!binary is not base64") from None
    if kind not in ("int", "float", "bool", "null"):
        return value
    meant = _plain(value)
    if kind == "float" and type(meant) is int:
        return float(meant)
    if type(meant) is not {"int": int, "float": float, "bool": bool, "null": type(None)}[kind]:
        raise YamlError(f"{value!r} has the tag !!{kind}, and is none")
    return meant


def _key(value: Any) -> str:
    """Return a key as the text that JSON has for it."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return str(int(value)) if value.is_integer() else repr(value)
    raise YamlError("a key must be text, not null")


_MISSING: Any = object()
_MERGE: Any = object()


def _documents(text: str) -> Iterator[Any]:
    """Yield each document, built from libyaml's events: fast, and no nesting can exhaust the stack."""
    try:
        parser = yaml.CSafeLoader(text)
        while True:
            event = parser.get_event()
            if type(event) is yaml.DocumentStartEvent:
                yield _document(parser)
            elif type(event) is yaml.StreamEndEvent:
                return
    except yaml.MarkedYAMLError as error:
        from efdgen.language.yamlio.nesting import before_refused_nesting

        before = before_refused_nesting(error, text)
        if before is not None:
            load_all(before)
        what = " ".join(part for part in (error.problem, error.context) if part)
        mark = error.problem_mark or error.context_mark
        raise YamlError(what, *((mark.line + 1, mark.column + 1) if mark else ())) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        raise YamlError("it holds a character that YAML does not allow") from None


def _document(parser: Any) -> Any:
    event = None
    try:
        builder = _Builder()
        while True:
            event = parser.get_event()
            if type(event) is yaml.DocumentEndEvent:
                return builder.root
            builder.take(event)
    except YamlError as error:
        mark = event.start_mark if event else None
        raise YamlError(error.what, *((mark.line + 1, mark.column + 1) if mark else (1, 1))) from None


class _Builder:
    """Builds one document. An open mapping or list stands on the stack, with the key that waits for its value."""

    def __init__(self) -> None:
        self.root: Any = None
        self._stack: list[tuple[Any, Any, str | None, int]] = []
        self._container: Any = None
        self._waiting: Any = _MISSING
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self._aliased = 0
        self._not_text: dict[int, tuple[dict[str, Any], set[str]]] = {}

    def take(self, event: Any) -> None:
        """Take one event of the parser."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open({}, event.anchor)
        elif kind is yaml.SequenceStartEvent:
            self._open([], event.anchor)
        elif kind is yaml.AliasEvent:
            self._alias(event.anchor)
        else:
            self._close()

    def _scalar(self, event: Any) -> None:
        value: Any = event.value
        if event.implicit[0] and event.tag is None:
            is_key = type(self._container) is dict and self._waiting is _MISSING
            value = _MERGE if is_key and value == "<<" else _plain(value)
        elif event.tag is not None:
            value = _tagged(event.tag, value)
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._add(value)

    def _open(self, container: Any, anchor: str | None) -> None:
        if type(self._container) is dict and self._waiting is _MISSING:
            raise YamlError("a key must be text, not a list or a mapping")
        if len(self._stack) >= MAX_DEPTH:
            raise YamlError(f"nested more than {MAX_DEPTH} levels deep")
        self._count += 1
        self._stack.append((self._container, self._waiting, anchor, self._count))
        self._container, self._waiting = container, _MISSING

    def _close(self) -> None:
        closed = self._container
        self._container, self._waiting, anchor, count = self._stack.pop()
        if anchor:
            self._anchors[anchor] = (closed, self._count - count + 1)
        self._add(closed)

    def _alias(self, anchor: str) -> None:
        if anchor not in self._anchors:
            is_open = any(anchor == open_anchor for _, _, open_anchor, _ in self._stack)
            raise YamlError(f"the anchor {anchor!r} {'stands inside itself' if is_open else 'is not defined above'}")
        value, size = self._anchors[anchor]
        self._aliased += size
        self._count += size
        if self._aliased > MAX_ALIASED:
            raise YamlError(f"aliases add more than {MAX_ALIASED:,} values")
        self._add(value)

    def _add(self, value: Any) -> None:
        container = self._container
        if container is None:
            self.root = value
        elif type(container) is list:
            container.append(value)
        elif self._waiting is _MISSING:
            self._waiting = value if value is _MERGE else _key(value)
            if value is not _MERGE and (self._not_text or type(value) is not str):
                self._note(container, self._waiting, is_text=type(value) is str)
        else:
            if self._waiting is _MERGE:
                self._merge(container, value)
            else:
                container[self._waiting] = value
            self._waiting = _MISSING

    def _merge(self, into: dict[str, Any], value: Any) -> None:
        """Lay what stands behind `<<` on top of what stands before it, as Go does; of a list, the first wins."""
        for source in reversed(value if type(value) is list else [value]):
            if type(source) is not dict:
                raise YamlError("<< takes a mapping, or a list of mappings")
            if self._not_text:
                _, others = self._not_text.get(id(source), (source, set()))
                for key in source:
                    self._note(into, key, is_text=key not in others)
            into.update(source)

    def _note(self, container: dict[str, Any], key: str, *, is_text: bool) -> None:
        """Note the kind of a key. Go has 9000 and '9000' as two keys, and makes one of them, in an order by chance."""
        _, others = self._not_text.get(id(container), (container, set()))
        if key in container and (key in others) is is_text:
            raise YamlError(f"the key {key!r} is text at one place and none at another: Helm takes either by chance")
        if not is_text:
            self._not_text.setdefault(id(container), (container, set()))[1].add(key)
