"""What a pin's value means: a number where the layers, or the chart alone, have one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from support.chartserver import ChartServer, chart

FILES = {
    "Chart.yaml": "apiVersion: v2\nname: board\nversion: 2.0.1\n",
    "values.yaml": "replicas: 1\nshown: true\nzone: 'a'\nlevel:\nsidecar: {depth: 2}\nimage: {tag: '1'}\n",
    "templates/a.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {{ toJson .Values | quote }}\n",
}
VALUES = "templates/apps/board/values.yaml"


@pytest.fixture
def root(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The small repository with one more app, whose values only its chart says; the chart is fetched."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with ChartServer() as server:
        server.add(chart("board", "2.0.1", FILES))
        of = ("--chart", "board", "--version", "2.0.1", "--repository", server.url)
        result = run(small, "new-app", "board", *of, "--in", "lab")
        assert result.exit_code == 0, result.output
        yield small


def run(root: Path, *arguments: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])


def pinned(root: Path, path: str, value: str) -> str:
    """Return what a pin writes, or why it is refused."""
    result = run(root, "pin", "lab", f"board.{path}", value, "--reason", "So.", "--dry-run")
    written = [line.partition("value: ")[2] for line in result.stdout.splitlines() if "value: " in line]
    return written[0] if result.exit_code == 0 else result.stderr


def test_a_pin_is_of_the_type_that_only_the_chart_has_there(root: Path) -> None:
    typed = (("replicas", "3"), ("shown", "false"), ("zone", "3"), ("sidecar.depth", "4"), ("image.tag", "2"))
    assert [pinned(root, *each) for each in typed] == ["3", "false", '"3"', "4", '"2"']
    assert "board.replicas is 1 now, and 'many' is text: write a number." in pinned(root, "replicas", "many")


def test_where_nobody_knows_the_type_a_pin_is_read_as_by_set_but_a_tag_is_text(root: Path, tmp_path: Path) -> None:
    assert pinned(root, "level", "3") == "3"  # the chart has null there
    (tmp_path / "cache").rename(tmp_path / "gone")
    typed = (("replicas", "3"), ("shown", "false"), ("zone", "b"), ("image.tag", "2"))
    assert [pinned(root, *each) for each in typed] == ["3", "false", "b", '"2"']


def test_a_mistake_elsewhere_does_not_hide_what_is_written_below(root: Path) -> None:
    (root / VALUES).write_text("zone: 7\nreplicas: 2\nlevel: 010\n", encoding="utf-8")
    typed = (("zone", "3"), ("replicas", "4"))
    assert [pinned(root, *each) for each in typed] == ["3", "4"]
