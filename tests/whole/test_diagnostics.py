"""docs/diagnostics.md: every code has a section, and every example is what it says."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import efdgen
from efdgen import cli
from efdgen.cli import command, common
from efdgen.language import schema
from efdgen.report import findings
from support.checkout import ROOT
from support.repository import overlay, small_repository

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")

SECTIONS = dict(re.findall(r"^## ([EW]\d{3}) [^\n]+\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
CODES = {
    code
    for path in Path(efdgen.__file__).parent.rglob("*.py")
    for code in re.findall(r'"([EW]\d{3})"', path.read_text(encoding="utf-8"))
}
NO_YAML = {"E101", "E102", "E110", "E306", "E404", "E601", "E602", "E603", "E604", "E605", "E606"}
"""Codes that no YAML can show."""

NO_YAML |= {"W546"}
"""What a schema has to say first: tests/rules/test_retired.py shows it."""

NO_YAML |= {"E701", "E702", "W703", "E704", "W704", "W705", "W706", "W720"}
NO_YAML |= {
    "E707",
    "W708",
    "E709",
    "E710",
    "W711",
    "E712",
    "W713",
    "E714",
    "W715",
    "E716",
    "W717",
    "W718",
    "W719",
    "W720",
}
"""Codes that need Helm and charts: tests/test_lint.py and tests/test_deadvalues.py show them."""


def _examples(section: str) -> list[str]:
    return re.findall(r"^```(?:yaml|json|markdown)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def _codes(example: str, tmp_path: Path) -> list[str]:
    """Return what the small repository gives with an example in place."""
    root = small_repository(tmp_path)
    match = re.match(r"(?:#|//|<!--) (?P<how>in )?(?P<path>\S+)(?: -->)?\n", example)
    assert match, "the first line names the file"
    path = match["path"]
    if path.endswith((".json", ".md")):
        example = example[match.end() :]  # JSON has no comments, and front matter comes first
    before = (root / path).read_text(encoding="utf-8") if match["how"] else ""
    overlay(root, {path: before + example})
    result = CliRunner().invoke(command, ["validate", "--root", str(root), "--format", "json"])
    return [problem["code"] for problem in json.loads(result.stdout)["problems"]]


def test_every_rule_can_be_accepted_but_what_no_environment_can_do_without() -> None:
    accept = schema.load("facts#/$defs/accept")["items"]["properties"]["rule"]["enum"]

    assert set(accept) == {code for code in CODES if code[1] in "57"} - {"E502", "W514", "E522", "W527"}


def test_the_table_of_rules_has_each_of_them() -> None:
    table = re.findall(r"^\| ([EW]5\d\d) \|", (ROOT / "docs/spec.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert table == sorted((code for code in CODES if code[1] == "5"), key=lambda code: code[1:])


def test_every_code_has_a_section_and_every_section_a_code() -> None:
    assert set(SECTIONS) == CODES


def test_every_section_has_the_anchor_that_reports_link_to() -> None:
    for code in CODES:
        anchor = findings.section(code).partition("#")[2]
        assert f'\n<a id="{anchor}"></a>\n## {code} ' in PAGE, code


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    anchors = set(re.findall(r'<a id="([^"]+)">', PAGE))

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= slugs | anchors


def test_sections_are_sorted_by_number() -> None:
    assert list(SECTIONS) == sorted(SECTIONS, key=lambda code: code[1:])


@pytest.mark.parametrize("code", sorted(SECTIONS.keys() - NO_YAML))
def test_wrong_example_gives_its_code(code: str, tmp_path: Path) -> None:
    wrong, _ = _examples(SECTIONS[code])

    assert set(_codes(wrong, tmp_path)) == {code}


@pytest.mark.parametrize("code", sorted(SECTIONS.keys() - NO_YAML))
def test_right_example_gives_nothing(code: str, tmp_path: Path) -> None:
    _, right = _examples(SECTIONS[code])

    assert _codes(right, tmp_path) == []


def test_an_accepted_rule_is_not_reported(tmp_path: Path) -> None:
    (example,) = _examples(PAGE.partition("\n## E101")[0])

    assert _codes(example, tmp_path) == []
    assert _codes(example.partition("accept:")[0], tmp_path / "again") == ["W505"]


def test_the_letter_of_a_code_says_what_it_weighs() -> None:
    """Where a problem is made of a code by its name; what a run finds is held to it by the corpus."""
    for path in Path(efdgen.__file__).parent.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if _makes_a_problem(node)):
            given = [keyword.value for keyword in call.keywords if keyword.arg == "severity"] or call.args[5:6]
            weight = ast.unparse(given[0]) if given else "Severity.ERROR"
            code = ast.literal_eval(call.args[0])
            expected = ("Severity.WARNING" if code[0] == "W" else "Severity.ERROR", "severity(code)")
            assert weight in expected, f"{path}:{call.lineno}: {code} is {weight}"


def _makes_a_problem(node: Any) -> bool:
    """Say whether a node of Python's is a problem with a code that stands there."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    return is_call and isinstance(node.args[0], ast.Constant)


def _statuses(page: str) -> dict[str, str]:
    """Return the table of exit statuses of a page."""
    found = re.search(r"^\| exit status \| meaning \|\n\|---\|---\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert found
    return dict(re.findall(r"^\| (\d+) \| (.*) \|$", found[1], re.MULTILINE))


def test_all_that_list_exit_statuses_say_the_same_and_name_each_verb() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.sub(r"\s+", " ", command.help or "").partition("Exit status: ")[2]
    helped = dict(re.findall(r"(\d+) (.*?)(?=, \d+ |\.$|\. )", told))

    assert _statuses(PAGE) == _statuses(readme)
    known = {0, common.DIFFERENCES, common.USAGE, common.INVALID_INPUT, common.OUTPUT, common.CHARTS, common.UNKNOWN}
    assert {*map(int, helped)} == {*map(int, _statuses(PAGE))} == {*known, 70, 130}
    for name, status in (("DIFFERENCES", "1"), ("UNKNOWN", "6")):
        for module in Path(cli.__file__).parent.glob("*_command.py"):
            if re.search(rf"Exit\(.*\b{name}\b", module.read_text(encoding="utf-8")):
                verb = module.stem.removesuffix("_command")
                assert re.search(rf"\b{verb}\b", helped[status]), (status, verb)
                assert f"`{verb}" in _statuses(PAGE)[status], (status, verb)
