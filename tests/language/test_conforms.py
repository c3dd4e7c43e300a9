from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from efdgen.language import schema
from efdgen.language.conforms import Pending, conforms
from support import many
from support.checkout import repository
from support.foreach import for_each

NAMES = sorted(path.name.removesuffix(".schema.json") for path in schema.folder().glob("*.schema.json"))
RULES = repository().schemas
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")

_scalars = st.sampled_from([None, True, False, 0, 1, -1, 1.0, 0.5, "", "a", "b", "ab", "a\n"])
values: st.SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)


def _with_keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), min_size=1, max_size=4, unique=True),
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": st.booleans() | inner,
            "propertyNames": st.just({"pattern": "^[ab]\\Z"}),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
            "items": st.booleans() | inner,
            "uniqueItems": st.just(value=True),
            "pattern": st.sampled_from(["^a\\Z", "b"]),
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "minimum": st.integers(-1, 1),
            "maximum": st.integers(-1, 1),
            "const": _scalars,
            "enum": st.lists(_scalars, min_size=1, max_size=3),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "description": st.just("text"),
            "x-own": st.just(value=True),
        },
    )


_anything_or_nothing: st.SearchStrategy[Any] = st.just({}) | st.booleans()
schemas = _with_keywords(_with_keywords(_anything_or_nothing | _with_keywords(_anything_or_nothing)))


@many
@given(values, schemas)
def test_what_conforms_is_valid_to_jsonschema(value: Any, rules: dict[str, Any]) -> None:
    if conforms(value, rules):
        assert not list(Draft202012Validator(rules).iter_errors(value))


def test_of_what_a_value_is_not_only_a_pattern_is_sure() -> None:
    assert conforms("ab", {"not": {"pattern": "^b"}})
    assert not conforms("ba", {"not": {"pattern": "^b"}})
    assert not conforms(1, {"not": {"pattern": "^b"}})
    for unsure in (True, {}, {"type": "null"}, {"pattern": "^b", "maxLength": 1}):
        assert not conforms("ab", {"not": unsure})


@pytest.mark.parametrize(
    "value",
    [[1, 1.0], [{"a": 1, "b": 2}, {"b": 2, "a": 1}], ["a", "a"], [[], []]],
    ids=["numbers", "maps", "text", "lists"],
)
def test_equal_items_are_not_unique_however_they_are_written(value: Any) -> None:
    assert not conforms(value, {"uniqueItems": True})


@for_each("name", NAMES)
def test_the_keywords_of_the_schemas_are_known(name: str) -> None:
    """A keyword that is not known makes every file slow, silently: the examples show that all are."""
    rules = RULES.environment if name == "environment" else schema.load(name)
    validator = Draft202012Validator(rules)
    valid = [example for example in rules.get("examples", ()) if validator.is_valid(example)]
    assert all(conforms(example, rules) for example in valid)


@pytest.mark.parametrize("rules", [{"const": [1]}, {"oneOf": [{}]}, {"format": "uri"}, {"if": {}, "then": {}}], ids=str)
def test_what_is_not_known_is_left_to_jsonschema(rules: dict[str, Any]) -> None:
    assert not conforms(1, rules)
    assert not conforms([1], rules)


@pytest.mark.parametrize(
    "rules", [True, {}, {"type": "integer"}, {"const": 5}, {"enum": ["a"]}, {"pattern": "b"}], ids=str
)
def test_what_is_not_evaluated_yet_conforms(rules: Any) -> None:
    assert conforms(Pending(), rules)
    assert conforms({"a": [Pending()]}, {"properties": {"a": {"items": rules}}})


def test_where_nothing_may_be_not_even_an_expression_may_be() -> None:
    assert not conforms(Pending(), schema=False)
    assert not conforms({"a": Pending()}, {"properties": {"a": False}})


@pytest.mark.parametrize("value", [(1,), b"a", {1}, object()], ids=lambda value: type(value).__name__)
def test_what_is_no_plain_data_is_left_to_jsonschema(value: Any) -> None:
    assert not conforms(value, {})
