"""The formats of machines: valid, and about lines that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from click.testing import CliRunner

from efdgen import cli
from support.checkout import edit
from support.corpus import Case, cases
from support.repository import overlay, small_repository

# The standard's own schema, errata 1, without its descriptions:
# https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
SCHEMA = json.loads((Path(__file__).parents[1] / "data/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
SARIF = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

CASES = cases()
UNESCAPED = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def reported(root: Path, verb: str, form: str) -> str:
    return CliRunner().invoke(cli.command, [verb, "--root", str(root), "--format", form]).stdout


def results(root: Path, verb: str) -> list[dict[str, Any]]:
    """Return the results of a SARIF log, which must be valid."""
    log = json.loads(reported(root, verb, "sarif"))
    assert list(SARIF.iter_errors(log)) == []
    listed: list[dict[str, Any]] = log["runs"][0]["results"]
    return listed


def sarif_places(listed: list[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """Yield file, line and column of results; 0 for a column that they leave out."""
    for result in listed:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        yield unquote(place["artifactLocation"]["uri"]), region["startLine"], region.get("startColumn", 0)


def github_places(root: Path, verb: str) -> Iterator[tuple[str, int, int]]:
    """Yield file, line and column of annotations; 0 for those that they leave out."""
    for line in reported(root, verb, "github").splitlines():
        listed = line.split("::")[1].partition(" ")[2]
        found = dict(pair.split("=", 1) for pair in listed.split(","))
        file = re.sub("%[0-9A-F]{2}", lambda match: UNESCAPED[match[0]], found["file"])
        yield file, int(found.get("line", 0)), int(found.get("col", 0))


def assert_there(root: Path, places: Iterator[tuple[str, int, int]], without: set[str]) -> None:
    """Assert that places are in lines that files have; `without` are files that are missing, and folders."""
    for file, line, column in places:
        if file in without:
            assert line <= 1
            continue
        # An editor shows an empty line after the last line's end.
        lines = (root / file).read_bytes().decode(errors="replace").split("\n")
        assert line <= len(lines), (file, line)
        if line and column:
            assert column <= len(lines[line - 1]) + 1, (file, line, column)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_problems_are_on_lines_that_are_there(case: Case, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    case.apply(root)
    without = {expected.place for expected in case.expected if not (root / expected.place.split(":")[0]).is_file()}

    found = results(root, "validate")
    assert len(found) == len(case.expected)
    assert_there(root, sarif_places(found), without)
    assert_there(root, github_places(root, "validate"), without)


def differing(root: Path) -> None:
    """Make one difference of each kind, in files with names that need care."""
    edit(root / "environments/lab.yaml", "        size: 20Gi\n", "        size: 40Gi\n")
    (root / "rendered/apps/view/values-dome.yaml").unlink()
    chart = root / "rendered/apps/view/Chart.yaml"
    overlay(
        root,
        {
            "rendered/apps/100% new, #1: done.txt": "mine\n",
            "rendered/apps/empty.txt": "",
            "rendered/apps/view/Chart.yaml": chart.read_bytes() + b"extra: 1\n",
            "rendered/apps/view/values-gone.yaml": (root / "rendered/apps/view/values-lab.yaml").read_bytes(),
        },
    )


def test_differences_are_on_lines_that_are_there(small: Path) -> None:
    differing(small)
    without = {"rendered/apps/view/values-dome.yaml"}

    found = results(small, "check")
    assert {result["ruleId"] for result in found} == {"E601", "E602", "E603", "E604", "E605"}
    assert_there(small, sarif_places(found), without)
    assert_there(small, github_places(small, "check"), without)
    assert "rendered/apps/100% new, #1: done.txt" in {file for file, _, _ in sarif_places(found)}
    assert "rendered/apps/100% new, #1: done.txt" in {file for file, _, _ in github_places(small, "check")}


def test_a_log_without_results_is_valid(small: Path) -> None:
    assert results(small, "check") == []


def test_files_are_named_from_the_top_of_the_git_repository(tmp_path: Path) -> None:
    root = small_repository(tmp_path / "deep" / "down")
    (tmp_path / ".git").mkdir()
    file = "environments/lab.yaml"
    edit(root / file, "  view:\n", "  vieww:\n")
    expected = f"deep/down/repository/{file}"

    assert {place[0] for place in sarif_places(results(root, "validate"))} == {expected}
    assert {place[0] for place in github_places(root, "validate")} == {expected}
    assert {problem["file"] for problem in json.loads(reported(root, "validate", "json"))["problems"]} == {file}


def test_a_rule_says_where_it_is_explained(small: Path) -> None:
    differing(small)
    driver = json.loads(reported(small, "check", "sarif"))["runs"][0]["tool"]["driver"]

    for rule in driver["rules"]:
        assert rule["helpUri"] == f"{driver['informationUri']}#{rule['id'].lower()}"
        assert rule["helpUri"] in rule["help"]["text"]
