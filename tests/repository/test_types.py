from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from efdgen.errors import Location
from efdgen.language.conforms import conforms
from efdgen.repository import definitions, types
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition, Types
from support import document
from support.repository import overlay, small_repository

STORE = "templates/apps/store"
ARCHIVE = "templates/apps/archive"
SIZES = {"properties": {"size": {"$ref": "types.schema.json#/$defs/storageSize"}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def loaded(root: Path, files: dict[str, Any]) -> tuple[dict[str, AppDefinition], list[tuple[str, Location]]]:
    """Return the definitions of the small repository with other files, and what is wrong, without doubles."""
    overlay(root, {path: None if content is None else json.dumps(content) for path, content in files.items()})
    reader = Files(root)
    apps = definitions.load(reader)
    return apps, sorted({(problem.code, problem.location) for problem in reader.problems})


# -- where an app's types come from


def test_an_app_without_a_file_takes_anything(root: Path) -> None:
    apps, found = loaded(root, {})
    assert apps["ingress-nginx"].types == Types({}, {})
    assert found == []


def test_an_app_has_the_types_of_the_one_that_it_extends(root: Path) -> None:
    apps, _ = loaded(root, {})
    assert apps["archive"].types == apps["store"].types
    assert not conforms({"config": {"write_timeout": "soon"}}, apps["archive"].types.values)


def test_a_file_of_its_own_takes_the_place_of_the_others(root: Path) -> None:
    refresh = {"properties": {"refresh": {"type": "integer"}}}
    apps, found = loaded(
        root,
        {
            f"{STORE}/values.schema.json": SIZES,
            f"{STORE}/parameters.schema.json": refresh,
            f"{ARCHIVE}/values.schema.json": {},
        },
    )
    assert found == []
    assert conforms({"size": 5}, apps["archive"].types.values)
    assert not conforms({"size": 5}, apps["store"].types.values)
    assert not conforms({"refresh": "a"}, apps["archive"].types.parameters)


def test_what_is_wrong_with_a_file_is_said_once_though_another_app_extends_it(root: Path) -> None:
    overlay(root, {f"{STORE}/values.schema.json": '{"type": "objects"}'})
    reader = Files(root)
    definitions.load(reader)
    assert [(problem.code, str(problem.location)) for problem in reader.problems] == [
        ("E206", f"{STORE}/values.schema.json:1:10")
    ]


def test_a_reference_to_a_file_that_is_wrong_itself_is_not_reported(root: Path) -> None:
    _, found = loaded(
        root,
        {
            f"{STORE}/values.schema.json": {"min": 1},
            f"{STORE}/parameters.schema.json": {"$ref": "values.schema.json"},
        },
    )
    assert found == [("E201", Location(f"{STORE}/values.schema.json", 1, 2))]


def test_a_schema_that_can_not_be_read_is_reported(root: Path) -> None:
    (root / STORE / "values.schema.json").unlink()
    (root / STORE / "values.schema.json").mkdir()
    assert loaded(root, {})[1] == [("E101", Location(f"{STORE}/values.schema.json"))]


def test_the_values_of_the_app_itself_are_checked_with_its_own_types(root: Path) -> None:
    _, found = loaded(root, {f"{ARCHIVE}/values.schema.json": SIZES, f"{ARCHIVE}/values.yaml": {"size": 5}})
    assert found == [("E204", Location(f"{ARCHIVE}/values.yaml", 1, 10))]


# -- what is checked

RULES = {
    "properties": {
        "size": {"type": "integer"},
        "tls": {"type": "array", "items": {"required": ["secretName"]}},
        "image": {"required": ["tag"], "additionalProperties": {"type": "string", "pattern": "^[a-z]+\\Z"}},
    },
    "required": ["size"],
}


def check(text: str) -> list[tuple[str, Location, tuple[Any, ...]]]:
    found = types.check(document(text, "spec.yaml"), ("apps", "store", "values"), RULES)
    return [(problem.code, problem.location, problem.path) for problem in found]


WHERE = ("apps", "store", "values")


def test_what_is_written_is_checked_where_it_stands() -> None:
    assert check("apps:\n  store:\n    values:\n      size: big\n") == [
        ("E204", Location("spec.yaml", 4, 13), (*WHERE, "size"))
    ]


def test_nothing_written_is_nothing_wrong() -> None:
    assert check("apps:\n  store: {}\n") == []


def test_a_text_with_an_expression_may_become_anything() -> None:
    assert check("apps: {store: {values: {size: <% parameters.size %>, image: {tag: a-<% name %>}}}}") == []


def test_a_key_may_stand_in_another_layer_but_not_in_another_item() -> None:
    assert check("apps: {store: {values: {image: {}, tls: [{}]}}}") == [
        ("E202", Location("spec.yaml", 1, 42), (*WHERE, "tls", 0, "secretName"))
    ]


def pin(path: str, value: str) -> list[tuple[str, Location, tuple[Any, ...]]]:
    text = f"pins:\n  {path}:\n    value: {value}\n    reason: None.\n"
    found = types.check_pin(document(text, "spec.yaml"), ("pins", path), RULES)
    return [(problem.code, problem.location, problem.path) for problem in found]


def test_a_pin_is_checked_as_the_value_at_its_path() -> None:
    assert pin("image.tag", "abc") == []
    assert pin("image.tag", "A") == [("E206", Location("spec.yaml", 3, 12), ("pins", "image.tag", "value"))]
    assert pin("free.tag", "A") == []


def test_a_pin_of_a_key_that_is_not_there_is_located_at_its_path() -> None:
    closed = {"properties": {"image": {"properties": {"tag": {}}, "additionalProperties": False}}}
    (problem,) = types.check_pin(document("pins: {image.tags: {value: a}}", "s.yaml"), ("pins", "image.tags"), closed)
    assert (problem.code, problem.location, problem.hint) == ("E201", Location("s.yaml", 1, 8), "did you mean 'tag'?")
