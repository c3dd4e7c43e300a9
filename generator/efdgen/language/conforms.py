"""A quick yes to "does this data conform to this schema?".

Nearly all data does, and importing and running jsonschema takes longer than all the rest of a check. This knows
the few keywords that the project's schemas use, and says yes only when it is sure; anything else is for
jsonschema to decide and to explain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def conforms(value: Any, schema: Schema) -> bool:
    """Say whether a value surely conforms to a schema whose references are resolved; False: perhaps not."""
    kind = _TYPES.get(type(value))
    if kind is None:
        return isinstance(value, Pending) and schema is not False
    if schema is True or schema is False:
        return schema
    for keyword, argument in schema.items():
        check = _KEYWORDS.get(keyword)
        if check is None:
            if keyword not in _ANNOTATIONS and not keyword.startswith(ANNOTATION):
                return False
        elif not check(value, kind, argument, schema):
            return False
    return True


def _type(_value: Any, kind: str, types: Any, _schema: _Rules) -> bool:
    allowed = (types,) if isinstance(types, str) else types
    return kind in allowed or (kind == "integer" and "number" in allowed)


def _properties(value: Any, kind: str, properties: Any, _schema: _Rules) -> bool:
    if kind != "object":
        return True
    for key, item in value.items():  # noqa: SIM110 - a generator takes twice as long
        if key in properties and not conforms(item, properties[key]):
            return False
    return True


def _additional(value: Any, kind: str, additional: Any, schema: _Rules) -> bool:
    if kind != "object":
        return True
    known = schema.get("properties", ())
    if additional is False:
        return value.keys() <= known.keys() if known else not value
    for key, item in value.items():  # noqa: SIM110 - as above
        if key not in known and not conforms(item, additional):
            return False
    return True


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two scalars are surely the same; what holds others may differ inside: [1] is not [true]."""
    return type(value) is type(other) and value == other and not isinstance(value, list | dict)


def _are_unique_texts(items: Any) -> bool:
    return all(isinstance(item, str) for item in items) and len(set(items)) == len(items)


def _is_not(value: Any, kind: str, refused: Any, _schema: _Rules) -> bool:
    """Say whether a value surely does not conform: only of what a text does not match can that be said at once."""
    if kind != "string" or not isinstance(refused, dict) or [*refused] != ["pattern"]:
        return False
    return not patterns.is_too_long(refused["pattern"], value) and not patterns.fits(refused["pattern"], value)


Check = Callable[[Any, str, Any, _Rules], bool]

_KEYWORDS: Mapping[str, Check] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": lambda value, kind, names, _: kind != "object" or all(name in value for name in names),
    "propertyNames": lambda value, kind, names, _: kind != "object" or all(conforms(key, names) for key in value),
    "items": lambda value, kind, items, _: kind != "array" or all(conforms(item, items) for item in value),
    "uniqueItems": lambda value, kind, _argument, _schema: kind != "array" or _are_unique_texts(value),
    "pattern": lambda value, kind, pattern, _: kind != "string" or patterns.fits(pattern, value),
    "minLength": lambda value, kind, least, _: kind != "string" or len(value) >= least,
    "maxLength": lambda value, kind, most, _: kind != "string" or len(value) <= most,
    "minItems": lambda value, kind, least, _: kind != "array" or len(value) >= least,
    "maxItems": lambda value, kind, most, _: kind != "array" or len(value) <= most,
    "minimum": lambda value, kind, least, _: kind not in {"integer", "number"} or value >= least,
    "maximum": lambda value, kind, most, _: kind not in {"integer", "number"} or value <= most,
    "enum": lambda value, _kind, allowed, _: any(_is_same(value, one) for one in allowed),
    "const": lambda value, _kind, only, _: _is_same(value, only),
    "allOf": lambda value, _kind, schemas, _: all(conforms(value, schema) for schema in schemas),
    "anyOf": lambda value, _kind, schemas, _: any(conforms(value, schema) for schema in schemas),
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
