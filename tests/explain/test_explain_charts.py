"""`efdgen explain` with the values that charts bring themselves, from a real lock and a real cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm.charts import lock
from efdgen.helm.charts.cache import Cache, digest
from efdgen.helm.charts.lock import LockedChart
from support.chartserver import chart
from support.checkout import edit
from support.repository import overlay

SUB = chart("sub", "0.1.0", {"values.yaml": "port: 80\nname: sub\n"})
OFF = chart("spare", "0.1.0", {"values.yaml": "port: 80\n"})
STORE = chart(
    "store-chart",
    "1.2.3",
    {
        "Chart.yaml": "apiVersion: v2\nname: store-chart\nversion: 1.2.3\n"
        "dependencies:\n- {name: sub, version: 0.1.0}\n- {name: spare, version: 0.1.0, condition: config.spare}\n",
        "values.yaml": "image:\n  tag: 1.0.0\n# How many.\nreplicas: 3\nsub:\n  port: 81\nconfig: {spare: false}\n",
    },
    subcharts=[SUB, OFF],
)
REPOSITORY = "https://charts.example.org/"


@pytest.fixture
def cached(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one chart in the cache."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    Cache(tmp_path / "cache").write(STORE.archive)
    entry = LockedChart("store-chart", "1.2.3", REPOSITORY, f"{REPOSITORY}{STORE.file}", digest(STORE.archive))
    (small / lock.FILE).write_text(lock.dump([entry]), encoding="utf-8")
    return small


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(cli.command, ["explain", *arguments, "--root", str(root)])
    assert result.exit_code == 0, result.output
    return result


def test_the_chart_s_own_value_is_shown_below_all_others(cached: Path) -> None:
    result = run(cached, "lab", "store.image.tag")
    assert result.stderr == ""
    assert result.stdout.splitlines()[1:4] == [
        '    chart default   "1.0.0"  store-chart-1.2.3.tgz:values.yaml:2:8',
        '    app definition  "1.9.4"  templates/apps/store/values.yaml:3:9',
        '  * spec            "1.9.3"  environments/lab.yaml:22:16',
    ]


def test_values_that_only_charts_set_are_explained(cached: Path) -> None:
    assert run(cached, "lab", "store.replicas").stdout.splitlines() == [
        "lab store.replicas = 3",
        "  * chart default  3  store-chart-1.2.3.tgz:values.yaml:4:11",
    ]
    assert run(cached, "lab", "store.sub").stdout.splitlines() == [
        "lab store.sub.port = 81",
        "    chart default  80  store-chart-1.2.3.tgz:charts/sub/values.yaml:1:7",
        "  * chart default  81  store-chart-1.2.3.tgz:values.yaml:6:9",
        "",
        'lab store.sub.name = "sub"',
        '  * chart default  "sub"  store-chart-1.2.3.tgz:charts/sub/values.yaml:2:7',
    ]


def test_a_value_of_a_chart_that_is_switched_off_says_so(cached: Path) -> None:
    assert run(cached, "lab", "store.spare.port").stdout.splitlines() == [
        "lab store.spare.port = 80",
        "  * chart default  80  store-chart-1.2.3.tgz:charts/spare/values.yaml:1:7",
        "    the chart inside that takes it is switched off: config.spare is false",
    ]
    (found,) = json.loads(run(cached, "lab", "store.spare.port", "--format", "json").stdout)
    assert found["switchedOff"] == "config.spare"
    edit(cached / "environments/lab.yaml", "      persistence:\n", "      config: {spare: true}\n      persistence:\n")
    assert "switched" not in run(cached, "lab", "store.spare.port").stdout


def test_a_chart_that_is_not_there_is_said_once_on_stderr(cached: Path) -> None:
    result = run(cached, "lab", "view.env.REFRESH")
    assert result.stderr == ("chart defaults are not shown: view 2.0.0: not in charts.lock; run: efdgen charts fetch\n")
    assert "chart default" not in result.stdout


def test_who_asks_about_one_of_several_charts_hears_nothing_of_the_others(cached: Path) -> None:
    charts = "store-chart: {version: 1.2.3, repository: %s}\n  other: {version: 1.0.0, repository: %s}"
    files: dict[str, str | bytes | None] = {
        "templates/apps/pair/app.yaml": f"description: A pair.\ncharts:\n  {charts % (REPOSITORY, REPOSITORY)}\n",
        "templates/apps/pair/values.yaml": "note: hello\nother: {a: 1}\n",
        "templates/apps/pair/templates/note.yaml": 'kind: ConfigMap\nnote: "{{ .Values.note }}"\n',
        "environments/dome.yaml": (cached / "environments/dome.yaml").read_text(encoding="utf-8") + "  pair: {}\n",
    }
    overlay(cached, files)

    own = run(cached, "dome", "pair.store-chart.replicas")
    templates = run(cached, "dome", "pair.note")
    other = run(cached, "dome", "pair.other.a")

    assert "store-chart-1.2.3.tgz:values.yaml:4:11" in own.stdout
    assert (own.stderr, templates.stderr) == ("", "")
    assert other.stderr == "chart defaults are not shown: other 1.0.0: not in charts.lock; run: efdgen charts fetch\n"


@pytest.mark.parametrize("question", [["--hosts"], ["--secrets"], ["kafka.broker"], ["efd"], []])
def test_who_asks_about_no_chart_s_values_hears_nothing_of_charts(cached: Path, question: list[str]) -> None:
    assert run(cached, "lab", *question).stderr == ""


def test_a_damaged_cache_stops_nothing(cached: Path, tmp_path: Path) -> None:
    Cache(tmp_path / "cache").path(digest(STORE.archive)).write_bytes(b"")
    result = run(cached, "lab", "store.image.tag")
    assert "is damaged" in result.stderr
    assert '* spec            "1.9.3"' in result.stdout


COMPUTED = """\
sub: "<% {'name': app.name} %>"
replicas: <% none %>
"""


def test_beside_a_computed_mapping_and_under_what_is_left_out_the_chart_s_own_counts(cached: Path) -> None:
    values = cached / "templates/apps/store/values.yaml"
    overlay(cached, {"templates/apps/store/values.schema.json": None, "templates/apps/store/chart-keys.yaml": None})
    values.write_text(COMPUTED, encoding="utf-8")

    of_sub = run(cached, "dome", "store.sub").stdout
    assert [line for line in of_sub.splitlines() if " = " in line and line.startswith("dome")] == [
        "dome store.sub.port = 81",
        'dome store.sub.name = "store"',
    ]
    assert "  * chart default   81" in of_sub
    left_out = run(cached, "dome", "store.replicas").stdout.splitlines()
    assert left_out == [
        "dome store.replicas = 3",
        "  * chart default   3           store-chart-1.2.3.tgz:values.yaml:4:11",
        "    app definition  <% none %>  templates/apps/store/values.yaml:2:11",
        "    which yields nothing here: what the chart itself has stays",
    ]
    # What a computed text stands over is gone, and so is what a null takes away.
    values.write_text("sub: <% app.name %>\nreplicas: null\n", encoding="utf-8")
    assert run(cached, "dome", "store.sub").stdout.splitlines()[0] == 'dome store.sub = "store"'
    assert run(cached, "dome", "store.replicas").stdout.splitlines()[0] == "dome store.replicas = null"
