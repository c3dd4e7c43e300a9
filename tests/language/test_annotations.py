from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from efdgen.language.annotations import Items, Keys, Others, Place, found, places, properties
from support import data, many
from support.foreach import for_each

OWN: dict[str, Any] = {"x-own": True}


@for_each(
    ("schema", "expected"),
    [
        (OWN, [()]),
        ({"properties": {"a": {"properties": {"b": OWN}}, "c": OWN}}, [("a", "b"), ("c",)]),
        ({"items": OWN}, [(Items(),)]),
        ({"additionalProperties": OWN}, [(Others(),)]),
        ({"properties": {"a": {}}, "additionalProperties": OWN}, [(Others(frozenset("a")),)]),
        ({"propertyNames": OWN}, [(Keys(),)]),
        ({"allOf": [{"properties": {"a": OWN}}, {"anyOf": [OWN]}]}, [("a",), ()]),
        ({"$defs": {"a": OWN}, "properties": {"b": {"type": "string"}}, "enum": [OWN]}, []),
        ({"not": True, "additionalProperties": False}, []),
    ],
)
def test_places_are_found_in_the_order_of_the_schema(schema: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    assert [place.path for place in places(schema, "x-own")] == expected


def test_a_place_knows_what_the_annotation_says() -> None:
    schema = {"properties": {"a": {"x-names": "apps"}, "b": {"x-names": "services"}}}
    assert places(schema, "x-names") == (Place(("a",), "apps"), Place(("b",), "services"))


def test_a_recursive_schema_is_searched_on_its_first_level() -> None:
    tree: dict[str, Any] = {"properties": {"name": OWN}}
    tree["properties"]["below"] = {"items": tree}
    assert [place.path for place in places({"properties": {"tree": tree}}, "x-own")] == [("tree", "name")]


DATA = {"a": {"b": 1, "c": 2}, "list": [{"n": 3}, {"n": 4}, {}], "text": "x"}


@for_each(
    ("path", "expected"),
    [
        (("a", "b"), {("a", "b"): 1}),
        (("a", Others()), {("a", "b"): 1, ("a", "c"): 2}),
        (("a", Others(frozenset("b"))), {("a", "c"): 2}),
        (("a", Keys()), {("a", "b"): "b", ("a", "c"): "c"}),
        (("list", Items(), "n"), {("list", 0, "n"): 3, ("list", 1, "n"): 4}),
        ((), {(): DATA}),
        (("nothing",), {}),
        (("text", "b"), {}),
        (("text", Items()), {}),
        (("a", Items()), {}),
        (("list", Others()), {}),
    ],
)
def test_what_stands_at_a_place_is_found(path: tuple[Any, ...], expected: dict[Any, Any]) -> None:
    assert dict(found(DATA, Place(path, says=True))) == expected


steps = st.lists(st.sampled_from(["a", "b", Items(), Others(), Others(frozenset("a")), Keys()]), max_size=4)


@many
@given(data, steps)
def test_what_is_found_is_there(value: Any, path: list[Any]) -> None:
    for where, what in found(value, Place(tuple(path), says=True)):
        at = value
        for part in where:
            at = at[part]
        assert what == (where[-1] if path and isinstance(path[-1], Keys) else at)


def test_the_keys_that_a_schema_names_may_stand_in_its_parts() -> None:
    schema = {"properties": {"a": {}}, "allOf": [{"properties": {"b": {"type": "null"}}}, True], "required": ["c"]}
    assert properties(schema) == {"a": {}, "b": {"type": "null"}}
    assert properties(True) == {}
