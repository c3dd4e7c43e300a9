"""Checks documents against the JSON Schemas: the only user of jsonschema."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Protocol

from efdgen.errors import Location, Path, Problem
from efdgen.language import suggest
from efdgen.language.conforms import conforms
from efdgen.language.references import SchemaFile

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


Rules = Mapping[str, Any]
"""A schema, its references followed."""


class Located(Protocol):
    """Data of which every part can be located: a document, or merged layers."""

    @property
    def data(self) -> Any:
        """The data."""

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return where the value at `path`, or the key that it stands under, was written."""


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def folder() -> FilePath:
    """Return the folder of efdgen's own schemas."""
    return FilePath(__file__).parents[1] / "schemas"


@functools.cache
def load(name: str) -> dict[str, Any]:
    """Return one of efdgen's schemas by name (`environment`, `facts#/$defs/secret`, ...), its references followed."""
    name, _, pointer = name.partition("#")
    schema: dict[str, Any] = _file(name).schema(pointer)
    return schema


def resolve(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema of a repository, its references followed: within it, or to a schema of efdgen by its name.

    Raises:
        BrokenReferenceError: when a reference leads nowhere, or back to itself.
    """
    schema: dict[str, Any] = SchemaFile(raw, _file).schema()
    return schema


@functools.cache
def _file(name: str) -> SchemaFile:
    file = folder() / f"{name}.schema.json"
    if not file.is_file():
        raise KeyError(name)
    return SchemaFile(json.loads(file.read_text(encoding="utf-8")), _file)


def check(document: Located, name: str, *, is_evaluated: bool = False) -> list[Problem]:
    """Return what the schema `name` says is wrong with a document, or with merged data.

    With `is_evaluated`, the data is what expressions yielded: quotes around them would change nothing.
    """
    return check_data(document, load(name), is_evaluated=is_evaluated)


def check_data(document: Located, schema: Rules, *, is_evaluated: bool = False) -> list[Problem]:
    """Return what a schema without references says is wrong with a document."""
    if conforms(document.data, schema):
        return []
    from jsonschema import Draft202012Validator  # only when something is wrong

    errors = Draft202012Validator(schema).iter_errors(document.data)
    found = [problem for error in errors for problem in _problems(error, document)]
    return [problem._replace(hint="") if is_evaluated and problem.hint == _QUOTES else problem for problem in found]


def _problems(error: ValidationError, document: Located) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    if "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        place = document.locate((*path, error.instance), key=True)
        message = f"the name {error.instance!r} {schema.get('errorMessage', 'is not allowed')}"
        yield Problem("E203", message, place, (*path, error.instance))
        return
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, document, path, schema)
        return
    if error.validator == "required":
        yield _missing(error, document, path)
        return
    code, message, hint = _explain(error, schema)
    yield Problem(code, message, document.locate(path), path, hint)


def _unknown_keys(error: ValidationError, document: Located, path: Path, schema: dict[str, Any]) -> Iterator[Problem]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    instance: Any = error.instance
    for key in instance:
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):
            place = document.locate((*path, key), key=True)
            yield Problem("E201", f"unknown key {key!r}", place, (*path, key), suggest.hint(key, known))


def _missing(error: ValidationError, document: Located, path: Path) -> Problem:
    required: Any = error.validator_value
    missing = next((key for key in required if f"{key!r} is a required" in error.message), "")
    place = document.locate(path, key=True) if path else document.locate()
    return Problem("E202", f"{missing!r} is missing", place, (*path, missing))


_QUOTES = "put it in quotes"


def _explain(error: ValidationError, schema: dict[str, Any]) -> tuple[str, str, str]:
    """Return the code, the message and the hint for a value that a schema refuses."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    shown = _shown(value)
    custom = schema.get("errorMessage")
    if error.validator == "type":
        types = [wanted] if isinstance(wanted, str) else wanted
        must = custom or f"must be {' or '.join(_TYPES[kind] for kind in types if kind != 'null' or len(types) == 1)}"
        return "E204", f"{must}, not {shown}", _QUOTES if _needs_quotes(value, types, schema) else ""
    if error.validator == "enum":
        return "E205", f"{shown} is not one of the allowed values", suggest.hint(str(value), map(str, wanted))
    if error.validator == "anyOf":
        return "E202", custom or error.message, ""
    if error.validator == "minLength" and not custom:
        return "E206", "must not be empty", ""
    if error.validator == "uniqueItems":
        return "E206", "the list names something twice", "keep one of them"
    if error.validator == "minimum":
        return "E206", f"must be at least {wanted}, not {shown}", ""
    if custom:
        return "E206", f"{custom}, not {shown}", ""
    return "E206", error.message, ""


def _needs_quotes(value: Any, types: Sequence[str], schema: dict[str, Any]) -> bool:
    """Say whether a number would be right if it were text."""
    if not isinstance(value, int | float) or isinstance(value, bool) or "string" not in types:
        return False
    return re.search(schema.get("pattern", ""), str(value)) is not None and "enum" not in schema


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
