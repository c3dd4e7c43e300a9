"""A repository that has nothing to do with the EFD: libraries. The generator is the same, unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm import engines
from efdgen.output import disk
from efdgen.verbs import lint, render
from support.repository import library_repository
from support.standins import StandIns


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = library_repository(tmp_path)
    render.write(root)
    return root


def efdgen(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, [*arguments, "--root", str(root)])


def values(root: Path, app: str, environment: str) -> dict[str, object]:
    text = (root / f"rendered/apps/{app}/values-{environment}.yaml").read_text(encoding="utf-8")
    found: dict[str, object] = yaml.safe_load(text)
    return found


def test_it_renders_and_checks(library: Path) -> None:
    assert efdgen(library, "check").stdout == "22 files are what the specs render to\n"
    assert values(library, "catalogue", "north")["web"] == {
        "title": "North",
        "seats": 20,
        "timeout": 120,
        "ingress": {"enabled": True, "hostname": "catalogue.north.library.example"},
        "board": [
            {"text": "The east wing is closed.", "until": "2027-03-01"},
            {"text": "Open from nine to five.", "until": "always"},
        ],
    }
    assert values(library, "catalogue", "south")["web"]["seats"] == 8  # type: ignore[index]


def test_its_own_facts_have_types_and_say_where_they_belong(library: Path) -> None:
    spec = library / "environments/south.yaml"
    text = spec.read_text(encoding="utf-8")
    for written, code, message in (
        ("  seats: none at all\n", "E204", "must be a whole number, not 'none at all'"),
        ("  seats: 8\n  door: north\n", "E503", "'north' is the name of the environment north"),
        ("  seats: 8\n  window: 3\n", "E201", "unknown key 'window'"),
        ("  seats: 8\nnotices: [ours]\n", "E402", "unknown notices item 'ours'"),
    ):
        spec.write_text(text.replace("  seats: 8\n", written), encoding="utf-8")
        problems = json.loads(efdgen(library, "validate", "--format", "json").stdout)["problems"]
        assert [(one["code"], one["file"]) for one in problems] == [(code, "environments/south.yaml")], problems
        assert problems[0]["message"].startswith(message)


def test_its_apps_have_types_of_their_own(library: Path) -> None:
    spec = library / "environments/south.yaml"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("  catalogue: {}\n", "  catalogue: {values: {seats: 0}}\n"), encoding="utf-8")
    problems = json.loads(efdgen(library, "validate", "--format", "json").stdout)["problems"]
    assert [(one["code"], one["message"]) for one in problems] == [("E206", "must be at least 1, not 0")]
    # The other app says nothing of its values: it takes what its chart takes.
    odd = "  database: {values: {image: [a], persistence: 3, tls: null}}\n  catalogue: {}\n"
    spec.write_text(text[: text.index("  database:")] + odd, encoding="utf-8")
    assert efdgen(library, "validate").exit_code == 0


def test_it_explains(library: Path) -> None:
    shown = efdgen(library, "explain", "south", "readingRoom.seats").stdout
    assert "environments/shared/facts.yaml" in shown
    assert "* spec          8   environments/south.yaml:3:10" in shown
    shown = efdgen(library, "explain", "north", "catalogue.board").stdout
    assert 'north catalogue.board[1].until = "always"' in shown
    assert "defaults of the table notices" in shown


def test_it_has_a_runbook_of_two_phases(library: Path, tmp_path: Path) -> None:
    page = efdgen(library, "runbook", "north").stdout
    assert page.startswith("# North Library: runbook\n\n## Open the library\n\nThe door is NORTH-1, and")
    assert "### Mind the building work\n\nThe east wing is closed.\n" in page
    assert "Mind the building work" not in efdgen(library, "runbook", "south").stdout
    script = tmp_path / "north.sh"
    assert efdgen(library, "runbook", "north", "--format", "sh", "-o", str(script)).exit_code == 0
    listed = subprocess.run(["bash", str(script), "--list"], capture_output=True, text=True, check=True).stdout
    # Closing has no tools: people do it.
    assert listed == "open\tOpen the library\n"
    assert "rollout status" in script.read_text(encoding="utf-8")


def test_it_has_pages_and_a_site(library: Path, tmp_path: Path) -> None:
    fleet = (library / "rendered/README.md").read_text(encoding="utf-8")
    assert "# The Library's environments" in fleet
    assert "| North | 20 | `NORTH-1` |" in fleet
    assert "# North Library\n" in (library / "rendered/docs/north.md").read_text(encoding="utf-8")
    assert efdgen(library, "site", "-o", str(tmp_path / "site")).exit_code == 0
    page = (tmp_path / "site/north.html").read_text(encoding="utf-8")
    assert "North Library" in page
    assert "EFD" not in page.replace("efdgen", "")


def test_it_lints(library: Path) -> None:
    found = lint.lint(library, (), engines.choose("sdk"), StandIns(disk.read(library / "rendered")))
    assert (found.environments, found.problems, found.failed) == (("north", "south"), (), ())
