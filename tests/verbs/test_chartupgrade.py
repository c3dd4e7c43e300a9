"""`efdgen charts diff` and `efdgen charts upgrade`: what an operator learns from another version of a chart."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import Location
from efdgen.helm.charts.outcomes import Choice
from efdgen.report import chartreview
from efdgen.report import charts as report
from efdgen.verbs import chartupgrade
from efdgen.verbs.charts import pinned
from support import kills
from support.chartserver import Chart, ChartServer, chart
from support.checkout import ROOT, snapshot
from support.efd import EFD
from support.gitrepo import commit

pytestmark = pytest.mark.usefixtures("helm_once")

OLD = {
    "Chart.yaml": "apiVersion: v2\nname: store-chart\nversion: 1.2.3\nappVersion: '1.9'\nkubeVersion: '>=1.16-0'\n",
    "values.yaml": "image: {tag: '1.9.0'}\nreplicaCount: 1\nlogs: {level: info}\nold: {a: 1, b: 2}\n",
    "templates/a.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{ .Release.Name }}\n"
    "  labels: {helm.sh/chart: store-chart-{{ .Chart.Version }}}\n"
    "data:\n  tag: {{ .Values.image.tag | quote }}\n  replicas: {{ .Values.replicaCount | quote }}\n"
    "  ingress: {{ toJson .Values.ingress | quote }}\n  level: {{ .Values.logs.level }}\n"
    "  channel: {{ .Values.channel | quote }}\n",
}
NEW = {
    "Chart.yaml": "apiVersion: v2\nname: store-chart\nversion: 1.3.0\nappVersion: '2.0'\nkubeVersion: '>=1.16-0'\n",
    "values.yaml": "image: {tag: '2.0.0'}\nreplicas: 1\nlogs: {level: warn}\nfresh: {one: 1, two: 2}\n",
    "templates/a.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{ .Release.Name }}\n"
    "  labels: {helm.sh/chart: store-chart-{{ .Chart.Version }}}\n"
    "data:\n  tag: {{ .Values.image.tag | quote }}\n  replicas: {{ .Values.replicas | quote }}\n"
    "  ingress: {{ toJson .Values.ingress | quote }}\n  level: {{ .Values.logs.level }}\n"
    '  zone: {{ .Values.zone | default (required "a zone is needed" .Values.zone) | quote }}\n'
    "  number: 1\n",
}


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """A chart repository with versions of the small repository's store."""
    with ChartServer() as running:
        running.add(chart("store-chart", "1.2.3", OLD))
        running.add(chart("store-chart", "1.3.0", NEW))
        for version in ("1.4.0", "2.0.0"):
            content = {**NEW, "Chart.yaml": f"apiVersion: v2\nname: store-chart\nversion: {version}\n"}
            running.add(chart("store-chart", version, content))
        for entry, more in zip(
            running.entries["store-chart"],
            ({}, {"created": "2024-05-06T07:08:09Z"}, {"kubeVersion": ">=1.99"}, {"deprecated": True}),
            strict=True,
        ):
            entry.update(more)
        yield running


@pytest.fixture
def root(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ChartServer) -> Path:
    """The small repository, whose store comes from the server; its charts of others are stand-ins."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = small
    for path in sorted(root.glob("templates/apps/*/app.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("https://charts.example.org/", server.url), encoding="utf-8")
        if path.parent.name not in ("store", "efd") and "chart:" in text:
            server.add(_stand_in(text))
    return root


def _stand_in(definition: str) -> Chart:
    import yaml

    said: dict[str, Any] = yaml.safe_load(definition)["chart"]
    return chart(said["name"], str(said["version"]), {"templates/a.yaml": ""})


def charts(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["charts", *arguments, "--root", str(root)])


def definition(root: Path) -> str:
    return (root / "templates/apps/store/app.yaml").read_text(encoding="utf-8")


def test_a_diff_says_what_is_not_read_any_more_what_is_needed_and_which_defaults_differ(root: Path) -> None:
    result = charts(root, "diff", "store", "1.3.0")
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    lines = result.stdout.splitlines()
    assert lines[:2] == ["store-chart 1.2.3 -> 1.3.0 (2024-05-06)", "  appVersion: 1.9 -> 2.0"]
    unread = lines.index("1 override of ours that 1.3.0 does not read any more:")
    assert lines[unread + 1] == "  templates/apps/store/values.yaml:5:1: replicaCount; did you mean 'replicas'?"
    assert "  zone: a zone is needed" in lines
    assert "  ~ image.tag: 1.9.0 -> 2.0.0" in lines
    others = lines.index("Other defaults: 1 changed, 2 new, 1 gone")
    assert lines[others + 1 : others + 5] == [
        "  ~ logs.level: info -> warn",
        "  + replicas: 1",
        "  + fresh: {one, two}",
        "  - old: {a, b}",
    ]
    assert definition(root).count("1.2.3") == 1


def test_a_default_that_meets_an_override_of_ours_is_not_among_the_others(root: Path, server: ChartServer) -> None:
    versions = (
        (
            "1.2.1",
            "env: {A: '1'}\nmap: {a: 1, b: 2}\nnone: {a: 1}\ntop: 1\nother: {A: 1}\nzone: a\nfree: {a: 1}\nnum: 1\n",
        ),
        (
            "1.2.2",
            "env: []\nmap: {}\nfresh: {one: 1}\nfar: {one: 1}\ntop: 2\nother: []\nzone: b\nfree: {a: 1.0}\nnum: 1.5\n",
        ),
    )
    for version, values in versions:
        text = OLD["Chart.yaml"].replace("1.2.3", version)
        server.add(chart("store-chart", version, {"Chart.yaml": text, "values.yaml": values}))
    own = root / "templates/apps/store/values.yaml"
    ours = "env: {A: '2'}\nmap: {b: 3}\nnone: {a: 2}\nfresh: {one: 2}\nfar: {two: 2}\nzone: c\nnum: 2\n"
    own.write_text(ours, encoding="utf-8")
    result = charts(root, "diff", "store", "1.2.1", "1.2.2")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0, result.output
    under = lines.index("Defaults that differ under overrides of ours, which stay:")
    others = lines.index("Other defaults: 2 changed, 1 new, 0 gone")
    assert lines[under + 1 : others] == [
        "  ~ env: {A} -> [] (another type)",
        "  ~ map: {a, b} -> {}",
        "  - none: {a}",
        "  ~ zone: a -> b",
        "  ~ num: 1 -> 1.5",
        "  + fresh: {one}",
        "",
    ]
    assert lines[others + 1 :] == ["  ~ other: {A} -> [] (another type)", "  ~ top: 1 -> 2", "  + far: {one}"]


def test_a_long_list_of_defaults_ends_with_the_command_that_shows_all(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chartreview, "_MOST_DEFAULTS", 2)
    lines = charts(root, "diff", "store", "1.3.0").stdout.splitlines()
    assert "  and 2 more: efdgen charts diff store 1.2.3 1.3.0 --all" in lines


def test_a_diff_for_programs_holds_everything_and_names_clusters_that_the_chart_is_not_for(
    root: Path, server: ChartServer
) -> None:
    refused = {**NEW, "Chart.yaml": NEW["Chart.yaml"].replace("1.3.0", "1.5.0").replace(">=1.16-0", ">=1.99")}
    server.add(chart("store-chart", "1.5.0", refused))
    found = json.loads(charts(root, "diff", "store", "1.2.3", "1.5.0", "--format", "json").stdout)
    assert (found["before"]["version"], found["after"]["version"]) == ("1.2.3", "1.5.0")
    assert {cluster["fits"] for cluster in found["clusters"]} == {False}
    assert [each["path"] for each in found["overridesNotReadAnyMore"]] == [["replicaCount"]]
    text = charts(root, "diff", "store", "v1.5.0").stdout
    assert text.startswith("store-chart 1.2.3 -> 1.5.0\n")
    assert "NOT FOR THE CLUSTER: it is for Kubernetes >=1.99; " in text


@pytest.mark.usefixtures("at_once")
def test_an_upgrade_changes_the_version_alone_locks_it_makes_the_keys_and_shows_the_objects(root: Path) -> None:
    charts(root, "fetch")
    charts(root, "keys", "store")
    values = root / "templates/apps/store/values.yaml"
    values.write_text(values.read_text(encoding="utf-8") + "zone: a\n", encoding="utf-8")
    before = definition(root)
    result = charts(root, "upgrade", "store", "1.3.0", "--engine", "sdk")
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    assert definition(root) == before.replace("1.2.3", "1.3.0")
    assert 'version: "1.3.0"' in (root / "charts.lock").read_text(encoding="utf-8")
    assert "from store-chart 1.3.0." in (root / "templates/apps/store/chart-keys.yaml").read_text(encoding="utf-8")
    assert "ConfigMap store/store / data.level: info -> warn" in result.stdout
    # Kubernetes would refuse it: every value of a ConfigMap is text.
    found = result.stdout.partition("\nefdgen lint finds then in dome, lab, and did not before:\n")[2]
    assert found.startswith("error[E701] ConfigMap store: data.number must be text, not 1 (")
    assert "wrote templates/apps/store/app.yaml, charts.lock, templates/apps/store/chart-keys.yaml" in result.stdout
    assert charts(root, "verify").exit_code == 0


def test_an_upgrade_that_is_killed_is_finished_as_a_whole_or_never_was(root: Path, tmp_path: Path) -> None:
    charts(root, "fetch")
    charts(root, "keys", "store")
    values = root / "templates/apps/store/values.yaml"
    values.write_text(values.read_text(encoding="utf-8") + "zone: a\n", encoding="utf-8")
    whole = tmp_path / "whole"
    shutil.copytree(root, whole)
    assert charts(whole, "upgrade", "store", "1.3.0", "--engine", "sdk").exit_code == 0
    before, after = snapshot(root), snapshot(whole)
    files = ["charts.lock", "templates/apps/store/app.yaml", "templates/apps/store/chart-keys.yaml"]
    assert sorted(path for path in after if before.get(path) != after[path]) == files
    upgrade = ("charts", "upgrade", "store", "1.3.0", "--engine", "sdk", "--root")
    for taken, expected in ((0, before), (1, before), (2, after), (3, after)):
        killed = tmp_path / str(taken)
        shutil.copytree(root, killed)
        kills.edit_until(killed, taken, *upgrade, str(killed))
        runner = CliRunner(env={"NO_COLOR": "1"})
        shown = runner.invoke(cli.command, ["interrupted", "--root", str(killed)]).output
        assert [path in shown for path in files] == [taken > 0] * len(files), shown
        # Any verb that edits ends it, and another upgrade, too.
        charts(killed, "keys", "store")
        assert snapshot(killed) == expected, taken
        again = charts(killed, "upgrade", "store", "1.3.0", "--engine", "sdk")
        assert (again.exit_code, snapshot(killed)) == (0 if expected is before else 2, after), again.output


@pytest.mark.usefixtures("at_once")
def test_an_upgrade_says_what_lint_finds_in_whole_environments_that_it_did_not_before(
    root: Path, server: ChartServer
) -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: by-hand}\n"
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: reader}\nspec: {containers: [{name: c, image: 'c:1', "
    reads = "envFrom: [{configMapRef: {name: nobodys}}]}]}\n"
    claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n"
    claim += "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"
    old = {**OLD, "templates/a.yaml": f"{pod}{reads}{claim}", "Chart.yaml": OLD["Chart.yaml"].replace("1.2.3", "1.2.4")}
    server.add(chart("store-chart", "1.2.4", old))
    secret = f"{{{{ if .Values.auth.create }}}}\n# {{{{ .Values.auth.realm }}}}\n{secret}{{{{ end }}}}\n"
    new = {
        **OLD,
        "templates/a.yaml": f"{pod}}}]}}\n{secret}",
        "values.yaml": f"{OLD['values.yaml']}auth: {{create: true, realm: ''}}\n",
        "Chart.yaml": OLD["Chart.yaml"].replace("1.2.3", "1.2.5"),
    }
    server.add(chart("store-chart", "1.2.5", new))
    broken = {**old, "Chart.yaml": OLD["Chart.yaml"].replace("1.2.3", "1.2.6"), "templates/b.yaml": "{{ fail `no` }}"}
    server.add(chart("store-chart", "1.2.6", broken))
    file = root / "templates/apps/store/app.yaml"
    file.write_text(definition(root).replace("1.2.3", "1.2.4") + "manualSecrets: [by-hand]\n", encoding="utf-8")
    charts(root, "fetch")

    result = charts(root, "upgrade", "store", "1.2.5", "--engine", "sdk")

    assert "\nCLAIMS REMOVED  dome, lab / store / PersistentVolumeClaim store/data: the data" in result.stdout
    told, _, gone = result.stdout.partition("and did not before:\n")[2].partition(
        "efdgen lint does not find any more:\n"
    )
    assert [line.partition(":")[0] for line in told.splitlines() if line.startswith(("error", "warning"))] == [
        "error[E716] Secret by-hand"
    ], result.output
    assert gone.splitlines()[0].startswith("  E709 Pod reader: it needs the ConfigMap 'nobodys', which nothing makes")
    # The default that makes it, and its line is the version's; where a value of ours makes it, that one is named.
    assert "\n  --> templates/apps/store/app.yaml:4:12\n" in told
    default = "the chart's default auth.create: true makes this one, and auth.create: false does not"
    assert f"= let one of them make it: {default}\n" in told
    own = root / "templates/apps/store/values.yaml"
    ours = own.read_text(encoding="utf-8")
    own.write_text(f"{ours}auth: {{create: true, realm: by-hand}}\n", encoding="utf-8")
    linted = CliRunner().invoke(cli.command, ["lint", "--engine", "sdk", "--root", str(root)]).stdout
    place = linted.partition("error[E716]")[2].splitlines()[1]
    assert place == f"  --> templates/apps/store/values.yaml:{len(ours.splitlines()) + 1}:16"
    own.write_text(ours, encoding="utf-8")
    # Where Helm fails, nothing is called new or gone that could not be looked at.
    result = charts(root, "upgrade", "store", "1.2.6", "--engine", "sdk")
    assert result.exit_code == 5
    assert "E716" not in result.stdout
    assert "Not looked at together: the objects of dome, lab, E707 to W718: Helm can't do store" in result.stdout


@pytest.mark.usefixtures("at_once")
def test_keys_that_become_less_strict_are_said_in_the_words_of_charts_keys(root: Path, server: ChartServer) -> None:
    said = "any key counts as known: a template reads all values at once, or none reads any; "
    said += "efdgen lint --dead-values finds what does nothing"
    where = "Overrides that {} does not know are not found any more here:"
    whole = "{{ toYaml .Values.logs | quote }}"
    for version, reads in (("1.2.4", whole), ("1.2.5", f"{whole}\n  all: {{{{ toYaml .Values | quote }}}}")):
        template = OLD["templates/a.yaml"].replace("{{ .Values.logs.level }}", reads)
        text = OLD["Chart.yaml"].replace("1.2.3", version)
        server.add(chart("store-chart", version, {**OLD, "Chart.yaml": text, "templates/a.yaml": template}))
    charts(root, "fetch")
    charts(root, "keys", "store")
    file = root / "templates/apps/store/chart-keys.yaml"
    upgraded = charts(root, "upgrade", "store", "1.2.4", "--engine", "sdk")
    lines = upgraded.stdout.splitlines()
    assert lines[lines.index(where.format("1.2.4")) + 1] == f"  logs: {said}", upgraded.output
    assert [line for line in lines if "any key" in line] == [f"  logs: {said}"]
    upgraded = charts(root, "upgrade", "store", "1.2.5", "--engine", "sdk")
    assert upgraded.exit_code == 0, upgraded.output
    lines = upgraded.stdout.splitlines()
    assert lines[lines.index(where.format("1.2.5")) + 1] == f"  all values: {said}"
    assert file.read_text(encoding="utf-8").endswith("\n{}\n")
    found = json.loads(charts(root, "diff", "store", "1.2.3", "1.2.5", "--format", "json").stdout)
    assert found["anyKeyCountsAsKnownNow"] == [[]]
    # Where nothing becomes less strict, nothing is said; what a file said beyond its version is said of the file.
    assert "any key" not in charts(root, "diff", "store", "1.2.5", "1.2.4").stdout
    file.write_text("logs: {level: {}}\nimage: {tag: {x: {}}}\n", encoding="utf-8")
    upgraded = charts(root, "upgrade", "store", "1.2.3", "--engine", "sdk")
    keys = "templates/apps/store/chart-keys.yaml"
    assert [line for line in upgraded.stdout.splitlines() if "any key" in line] == [f"{keys}, image.tag: {said}"]
    file.write_text("image: {tag: {x: {}}}\n", encoding="utf-8")
    assert f"{keys}, image.tag: {said}\n" in charts(root, "keys", "store").stdout


def test_the_charts_of_a_revision_are_fetched_for_a_review_against_it(
    root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    charts(root, "fetch")
    commit(root)
    values = root / "templates/apps/store/values.yaml"
    values.write_text(values.read_text(encoding="utf-8") + "zone: a\n", encoding="utf-8")
    charts(root, "upgrade", "store", "1.3.0", "--engine", "sdk")
    # Somebody else has what is locked now, and nothing of before.
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "another cache"))
    charts(root, "fetch")
    before = snapshot(root)
    review = ["diff", "--base", "HEAD", "--hydrate", "--engine", "sdk", "--root", str(root)]
    result = CliRunner().invoke(cli.command, review)
    assert (result.exit_code, "NOT COMPARED  store in dome, lab\n" in result.stdout) == (5, True), result.stdout
    # Said once, for all environments, with what helps.
    (error,) = (line for line in result.stderr.splitlines() if line.startswith("error:"))
    assert error.startswith("error: store in environments dome, lab: store-chart 1.2.3: not in the chart cache (")
    assert error.endswith("; run: efdgen charts fetch --base HEAD")

    result = charts(root, "fetch", "--base", "HEAD")

    assert result.stdout.startswith("fetched store-chart 1.2.3\n1 fetched, "), result.output
    assert (result.exit_code, snapshot(root)) == (0, before)
    assert CliRunner().invoke(cli.command, review).exit_code == 0
    # What was locked then is not to be had again: there is nothing to accept.
    (tmp_path / "another cache/charts").rename(tmp_path / "gone")
    server.add(chart("store-chart", "1.2.3", {**OLD, "values.yaml": "image: {tag: '6.6.6'}\n"}))
    result = charts(root, "fetch", "--base", "HEAD")
    assert (result.exit_code, "accept" in result.stderr) == (5, False)
    assert "find out why (charts.lock of HEAD (" in result.stderr
    assert charts(root, "fetch", "--base", "HEAD", "--accept", "store-chart").exit_code == 2


def test_a_pin_that_the_new_version_does_not_know_is_said_after_the_review(root: Path) -> None:
    charts(root, "fetch")
    charts(root, "keys", "store")
    spec = root / "environments/dome.yaml"
    text = spec.read_text(encoding="utf-8")
    pins = "  store:\n    pins:\n      channel: {value: beta, reason: The dome tries it first.}\n"
    spec.write_text(text.replace("  store: {}\n", pins), encoding="utf-8")
    result = charts(root, "upgrade", "store", "1.3.0", "--engine", "sdk")
    assert (result.exit_code, "environments/dome.yaml" in result.stdout) == (3, True), result.output
    assert "environments/dome.yaml" in result.stdout
    assert "to take it back: git restore templates/apps/store/app.yaml charts.lock" in result.stdout
    assert "E402" in result.stderr


@pytest.mark.usefixtures("at_once")
def test_without_a_version_the_newest_is_taken_that_fits_every_cluster_and_what_is_newer_is_said(root: Path) -> None:
    charts(root, "fetch")
    values = root / "templates/apps/store/values.yaml"
    values.write_text(values.read_text(encoding="utf-8") + "zone: a\n", encoding="utf-8")
    result = charts(root, "upgrade", "store", "--engine", "sdk")
    assert result.exit_code == 0
    assert (
        "The newest version that fits is 1.3.0; 2.0.0 is another major version: efdgen charts upgrade store 2.0.0"
        in (result.output)
    )
    assert '"1.3.0"' in definition(root)
    result = charts(root, "upgrade", "store")
    assert (result.exit_code, "No newer version fits" in result.output) == (0, True)


def test_where_no_newer_version_is_for_the_cluster_the_newest_older_one_that_is_is_named(
    root: Path, server: ChartServer
) -> None:
    path = root / "templates/apps/store/app.yaml"
    path.write_text(definition(root).replace("1.2.3", "1.4.0"), encoding="utf-8")
    server.entries["store-chart"][3].update(kubeVersion=">=1.99")
    pinned = "1.4.0, which is pinned, is not for every cluster"

    result = charts(root, "upgrade", "store")

    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[-1] == (
        "No newer version fits; 2.0.0 is another major version, and not for every cluster: "
        f"efdgen charts upgrade store 2.0.0; {pinned}; the newest older version that is, is 1.3.0: "
        "efdgen charts upgrade store 1.3.0"
    )
    lines = charts(root, "outdated").stdout.splitlines()
    (row,) = (line for line in lines if "store-chart  1.4.0" in line)
    assert row.split()[-1] == "1.3.0"
    assert f"store-chart {pinned}; the newest older version that is, is 1.3.0" in lines
    found = json.loads(charts(root, "outdated", "--format", "json").stdout)["charts"]
    assert next(each["olderThatFits"] for each in found if each["name"] == "store-chart") == "1.3.0"
    for entry in server.entries["store-chart"][:2]:
        entry.update(kubeVersion=">=1.99")
    result = charts(root, "upgrade", "store")
    assert result.stderr.endswith(f"{pinned}, and no older version is\n")


def test_a_newer_major_version_for_the_cluster_is_named_before_one_that_is_not(root: Path, server: ChartServer) -> None:
    content = {**NEW, "Chart.yaml": "apiVersion: v2\nname: store-chart\nversion: 3.0.0\n"}
    server.add(chart("store-chart", "3.0.0", content))
    server.entries["store-chart"][4].update(kubeVersion=">=1.99")
    path = root / "templates/apps/store/app.yaml"
    path.write_text(definition(root).replace("1.2.3", "1.4.0"), encoding="utf-8")

    assert "; 2.0.0 is another major version: efdgen charts upgrade" in charts(root, "upgrade", "store").stderr


def test_what_no_index_says_is_said_to_be_open() -> None:
    chosen = Choice("", unfit="2.0.0", is_open=True)

    said = report.choice("store", chosen, "loki")

    assert said == (
        "No newer version fits; 2.0.0, which is pinned, is not for every cluster; what another is for, it says itself: "
        "efdgen charts diff store VERSION --chart loki"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("store", "9.9.9"), 5, "error: store-chart 9.9.9: http://127.0.0.1:"),
        (("store", "9.9.9"), 5, "has no version 9.9.9 of store-chart"),
        (("store", "1.2.3"), 2, "store-chart 1.2.3 is what store pins already"),
        (("store", "v1.2.3"), 2, "store-chart 1.2.3 is what store pins already"),
        (("stroe", "1.3.0"), 2, "did you mean 'store'?"),
        (("store", "1.3.0", "--chart", "x"), 2, "unknown chart 'x'"),
    ],
)
def test_an_upgrade_that_cannot_be_changes_nothing(
    root: Path, arguments: tuple[str, ...], status: int, message: str
) -> None:
    charts(root, "fetch")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    result = charts(root, "upgrade", *arguments)
    assert (result.exit_code, message in result.stderr) == (status, True), result.stderr
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_outdated_says_what_is_old_deprecated_or_not_for_a_cluster(root: Path, server: ChartServer) -> None:
    for number, created in enumerate(("2020-01-02T00:00:00Z", "hello", "2020-13-45")):
        server.entries["store-chart"][number]["created"] = created
    server.entries["store-chart"][3].update(kubeVersion=">=1.99", created="2026-01-02T00:00:00Z")
    lines = charts(root, "outdated").stdout.splitlines()
    (row,) = (line for line in lines if "1.2.3" in line)
    assert row.split("store-chart")[1].split() == ["1.2.3", "(2020-01-02)", "1.4.0", "2.0.0", "(2026-01-02)", "1.3.0"]
    assert "store-chart 2.0.0 is deprecated: nobody looks after it" in lines
    assert "store-chart 2.0.0 is for Kubernetes >=1.99, which not every cluster has" in lines
    # What is no date is not shown as one.
    assert charts(root, "diff", "store", "1.3.0").stdout.startswith("store-chart 1.2.3 (2020-01-02) -> 1.3.0\n")
    found = json.loads(charts(root, "outdated", "--format", "json").stdout)["charts"]
    (store,) = (each for each in found if each["name"] == "store-chart")
    assert (store["newestThatFits"], store["deprecated"]) == ("1.3.0", ["newest"])
    for entry in server.entries["store-chart"][1:3]:
        entry.update(kubeVersion=">=1.99", deprecated=True)
    lines = charts(root, "outdated").stdout.splitlines()
    (row,) = (line for line in lines if "1.2.3" in line)
    assert row.split()[-1] == "1.2.3"
    assert [line for line in lines if "is deprecated" in line] == [
        f"store-chart {version} is deprecated: nobody looks after it" for version in ("2.0.0", "1.4.0")
    ]


def test_an_archive_that_is_not_there_is_said_with_its_chart_and_version(root: Path, server: ChartServer) -> None:
    server.entries["store-chart"][1]["urls"] = ["gone/store.tgz"]
    error = charts(root, "diff", "store", "1.3.0").stderr
    assert error.startswith(f"error: store-chart 1.3.0: {server.url}/gone/store.tgz"), error
    server.entries.clear()
    assert charts(root, "upgrade", "store").stderr.startswith(
        f"error: store-chart: {server.url}/index.yaml has no chart"
    )


def test_renovate_s_expression_finds_every_chart_of_the_efd() -> None:
    page = (ROOT / "docs/charts.md").read_text(encoding="utf-8")
    block = page.partition("```json5\n")[2].partition("```")[0]
    settings = json.loads(block)
    (manager,) = settings["customManagers"]
    (expression,) = manager["matchStrings"]
    # Renovate's engine writes the names of groups as JavaScript does.
    chart_of_an_app = re.compile(expression.replace("(?<", "(?P<"))
    (files,) = manager["managerFilePatterns"]
    found = set()
    for path in EFD.glob("templates/apps/*/app.yaml"):
        if re.search(files.strip("/"), path.relative_to(EFD).as_posix()):
            for match in chart_of_an_app.finditer(path.read_text(encoding="utf-8")):
                found.add((match["depName"], match["currentValue"], match["registryUrl"]))
    assert found == {tuple(reference) for reference in pinned(EFD)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('  version: "1.2.3"  # why', '  version: "2.0.0"  # why'),
        ("  version: '1.2.3'", "  version: '2.0.0'"),
        ("  version: 1.2.3 # why", "  version: 2.0.0 # why"),
        ("  {name: x, version: 1.2.3, repository: y}", "  {name: x, version: 2.0.0, repository: y}"),
        ("  version: *pinned", None),
        ("  version: >-", None),
    ],
)
def test_in_app_yaml_only_the_version_changes(line: str, expected: str | None) -> None:
    text = f"# é\nchart:\n{line}\r\nlast: 1\n"
    column = line.index("version: ") + len("version: ") + 1
    changed = chartupgrade.with_version(text, Location("app.yaml", 3, column), "1.2.3", "2.0.0")
    assert changed == (None if expected is None else text.replace(line, expected))


def test_a_version_that_yaml_takes_for_a_number_is_quoted() -> None:
    assert chartupgrade.with_version("version: 1.2.3\n", Location("a", 1, 10), "1.2.3", "1.10") == 'version: "1.10"\n'
