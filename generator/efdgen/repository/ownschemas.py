"""Reads the schemas that a repository has of its own: `schemas/*.schema.json`."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language import conflicts, patterns, schema, suggest, yamlio
from efdgen.language.annotations import Items, Keys, Others, Place, TooManyPlacesError, places
from efdgen.language.conforms import conforms
from efdgen.language.references import ANNOTATION, SAME_VALUE, BrokenReferenceError, children, followed_pattern
from efdgen.language.yamlio import lineends
from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.model import APPS, ENVIRONMENTS, SERVICES

_KEYWORDS: Mapping[type, str] = {Items: "items", Keys: "propertyNames", Others: "additionalProperties"}

FLAWED = "E207"
"""The code of a schema that can't be one."""

Locate = Callable[..., Location]

_BESIDE_A_REFERENCE = frozenset(
    ["$ref", "$comment", "title", "description", "markdownDescription", "examples", "default", "deprecated"]
)
"""What can stand beside a `$ref`: it says something to people, and nothing about the value."""


class OwnSchema:
    """A schema of a repository; the same text is the same object.

    Attributes:
        content: its references followed; keywords are those of JSON Schema, and efdgen's own.
        locate: says where a part of it was written.
        written: it as it is written, references and all.
    """

    def __init__(self, content: Mapping[str, Any], locate: Locate, written: Mapping[str, Any]) -> None:
        self.content = content
        self.locate = locate
        self.written = written


def read(files: Files, path: str, beside: tuple[tuple[str, OwnSchema], ...] = ()) -> OwnSchema | None:
    """Read a schema; None when something is wrong with it, which the files' problems say.

    Args:
        files: records what is wrong.
        path: the file.
        beside: other schemas that it can refer to, each with its name; efdgen's own are known.
    """
    text = files.text(path)
    if text is None:
        return None
    try:
        own = _schema(text, path, beside)
    except InvalidInputError as error:
        files.problems.extend(error.problems)
        return None
    except RecursionError:
        files.problem("E110", "nested too deeply", Location(path))
        return None
    return own


def check_json(files: Files, path: str) -> None:
    """Record what keeps a schema that only editors read from being JSON."""
    text = files.text(path)
    try:
        if text is not None:
            _check_json(text, path)
    except InvalidInputError as error:
        files.problems.extend(error.problems)
    except RecursionError:
        files.problem("E110", "nested too deeply", Location(path))


def check_names(files: Files, own: OwnSchema) -> None:
    """Record every `x-names` that says something that can't be named."""
    for place in places(own.content, "x-names"):
        name = place.says
        if name in (APPS, SERVICES, ENVIRONMENTS):
            continue
        if not files.exists(paths.table(name)) and not files.exists(paths.table_schema(name)):
            where = _written(place)
            known = (APPS, SERVICES, ENVIRONMENTS, *paths.table_names(files.root))
            message = f"x-names: there is no table {name!r}"
            files.problem(FLAWED, message, own.locate(where), where, suggest.hint(name, known))


def _written(place: Place) -> Path:
    """Return where the annotation of a place was written, as far as the nesting of its data tells."""
    path: Path = ()
    for step in place.path:
        path = (*path, "properties", step) if isinstance(step, str) else (*path, _KEYWORDS[type(step)])
    return (*path, "x-names")


@functools.lru_cache(maxsize=512)
def _schema(text: str, path: str, beside: tuple[tuple[str, OwnSchema], ...]) -> OwnSchema:
    raw = _json(text, path)

    def locate(where: Path = (), *, key: bool = False) -> Location:
        # Where things stand is asked for only when something is wrong: reading JSON takes a tenth of reading YAML.
        try:
            return yamlio.parse(text, path).locate(where, key=key)
        except InvalidInputError:
            return Location(path)

    if not conforms(raw, schema.load("schema")):
        wrong = schema.check(yamlio.parse(text, path), "schema")
        if wrong:
            raise InvalidInputError(wrong)
    try:
        content = schema.resolve(raw, {name: other.written for name, other in beside})
    except BrokenReferenceError as error:
        raise InvalidInputError([Problem(FLAWED, str(error), locate(error.path), error.path)]) from None
    problems = [Problem(FLAWED, message, locate(where), where) for where, message in _mistakes(raw, ())]
    problems += [Problem(FLAWED, message, locate()) for message in _too_much(content)]
    if problems:
        raise InvalidInputError(problems)
    return OwnSchema(content, locate, raw)


@functools.lru_cache(maxsize=128)
def _check_json(text: str, path: str) -> None:
    _json(text, path)


def _json(text: str, path: str) -> dict[str, Any]:
    try:
        raw = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise InvalidInputError([_malformed(error, text, path)]) from None
    except ValueError as error:  # a number of thousands of digits
        raise InvalidInputError([Problem("E103", f"not valid JSON: {error}", Location(path))]) from None
    except _TwiceError as error:
        # What stands twice is what reading it as YAML refuses, with the place.
        yamlio.parse(text, path)
        raise InvalidInputError([Problem("E105", str(error), Location(path))]) from None
    if not isinstance(raw, dict):
        raise InvalidInputError([Problem("E200", "the file must hold a mapping", Location(path, 1, 1))])
    return raw


def _malformed(error: json.JSONDecodeError, text: str, path: str) -> Problem:
    """Return the problem of a text that is not JSON; where a comma too many stands, each Python says for itself."""
    conflict = conflicts.left(text, path)
    if conflict is not None:
        return conflict
    comma = error.pos if text.startswith(",", error.pos) else len(text[: error.pos].rstrip()) - 1
    if text.startswith(",", comma) and text[comma + 1 :].lstrip().startswith(("}", "]")):
        message = "not valid JSON: nothing follows this comma"
        return Problem("E103", message, Location(path, *lineends.behind(text[:comma])), hint="remove it")
    return Problem("E103", f"not valid JSON: {error.msg}", Location(path, *lineends.behind(text[: error.pos])))


class _TwiceError(Exception):
    """A key stands twice in one mapping."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise _TwiceError(f"the key {twice!r} stands twice")
    return found


def _mistakes(raw: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield what the form of a schema does not show: where it stands, and what is wrong."""
    if not isinstance(raw, dict):
        return
    for keyword, message in _own_mistakes(raw):
        yield (*path, keyword), message
    for step, child in children(raw):
        yield from _mistakes(child, (*path, *step))


def _own_mistakes(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a schema itself, and not below it, each with its keyword."""
    for pattern in (*raw.get("patternProperties", ()), *([raw["pattern"]] if "pattern" in raw else ())):
        if why := _no_pattern(pattern):
            yield "pattern", f"{pattern!r} is not a regular expression: {why}"
        elif fault := patterns.fault(pattern):
            yield "pattern", f"{pattern!r} could take for ever: {fault}"
    for keyword in ("type", "enum", "allOf", "anyOf", "oneOf"):
        if raw.get(keyword) == []:
            yield keyword, f"an empty list: {keyword!r} must name something"
    if not raw.get("errorMessage", "").isprintable():
        yield "errorMessage", "an error message is one line of characters that can be shown"
    if "$ref" in raw:
        for keyword in raw:
            if keyword not in _BESIDE_A_REFERENCE and not keyword.startswith(ANNOTATION):
                yield keyword, f"{keyword!r} does nothing beside a `$ref`: write both into an `allOf`"


def _no_pattern(text: str) -> str:
    """Return why a text is not a regular expression; empty: it is one."""
    with contextlib.suppress(re.error, OverflowError, RecursionError):
        patterns.compiled(followed_pattern(text))  # as it will be used
        return ""
    try:
        re.compile(text)
    except re.error as error:
        return error.msg
    except OverflowError:
        return "a number of repetitions is too large: write one below 1,000,000"
    except RecursionError:
        return "its groups are nested too deep"
    return ""


_MOST_PARTS = 10_000
"""How many schemas one value may be held against: each definition that names another twice doubles their number."""

_MOST_PLACES = 10_000
"""How many places may have an annotation."""

_FOLLOWED = frozenset(("x-own", "x-identifies", "x-names"))
"""The annotations whose places are looked for."""


def _too_much(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a schema once its references are followed: they can make it endless, or too large."""
    parts: dict[int, float] = {}
    waiting: list[Any] = [content]
    looked_at: set[int] = set()
    annotations: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and id(node) not in looked_at:
            looked_at.add(id(node))
            annotations.update(_FOLLOWED & node.keys())
            waiting.extend(child for _, child in children(node))
            if not _SAME_VALUE.isdisjoint(node):
                _count_parts(node, parts)
    most = max(parts.values(), default=1)
    if most == _ENDLESS:
        yield "the schema leads back to itself without a key or an item between"
        return
    if most > _MOST_PARTS:
        yield f"followed through its references, the schema holds one value against more than {_MOST_PARTS:,} schemas"
        return
    for annotation in sorted(annotations):
        try:
            places(content, annotation, _MOST_PLACES)
        except TooManyPlacesError:
            yield f"followed through its references, the schema has {annotation!r} at more than {_MOST_PLACES:,} places"


_ENDLESS = float("inf")
_SAME_VALUE = frozenset(SAME_VALUE)


def _count_parts(node: Any, parts: dict[int, float]) -> float:
    """Return how many schemas a value is held against, of those that are about the value itself; each counted once."""
    if not isinstance(node, dict) or _SAME_VALUE.isdisjoint(node):
        return 1
    if id(node) not in parts:
        parts[id(node)] = _ENDLESS  # for what leads back to it
        below = (child for (keyword, *_), child in children(node) if keyword in _SAME_VALUE)
        parts[id(node)] = 1 + sum(_count_parts(child, parts) for child in below)
    return parts[id(node)]
