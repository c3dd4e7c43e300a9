"""Parameters have the types of their defaults, unless their schema says something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from efdgen.language import schema
from efdgen.repository import definitions
from efdgen.repository.files import Files
from efdgen.repository.parametertypes import with_defaults
from support import document
from support.foreach import for_each
from support.repository import overlay, small_repository

DEFAULTS = """\
switch: true
count: 1
ratio: 0.5
text: 10s
list: [a, b]
map: {port: 80, deeper: {up: false}, free: null}
nothing: null
computed: <% name %>
"""


def said(written: str, declared: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
    """Return the code, the message and the hint of everything that is wrong with parameters."""
    rules = with_defaults(declared or {}, document(DEFAULTS, "app.yaml").data)
    found = schema.check_data(document(written, "f"), rules)
    return [(problem.code, problem.message, problem.hint) for problem in found]


@for_each(
    "written",
    [
        "switch: false",
        "count: -5",
        "ratio: 2",
        "text: ''",
        "list: []",
        "list: [1, {a: b}]",
        "map: {}",
        "map: {port: 8080, deeper: {up: true, more: 1}, free: [1], another: x}",
        *(f"nothing: {value}" for value in ("1", "true", "x", "[]", "{}")),
        *(f"computed: {value}" for value in ("1", "true", "x", "[]", "{}")),
        *(f"{name}: null" for name in ("switch", "count", "ratio", "text", "list", "map")),
        "unknown: 1",
    ],
)
def test_what_has_the_type_of_its_default_is_taken(written: str) -> None:
    assert said(written) == []


@for_each(
    ("written", "message", "hint"),
    [
        ('switch: "false"', "must be true or false, not 'false'", "write false without quotes"),
        ('switch: "no"', "must be true or false, not 'no'", "write false without quotes"),
        ("switch: 0", "must be true or false, not 0", "write it like its default: true"),
        ("switch: disabled", "must be true or false, not 'disabled'", "write it like its default: true"),
        ('count: "5"', "must be a whole number, not '5'", "write 5 without quotes"),
        ('count: "1.5"', "must be a whole number, not '1.5'", "write it like its default: 1"),
        ("count: 1.5", "must be a whole number, not 1.5", "write it like its default: 1"),
        ("count: true", "must be a whole number, not true", "write it like its default: 1"),
        ('ratio: "1"', "must be a number, not '1'", "write 1 without quotes"),
        ("text: 5", "must be text, not 5", "put it in quotes"),
        ("text: true", "must be text, not true", 'write it like its default: "10s"'),
        ("list: a", "must be a list, not 'a'", 'write it like its default: ["a", "b"]'),
        (
            "map: x",
            "must be a mapping, not 'x'",
            'write it like its default: {"port": 80, "deeper": {"up": false}, "free": null}',
        ),
        ('map: {deeper: {up: "true"}}', "must be true or false, not 'true'", "write true without quotes"),
    ],
)
def test_another_type_is_refused_with_the_right_form(written: str, message: str, hint: str) -> None:
    assert said(written) == [("E204", message, hint)]


def test_a_default_too_long_to_be_shown_is_not() -> None:
    rules = with_defaults({}, {"list": ["word"] * 30})
    (problem,) = schema.check_data(document("list: 1", "f"), rules)
    assert (problem.message, problem.hint) == ("must be a list, not 1", "")


@pytest.mark.parametrize(
    "declared",
    [
        {"properties": {"count": {"type": ["integer", "string"]}}},
        {"properties": {"count": {}}},
        {"allOf": [{"properties": {"count": {"type": "string"}}}]},
        {"patternProperties": {"^c": {"type": "string"}}},
        {"additionalProperties": {"type": "string"}},
    ],
)
def test_what_a_schema_declares_wins(declared: dict[str, Any]) -> None:
    assert said('count: "5"', declared) == []


def test_what_a_schema_does_not_speak_of_has_its_defaults_type() -> None:
    declared = {"properties": {"count": {"type": "integer", "minimum": 0}}}
    assert said('{count: -5, switch: "true"}', declared) == [
        ("E206", "must be at least 0, not -5", ""),
        ("E204", "must be true or false, not 'true'", "write true without quotes"),
    ]


def test_without_defaults_nothing_is_added() -> None:
    declared = {"properties": {"count": {"type": "integer"}}}
    assert with_defaults(declared, {"count": "x", "nothing": None}) == declared
    assert with_defaults({}, {}) == {}


def test_an_app_that_extends_another_gives_its_parameters_types_of_its_own(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    path = root / "templates/apps/archive/app.yaml"
    store = root / "templates/apps/store/app.yaml"
    overlay(
        root,
        {
            "templates/apps/store/app.yaml": store.read_text(encoding="utf-8") + "parameters: {size: 1, days: 1}\n",
            "templates/apps/archive/app.yaml": path.read_text(encoding="utf-8") + "parameters: {size: 1Ti}\n",
        },
    )
    apps = definitions.load(Files(root))
    written = document("{size: x, days: x}", "f")
    assert [p.path for p in schema.check_data(written, apps["archive"].types.parameters)] == [("days",)]
    assert [p.path for p in schema.check_data(written, apps["store"].types.parameters)] == [("size",), ("days",)]
