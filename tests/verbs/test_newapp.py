"""`efdgen new-app`: a folder from what a chart tells, valid as it is written, and with its examples taken in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.verbs import project
from support import kills
from support.chartserver import ChartServer, chart
from support.checkout import snapshot

BOARD = {
    "Chart.yaml": "apiVersion: v2\nname: board\nversion: 2.0.1\ndescription: Shows what is on.\n",
    "values.yaml": "image: {repository: example/board, tag: v2.0.1}\nservice: {port: 8080}\n"
    "auth: {existingSecret: ''}\ningress:\n  enabled: false\n  hosts:\n  - host: board.local\n    paths: [/]\n"
    "persistence: {enabled: false, storageClass: null}\n",
    "templates/a.yaml": "kind: ConfigMap\nmetadata:\n  name: {{ .Values.auth.existingSecret }}\n"
    '  zone: {{ required "a zone is needed" .Values.zone }}\n',
}
FOLDER = "templates/apps/board"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ChartServer]:
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with ChartServer() as running:
        running.add(chart("board", "2.0.1", BOARD))
        yield running


def run(root: Path, server: ChartServer, *more: str, version: str = "2.0.1") -> Result:
    chart_ = ("--chart", "board", "--version", version, "--repository", server.url)
    arguments = ["new-app", "board", *chart_, "--root", str(root), "--timeout", "5", *more]
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, arguments)


def test_the_folder_is_valid_as_it_is_and_with_all_examples_taken_in(small: Path, server: ChartServer) -> None:
    result = run(small, server, "--in", "lab")
    assert result.exit_code == 0, result.output
    assert "a value that it insists on: zone (a zone is needed)" in result.stdout
    assert "a port: service.port 8080" in result.stdout
    assert (small / FOLDER / "app.yaml").read_text(encoding="utf-8").splitlines()[1:7] == [
        "description: Shows what is on.",
        "chart:",
        "  name: board",
        '  version: "2.0.1"',
        f"  repository: {server.url}",
        "## Apps that it needs, which people sync first.",
    ]
    assert "zone: {}" in (small / FOLDER / "chart-keys.yaml").read_text(encoding="utf-8")
    assert "  board: {}\n" in (small / "environments/lab.yaml").read_text(encoding="utf-8")
    assert "name: board\n" in (small / "charts.lock").read_text(encoding="utf-8")
    assert any(path.startswith("apps/board/") for path in project.rendering(small).tree)
    for name in ("app.yaml", "values.yaml"):
        path = small / FOLDER / name
        path.write_text(
            re.sub(r"^# (?!yaml-)", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
        )
    rendering = project.rendering(small, keep=True)
    (board,) = (app for each in rendering.environments for app in each.apps if app.definition.name == "board")
    assert board.values == {
        "image": {"tag": "v2.0.1"},
        "persistence": {"storageClass": "local-path"},
        "ingress": {"enabled": True, "hosts": [{"host": "board-lab.example.org", "paths": ["/"]}]},
        "auth": {"existingSecret": "board-auth"},
    }
    assert rendering.warnings == ()


def test_what_can_t_be_had_or_is_there_leaves_nothing(small: Path, server: ChartServer) -> None:
    before = snapshot(small)
    for more, version, status, message in (
        ((), "2.0.2", 5, "2.0.2"),
        (("--dry-run",), "2.0.1", 0, "Nothing was written (--dry-run)"),
        (("--dry-run",), "v2.0.1", 0, "Nothing was written (--dry-run)"),
        ((), "^2.0.0", 2, "'^2.0.0' is not an exact version"),
        (("--in", "lap"), "2.0.1", 2, "unknown environment 'lap': did you mean 'lab'?"),
    ):
        result = run(small, server, *more, version=version)
        assert (result.exit_code, message in result.stderr) == (status, True), result.output
        assert snapshot(small) == before
    result = CliRunner().invoke(
        cli.command,
        ["new-app", "store", "--chart", "a", "--version", "1.0.0", "--repository", server.url, "--root", str(small)],
    )
    assert "there is an app store already" in result.stderr
    assert snapshot(small) == before


def test_what_a_kill_leaves_is_finished_by_the_next_edit_with_the_lock(
    small: Path, server: ChartServer, tmp_path: Path
) -> None:
    before = snapshot(small)
    more = ["--chart", "board", "--version", "2.0.1", "--repository", server.url, "--in", "lab", "--root", str(small)]
    whole = tmp_path / "whole"
    shutil.copytree(small, whole)
    assert run(whole, server, "--in", "lab").exit_code == 0
    after = snapshot(whole)
    assert set(after) - set(before) == {"charts.lock", *(f"{FOLDER}/{name}" for name in FILES)}
    in_the_cache = 2  # the chart takes its name there when it is read, and when it is locked
    kills.edit_until(small, in_the_cache + kills.IN_THE_SWITCH, "new-app", "board", *more)
    arguments = ["set", "lab", "store.persistence.size", "20Gi", "--root", str(small)]
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, arguments)
    assert "interrupted: 5 files\n" in result.stderr, result.output
    assert snapshot(small) == after


FILES = ("app.yaml", "chart-keys.yaml", "values.yaml")


def test_a_chart_that_says_odd_things_is_taken_at_its_word(small: Path, server: ChartServer) -> None:
    odd = {
        "Chart.yaml": "apiVersion: v2\nname: board\nversion: 2.0.2\ndescription: Shows <% odd %> things.\n",
        "values.yaml": "sidecar: {image: 'example.org:5000/busybox:1.36'}\nold: {image: example/old, imageTag: '3'}\n"
        "more:\n- image: example/in-a-list:1.0\n",
        "templates/a.yaml": "kind: ConfigMap\n",
    }
    server.add(chart("board", "2.0.2", odd))
    result = run(small, server, "--in", "lab", version="2.0.2")
    assert result.exit_code == 0, result.output
    assert "description: Shows < % odd % > things.\n" in (small / FOLDER / "app.yaml").read_text(encoding="utf-8")
    (board,) = (
        app
        for each in project.rendering(small, keep=True).environments
        for app in each.apps
        if app.definition.name == "board"
    )
    assert board.values == {"sidecar": {"image": "example.org:5000/busybox:1.36"}, "old": {"imageTag": "3"}}


def test_a_name_that_no_app_can_have_is_refused(small: Path) -> None:
    before = snapshot(small)
    for name, why in (
        ("lab", "'lab' is the name of an environment"),
        ("a" * 54, "it has 54 characters, at most 53 are allowed"),
        ("123", "YAML or Helm would read it as something else than text"),
        ("a-", "it begins or ends with a hyphen"),
        ("efd", "it is the parent chart's"),
        ("kafka", "'kafka' is the name of a fact"),
        ("accept", "'accept' is the name of a fact"),
    ):
        more = ["--chart", "a", "--version", "1.0.0", "--repository", "https://example.org", "--root", str(small)]
        result = CliRunner().invoke(cli.command, ["new-app", name, *more])
        assert (result.exit_code, why in result.stderr) == (2, True), result.output
    assert snapshot(small) == before
