"""Edits people make, and what they change: tests/scenarios/<name>/.

    scenario.yaml     what it shows, which repository it begins with (`small` or `project`) and the edit:
                      `copy`, `replace` and `delete`; `render` names environments (left out: all)
    before/           files written before the edit (left out: the repository as it is)
    after/            files that the edit writes
    expected/         what happens to rendered/: changes.txt, and the content of what was added or changed
                      (not for the project's own repository, whose content changes all the time)

`pytest tests/whole/test_scenarios.py --update-scenarios` writes expected/ anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from efdgen.output import layout
from efdgen.verbs import render
from support.checkout import changes, copy_tree, edit, names, snapshot
from support.efd import EFD
from support.repository import small_repository

FOLDER = Path(__file__).parents[1] / "scenarios"
SCENARIOS = sorted(path.parent.name for path in FOLDER.glob("*/scenario.yaml"))
START = {"small": small_repository, "project": lambda path: copy_tree(EFD, path / "project")}


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name / "scenario.yaml").read_text(encoding="utf-8"))
    assert loaded.keys() <= {"shows", "repository", "copy", "replace", "delete", "render"}
    return loaded


def apply(scenario: dict[str, Any], name: str, root: Path) -> None:
    for step in scenario.get("copy", ()):
        shutil.copyfile(root / step["from"], root / step["to"])
    for step in scenario.get("replace", ()):
        edit(root / step["file"], step["old"], step["new"])
    for path in scenario.get("delete", ()):
        (root / path).unlink()
    if (FOLDER / name / "after").is_dir():
        shutil.copytree(FOLDER / name / "after", root, dirs_exist_ok=True)


def outcome(scenario: dict[str, Any], before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, bytes]:
    """Return what belongs in expected/."""
    changed = changes(before, after)
    files = {"changes.txt": "".join(f"{kind:8}{path}\n" for path, kind in changed.items()).encode()}
    if scenario["repository"] == "small":
        # What pages say has tests of its own.
        files |= {f"rendered/{path}": after[path] for path in changed if path in after and layout.is_in_chart(path)}
    return files


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_edit_changes_what_is_expected_and_nothing_else_and_can_be_taken_back(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    scenario = load(name)
    root = START[scenario["repository"]](tmp_path)
    if (FOLDER / name / "before").is_dir():
        shutil.copytree(FOLDER / name / "before", root, dirs_exist_ok=True)
    shutil.copytree(root / "environments", tmp_path / "saved/environments")
    shutil.copytree(root / "templates", tmp_path / "saved/templates")
    render.write(root)
    before = snapshot(root / "rendered")

    apply(scenario, name, root)
    environments = scenario.get("render", ())
    render.write(root, environments)
    after = snapshot(root / "rendered")
    got = outcome(scenario, before, after)
    expected = FOLDER / name / "expected"
    if request.config.getoption("--update-scenarios"):
        shutil.rmtree(expected, ignore_errors=True)
        for path, content in got.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_bytes(content)
    # A file in expected/ that nothing renders to counts as a difference, too.
    assert got == snapshot(expected)
    assert render.check(root, environments).is_clean

    for folder in ("environments", "templates"):
        shutil.rmtree(root / folder)
        shutil.copytree(tmp_path / "saved" / folder, root / folder)
    render.write(root)
    assert snapshot(root / "rendered") == before
    assert [path for path in (root / "rendered").rglob("*") if path.is_dir() and not any(path.iterdir())] == []


# -- what the expected trees must show, whoever refreshes them


def all_changed(name: str) -> dict[str, str]:
    """Return what a scenario expects to happen to each file."""
    lines = (FOLDER / name / "expected/changes.txt").read_text(encoding="utf-8").splitlines()
    return {path: kind for kind, path in (line.split() for line in lines)}


def changed(name: str) -> dict[str, str]:
    """Return what a scenario expects to happen to each file of a chart."""
    return {path: kind for path, kind in all_changed(name).items() if layout.is_in_chart(path)}


@pytest.mark.parametrize(
    ("name", "environment"), [("new-environment", "annex"), ("new-environment-of-the-project", "antu")]
)
def test_a_new_environment_only_adds_its_own_files(name: str, environment: str) -> None:
    found = all_changed(name)
    assert found.pop(layout.FLEET) == "changed"
    assert set(found.values()) == {"added"}
    assert {layout.environment_of(path) for path in found} == {environment}
    assert layout.page(environment) in found


@pytest.mark.parametrize(
    ("name", "environment"), [("environment-removed", "annex"), ("environment-removed-from-the-project", "sandbox")]
)
def test_a_removed_environment_only_removes_its_own_files(name: str, environment: str) -> None:
    found = all_changed(name)
    assert found.pop(layout.FLEET) == "changed"
    assert set(found.values()) == {"removed"}
    assert {layout.environment_of(path) for path in found} == {environment}
    assert layout.page(environment) in found


def test_a_new_app_only_adds_shared_files() -> None:
    assert set(changed("app-added").values()) == {"added"}
    assert {layout.environment_of(path) for path in changed("app-added")} == {None}


def test_one_value_changes_one_file() -> None:
    assert changed("value-changed") == {"apps/store/values-lab.yaml": "changed"}


def test_a_default_reaches_every_environment_but_the_pinned_one() -> None:
    assert changed("app-default-changed") == {
        "apps/view/values-dome.yaml": "changed",
        "apps/view/values-lab.yaml": "changed",
    }
    assert changed("pinned-default-changed") == {"apps/store/values-dome.yaml": "changed"}


def test_an_unlinked_environment_is_never_touched() -> None:
    for name in ("pin", "link", "app-removed", "app-listed", "one-environment-rendered"):
        assert {layout.environment_of(path) for path in changed(name)} <= {"dome", None}, name


def test_every_scenario_says_what_it_shows() -> None:
    assert len(SCENARIOS) > 10
    for name in SCENARIOS:
        assert load(name)["shows"].endswith(".")
    assert "antu" not in names()
