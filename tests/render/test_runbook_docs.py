"""docs/runbook.md: its example is what efdgen makes of it, and its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from efdgen.cli import command
from efdgen.environment.names import names
from efdgen.language import quoting
from efdgen.language.places import Place
from efdgen.render.runbook import script
from support import checkout
from support.checkout import ROOT, copy_tree, resolved
from support.efd import EFD
from support.repository import overlay, small_repository

IT = "it's"
PAGE = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_example_is_what_comes_of_it(tmp_path: Path) -> None:
    written, expected = re.findall(r"^````markdown\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL)
    root = small_repository(tmp_path)
    overlay(root, {"templates/runbook": None})
    overlay(root, {"templates/runbook/10-store.md": written})
    shown = CliRunner().invoke(command, ["runbook", "lab", "--root", str(root)])
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.partition("\n\n")[2] == expected


def test_the_example_is_a_phase_of_every_environment_of_the_project(tmp_path: Path) -> None:
    written, _ = re.findall(r"^````markdown\n(.*?)^````$", PAGE, re.MULTILINE | re.DOTALL)
    root = copy_tree(EFD, tmp_path / "project")
    overlay(root, {"templates/runbook/75-store.md": written})
    for environment in checkout.names():
        shown = CliRunner().invoke(command, ["runbook", environment, "--root", str(root)])
        assert shown.exit_code == 0, shown.stderr
        assert "## Look after the store" in shown.stdout


def test_every_name_and_function_is_listed() -> None:
    environment = resolved()["summit"]
    there = names(environment)
    said = set(re.findall(r"`(\w+)[(.`]", section("Names")))
    assert there.keys() - environment.facts.data.keys() - said == set()
    listed = {name for row in re.findall(r"^\| (`.*?) \|", section("Names"), re.MULTILINE)
              for name in re.findall(r"`(\w+)", row)}  # fmt: skip
    assert listed - there.keys() == set()
    parts = re.findall(r"`([\w.]+)`", next(line for line in section("Names").splitlines() if "| `apps` |" in line))[1:]
    assert {part.partition(".")[0] for part in parts} == there["apps"][0].keys()


def test_the_table_of_quoting_is_true() -> None:
    places = {
        "a word of a command": Place.SHELL_WORD,
        "in `'...'` of a command": Place.SHELL_SINGLE,
        'in `"..."` of a command': Place.SHELL_DOUBLE,
        "prose": Place.PROSE,
        "between backticks": Place.CODE,
        "in `<https://...>` or `[text](/...)`": Place.ADDRESS,
        "right behind `[text](`": Place.ADDRESS_BEGIN,
        "in a fence of `json`, `yaml`, `hcl` or `python`": Place.DATA,
        'in `"..."` there, or in other fences': Place.DATA_TEXT,
    }
    said = {
        cells[0]: cells[2:]
        for cells in (
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in section("Values").splitlines()
            if line.startswith("|")
        )
        if cells[0] in places
    }
    assert said == {
        place: [f"`{quoting.quote('a b', kind)}`", f"`{quoting.quote(IT, kind)}`"] for place, kind in places.items()
    }


def test_the_functions_that_the_page_names_are_the_script_s() -> None:
    named = set(re.findall(r"`(say|fail|ask_secret)\b", section("The script")))
    assert named == {"say", "fail", "ask_secret"} <= script.FUNCTIONS
    assert script.GUARD in section("The script")
