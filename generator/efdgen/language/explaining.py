"""What is said of a value that a schema refuses: what it must be, and how it is written then."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from efdgen.language import patterns, suggest
from efdgen.language.late import late
from efdgen.language.nearly import nearly
from efdgen.language.references import written_pattern
from efdgen.language.shown import shown
from efdgen.language.yamlio.scalars import YES_NO, AmbiguousScalarError, resolve_plain


class Refusal(Protocol):
    """What jsonschema says of a value that it refuses."""

    instance: Any
    validator: Any
    validator_value: Any


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}

_QUOTES = "put it in quotes"
_EMPTY = {"object": "write {}", "array": "write []"}
"""What to write for nothing: `apps:` alone is null."""

_WORDS = late(r"[\w./-]+ +\S")
"""A text that may be a key and its value."""

_BARE = "write {} without quotes"

_QUOTE_IT = ": quote it"
"""How a schema's own words end for text that may look like something else."""

_TO_TEXT = "make text of it: <% ... ~ '' %>"


def is_of_writing(hint: str) -> bool:
    """Say whether a hint is about how a value is written, which says nothing of what an expression yields."""
    return hint == _QUOTES or hint in _EMPTY.values() or hint.endswith("without quotes")


def explain(error: Refusal, schema: dict[str, Any], *, is_evaluated: bool = False) -> tuple[str, str, str]:
    """Return the code, the message and the hint for a value that a schema refuses.

    With `is_evaluated`, the value is what an expression yielded, which quotes around it don't make a text.
    """
    value: Any = error.instance
    wanted: Any = error.validator_value
    seen = shown(value)
    custom = schema.get("errorMessage")
    if error.validator == "type":
        return _mistyped(value, _kinds(wanted), schema, is_evaluated)
    if error.validator == "enum" and custom:
        meant = next((one for one in map(_plain, wanted) if one.casefold() == _plain(value).strip().casefold()), None)
        known = suggest.did_you_mean(meant) if meant else f"known: {', '.join(map(_plain, wanted))}"
        return "E205", f"{seen} {custom}", known
    if error.validator == "enum":
        return "E205", f"{seen} is not one of the allowed values", suggest.hint(_plain(value), map(_plain, wanted))
    if error.validator == "anyOf" and all(isinstance(one, dict) and set(one) == {"required"} for one in wanted):
        keys = ", ".join(repr(key) for one in wanted for key in one["required"])
        return "E202", custom or f"one of {keys} is missing", ""
    if error.validator == "minLength" and not custom:
        return "E206", "must not be empty" if wanted == 1 else f"must have at least {wanted} characters", ""
    if error.validator == "uniqueItems":
        return "E206", "the list names something twice", "keep one of them"
    if error.validator == "minimum":
        return "E206", f"must be at least {wanted}, not {seen}", ""
    if error.validator == "pattern" and patterns.is_too_long(wanted, value):
        return "E206", f"has {len(value):,} characters, and can have at most {patterns.longest(wanted):,} here", ""
    if error.validator == "pattern":
        must = custom or f"must match {written_pattern(wanted)}"
        said = f"{seen} {must}" if must.startswith("is ") else f"{must}, not {seen}"
        hint = schema.get("x-hint", "") or _without_quotes(value, _kinds(schema.get("type", ())))
        return "E206", said, hint or nearly(value, wanted)
    return "E206", f"{custom or _must(error.validator, wanted)}, not {seen}", ""


def _mistyped(value: Any, kinds: Sequence[str], schema: dict[str, Any], is_evaluated: bool) -> tuple[str, str, str]:
    usual = f"must be {' or '.join(_TYPES[kind] for kind in kinds if kind != 'null' or len(kinds) == 1)}"
    must: str = schema.get("errorMessage") or usual
    if is_evaluated or isinstance(value, dict | list):
        must = must.removesuffix(_QUOTE_IT)
    to_text = _TO_TEXT if is_evaluated and _is_right_as_text(value, kinds, schema) else ""
    hint = to_text or _right_type(value, kinds, schema) or ("" if is_evaluated else _as_mapping(value, kinds))
    return "E204", f"{must}, not {shown(value)}", hint


def _kinds(wanted: str | Sequence[str]) -> Sequence[str]:
    return [wanted] if isinstance(wanted, str) else wanted


def _must(keyword: object, wanted: Any) -> str:
    """Say what a value must be, for schemas that do not say it in words of their own (`errorMessage`)."""
    must = _MUST.get(keyword, "must be of a form that its schema allows").format(shown(wanted))
    return re.sub(r" 1 (character|item|key)s", r" 1 \1", must)


_MUST: Mapping[object, str] = {
    "const": "must be {}",
    "exclusiveMaximum": "must be less than {}",
    "exclusiveMinimum": "must be more than {}",
    "maxItems": "must have at most {} items",
    "maxLength": "must have at most {} characters",
    "maxProperties": "must have at most {} keys",
    "maximum": "must be at most {}",
    "minItems": "must have at least {} items",
    "minProperties": "must have at least {} keys",
    "multipleOf": "must be a multiple of {}",
}


def _right_type(value: Any, kinds: Sequence[str], schema: dict[str, Any]) -> str:
    """Return the hint for a value of the wrong type: how it is written."""
    if _needs_quotes(value, kinds, schema):
        return _QUOTES
    bare = _without_quotes(value, kinds)
    if bare:
        return bare
    if "integer" in kinds and isinstance(value, float) and value.is_integer():
        return f"write {int(value)}"
    if value in (None, "none") and "x-nothing" in schema:
        return str(schema["x-nothing"])
    if "x-written" in schema:
        return f"write {schema['x-written']}"
    return _EMPTY.get(kinds[0], "") if value is None else ""


def _as_mapping(value: Any, kinds: Sequence[str]) -> str:
    """Return the hint for a text in the place of a mapping, of which a key may lack its colon; empty: none may.

    vault:                       feed:
      pathPrefix secret/a          news
                                   - a        to YAML, the text `news - a`
    """
    may_be = "object" in kinds and isinstance(value, str) and _WORDS.match(value)
    return "in a mapping, a colon and a blank stand behind each key" if may_be else ""


def _without_quotes(value: Any, kinds: Sequence[str]) -> str:
    """Return the hint for a text that would be right without its quotes; empty: it would not."""
    if not isinstance(value, str) or not value:
        return ""
    word = YES_NO.get(value.lower(), value)
    try:
        kind = {bool: "boolean", int: "integer", float: "number"}.get(type(resolve_plain(word)))
    except AmbiguousScalarError:
        return ""
    return _BARE.format(word) if kind in kinds or (kind == "integer" and "number" in kinds) else ""


def _needs_quotes(value: Any, types: Sequence[str], schema: dict[str, Any]) -> bool:
    """Say whether a number would be right if it were text."""
    return not isinstance(value, bool) and _is_right_as_text(value, types, schema)


def _is_right_as_text(value: Any, types: Sequence[str], schema: dict[str, Any]) -> bool:
    """Say whether a number or a boolean would be right if it were text."""
    if not isinstance(value, int | float) or "string" not in types:
        return False
    written = _plain(value) if isinstance(value, bool) else str(value)
    return re.search(schema.get("pattern", ""), written) is not None and "enum" not in schema


def _plain(value: Any) -> str:
    """Return a value as people write it: `true`, and text without quotes."""
    return value if isinstance(value, str) else shown(value)
