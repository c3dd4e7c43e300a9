"""Names that can't be files, folders that can't be read: what is not there is not there, and nothing crashes."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen.cli import command
from efdgen.repository import paths
from efdgen.repository.files import Files
from support.findings import problems
from support.repository import overlay, small_repository

LONG = "x" * 300
INVALID_INPUT = 3
SPEC = "environments/dome.yaml"


def _found(root: Path) -> list[str]:
    result = CliRunner().invoke(command, ["check", "--root", str(root), "--format", "json"])
    assert result.exit_code == INVALID_INPUT, result.exception
    return [f"{problem.code} {problem.location.file}:{problem.location.line}" for problem in problems(result.stdout)]


@pytest.mark.parametrize("name", [LONG, "a\0b", "\ud800", f"{LONG}/app.yaml", "there/below"])
def test_a_name_that_no_file_can_have_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").touch()
    files = Files(tmp_path)
    assert files.exists("there")
    assert not files.exists(name)
    assert files.problems == []


def test_an_app_and_a_provided_one_with_names_that_no_file_can_have(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    spec = f"name: dome\ncluster:\n  provides: [{LONG}]\napps:\n  ? {LONG}\n  : {{}}\n"
    overlay(root, {SPEC: spec})
    assert set(_found(root)) == {"E206 environments/dome.yaml:3", "E203 environments/dome.yaml:5"}


@pytest.mark.parametrize("name", ["[]", "{}", "[dome]", "{dome: 1}", "5", "true", "null", LONG, "a/b"])
def test_a_name_of_an_environment_is_text(tmp_path: Path, name: str) -> None:
    root = small_repository(tmp_path)
    overlay(root, {SPEC: f"name: {name}\nlinks: {{lab: because}}\napps: {{}}\n"})
    assert "environments/dome.yaml:1" in " ".join(_found(root))


@pytest.mark.parametrize("folder", [paths.APPS, f"{paths.APPS}/view/templates", paths.WRAPPER, paths.SHARED])
def test_a_folder_that_can_not_be_read_is_located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    root = small_repository(tmp_path)
    _forbid(monkeypatch, root / folder)
    found = _found(root)
    assert f"E101 {folder}:0" in found
    assert not [each for each in found if each.startswith("E404") or each.endswith("/Chart.yaml:0")]


@pytest.mark.parametrize(
    "folder",
    ["schemas", "environments", "environments/shared", "templates", paths.APPS, f"{paths.APPS}/view", paths.RUNBOOK],
)
def test_a_folder_that_can_not_be_searched_is_said_and_nothing_that_follows(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_repository(tmp_path)
    _forbid(monkeypatch, root / folder)
    assert paths.is_repository(root)
    assert _found(root) == [f"E101 {folder}:0"]


def test_a_folder_that_can_not_be_searched_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _forbid(monkeypatch, tmp_path)
    assert not paths.is_repository(tmp_path)


def _forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder one that can be neither read nor searched, for root, too."""

    def forbidding(function: Any, *, is_search: bool) -> Any:
        def forbidden(path: Any, *args: Any, **more: Any) -> Any:
            if isinstance(path, str | Path) and (
                folder in Path(path).parents or (Path(path) == folder and not is_search)
            ):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path, *args, **more)

        return forbidden

    monkeypatch.setattr(os, "stat", forbidding(os.stat, is_search=True))
    monkeypatch.setattr(os, "lstat", forbidding(os.lstat, is_search=True))
    monkeypatch.setattr(os, "listdir", forbidding(os.listdir, is_search=False))
    monkeypatch.setattr(os, "scandir", forbidding(os.scandir, is_search=False))


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("environments/dome.YAML", "E401"),
        ("environments/dome.Yml", "E401"),
        ("environments/shared/more.YAML", "E401"),
        ("templates/apps/view/values.yml", "E401"),
        ("templates/apps/view/Values.yaml", "E401"),
        ("templates/apps/view/Templates/a.yaml", "E401"),
    ],
)
def test_a_name_that_is_almost_one_leaves_nothing_out_in_silence(tmp_path: Path, file: str, code: str) -> None:
    root = small_repository(tmp_path)
    overlay(root, {file: "a: b\n"})
    assert f"{code} {file.removesuffix('/a.yaml')}:0" in _found(root)


@pytest.mark.parametrize(("one", "other"), [("a.yaml", "A.yaml"), ("\u00e9.yaml", "e\u0301.yaml")])
def test_names_that_are_one_elsewhere_are_located(tmp_path: Path, one: str, other: str) -> None:
    root = small_repository(tmp_path)
    folder = "templates/apps/view/templates"
    overlay(root, {f"{folder}/{one}": "a: b\n", f"{folder}/{other}": "a: b\n"})
    second = max(one, other)
    assert f"E401 {folder}/{second}:0" in _found(root)
