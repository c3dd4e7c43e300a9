"""A quick yes to "does this data conform to this schema?".

Nearly all data does, and importing and running jsonschema takes longer than all the rest of a check. This knows
the few keywords that the project's schemas use, and says yes only when it is sure; anything else is for
jsonschema to decide and to explain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from efdgen.language import patterns
from efdgen.language.references import ANNOTATION

Schema = Mapping[str, Any] | bool
"""A schema; true takes anything, false takes nothing."""


_HOLDING = ("object", "array")
_MAYBE_OPEN = ("string", "null")


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
    """What a schema asks for, by the kind of data: checks, each with its argument. None: what only jsonschema knows."""

    __slots__ = ("by_kind", "schema")

    def __init__(self, schema: _Rules) -> None:
        self.schema = schema
        self.by_kind: dict[str, Sequence[tuple[Check, Any]] | None] = {}

    def checks(self, kind: str) -> Sequence[tuple[Check, Any]] | None:
        """Return what the schema asks for of a kind of data."""
        if kind not in self.by_kind:
            self.by_kind[kind] = _checks(self.schema, kind)
        return self.by_kind[kind]


def _checks(schema: _Rules, kind: str) -> Sequence[tuple[Check, Any]] | None:
    checks = []
    for keyword, argument in schema.items():
        of_kinds = _KEYWORDS.get(keyword)
        if of_kinds is not None:
            check = of_kinds.get(kind)
            if check is not None:
                checks.append((check, argument))
        elif keyword == "type":
            allowed = (argument,) if isinstance(argument, str) else argument
            if kind not in allowed and not (kind == "integer" and "number" in allowed):
                return None
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
    is_known = False
    if kind in _HOLDING:
        is_known = id(value) in reading.constants
        if is_known and (id(value), id(schema)) in reading.sure:
            return True
    elif reading.is_open is not None and kind in _MAYBE_OPEN and reading.is_open(value):
        return True
    plan = reading.plans.get(id(schema)) or reading.plan(schema)
    checks = plan.by_kind[kind] if kind in plan.by_kind else plan.checks(kind)
    if checks is None:
        return False
    for check, argument in checks:
        if not check(value, argument, plan.schema, reading):
            return False
    if is_known:
        reading.sure.add((id(value), id(schema)))
    return True


def _properties(value: Any, properties: Any, _schema: _Rules, reading: Reading) -> bool:
    for key, item in value.items():  # noqa: SIM110 - a generator takes twice as long
        if key in properties and not _conforms(item, properties[key], reading):
            return False
    return True


def _additional(value: Any, additional: Any, schema: _Rules, reading: Reading) -> bool:
    known = schema.get("properties", ())
    if additional is False:
        return value.keys() <= known.keys() if known else not value
    for key, item in value.items():  # noqa: SIM110 - as above
        if key not in known and not _conforms(item, additional, reading):
            return False
    return True


def _required(value: Any, names: Any, _schema: _Rules, _reading: Reading) -> bool:
    for name in names:  # noqa: SIM110 - as above
        if name not in value:
            return False
    return True


def _names(value: Any, schema: Any, _schema: _Rules, reading: Reading) -> bool:
    return _items(value, schema, _schema, reading.of_keys)


def _items(value: Any, schema: Any, _schema: _Rules, reading: Reading) -> bool:
    for item in value:  # noqa: SIM110 - as above
        if not _conforms(item, schema, reading):
            return False
    return True


def _all(value: Any, schemas: Any, _schema: _Rules, reading: Reading) -> bool:
    for each in schemas:  # noqa: SIM110 - as above
        if not _conforms(value, each, reading):
            return False
    return True


def _any(value: Any, schemas: Any, _schema: _Rules, reading: Reading) -> bool:
    for each in schemas:  # noqa: SIM110 - as above
        if _conforms(value, each, reading):
            return True
    return False


def _pattern(value: Any, pattern: Any, _schema: _Rules, _reading: Reading) -> bool:
    return patterns.fits(pattern, value)


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two scalars are surely the same; what holds others may differ inside: [1] is not [true]."""
    return type(value) is type(other) and value == other and not isinstance(value, list | dict)


def _are_unique_texts(items: Any) -> bool:
    return all(isinstance(item, str) for item in items) and len(set(items)) == len(items)


def _is_not(value: Any, refused: Any, _schema: _Rules, _reading: Reading) -> bool:
    """Say whether a value surely does not conform: only of what a text does not match can that be said at once."""
    if not isinstance(value, str) or not isinstance(refused, dict) or [*refused] != ["pattern"]:
        return False
    return not patterns.is_too_long(refused["pattern"], value) and not patterns.fits(refused["pattern"], value)


Check = Callable[[Any, Any, _Rules, Reading], bool]


def _of(kinds: Iterable[str], check: Check) -> Mapping[str, Check]:
    return dict.fromkeys(kinds, check)


_OBJECT, _ARRAY, _STRING, _NUMBER = ("object",), ("array",), ("string",), ("integer", "number")
_ANY = tuple(_TYPES.values())

_KEYWORDS: Mapping[str, Mapping[str, Check]] = {
    "properties": _of(_OBJECT, _properties),
    "additionalProperties": _of(_OBJECT, _additional),
    "required": _of(_OBJECT, _required),
    "propertyNames": _of(_OBJECT, _names),
    "items": _of(_ARRAY, _items),
    "uniqueItems": _of(_ARRAY, lambda value, *_: _are_unique_texts(value)),
    "pattern": _of(_STRING, _pattern),
    "minLength": _of(_STRING, lambda value, least, *_: len(value) >= least),
    "maxLength": _of(_STRING, lambda value, most, *_: len(value) <= most),
    "minItems": _of(_ARRAY, lambda value, least, *_: len(value) >= least),
    "maxItems": _of(_ARRAY, lambda value, most, *_: len(value) <= most),
    "minimum": _of(_NUMBER, lambda value, least, *_: value >= least),
    "maximum": _of(_NUMBER, lambda value, most, *_: value <= most),
    "enum": _of(_ANY, lambda value, allowed, *_: any(_is_same(value, one) for one in allowed)),
    "const": _of(_ANY, lambda value, only, *_: _is_same(value, only)),
    "allOf": _of(_ANY, _all),
    "anyOf": _of(_ANY, _any),
    "not": _of(_ANY, _is_not),
}
"""What keywords ask for, by the kind of data that they are about; `type` is read with the schema."""

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
