"""Checks documents against the JSON Schemas: the only user of jsonschema."""

from __future__ import annotations

import functools
import json
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Protocol

from efdgen.errors import Location, Path, Problem, dotted
from efdgen.language import expressions, patterns, suggest
from efdgen.language.conforms import Pending, Reading, conforms
from efdgen.language.references import SchemaFile

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator


Rules = Mapping[str, Any]
"""A schema, its references followed."""


class Located(Protocol):
    """Data of which every part can be located: a document, or merged layers."""

    @property
    def data(self) -> Any:
        """The data."""

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """Return where the value at `path`, or the key that it stands under, was written."""

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:
        """Return where a character of the text at `path` was written; where that is not known, where the text was."""


def folder() -> FilePath:
    """Return the folder of efdgen's own schemas."""
    return FilePath(__file__).parents[1] / "schemas"


def files() -> frozenset[str]:
    """Return the names of the files in that folder."""
    return _files("")


@functools.cache
def load(name: str) -> dict[str, Any]:
    """Return one of efdgen's schemas by name (`environment`, `facts#/$defs/secret`, ...), its references followed."""
    name, _, pointer = name.partition("#")
    schema: dict[str, Any] = _file(name).schema(pointer)
    return schema


def resolve(raw: Mapping[str, Any], beside: Mapping[str, Mapping[str, Any]] = types.MappingProxyType({})) -> Rules:
    """Return a schema of a repository, its references followed: within it, to one beside it, or to one of efdgen's.

    Args:
        raw: the schema, as it is written.
        beside: the schemas that stand beside it, by name; each hides efdgen's of that name.

    Raises:
        BrokenReferenceError: when a reference leads nowhere, or back to itself.
    """
    files = {name: SchemaFile(other, _file) for name, other in beside.items()}

    def other(name: str) -> SchemaFile:
        return files[name] if name in files else _file(name)

    schema: Rules = SchemaFile(raw, other).schema()
    return schema


@functools.cache
def _file(name: str) -> SchemaFile:
    below, _, file = f"{name}.schema.json".rpartition("/")
    if file not in _files(below):  # a name that somebody wrote may be none that a file can have
        raise KeyError(name)
    return SchemaFile(json.loads((folder() / below / file).read_text(encoding="utf-8")), _file)


@functools.cache
def _files(below: str) -> frozenset[str]:
    return frozenset(path.name for path in (folder() / below).iterdir())


def check(document: Located, name: str, *, is_evaluated: bool = False) -> list[Problem]:
    """Return what the schema `name` says is wrong with a document, or with merged data.

    With `is_evaluated`, the data is what expressions yielded: quotes around them would change nothing.
    """
    return check_data(document, load(name), is_evaluated=is_evaluated, reading=_reading_of_own())


def is_surely(value: Any, name: str) -> bool:
    """Say whether a value surely conforms to one of efdgen's schemas, by its name."""
    return conforms(value, load(name), _reading_of_own())


@functools.cache
def _reading_of_own() -> Reading:
    """Return what was read of efdgen's own schemas, which are there as long as it runs."""
    return Reading()


def check_data(
    document: Located, schema: Rules, *, is_evaluated: bool = False, reading: Reading | None = None
) -> list[Problem]:
    """Return what a schema without references says is wrong with a document.

    Args:
        document: the document, or merged data.
        schema: the schema.
        is_evaluated: whether the data is what expressions yielded: see `check`.
        reading: what is known of schemas already, and of the data; None: nothing.
    """
    if conforms(document.data, schema, reading):
        return []
    errors = _validator()(schema).iter_errors(document.data)
    found = said_once(problem for error in errors for problem in _problems(error, document, is_evaluated))
    # What has the wrong type is none of the values that are allowed, either.
    mistyped = {problem.path for problem in found if problem.code == "E204"}
    found = [problem for problem in found if problem.code != "E205" or problem.path not in mistyped]
    return [_unquoted(problem) for problem in found] if is_evaluated else found


def _unquoted(problem: Problem) -> Problem:
    """Return a problem without a hint about how a value is written, which says nothing of what an expression yields."""
    from efdgen.language.explaining import is_of_writing

    return problem._replace(hint="") if is_of_writing(problem.hint) else problem


def said_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems without the keys that are missing because they are misspelt: `descripton` says it already.

    Nor does a mapping miss anything that is another thing altogether: a pin that is written as nested mappings.
    """
    found = list(problems)
    unknown = [problem for problem in found if problem.code == "E201"]
    meant = {(*problem.path[:-1], problem.hint) for problem in unknown}
    others = {problem.path[:-1] for problem in unknown if problem.hint.startswith(_WHOLE_PATH)}
    return [
        problem
        for problem in found
        if problem.code != "E202" or (meant.isdisjoint(_missing_keys(problem)) and problem.path[:-1] not in others)
    ]


_WHOLE_PATH = "write its whole path, with dots"


def _missing_keys(problem: Problem) -> Iterator[Path]:
    """Yield the path of each key that is missing, or one of which is, the key as a hint names it."""
    for key in re.findall("'([^']+)'", problem.message):
        for place in (problem.path[:-1], problem.path):
            yield (*place, suggest.did_you_mean(key))


@functools.cache
def _validator() -> Any:
    """Return jsonschema's validator, told that what is not evaluated yet is never wrong, and that 1.0 is no integer.

    What is rendered would be the text 1.0, which few programs read as a whole number.
    """
    from jsonschema import Draft202012Validator  # only when something is wrong
    from jsonschema.validators import extend

    checks = {**Draft202012Validator.VALIDATORS, "pattern": _pattern}
    keywords = {name: _unless_pending(check) for name, check in checks.items()}
    kinds = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return extend(Draft202012Validator, keywords, type_checker=kinds)  # type: ignore[no-untyped-call]


def _unless_pending(check: Callable[..., Any]) -> Callable[..., Any]:
    def keyword(validator: Validator, argument: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, Pending):
            yield from check(validator, argument, instance, schema) or ()

    return keyword


def _pattern(_validator: Validator, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Check the keyword `pattern` in a time that has a bound."""
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not patterns.fits(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _problems(error: ValidationError, document: Located, is_evaluated: bool) -> Iterator[Problem]:
    from efdgen.language.explaining import explain  # only when something is wrong

    path: Path = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    if "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str):
        place = document.locate((*path, error.instance), key=True)
        message = f"the name {error.instance!r} {schema.get('errorMessage', 'is not allowed')}"
        yield Problem("E203", message, place, (*path, error.instance), schema.get("x-hint", ""))
        return
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, document, path, schema)
        return
    if error.validator == "required":
        yield _missing(error, document, path)
        return
    if error.validator == "not" and error.validator_value == {}:
        what = dotted(path) or "anything"
        yield Problem("E201", f"{what} can't be here", document.locate(path, key=True), path, "remove it")
        return
    half = expressions.half(error.instance) if isinstance(error.instance, str) else None
    if half:
        message, at = half
        yield Problem("E302", message, document.locate_in_text(path, at), path)
        return
    code, message, hint = explain(error, schema, is_evaluated=is_evaluated)
    # What is missing has no place: that of the mapping is its key's.
    place = document.locate(path, key=True) if code == "E202" and path else document.locate(path)
    yield Problem(code, message, place, path, hint)


def _unknown_keys(error: ValidationError, document: Located, path: Path, schema: dict[str, Any]) -> Iterator[Problem]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    instance: Any = error.instance
    is_nested = "x-path" in schema and known.keys().isdisjoint(instance)
    unknown = [key for key in instance if key not in known and not any(re.search(each, key) for each in patterns)]
    for number, key in enumerate(unknown):
        place = document.locate((*path, key), key=True)
        if is_nested:
            hint = _path_hint((*path[-1:], key), instance[key], schema)
        else:
            hint = _key_hint(key, known if number < _MOST_LIKENED else (), schema)
        yield Problem("E201", f"unknown key {key!r}", place, (*path, key), hint)


_MOST_LIKENED = 200
"""Unknown keys of one mapping that likenesses are looked for of: who has more did not mistype them one by one."""


def _key_hint(key: str, known: Iterable[str], schema: dict[str, Any]) -> str:
    """Return the hint for an unknown key: one that is like it, or what the schema knows of it, or of all of them."""
    others: Mapping[str, str] = schema.get("x-unknown", {})
    hint = suggest.hint(key, known, f"{others['*']}; " if others else "")
    return hint if hint.startswith(suggest.SIMILAR) else others.get(key, hint)


def _path_hint(path: Path, value: Any, schema: dict[str, Any]) -> str:
    """Return the hint for a path that is written as nested mappings: with dots, down to what the schema knows."""
    while isinstance(value, dict) and len(value) == 1 and value.keys().isdisjoint(schema.get("properties", {})):
        ((key, value),) = value.items()
        path = (*path, key)
    return f"{_WHOLE_PATH}: {'.'.join(map(str, path))}: {schema['x-written']}"


def _missing(error: ValidationError, document: Located, path: Path) -> Problem:
    required: Any = error.validator_value
    missing = next((key for key in required if f"{key!r} is a required" in error.message), "")
    place = document.locate(path, key=True) if path else document.locate()
    return Problem("E202", f"{missing!r} is missing", place, (*path, missing))
