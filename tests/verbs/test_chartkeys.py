"""`efdgen charts keys`: chart-keys.yaml is made from the locked charts, and compared with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from support.chartserver import ChartServer, chart


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """A chart repository with two charts."""
    with ChartServer() as running:
        running.add(chart("store", "1.0.0", {"templates/a.yaml": "a: {{ .Values.size }}{{ .Values.shelf.depth }}\n"}))
        running.add(chart("store", "2.0.0", {"templates/a.yaml": "a: {{ .Values.volume }}\n"}))
        running.add(chart("view", "1.0.0", {"templates/a.yaml": "a: {{ .Values.port }}\n"}))
        yield running


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ChartServer) -> Path:
    """A repository with an app, one that extends it, and one of two charts with a template of its own."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "root"
    (root / "environments").mkdir(parents=True)
    write(root, "store", f"chart: {{name: store, version: 1.0.0, repository: '{server.url}'}}\n", "size: 1\nsise: 2\n")
    write(root, "store-staging", "extends: store\n", "")
    both = "".join(f"  {name}: {{version: 1.0.0, repository: '{server.url}'}}\n" for name in ("store", "view"))
    write(root, "both", f"charts:\n{both}", "view: {port: 80, prot: 81}\nown: 1\n")
    (root / "templates/apps/both/templates").mkdir()
    (root / "templates/apps/both/templates/a.yaml").write_text("kind: X\n", encoding="utf-8")
    return root


def write(root: Path, app: str, text: str, values: str) -> None:
    folder = root / "templates/apps" / app
    folder.mkdir(parents=True)
    (folder / "app.yaml").write_text(f"description: x\n{text}", encoding="utf-8")
    if values:
        (folder / "values.yaml").write_text(values, encoding="utf-8")


def charts(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["charts", *arguments, "--root", str(root)])


def keys(root: Path, app: str = "store") -> str:
    return (root / f"templates/apps/{app}/chart-keys.yaml").read_text(encoding="utf-8")


def test_a_chart_that_reads_all_values_at_once_is_named_each_time_and_nothing_is_unknown(
    root: Path, server: ChartServer
) -> None:
    server.add(chart("view", "2.0.0", {"templates/a.yaml": "a: {{ toYaml .Values }}\n"}))
    write(root, "open", f"chart: {{name: view, version: 2.0.0, repository: '{server.url}'}}\n", "prot: 81\n")
    app = root / "templates/apps/both/app.yaml"
    before, _, after = app.read_text(encoding="utf-8").rpartition("1.0.0")
    app.write_text(f"{before}2.0.0{after}", encoding="utf-8")
    charts(root, "fetch")
    for _ in range(2):
        lines = charts(root, "keys", "both", "open").stdout.splitlines()
        said = (
            "a template reads all values at once, or none reads any; efdgen lint --dead-values finds what does nothing"
        )
        assert [line for line in lines if "any key" in line] == [
            f"templates/apps/both/chart-keys.yaml, view: any key counts as known: {said}",
            f"templates/apps/open/chart-keys.yaml: any key counts as known: {said}",
        ]
        assert not any(line.startswith("dead") for line in lines)
    assert keys(root, "open").endswith("{}\n")


def test_keys_are_written_for_each_app_with_charts_of_its_own_and_compared_ever_after(root: Path) -> None:
    charts(root, "fetch")
    result = charts(root, "keys")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "wrote templates/apps/both/chart-keys.yaml",
        "wrote templates/apps/store/chart-keys.yaml",
        "dead templates/apps/both/values.yaml:1:18: the chart view knows no value 'view.prot': it does nothing",
        "dead templates/apps/store/values.yaml:2:1: the chart store knows no value 'sise': it does nothing",
        "2 written, 0 unchanged",
    ]
    assert keys(root) == (
        "# Written by `efdgen charts keys` from store 1.0.0. Do not edit it: docs/charts.md says more.\n"
        "shelf:\n  depth: {}\nsize: {}\n"
    )
    assert keys(root, "both").endswith("store:\n  shelf:\n    depth: {}\n  size: {}\nview:\n  port: {}\n")
    assert not (root / "templates/apps/store-staging/chart-keys.yaml").exists()
    assert charts(root, "keys").stdout.endswith("0 written, 2 unchanged\n")
    assert charts(root, "verify").exit_code == 0

    path = root / "templates/apps/store/chart-keys.yaml"
    path.write_text(keys(root) + "more: {}\n", encoding="utf-8")
    result = charts(root, "verify")
    assert result.exit_code == 5
    assert result.stderr == (
        "error: templates/apps/store/chart-keys.yaml is not what store 1.0.0 yields; run: efdgen charts keys store\n"
    )
    assert charts(root, "keys", "store").exit_code == 0
    assert charts(root, "verify").exit_code == 0


def test_the_line_for_editors_stays_and_a_file_written_by_hand_is_not_compared(root: Path) -> None:
    charts(root, "fetch")
    path = root / "templates/apps/store/chart-keys.yaml"
    path.write_text("# yaml-language-server: $schema=x.json\n#\n# By hand.\nsize: {}\n", encoding="utf-8")
    assert charts(root, "verify").exit_code == 0
    charts(root, "keys", "store")
    assert keys(root).splitlines()[:2] == [
        "# yaml-language-server: $schema=x.json",
        "# Written by `efdgen charts keys` from store 1.0.0. Do not edit it: docs/charts.md says more.",
    ]


def test_a_chart_that_is_not_there_keeps_no_other_from_being_looked_at(root: Path) -> None:
    charts(root, "fetch")
    app = root / "templates/apps/store/app.yaml"
    app.write_text(app.read_text(encoding="utf-8").replace("1.0.0", "3.0.0"), encoding="utf-8")
    result = charts(root, "keys")
    assert result.exit_code == 5
    assert result.stderr == "error: store: store 3.0.0: not in charts.lock; run: efdgen charts fetch\n"
    assert "wrote templates/apps/both/chart-keys.yaml" in result.stdout
    result = charts(root, "keys", "stroe")
    assert (result.exit_code, "did you mean 'store'?" in result.stderr) == (2, True)
