"""Annotations: keywords of a schema that say what a value means, such as `x-own`; and the values that have them.

Where a schema has an annotation is worked out once, as places; the values of any data are then found by those:

    {"properties": {"hosts": {"additionalProperties": {"x-own": true}}}}         places(schema, "x-own")
    ->  (Place(("hosts", Others()), True),)
    {"hosts": {"chronograf": "a.example.org"}}                                   found(data, place)
    ->  ("hosts", "chronograf"), "a.example.org"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import EfdgenError, Path
from efdgen.language.references import IN_PLACE, children
from efdgen.language.tuples import NamedTuple


class Items(NamedTuple):
    """Every item of a list."""


class Others(NamedTuple):
    """Every value of a mapping, but for those of the keys that the schema names."""

    named: frozenset[str] = frozenset()


class Keys(NamedTuple):
    """Every key of a mapping itself."""


class Place(NamedTuple):
    """Where values stand that have an annotation, and what it says."""

    path: tuple[str | Items | Others | Keys, ...]
    says: Any


class TooManyPlacesError(EfdgenError):
    """A schema has an annotation at more places than anybody could have meant."""


def places(schema: Mapping[str, Any], annotation: str, most: int | None = None) -> tuple[Place, ...]:
    """Return where data of a schema has values with an annotation, in the order of the schema.

    In a recursive schema they are found on its first level.

    Args:
        schema: the schema, its references followed.
        annotation: a keyword.
        most: how many schemas may be gone through on the way to them; None: any number.

    Raises:
        TooManyPlacesError: when there are more.
    """
    return tuple(_Search(annotation, most).places(schema, (), ()))


class _Search:
    """Looks for one annotation. What holds none, however large it is, is looked through once."""

    def __init__(self, annotation: str, most: int | None) -> None:
        self._annotation = annotation
        self._most = most
        self._steps = 0
        self._holds: dict[int, bool] = {}

    def places(self, schema: Any, path: tuple[Any, ...], above: tuple[int, ...]) -> Iterator[Place]:
        if not isinstance(schema, dict) or id(schema) in above or not self._is_worth_it(schema):
            return
        self._steps += 1
        if self._most is not None and self._steps > self._most:
            raise TooManyPlacesError
        if self._annotation in schema:
            yield Place(path, schema[self._annotation])
        for (keyword, *name), child in children(schema):
            step = _step(str(keyword), name, schema)
            if step is not None:
                yield from self.places(child, (*path, *step), (*above, id(schema)))

    def _is_worth_it(self, schema: Any) -> bool:
        if not isinstance(schema, dict):
            return False
        if id(schema) not in self._holds:
            self._holds[id(schema)] = False  # for what leads back to it
            below = [self._is_worth_it(child) for (keyword, *_), child in children(schema) if keyword != "$defs"]
            self._holds[id(schema)] = self._annotation in schema or any(below)
        return self._holds[id(schema)]


def _step(keyword: str, name: list[str | int], schema: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return how data steps down from a value to what a keyword is about; None: to nothing that can be named."""
    if keyword == "properties":
        return tuple(name)
    if keyword == "items":
        return (Items(),)
    if keyword == "additionalProperties":
        return (Others(frozenset(schema.get("properties", ()))),)
    if keyword == "propertyNames":
        return (Keys(),)
    return () if keyword in IN_PLACE else None


def found(data: Any, place: Place) -> Iterator[tuple[Path, Any]]:
    """Return what stands at a place of data, each with its path; a key stands at the path of its value."""
    return iter(_found(data, place.path, ()))


def _found(data: Any, steps: tuple[Any, ...], path: Path) -> list[tuple[Path, Any]]:
    for depth, step in enumerate(steps):
        if type(step) is str:  # most are
            if not (type(data) is dict or isinstance(data, Mapping)) or step not in data:
                return []
            data = data[step]
        else:
            above, rest = (*path, *steps[:depth]), steps[depth + 1 :]
            if not rest:
                return [((*above, key), value) for key, value in _pairs(data, step)]
            return [each for key, value in _pairs(data, step) for each in _found(value, rest, (*above, key))]
    return [((*path, *steps), data)]


def _pairs(data: Any, step: Items | Others | Keys) -> list[tuple[str | int, Any]]:
    """Return where data steps down to several values, each with its key."""
    if isinstance(step, Items):
        return list(enumerate(data)) if isinstance(data, list) else []
    if not (type(data) is dict or isinstance(data, Mapping)):
        return []
    if isinstance(step, Keys):
        return [(key, key) for key in data]
    return [(key, data[key]) for key in data if key not in step.named]


def properties(schema: Any) -> dict[str, Any]:
    """Return the keys that a schema names, those of the schemas in its `allOf` among them, with their schemas."""
    if not isinstance(schema, dict):
        return {}
    named = [properties(part) for part in schema.get("allOf", ())]
    return {key: value for keys in (schema.get("properties", {}), *named) for key, value in keys.items()}
