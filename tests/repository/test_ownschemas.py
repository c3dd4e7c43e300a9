"""What can be no schema of a repository is refused, with its place, and before anything is checked with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from efdgen.errors import Location
from efdgen.language import schema
from efdgen.language.annotations import TooManyPlacesError, places
from efdgen.repository import ownschemas
from efdgen.repository.files import Files

FILE = "schemas/facts.schema.json"


def _problems(tmp_path: Path, content: Any) -> list[tuple[str, str]]:
    """Return the code and the message of what is wrong with a schema, with the place of each where it is asked for."""
    (tmp_path / "schemas").mkdir(exist_ok=True)
    (tmp_path / FILE).write_text(json.dumps(content, indent=0), encoding="utf-8")
    files = Files(tmp_path)
    assert (ownschemas.read(files, FILE) is None) == bool(files.problems)
    lines = (tmp_path / FILE).read_text(encoding="utf-8").split("\n")
    return [(p.code, f"{lines[p.location.line - 1].strip(',')} {p.message}") for p in files.problems]


@pytest.mark.parametrize(
    "reference",
    ["types.schema.json#/$defs/url/pattern", "#/$defs/folder/examples/0", "#/$defs/folder/default", "#/$defs"],
)
def test_a_reference_leads_to_a_schema(tmp_path: Path, reference: str) -> None:
    folder = {"type": "string", "examples": ["x"], "default": {"type": "string"}}
    content = {"$defs": {"folder": folder}, "properties": {"zz": {"$ref": reference}}}
    what = f"the reference '{reference}' leads to what is not a schema"
    assert _problems(tmp_path, content) == [("E207", f'"$ref": "{reference}" {what}')]


def test_a_reference_leads_to_a_schema_anywhere_in_a_file(tmp_path: Path) -> None:
    pointers = ["#/properties/a", "#/properties/a/items", "#/$defs/b/anyOf/0", "#/properties/a/items/allOf/0"]
    content = {
        "$defs": {"b": {"anyOf": [{"type": "string"}]}},
        "properties": {
            "a": {"items": {"allOf": [{"type": "string"}]}},
            **{f"to{index}": {"$ref": pointer} for index, pointer in enumerate(pointers)},
        },
    }
    assert _problems(tmp_path, content) == []


@pytest.mark.parametrize("name", ["x" * 300, "\0", "a\nb", ".", "..", "/", "\ud800"])
def test_a_reference_to_a_name_that_no_file_can_have_leads_nowhere(tmp_path: Path, name: str) -> None:
    [(code, text)] = _problems(tmp_path, {"properties": {"zz": {"$ref": f"{name}#/$defs/a"}}})
    assert code == "E207"
    assert text.endswith("leads nowhere")


@pytest.mark.parametrize("keyword", ["type", "enum", "allOf", "anyOf", "oneOf"])
def test_a_list_of_what_is_allowed_names_something(tmp_path: Path, keyword: str) -> None:
    found = _problems(tmp_path, {"properties": {"zz": {keyword: []}}})
    assert found == [("E207", f'"{keyword}": [] an empty list: {keyword!r} must name something')]


@pytest.mark.parametrize("message", ["a\nb", "a\x1b[31m", "a\u2028b"])
def test_an_error_message_is_a_line(tmp_path: Path, message: str) -> None:
    [(code, text)] = _problems(tmp_path, {"properties": {"zz": {"type": "string", "errorMessage": message}}})
    assert code == "E207"
    assert "one line" in text


@pytest.mark.parametrize("annotation", ["x-own", "x-identifies"])
def test_an_annotation_that_is_always_true_is_said_once(tmp_path: Path, annotation: str) -> None:
    found = _problems(tmp_path, {"properties": {"zz": {annotation: 5}}})
    assert found == [("E204", f'"{annotation}": 5 must be true, not 5')]


def _doubling(levels: int, keyword: str, last: dict[str, Any]) -> dict[str, Any]:
    """Return definitions each of which leads to the next one twice."""

    def both(index: int) -> Any:
        reference = {"$ref": f"#/$defs/d{index + 1}"}
        return {"a": reference, "b": reference} if keyword == "properties" else [reference, reference]

    defined = {f"d{index}": {keyword: both(index)} for index in range(levels)}
    return {"$defs": {**defined, f"d{levels}": last}, "properties": {"zz": {"$ref": "#/$defs/d0"}}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_value_is_held_against_a_bounded_number_of_schemas(tmp_path: Path, keyword: str) -> None:
    assert _problems(tmp_path, _doubling(12, keyword, {"type": "string"})) == []
    [(code, text)] = _problems(tmp_path, _doubling(26, keyword, {"type": "string"}))
    assert code == "E207"
    assert "more than 10,000 schemas" in text


def test_an_annotation_stands_at_a_bounded_number_of_places(tmp_path: Path) -> None:
    assert _problems(tmp_path, _doubling(10, "properties", {"x-own": True})) == []
    assert _problems(tmp_path, _doubling(24, "properties", {"type": "string"})) == []
    [(code, text)] = _problems(tmp_path, _doubling(24, "properties", {"x-own": True}))
    assert code == "E207"
    assert "'x-own' at more than 10,000 places" in text


def test_places_are_counted_while_they_are_looked_for() -> None:
    content = schema.resolve(_doubling(40, "properties", {"x-names": "apps"}))
    with pytest.raises(TooManyPlacesError):
        places(content, "x-names", 100)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf"])
def test_a_schema_that_leads_back_to_itself_is_refused_however_often_it_does(tmp_path: Path, keyword: str) -> None:
    content = _doubling(26, keyword, {"$ref": "#/$defs/d3"})
    [(code, text)] = _problems(tmp_path, content)
    assert code == "E207"
    assert "leads back to itself" in text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("wrong", "column"),
    [('"zz": .5', 9), ('"zz": {"type": "string",}', 26), ('"type": "object"', 3), ('"title": 1', 12)],
)
def test_a_schema_has_its_places_in_lines_however_they_end(tmp_path: Path, end: str, wrong: str, column: int) -> None:
    text = end.join(["{", '  "type": "object",', '  "properties": {},', f"  {wrong}", "}"])
    (tmp_path / "schemas").mkdir()
    (tmp_path / FILE).write_bytes(text.encode())
    files = Files(tmp_path)
    assert ownschemas.read(files, FILE) is None
    assert [problem.location for problem in files.problems] == [Location(FILE, 4, column)]
