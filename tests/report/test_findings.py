"""The formats of machines: valid, and about lines that are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.errors import Location, Problem
from efdgen.report import brief, findings
from support.checkout import edit
from support.corpus import Case, cases
from support.findings import assert_there, github_places, sarif_places, sarif_results
from support.repository import overlay, small_repository

CASES = cases()
SEVERAL = CASES[:: len(CASES) // 12]


def reported(root: Path, verb: str, form: str) -> str:
    return CliRunner().invoke(cli.command, [verb, "--root", str(root), "--format", form]).stdout


def results(root: Path, verb: str) -> list[dict[str, Any]]:
    return sarif_results(reported(root, verb, "sarif"))


def annotated(root: Path, verb: str) -> list[tuple[str, int, int]]:
    return list(github_places(reported(root, verb, "github")))


# All cases: tests/whole/test_corpus.py.
@pytest.mark.parametrize("case", SEVERAL, ids=lambda case: case.name)
def test_problems_are_on_lines_that_are_there(case: Case, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    case.apply(root)
    without = {expected.place for expected in case.expected if not (root / expected.place.split(":")[0]).is_file()}

    found = results(root, "validate")
    assert len(found) == len(case.expected)
    assert_there(root, sarif_places(found), without)
    assert_there(root, annotated(root, "validate"), without)


def differing(root: Path) -> None:
    """Make one difference of each kind, in files with names that need care."""
    edit(root / "environments/lab.yaml", "        size: 20Gi\n", "        size: 40Gi\n")
    (root / "rendered/apps/view/values-dome.yaml").unlink()
    chart = root / "rendered/apps/view/Chart.yaml"
    values = (root / "rendered/apps/view/values-lab.yaml").read_bytes()
    overlay(
        root,
        {
            "rendered/apps/100% new, #1: done.txt": "mine\n",
            "rendered/apps/empty.txt": "",
            "rendered/apps/view/Chart.yaml": chart.read_bytes() + b"extra: 1\n",
            "rendered/apps/view/values-gone.yaml": values.replace(
                b" as apps/view/values-lab.", b" as apps/view/values-gone."
            ),
        },
    )


def test_differences_are_on_lines_that_are_there(small: Path) -> None:
    differing(small)
    without = {"rendered/apps/view/values-dome.yaml"}

    found = results(small, "check")
    assert {result["ruleId"] for result in found} == {"E601", "E602", "E603", "E604", "E605"}
    assert_there(small, sarif_places(found), without)
    assert_there(small, annotated(small, "check"), without)
    assert "rendered/apps/100% new, #1: done.txt" in {file for file, _, _ in sarif_places(found)}
    assert "rendered/apps/100% new, #1: done.txt" in {file for file, _, _ in annotated(small, "check")}


def test_a_log_without_results_is_valid(small: Path) -> None:
    assert results(small, "check") == []


def test_files_are_named_from_the_top_of_the_git_repository(tmp_path: Path) -> None:
    root = small_repository(tmp_path / "deep" / "down")
    (tmp_path / ".git").mkdir()
    file = "environments/lab.yaml"
    edit(root / file, "  view:\n", "  vieww:\n")
    expected = f"deep/down/repository/{file}"

    assert {place[0] for place in sarif_places(results(root, "validate"))} == {expected}
    assert {place[0] for place in annotated(root, "validate")} == {expected}
    assert {problem["file"] for problem in json.loads(reported(root, "validate", "json"))["problems"]} == {file}


def test_a_rule_says_where_it_is_explained(small: Path) -> None:
    differing(small)
    driver = json.loads(reported(small, "check", "sarif"))["runs"][0]["tool"]["driver"]

    for rule in driver["rules"]:
        assert rule["helpUri"] == f"{driver['informationUri']}#{rule['id'].lower()}"
        assert rule["helpUri"] in rule["help"]["text"]


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("value", ["name: {}\n", "name: dome\nsite: {}\napps: {{}}\n", "? {}\n: 1\n", "apps: {}\n"])
def test_a_problem_shows_no_more_of_a_value_than_people_read(tmp_path: Path, form: str, value: str) -> None:
    root = small_repository(tmp_path)
    overlay(root, {"environments/dome.yaml": value.format("x" * 100_000)})
    result = CliRunner().invoke(cli.command, ["validate", "--root", str(root), "--format", form])

    assert result.exit_code != 0
    assert "xxx" in result.output
    assert max(map(len, result.output.splitlines())) < (700 if form == "github" else 500)


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    assert brief.shortened("a" * 320) == "a" * 320
    assert brief.shortened(f"the name '{'a' * 900}' is not one") == f"the name '{'a' * 190}…{'a' * 108}' is not one"


def test_a_list_of_what_is_known_loses_no_item_in_its_middle() -> None:
    rules = [f"E{number}" for number in range(500, 600)]
    whole = f"what is meant; known: {', '.join(rules)}"
    problem = Problem("E205", "'E1' is no rule", Location("environments/dome.yaml", 1, 1), hint=whole)
    [told] = json.loads(findings.as_json([problem._replace(hint=f"{whole}, {', '.join(rules)}")]))["problems"]

    assert brief.brief(problem).hint == whole
    assert told["hint"] == f"{whole}, {', '.join(rules)}"


def test_a_list_is_cut_at_its_end_between_items() -> None:
    words = [f"word{number:03}" for number in range(300)]
    problem = Problem("E205", "'x' is none", Location("a.yaml"), hint=f"known: {'y' * 900}, {', '.join(words)}")
    first, *kept, last = brief.brief(problem).hint.removeprefix("known: ").split(", ")

    assert (first, last) == (f"{'y' * 200}…{'y' * 120}", "...")
    assert kept == words[: len(kept)]
    assert len(kept) > 60


def test_no_format_repeats_a_secret(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    git = "https://me:hunter2@git.example.org/boards"
    chart = f"chart: {{name: boards, path: ., revision: v1.0.0, git: '{git}'}}"
    overlay(
        root,
        {
            "templates/apps/boards/app.yaml": f"description: Boards.\n{chart}\n",
            "templates/apps/broken/values.yaml": "password: hunter2, and {more\nlogin: [\n",
            "templates/apps/broken/app.yaml": "description: Broken.\nchart: none\nsecrets: {password: hunter2}\n",
        },
    )
    edit(
        root / "environments/dome.yaml",
        "name: dome\n",
        "name: dome\nvault: {address: 'me:hunter2@vault.example.org'}\n",
    )

    told = [reported(root, "validate", form) for form in ("json", "github", "sarif")]
    told.append(CliRunner().invoke(cli.command, ["validate", "--root", str(root)]).stderr)

    for text in told:
        assert "E506" in text
        assert "E206" in text
        assert "hunter2" not in text
    assert "git: 'https://***@git.example.org/boards'" in told[-1]


def test_a_login_is_said_once_and_what_is_wrong_with_its_url_when_it_is_accepted(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(
        root,
        {"environments/dome.yaml": "name: dome\napps: {}\nvault: {address: 'ftp://me:hunter2@vault.example.org'}\n"},
    )
    accept = "accept: [{rule: E506, reason: It is made up.}]\n"

    codes = [problem["code"] for problem in json.loads(reported(root, "validate", "json"))["problems"]]
    edit(root / "environments/dome.yaml", "apps: {}\n", f"apps: {{}}\n{accept}")
    accepted = json.loads(reported(root, "validate", "json"))["problems"]

    assert codes == ["E506"]
    assert [problem["code"] for problem in accepted] == ["E206", "E506"]  # it counts once the spec is sound
