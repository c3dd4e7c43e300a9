"""Lines are counted as YAML counts them, where a file is YAML."""

from __future__ import annotations

import pytest
import yaml

from efdgen.errors import InvalidInputError, Location
from efdgen.language import yamlio
from efdgen.language.yamlio import lineends
from support.foreach import for_each

ENDS = ["\n", "\r\n", "\r"]


@for_each("end", ENDS)
def test_the_lines_of_yaml_are_those_that_its_parser_counts(end: str) -> None:
    text = f"a: 1{end}{end}b:{end}  c: x{end}"
    lines = lineends.lines(text, "environments/lab.yaml")
    assert lines == ["a: 1", "", "b:", "  c: x", ""]
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            mark = event.start_mark
            assert lines[mark.line][mark.column :].startswith(event.value)
            assert lineends.behind(text[: mark.index]) == (mark.line + 1, mark.column + 1)


@for_each("end", ENDS)
def test_the_lines_of_json_are_those_of_yaml(end: str) -> None:
    text = f'{{{end}"a": 1{end}}}'
    assert lineends.lines(text, "schemas/facts.schema.json") == ["{", '"a": 1', "}"]


@for_each("file", ["templates/runbook/10-first.md", "templates/apps/view/templates/view.yaml"])
def test_the_lines_of_other_files_end_with_line_feeds(file: str) -> None:
    assert lineends.lines("a\rb\r\nc\n", file) == ["a\rb", "c", ""]


@for_each("end", ENDS)
def test_a_character_that_is_not_allowed_has_its_place(end: str) -> None:
    for character in ("\x07", "\x85"):
        with pytest.raises(InvalidInputError) as caught:
            yamlio.parse(f"# a{end}# b{end}c: {character}{end}", "f.yaml")
        assert [problem.location for problem in caught.value.problems] == [Location("f.yaml", 3, 4)]
