"""Gives efdgen's own facts their types: plain data, evaluated and checked, becomes the model's named tuples."""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.environment.model import Facts
from efdgen.errors import InvalidInputError, Location, Path, Problem, dotted
from efdgen.language import scope
from efdgen.language.layers import winner
from efdgen.language.shared import NOTHING, Shared
from efdgen.language.shown import shown
from efdgen.repository.model import EnvironmentSpec


def typed(data: Mapping[str, Any], spec: EnvironmentSpec, shared: Shared = NOTHING) -> Facts:
    """Return the facts of an environment, efdgen's own with their types, all of them as `data`.

    Args:
        data: every fact under its name in the schema, evaluated.
        spec: the environment's, for locations.
        shared: what is known of parts of the facts.

    Raises:
        InvalidInputError: when a value has another type than the model's, located at the layer that set it.
    """
    try:
        return typing.cast("Facts", _typed(_form(Facts), {**data, "data": data}, (), shared))
    except _UnfitError as error:
        raise InvalidInputError([_problem(error, spec)]) from None


_TYPE_NAMES = {str: "text", bool: "true or false", int: "a number"}


def camel_case(name: str) -> str:
    """Return the schema's spelling of a field's name: `repo_url` is `repoURL`."""
    return re.sub(r"_(url|[a-z])", lambda match: match[1].upper() if match[1] == "url" else match[1].title(), name)


class _Form:
    """What a type of the model is made of.

    Attributes:
        kind: the type.
        plain: the type that a value must have as it is; None: it is made of others.
        fields: of a named tuple, each key in the schema with the form of its field; None: it is none.
        origin: of a generic type, what it is.
        inner: the form of what it holds.
    """

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.origin = typing.get_origin(kind)
        self.fields: Sequence[tuple[str, _Form]] | None = None
        self.inner: _Form = self
        if isinstance(kind, type) and issubclass(kind, tuple):
            self.fields = [(camel_case(name), _form(hint)) for name, hint in typing.get_type_hints(kind).items()]
        elif self.origin is not None:
            self.inner = _form(typing.get_args(kind)[1 if self.origin is Mapping else 0])
        self.plain = kind if self.fields is None and self.origin is None else None


@functools.cache
def _form(kind: Any) -> _Form:
    return _Form(kind)


class _UnfitError(Exception):
    """A value has another type than the model's."""

    def __init__(self, path: Path, kind: Any, value: Any) -> None:
        self.path = path
        self.kind = kind
        self.value = value


def _typed(form: _Form, value: Any, path: Path, shared: Shared) -> Any:
    """Turn plain data into the model's types.

    Raises:
        _UnfitError: when it has another type.
    """
    if type(value) is form.plain or form.plain is Any:
        return value
    if form.origin is types.UnionType:
        return None if value is None else _typed(form.inner, value, path, shared)
    if id(value) in shared.constants:
        try:
            return shared.within(_of_constant, value, form)
        except _UnfitError as error:
            raise _UnfitError((*path, *error.path), error.kind, error.value) from None
    if form.fields is not None and isinstance(value, dict):
        return form.kind(*[_typed(each, value.get(key), (*path, key), shared) for key, each in form.fields])
    if form.origin is tuple and isinstance(value, list):
        return tuple(_typed(form.inner, item, (*path, index), shared) for index, item in enumerate(value))
    if form.origin is Mapping and isinstance(value, dict):
        if form.inner.plain is Any:
            return value
        return {key: _typed(form.inner, item, (*path, key), shared) for key, item in value.items()}
    raise _UnfitError(path, form.kind, value)


def _of_constant(value: Any, form: _Form, _shared: Shared) -> Any:
    """Turn data into the model's types that many environments have; they are immutable, too. It is done as a whole."""
    return _typed(form, value, (), NOTHING)


def _problem(error: _UnfitError, spec: EnvironmentSpec) -> Problem:
    """Return what is wrong with a value, located at the layer that set it."""
    path, value = error.path, error.value
    what = _TYPE_NAMES.get(error.kind) or {tuple: "a list"}.get(typing.get_origin(error.kind), "a mapping")
    if value is None and winner(spec.layers, path) is None:
        message, place = f"{dotted(path)} is missing, and must be {what}", _above(path, spec)
    else:
        message, place = f"must be {what}, not {shown(value)}", scope.locate(spec.layers, path)
    return Problem("E304", f"{message} (environment {spec.name})", place, path)


def _above(path: Path, spec: EnvironmentSpec) -> Location:
    """Return where what is missing would stand: at the innermost mapping that is there, in the layer that is first."""
    for depth in range(len(path) - 1, 0, -1):
        layer = winner(spec.layers, path[:depth])
        if layer is not None:
            return layer.locate(path[:depth], key=True)
    return spec.layers[0].locate(())
