"""`efdgen versions`: what runs where, what lags behind, since when and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.cli import versions_command
from efdgen.errors import UsageError
from efdgen.verbs import versions as verb
from support.checkout import edit
from support.gitrepo import commit, variables
from support.standins import StandIns, metadata, pack

pytestmark = pytest.mark.usefixtures("helm_once")

LAB = "environments/lab.yaml"


@pytest.fixture(autouse=True)
def _as_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables().items():
        monkeypatch.setenv(name, value)


def run(root: Path, *arguments: str) -> str:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["versions", *arguments, "--root", str(root)])
    assert result.exit_code == 0, result.output
    return result.output


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_a_reason_of_several_paragraphs_is_one_line(small: Path) -> None:
    edit(
        small / LAB,
        "reason: 1.9.4 has not been tried here.",
        "reason: |\n          It is new.\n\n          Wait for it.",
    )
    listed = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["list", "--root", str(small)]).output

    for output in (listed, run(small)):
        assert any(line.endswith("  It is new. Wait for it.") for line in output.splitlines()), output


def test_what_lags_behind_has_its_commit_and_its_reason(small: Path) -> None:
    commit(small)
    edit(small / LAB, "value: 1.9.3", "value: 1.9.2")
    edit(small / LAB, "reason: 1.9.4 has not been tried here.", "reason: Because a | b.\n        until: 2099-01-31")
    commit(small)
    edit(small / "environments/dome.yaml", "  store: {}", STORE)
    _, _, *lines = run(small, "store", "--format", "markdown").splitlines()
    rows = {(row[1], row[2], row[3]): row[4:] for row in map(cells, lines)}
    assert rows["chart store-chart", "1.2.3", "everywhere"][0] == ""
    default, since, because = rows["example/store", "1.9.2", "lab"]
    assert (default, because) == ("behind 1.9.4", "Because a \\| b. (until 2099-01-31)")
    assert len(since.split()[1]) == 9
    assert rows["example/store", "1.10.0", "dome"] == ["ahead of 1.9.4", "", "Tried here first."], "not committed yet"
    shown = json.loads(run(small, "--differing", "--format", "json"))["versions"]
    assert [(row["environment"], row["version"], row["default"], row["line"]) for row in shown] == [
        ("dome", "1.10.0", "1.9.4", 12),
        ("lab", "1.9.2", "1.9.4", 22),
    ]
    assert [row["commit"] is None for row in shown] == [True, False]


STORE = """\
  store:
    pins:
      image.tag:
        value: "1.10.0"
        reason: Tried here first."""


def test_without_git_it_is_said_that_nobody_knows_since_when(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(small.parent))
    assert run(small, "store").startswith("since when is not known: this is not a Git repository\n")


def test_everywhere_is_everywhere_also_when_only_differences_are_shown(small: Path) -> None:
    edit(small / "environments/dome.yaml", "  store: {}", STORE)
    _, *lines = run(small, "store", "--differing", "--format", "markdown").splitlines()
    assert sorted(row[3] for row in map(cells, lines[2:])) == ["dome", "lab"]
    edit(small / "environments/dome.yaml", STORE.strip("\n"), "  store: {}")
    _, *lines = run(small, "store", "--differing", "--format", "markdown").splitlines()
    assert [row[3] for row in map(cells, lines[2:])] == ["lab"]


def test_an_app_that_is_not_there_is_refused(small: Path) -> None:
    with pytest.raises(UsageError, match="unknown app 'stor': did you mean 'store'"):
        verb.versions(small, ["stor"])


def test_where_everything_is_the_default_nothing_differs(small: Path) -> None:
    assert run(small, "vault-secrets-operator", "--differing").endswith("Everything is the default\n")


def test_images_that_only_a_chart_names_are_found_in_its_objects(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = POD.replace("ONE", "{{ .Values.image.repo }}:{{ .Values.image.tag }}")
    charts = StandIns.open(checkout)
    for reference in charts.archives:
        if reference.name == "influxdb":
            files = {"Chart.yaml": metadata(reference.name, reference.version), "templates/all.yaml": text}
            charts.archives[reference] = pack(reference.name, files)
    said = "Images that only a chart names are not shown. To see them, run: "
    text = run(checkout, "influxdb")
    assert text.endswith(f"\n{said}efdgen charts fetch; efdgen versions influxdb --hydrate\n")
    monkeypatch.setattr(versions_command, "open_charts", lambda _root: charts)
    assert run(checkout, "influxdb").endswith(f"\n{said}efdgen versions influxdb --hydrate\n")
    assert said not in run(checkout, "influxdb", "--hydrate", "--engine", "sdk")
    arguments = ["versions", "influxdb", "--hydrate", "--engine", "sdk", "--format", "json", "--root", str(checkout)]
    result = CliRunner().invoke(cli.command, arguments)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["versions"]
    summit = [(row["what"], row["name"], row["version"]) for row in rows if row["environment"] == "summit"]
    assert ("object", "quay.io/side/car", "v2.1") in summit
    assert [row for row in summit if row[1].endswith("influxdb")] == [
        ("chart", "influxdb", "3.0.9"),
        ("image.tag", "influxdb", "1.8.5"),
    ]


POD = """\
kind: Pod
apiVersion: v1
metadata: {name: a}
spec:
  containers:
  - {name: a, image: "ONE"}
  - {name: b, image: quay.io/side/car:v2.1}
"""
