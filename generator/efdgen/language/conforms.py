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


_MOST = 10_000
"""Texts that are known to conform to a schema: those of the first environments, since most of the others have, too."""


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

    Attributes:
        room: for how many more texts it can be remembered that they conform.
    """

    def __init__(
        self,
        constants: Mapping[int, Any] = MappingProxyType({}),
        is_open: Callable[[str | None], bool] | None = None,
    ) -> None:
        self.constants = constants
        self.is_open = is_open
        self.room = _MOST
        self._of_keys = None if is_open is None else Reading()  # it does not hold itself: nobody looks for garbage
        self._plans: dict[int, _Plan] = {}

    @property
    def of_keys(self) -> Reading:
        """Return the reading of keys, which are what they are: none of them may become anything."""
        return self._of_keys or self

    def plan(self, schema: Schema) -> _Plan:
        """Return what a schema asks for."""
        found = self._plans.get(id(schema))
        if found is None:
            found = self._plans[id(schema)] = _Plan(schema)
        return found


class _Plan:
    """What a schema asks for, by the type of data: checks, each with its argument. None: what only jsonschema knows.

    An argument has the plans of the schemas in it, so that none is looked for again:

        {"type": "array", "items": {"type": "string"}}   ->   {list: [(_items, plan of {"type": "string"})], str: None}

    What is sure to conform is remembered: texts, and the ids of constants.
    """

    __slots__ = ("by_type", "schema", "sure")

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.sure: set[int | str] = set()
        self.by_type: dict[type, Sequence[tuple[Check, Any]] | None] = {}

    def checks(self, value: Any, reading: Reading) -> Sequence[tuple[Check, Any]] | None:
        """Return what the schema asks for of data of the type that a value has."""
        kind = _TYPES.get(type(value))
        if kind is None:
            return () if isinstance(value, Pending) and self.schema is not False else None
        if isinstance(self.schema, bool):
            return () if self.schema else None
        is_open = value is None and reading.is_open is not None and reading.is_open(value)
        found = self.by_type[type(value)] = () if is_open else _checks(self.schema, kind, reading)
        return found


def _checks(schema: _Rules, kind: str, reading: Reading) -> Sequence[tuple[Check, Any]] | None:
    checks = []
    for keyword, argument in schema.items():
        of_kinds = _KEYWORDS.get(keyword)
        if of_kinds is not None:
            check = of_kinds.get(kind)
            if check is not None:
                prepare = _PREPARED.get(keyword)
                checks.append((check, argument if prepare is None else prepare(argument, schema, reading)))
        elif keyword == "type":
            allowed = (argument,) if isinstance(argument, str) else argument
            if kind not in allowed and not (kind == "integer" and "number" in allowed):
                return None
        elif keyword == "allOf":
            for each in argument:
                more = ([] if each else None) if isinstance(each, bool) else _checks(each, kind, reading)
                if more is None:
                    return None
                checks += more
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
    if reading is None:
        reading = Reading()
    return _conforms(value, reading.plan(schema), reading)


def _conforms(value: Any, plan: _Plan, reading: Reading) -> bool:
    kind = type(value)
    if kind is str:
        is_open = reading.is_open
        if value in plan.sure or (is_open is not None and plan.schema is not False and is_open(value)):
            return True
    elif id(value) in plan.sure:
        return True
    checks = plan.by_type[kind] if kind in plan.by_type else plan.checks(value, reading)
    if checks is None:
        return False
    for check, argument in checks:
        if not check(value, argument, reading):
            return False
    if kind is str:
        if reading.room:
            reading.room -= 1
            plan.sure.add(value)
    elif kind in _SINGLE or id(value) in reading.constants:
        plan.sure.add(id(value))
    return True


_SINGLE = (bool, type(None))
"""The types of what is there once, and always: of an id of it, nothing else can ever have that."""

_Parts = tuple[Mapping[str, Schema], dict[str, _Plan]]
"""The schemas of the properties of a mapping, and the plans of those that were there already."""


def _properties(value: Any, parts: _Parts, reading: Reading) -> bool:
    schemas, plans = parts
    for key, item in value.items():
        plan = plans.get(key)
        if plan is None:
            if key not in schemas:
                continue
            plan = plans[key] = reading.plan(schemas[key])
        # Asked here, without a call for each: most parts are the same in all environments.
        if (item if type(item) is str else id(item)) not in plan.sure and not _conforms(item, plan, reading):
            return False
    return True


def _additional(value: Any, parts: tuple[Mapping[str, Any], _Plan], reading: Reading) -> bool:
    known, plan = parts
    if plan.schema is False:
        return bool(value.keys() <= known.keys()) if known else not value
    for key, item in value.items():  # noqa: SIM110 - a generator takes twice as long
        if key not in known and not _conforms(item, plan, reading):
            return False
    return True


def _required(value: Any, names: frozenset[str], _reading: Reading) -> bool:
    return bool(value.keys() >= names)


def _names(value: Any, plan: _Plan, reading: Reading) -> bool:
    # Most keys are the same in many mappings: then this asks for all of them at once.
    return plan.sure.issuperset(value) or _items(value, plan, reading.of_keys)


def _items(value: Any, plan: _Plan, reading: Reading) -> bool:
    for item in value:  # noqa: SIM110 - as above
        if not _conforms(item, plan, reading):
            return False
    return True


def _any(value: Any, plans: Sequence[_Plan], reading: Reading) -> bool:
    for each in plans:  # noqa: SIM110 - as above
        if _conforms(value, each, reading):
            return True
    return False


def _pattern(value: Any, given: tuple[str, Callable[[str], Any]], _reading: Reading) -> bool:
    pattern, search = given
    return not patterns.is_too_long(pattern, value) and search(value) is not None


def _is_same(value: Any, other: Any) -> bool:
    """Say whether two scalars are surely the same; what holds others may differ inside: [1] is not [true]."""
    return type(value) is type(other) and value == other and not isinstance(value, list | dict)


def _are_unique_texts(items: Any) -> bool:
    return all(isinstance(item, str) for item in items) and len(set(items)) == len(items)


def _is_not(value: Any, refused: Any, _reading: Reading) -> bool:
    """Say whether a value surely does not conform: only of what a text does not match can that be said at once."""
    if not isinstance(value, str) or not isinstance(refused, dict) or [*refused] != ["pattern"]:
        return False
    return not patterns.is_too_long(refused["pattern"], value) and not patterns.fits(refused["pattern"], value)


Check = Callable[[Any, Any, Reading], bool]


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
    "anyOf": _of(_ANY, _any),
    "not": _of(_ANY, _is_not),
}
"""What keywords ask for, by the kind of data that they are about; `type` and `allOf` are read with the schema."""

_PREPARED: Mapping[str, Callable[[Any, _Rules, Reading], Any]] = {
    "properties": lambda schemas, _schema, _reading: (schemas, {}),
    "additionalProperties": lambda other, schema, reading: (schema.get("properties", {}), reading.plan(other)),
    "required": lambda names, *_: frozenset(names),
    "propertyNames": lambda names, _schema, reading: reading.of_keys.plan(names),
    "items": lambda items, _schema, reading: reading.plan(items),
    "pattern": lambda pattern, *_: (pattern, patterns.compiled(pattern).search),
    "anyOf": lambda schemas, _schema, reading: [reading.plan(each) for each in schemas],
}
"""What becomes of a keyword's argument beside the rest of its schema; of others, it stays as it is."""

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
