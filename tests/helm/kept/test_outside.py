"""Whether a schema names another one."""

from __future__ import annotations

from efdgen.helm.kept import outside
from support.foreach import for_each


@for_each(
    "schema",
    [
        '{"$ref": "file:///nonesuch.json"}',
        '{"properties": {"a": {"\\u0024ref": "http://localhost/a.json#/b"}}}',
        '{"allOf": [{"$ref": "#/a"}, {"$dynamicRef": "other.json"}]}',
        '{"$schema": "https://example.org/own"}',
        '{"$ref": "b", "$ref": "#"}',
        "{",
    ],
)
def test_a_schema_that_names_another(schema: str) -> None:
    assert outside.is_named_in(schema.encode())


@for_each(
    "schema",
    ['{"$ref": "#/a/b"}', '{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#"}', "{}", "[true]"],
)
def test_a_schema_that_names_none(schema: str) -> None:
    assert not outside.is_named_in(schema.encode())
