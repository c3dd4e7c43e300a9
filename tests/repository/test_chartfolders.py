"""Charts in folders of the repository: what is read, and what leads out."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.errors import ChartError
from efdgen.repository import chartaddress, chartfolders
from support.repository import overlay


def test_the_address_of_a_folder_leads_there_and_back() -> None:
    address = chartaddress.address("charts/kiosk")

    assert address == "file://../../../charts/kiosk"
    assert chartaddress.folder_of(address) == "charts/kiosk"
    assert chartaddress.folder_of("https://charts.example.org/") == ""


def test_a_folder_is_read_without_what_its_helmignore_names(tmp_path: Path) -> None:
    overlay(tmp_path, {"c/x/Chart.yaml": "a", "c/x/t/a.yaml": "b", "c/x/notes.bak": "", "c/x/.helmignore": "*.bak\n"})

    assert chartfolders.read(tmp_path, "c/x") == {".helmignore": b"*.bak\n", "Chart.yaml": b"a", "t/a.yaml": b"b"}


def test_links_are_followed_inside_of_the_repository_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    overlay(root, {"c/x/Chart.yaml": "a", "shared.txt": "b", "more/y": ""})
    overlay(tmp_path, {"secret": "s"})
    (root / "c/x/shared").symlink_to(root / "shared.txt")
    assert chartfolders.read(root, "c/x")["shared"] == b"b"

    for target in (tmp_path / "secret", root / "more", tmp_path / "nowhere"):
        (root / "c/x/link").symlink_to(target)
        with pytest.raises(ChartError, match="c/x/link is a link to no file of the repository"):
            chartfolders.read(root, "c/x")
        (root / "c/x/link").unlink()


def test_what_can_t_be_read_is_said(tmp_path: Path) -> None:
    overlay(tmp_path, {"c/x/.helmignore": "a/**\n"})

    with pytest.raises(ChartError, match="can't read the folder c/y: No such file"):
        chartfolders.read(tmp_path, "c/y")
    with pytest.raises(ChartError, match=r"c/x/.helmignore: a/\*\*: Helm knows no \*\*"):
        chartfolders.read(tmp_path, "c/x")


def test_the_folders_that_definitions_name_are_found_before_anything_is_checked(tmp_path: Path) -> None:
    definitions = {
        "a": "chart: {name: a, path: charts/a}\n",
        "b": "chart: {name: b, path: ../out}\n",
        "c": "chart: {name: c, version: 1.0.0, repository: https://x}\n# path:\n",
        "d": "chart: [path: x\n",
        "e": "chart: none\nsecrets: {s: {path: a/b}}\n",
    }
    overlay(tmp_path, {f"templates/apps/{name}/app.yaml": text for name, text in definitions.items()})

    assert chartfolders.named(tmp_path) == ["charts/a"]
