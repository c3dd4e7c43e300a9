"""A quick yes to "does this data conform to this schema?".

Nearly all data does, and importing and running jsonschema takes longer than all the rest of a check. This knows
the few keywords that the project's schemas use, and says yes only when it is sure; anything else is for
jsonschema to decide and to explain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from efdgen.language import patterns
from efdgen.language.references import ANNOTATION

Schema = Mapping[str, Any] | bool
"""A schema; true takes anything, false takes nothing."""


class Pending:
    """Stands for a text whose expressions are not evaluated yet: it may become anything, so it conforms to anything."""


_Rules = Mapping[str, Any]

_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


class Reading:
    """Schemas as they were read, and the data that is known to conform to them.

    It holds the schemas, and the data: as long as it lives, an id is that of one of them.

    Args:
        constants: data that is never changed, by its ids: what of it conforms to a schema, does so ever after.
        is_open: says of null or a text whether it may become anything; None: none does.
    """

    def __init__(
        self,
        constants: Mapping[int, Any] = MappingProxyType({}),
        is_open: Callable[[str | None], bool] | None = None,
    ) -> None:
        self.constants = constants
        self.is_open = is_open
        self.sure: set[tuple[int, int]] = set()
        self.plans: dict[int, _Plan] = {}
        self.of_keys = self if is_open is None else Reading()

    def plan(self, schema: _Rules) -> _Plan:
        """Return what a schema asks for."""
        found = self.plans.get(id(schema))
        if found is None:
            found = self.plans[id(schema)] = _Plan(schema)
        return found


class _Plan:
    """What a schema asks for: checks, each with its argument. None: something that only jsonschema knows."""

    __slots__ = ("checks", "schema")

    def __init__(self, schema: _Rules) -> None:
        self.schema = schema
        self.checks = _checks(schema)


def _checks(schema: _Rules) -> Sequence[tuple[Check, Any]] | None:
    checks = []
    for keyword, argument in schema.items():
        check = _KEYWORDS.get(keyword)
        if check is not None:
            checks.append((check, argument))
        elif keyword not in _ANNOTATIONS and not keyword.startswith(ANNOTATION):
            return None
    return checks


def conforms(value: Any, schema: Schema, reading: Reading | None = None) -> bool:
    """Say whether a value surely conforms to a schema whose references are resolved; False: perhaps not.

    Args:
        value: the value.
        schema: the schema.
        reading: what is known of schemas already; None: nothing.
    """
    return _conforms(value, schema, Reading() if reading is None else reading)


def _conforms(value: Any, schema: Schema, reading: Reading) -> bool:
    kind = _TYPES.get(type(value))
    if kind is None:
        return isinstance(value, Pending) and schema is not False
    if schema is True or schema is False:
        return schema
    if kind == "object" or kind == "array":
        is_known = id(value) in reading.constants
        if is_known and (id(value), id(schema)) in reading.sure:
            return True
    elif (kind == "string" or kind == "null") and reading.is_open is not None and reading.is_open(value):
        return True
    else:
        is_known = False
    plan = reading.plans.get(id(schema)) or reading.plan(schema)
    if plan.checks is None:
        return False
    for check, argument in plan.checks:
        if not check(value, kind, argument, schema, reading):
            return False
    if is_known:
        reading.sure.add((id(value), id(schema)))
    return True


def _type(_value: Any, kind: str, types: Any, _schema: _Rules, _reading: Reading) -> bool:
    if type(types) is str:
        return kind == types or (kind == "integer" and types == "number")
    return kind in types or (kind == "integer" and "number" in types)


def _properties(value: Any, kind: str, properties: Any, _schema: _Rules, reading: Reading) -> bool:
    if kind != "object":
        return True
    for key, item in value.items():  # noqa: SIM110 - a generator takes twice as long
        if key in properties and not _conforms(item, properties[key], reading):
            return False
    return True


def _additional(value: Any, kind: str, additional: Any, schema: _Rules, reading: Reading) -> bool:
    if kind != "object":
        return True
    known = schema.get("properties", ())
    if additional is False:
        return value.keys() <= known.keys() if known else not value
    for key, item in value.items():  # noqa: SIM110 - as above
        if key not in known and not _conforms(item, additional, reading):
            return False
    return True


def _required(value: Any, kind: str, names: Any, _schema: _Rules, _reading: Reading) -> bool:
    if kind != "object":
        return True
    for name in names:  # noqa: SIM110 - as above
        if name not in value:
            return False
    return True


def _each(value: Any, schema: Any, reading: Reading) -> bool:
    for item in value:  # noqa: SIM110 - as above
        if not _conforms(item, schema, reading):
            return False
    return True


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two scalars are surely the same; what holds others may differ inside: [1] is not [true]."""
    return type(value) is type(other) and value == other and not isinstance(value, list | dict)


def _are_unique_texts(items: Any) -> bool:
    return all(isinstance(item, str) for item in items) and len(set(items)) == len(items)


def _is_not(value: Any, kind: str, refused: Any, _schema: _Rules, _reading: Reading) -> bool:
    """Say whether a value surely does not conform: only of what a text does not match can that be said at once."""
    if kind != "string" or not isinstance(refused, dict) or [*refused] != ["pattern"]:
        return False
    return not patterns.is_too_long(refused["pattern"], value) and not patterns.fits(refused["pattern"], value)


Check = Callable[[Any, str, Any, _Rules, Reading], bool]

_KEYWORDS: Mapping[str, Check] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "propertyNames": lambda value, kind, names, _, reading: kind != "object" or _each(value, names, reading.of_keys),
    "items": lambda value, kind, items, _, reading: kind != "array" or _each(value, items, reading),
    "uniqueItems": lambda value, kind, *_: kind != "array" or _are_unique_texts(value),
    "pattern": lambda value, kind, pattern, *_: kind != "string" or patterns.fits(pattern, value),
    "minLength": lambda value, kind, least, *_: kind != "string" or len(value) >= least,
    "maxLength": lambda value, kind, most, *_: kind != "string" or len(value) <= most,
    "minItems": lambda value, kind, least, *_: kind != "array" or len(value) >= least,
    "maxItems": lambda value, kind, most, *_: kind != "array" or len(value) <= most,
    "minimum": lambda value, kind, least, *_: kind not in {"integer", "number"} or value >= least,
    "maximum": lambda value, kind, most, *_: kind not in {"integer", "number"} or value <= most,
    "enum": lambda value, _kind, allowed, *_: any(_is_same(value, one) for one in allowed),
    "const": lambda value, _kind, only, *_: _is_same(value, only),
    "allOf": lambda value, _kind, schemas, _, reading: all(_conforms(value, schema, reading) for schema in schemas),
    "anyOf": lambda value, _kind, schemas, _, reading: any(_conforms(value, schema, reading) for schema in schemas),
    "not": _is_not,
}

_ANNOTATIONS = frozenset(
    [
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "title",
        "description",
        "markdownDescription",
        "examples",
        "default",
        "deprecated",
        "errorMessage",
    ]
)
