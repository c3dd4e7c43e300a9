from __future__ import annotations

import re
from typing import Any

import pytest

from efdgen.language import schema
from efdgen.language.references import BrokenReferenceError, SchemaFile, children

FILES = {
    "types": {"$defs": {"port": {"type": "integer", "minimum": 1}, "alias": {"$ref": "#/$defs/port", "x-own": True}}},
    "tree": {"properties": {"below": {"items": {"$ref": "#"}}}},
}


def file(name: str) -> SchemaFile:
    return SchemaFile(FILES[name], file)


def resolved(raw: dict[str, Any]) -> Any:
    return SchemaFile(raw, file).schema()


def test_a_reference_is_replaced_by_what_it_leads_to() -> None:
    raw = {
        "$defs": {"name": {"type": "string"}},
        "properties": {
            "name": {"$ref": "#/$defs/name", "description": "Its name."},
            "port": {"$ref": "types.schema.json#/$defs/port"},
        },
        "additionalProperties": False,
    }
    assert resolved(raw) == {
        "$defs": {"name": {"type": "string"}},
        "properties": {"name": {"type": "string"}, "port": {"type": "integer", "minimum": 1}},
        "additionalProperties": False,
    }


@pytest.mark.parametrize("folder", ["", "../generator/efdgen/schemas/", "https://example.org/v1/"])
def test_only_the_name_of_another_file_counts(folder: str) -> None:
    assert resolved({"$ref": f"{folder}types.schema.json#/$defs/port"}) == {"type": "integer", "minimum": 1}


def test_annotations_beside_a_reference_are_kept() -> None:
    port = {"type": "integer", "minimum": 1}
    assert resolved({"$ref": "types.schema.json#/$defs/port", "x-names": "ports", "title": "A port"}) == {
        "allOf": [port],
        "x-names": "ports",
    }
    assert resolved({"$ref": "types.schema.json#/$defs/alias"}) == {"allOf": [port], "x-own": True}


def test_what_looks_like_a_keyword_is_none_where_data_stands() -> None:
    raw = {
        "properties": {"$ref": {"type": "string"}, "pattern": {"$ref": "types.schema.json#/$defs/port"}},
        "enum": [{"$ref": "#/nowhere"}],
        "examples": [{"$ref": "#/nowhere"}],
    }
    assert resolved(raw) == {
        **raw,
        "properties": {"$ref": {"type": "string"}, "pattern": FILES["types"]["$defs"]["port"]},
    }


def test_a_recursive_schema_is_recursive_data() -> None:
    tree = resolved({"$ref": "tree.schema.json"})
    assert tree["properties"]["below"]["items"] is tree


def test_a_schema_that_refers_to_itself_by_another_name_is_recursive_data() -> None:
    raw = {
        "$defs": {"alias": {"$ref": "#/$defs/tree"}, "tree": {"properties": {"below": {"$ref": "#/$defs/alias"}}}},
        "$ref": "#/$defs/tree",
    }
    tree = resolved(raw)
    assert tree["properties"]["below"] is tree


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"$ref": "#/$defs/port"}, "'#/$defs/port' leads nowhere"),
        ({"$ref": "ports.schema.json"}, "'ports.schema.json' leads nowhere"),
        ({"$ref": "types.schema.json#/$defs/prt"}, "'types.schema.json#/$defs/prt' leads nowhere"),
        ({"$ref": "types.schema.json#/$defs/port/type/0"}, "leads nowhere"),
        ({"$ref": "#/properties/port"}, "'#/properties/port' leads back to itself"),
    ],
)
def test_a_broken_reference_is_refused_where_it_stands(node: dict[str, Any], words: str) -> None:
    with pytest.raises(BrokenReferenceError, match=re.escape(words)) as refused:
        resolved({"properties": {"port": node}})
    assert refused.value.path == ("properties", "port", "$ref")


def test_a_pointer_can_hold_a_slash_a_tilde_and_an_index() -> None:
    raw = {"$defs": {"a/b~c": {"anyOf": [{"type": "null"}, {"type": "string"}]}}, "$ref": "#/$defs/a~1b~0c/anyOf/1"}
    assert resolved(raw) == {"type": "string"}


def test_the_end_of_a_pattern_is_the_end_of_the_text() -> None:
    assert resolved({"pattern": "^a$"})["pattern"] == r"^a\Z"


def test_children_are_the_schemas_directly_below() -> None:
    raw = {
        "type": "object",
        "properties": {"a": {"items": {}}},
        "additionalProperties": False,
        "allOf": [{"minLength": 1}],
        "enum": [{"properties": {}}],
    }
    assert dict(children(raw)) == {
        ("properties", "a"): {"items": {}},
        ("additionalProperties",): False,
        ("allOf", 0): {"minLength": 1},
    }


def test_no_schema_of_efdgens_own_has_that_name() -> None:
    with pytest.raises(KeyError):
        schema.load("nothing")
