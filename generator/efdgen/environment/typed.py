"""Gives efdgen's own facts their types: plain data, evaluated and checked, becomes the model's named tuples."""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Mapping
from typing import Any

from efdgen.environment.model import Facts
from efdgen.errors import InvalidInputError, Location, Path, Problem, dotted
from efdgen.language import scope
from efdgen.language.layers import winner
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import EnvironmentSpec


def typed(data: Mapping[str, Any], spec: EnvironmentSpec) -> Facts:
    """Return the facts of an environment, efdgen's own with their types, all of them as `data`.

    Args:
        data: every fact under its name in the schema, evaluated.
        spec: the environment's, for locations.

    Raises:
        InvalidInputError: when a value has another type than the model's, located at the layer that set it.
    """
    return typing.cast("Facts", _typed(Facts, {**data, "data": data}, (), spec))


_TYPE_NAMES = {str: "text", bool: "true or false", int: "a number"}


@functools.cache
def _fields(cls: type) -> dict[str, tuple[str, Any]]:
    """Return the fields of a named tuple by their names in the schema."""
    hints = typing.get_type_hints(cls)
    return {camel_case(name): (name, hint) for name, hint in hints.items()}


def camel_case(name: str) -> str:
    """Return the schema's spelling of a field's name: `repo_url` is `repoURL`."""
    return re.sub(r"_(url|[a-z])", lambda match: match[1].upper() if match[1] == "url" else match[1].title(), name)


class _Form(NamedTuple):
    """What a type of the model is made of.

    Attributes:
        plain: the type that a value must have as it is; None: it is made of others.
        fields: of a named tuple, each key with the field and its type; None: it is none.
        origin, arguments: of a generic type, what it is, and of what.
    """

    plain: Any
    fields: Mapping[str, tuple[str, Any]] | None
    origin: Any
    arguments: tuple[Any, ...]


@functools.cache
def _form(kind: Any) -> _Form:
    fields = _fields(kind) if isinstance(kind, type) and issubclass(kind, tuple) else None
    origin = typing.get_origin(kind)
    return _Form(kind if fields is None and origin is None else None, fields, origin, typing.get_args(kind))


def _typed(kind: Any, value: Any, path: Path, spec: EnvironmentSpec) -> Any:
    """Turn plain data into the model's types.

    Raises:
        InvalidInputError: when it has another type, located at the layer that set it.
    """
    plain, fields, origin, arguments = _form(kind)
    if type(value) is plain or plain is Any:
        return value
    if origin is types.UnionType:
        return None if value is None else _typed(arguments[0], value, path, spec)
    if fields is not None and isinstance(value, dict):
        typed = {name: _typed(hint, value.get(key), (*path, key), spec) for key, (name, hint) in fields.items()}
        return kind(**typed)
    if origin is tuple and isinstance(value, list):
        return tuple(_typed(arguments[0], item, (*path, index), spec) for index, item in enumerate(value))
    if origin is Mapping and isinstance(value, dict):
        return {key: _typed(arguments[1], item, (*path, key), spec) for key, item in value.items()}
    what = _TYPE_NAMES.get(kind) or {tuple: "a list"}.get(origin, "a mapping")
    if value is None and winner(spec.layers, path) is None:
        message, place = f"{dotted(path)} is missing, and must be {what}", _above(path, spec)
    else:
        message, place = f"must be {what}, not {shown(value)}", scope.locate(spec.layers, path)
    raise InvalidInputError([Problem("E304", f"{message} (environment {spec.name})", place, path)])


def _above(path: Path, spec: EnvironmentSpec) -> Location:
    """Return where what is missing would stand: at the innermost mapping that is there, in the layer that is first."""
    for depth in range(len(path) - 1, 0, -1):
        layer = winner(spec.layers, path[:depth])
        if layer is not None:
            return layer.locate(path[:depth], key=True)
    return spec.layers[0].locate(())
