"""The schemas that JSON Schemas are made of: what stands directly below one, and what a `$ref` leads to.

References are followed once, when a file is read, so that nobody else has to know of them:

    {"properties": {"url": {"$ref": "types.schema.json#/$defs/url", "description": "Its address."}}}
    ->  {"properties": {"url": {"type": "string", "pattern": ...}}}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from efdgen.errors import EfdgenError, Path

ANNOTATION = "x-"
"""How the keywords begin that say what a value means, and nothing about what it may be."""

_TOLD = ("deprecated", "description")
"""What a retired value is told of, which is said beside a reference and not of all that have that type."""

IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""The keywords whose schemas are about the same value."""

SAME_VALUE = (*IN_PLACE, "dependentSchemas")
"""Those, and the one whose schemas are about it only when it has a key."""

_MAPS = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs"))
_SINGLES = frozenset(
    (
        "additionalProperties",
        "items",
        "propertyNames",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "unevaluatedProperties",
        "unevaluatedItems",
    )
)
_LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_WITH_SCHEMAS = _MAPS | _SINGLES | _LISTS


class BrokenReferenceError(EfdgenError):
    """A `$ref` leads nowhere, or to no schema. `path` is where it stands in its file."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


def children(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield the schemas directly below one, each with its path from there: `("properties", "url")`, `("items",)`."""
    for keyword, value in schema.items():
        if keyword not in _WITH_SCHEMAS:
            continue
        if keyword in _MAPS and isinstance(value, dict):
            for name, child in value.items():
                yield (keyword, name), child
        elif keyword in _SINGLES:
            yield (keyword,), value
        elif keyword in _LISTS and isinstance(value, list):
            for index, child in enumerate(value):
                yield (keyword, index), child


class SchemaFile:
    """The schemas of one file; each is there once, so that a recursive schema is recursive data.

    What stands beside a `$ref` is for editors and is dropped, but for annotations that begin with `x-`.

    Args:
        raw: the file's content.
        other: returns another file by its name, `types`; raises KeyError when there is none.
    """

    def __init__(self, raw: Mapping[str, Any], other: Callable[[str], SchemaFile]) -> None:
        self._raw = raw
        self._other = other
        self._done: dict[str, Any] = {}

    def schema(self, pointer: str = "") -> Any:
        """Return the schema at a JSON pointer, every `$ref` replaced by what it leads to.

        Raises:
            BrokenReferenceError: when a reference leads nowhere, or back to itself.
            KeyError: when the pointer leads nowhere.
        """
        if pointer not in self._done:
            node, path = self._raw_at(pointer), _parts(pointer)
            if not isinstance(node, dict) or "$ref" in node:
                return self._schema(node, path)
            # It is there before what is below it: that may lead back to it.
            self._done[pointer] = {}
            self._done[pointer].update(self._keywords(node, path))
        return self._done[pointer]

    def _raw_at(self, pointer: str) -> Any:
        node: Any = self._raw
        for part in _parts(pointer):
            if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, dict):
                node = node[part]
            else:
                raise KeyError(part)
        return node

    def _schema(self, node: Any, path: Path) -> Any:
        if not isinstance(node, dict):
            return node
        if not isinstance(node.get("$ref"), str):
            return dict(self._keywords(node, path))
        file, pointer, annotations = self._end(node, path)
        target = file.schema(pointer)
        return {"allOf": [target], **annotations} if annotations else target

    def _end(self, node: Any, path: Path) -> tuple[SchemaFile, str, dict[str, Any]]:
        """Follow a reference to what is none, and gather the annotations on the way, the first of a kind."""
        file, pointer, seen = self, "", set()
        annotations: dict[str, Any] = {}
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            told = _TOLD if node.get("deprecated") is True else ()
            own = {key: node[key] for key in node if key.startswith(ANNOTATION) or key in told}
            annotations = {**own, **annotations}
            reference = node["$ref"]
            name, _, pointer = reference.partition("#")
            try:
                # Only the name counts: the folder is for editors, which find the file by it.
                file = file._other(name.rpartition("/")[2].removesuffix(".schema.json")) if name else file
                node = file._raw_at(pointer)  # noqa: SLF001
            except KeyError:
                raise BrokenReferenceError(f"the reference {reference!r} leads nowhere", (*path, "$ref")) from None
            if not _is_of_a_schema(_parts(pointer)):
                message = f"the reference {reference!r} leads to what is not a schema"
                raise BrokenReferenceError(message, (*path, "$ref"))
            if (id(file), pointer) in seen:
                raise BrokenReferenceError(f"the reference {reference!r} leads back to itself", (*path, "$ref"))
            seen.add((id(file), pointer))
        return file, pointer, annotations

    def _keywords(self, node: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
        for keyword, value in node.items():
            if keyword not in _WITH_SCHEMAS:
                if keyword not in ("$schema", "$id"):  # they say what a file is: what is in it has no use for that
                    yield keyword, followed_pattern(value) if _is_pattern(keyword, value) else value
                continue
            below = (*path, keyword)
            if keyword in _MAPS and isinstance(value, dict):
                named = {name: self._schema(child, (*below, name)) for name, child in value.items()}
                # jsonschema does not say at which key a value stands that it refuses for `false`.
                yield keyword, {name: {"not": {}} if child is False else child for name, child in named.items()}
            elif keyword == "items" and _adds(value):
                yield keyword, self._schema(value["anyOf"][1], (*below, "anyOf", 1))
            elif keyword in _SINGLES:
                yield keyword, self._schema(value, below)
            elif keyword in _LISTS and isinstance(value, list):
                yield keyword, [self._schema(child, (*below, index)) for index, child in enumerate(value)]
            else:
                yield keyword, value


def _is_pattern(keyword: str, value: Any) -> bool:
    return keyword == "pattern" and isinstance(value, str)


_INHERITED = re.compile(r"(?:.*/)?types\.schema\.json#/\$defs/inherited\Z")


def _adds(items: Any) -> bool:
    """Say whether items are `anyOf` `<% inherited %>` and something else: for editors. efdgen writes such lists out."""
    either = items.get("anyOf") if isinstance(items, dict) and set(items) == {"anyOf"} else None
    if not isinstance(either, list) or len(either) != 2 or not isinstance(either[0], dict):  # noqa: PLR2004
        return False
    reference = either[0].get("$ref")
    return isinstance(reference, str) and _INHERITED.match(reference) is not None


def followed_pattern(pattern: str) -> str:
    """Return a pattern as Python has it: to JSON Schema, `$` is the end, to Python also what is before a last break."""
    return f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern


def written_pattern(pattern: str) -> str:
    """Return the pattern of a followed schema as it was written: `^a$`."""
    return re.sub(r"\\Z\Z", "$", pattern)


def _is_of_a_schema(parts: tuple[str, ...]) -> bool:
    """Say whether what stands at these parts of a pointer is a schema: text, a list or an example is none."""
    rest = list(parts)
    while rest:
        keyword = rest.pop(0)
        if keyword in _SINGLES:
            continue
        if keyword not in (*_MAPS, *_LISTS) or not rest:
            return False
        rest.pop(0)
    return True


def _parts(pointer: str) -> tuple[str, ...]:
    """Return the parts of a JSON pointer: `/$defs/a~1b` is `$defs` and `a/b`."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
