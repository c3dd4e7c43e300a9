"""What apps can be made of: the worked examples of docs/apps.md render as it says, and Helm takes the result."""

from __future__ import annotations

import functools
import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.helm import engines, folders, hydrate
from efdgen.helm.engines.engine import Capabilities
from efdgen.language import yamlio
from efdgen.verbs import charts, deadvalues, lint, project
from support.checkout import ROOT, copy_tree, edit
from support.gitrepo import commit
from support.repository import overlay
from support.standins import StandIns

_EXAMPLE = re.compile(r"^## Example: ([^\n]+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`(?P<path>[^`\n]+)`[^\n]*:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PAGE = (ROOT / "docs/apps.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: {match["path"]: match["text"] for match in _FILE.finditer(text)} for title, text in _EXAMPLE.findall(PAGE)
}
WITHOUT = "an app without a chart"
SEVERAL = "an app of two charts"
FOLDER = "a chart in a folder of the repository"


def built(title: str, root: Path) -> dict[str, bytes]:
    """Follow an example in a copy of the project, and return what it renders to for the summit."""
    for folder in ("environments", "schemas", "templates"):
        copy_tree(ROOT / folder, root / folder)
    for path, text in EXAMPLES[title].items():
        if path.startswith("environments/"):
            edit(root / path, "\napps:\n", f"\napps:\n{text}")
        elif not path.startswith("rendered/"):
            overlay(root, {path: text})
    return dict(project.rendering(root, ["summit"], keep=True).tree)


@functools.cache
def engine() -> Any:
    return engines.choose("sdk")


def objects(tree: Mapping[str, bytes], app: str) -> list[Any]:
    """Return the objects of an app at the summit, made by Helm; each chart of others echoes its values."""
    cluster = Capabilities("1.21.5", ())
    (found,) = hydrate.hydrate(tree, "summit", [app], engine(), StandIns(tree), cluster)
    assert found.error == ""
    return [item.data for item in found.objects]


def named(found: list[Any], kind: str, name: str) -> Any:
    (only,) = [each for each in found if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return only


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("title", [title for title, files in EXAMPLES.items() if any("/Chart" in p for p in files)])
def test_an_example_renders_to_what_the_guide_says(title: str, tmp_path: Path) -> None:
    tree = built(title, tmp_path)

    told = {path.removeprefix("rendered/"): text for path, text in EXAMPLES[title].items() if "rendered/" in path}
    assert len(told) >= 2
    assert {path: tree[path].decode().partition("\n")[2] for path in told} == told


def test_an_app_without_a_chart_is_its_templates_and_their_values(tmp_path: Path) -> None:
    found = objects(built(WITHOUT, tmp_path), "banner")

    assert [each["kind"] for each in found] == ["ConfigMap", "Namespace"]
    assert named(found, "ConfigMap", "banner")["data"] == {
        "environment": "summit",
        "message": "Do not reboot. Ask #com-efd.",
    }


def test_an_app_without_a_chart_is_shown_as_such(tmp_path: Path) -> None:
    tree = built(WITHOUT, tmp_path)
    root = ("--root", str(tmp_path))

    listed = json.loads(run("list", *root, "--format", "json"))
    summit = next(each for each in listed["environments"] if each["name"] == "summit")
    app = next(each for each in summit["apps"] if each["name"] == "banner")
    assert (app["chart"], app["version"], app["charts"]) == (None, None, [])
    assert re.search(r"^banner +- .*no chart", run("list", *root), re.MULTILINE)
    assert "| none |  | `banner` |" in tree["docs/summit.md"].decode()
    assert "environments/summit.yaml" in run("explain", *root, "summit", "banner.message")
    assert "message" in run("explain", *root, "summit", "banner")
    assert "banner" in run("graph", *root, "summit")
    site = tmp_path / "site"
    run("site", *root, "--output", str(site))
    assert '<span class="version">no chart</span>' in (site / "summit.html").read_text(encoding="utf-8")


def test_the_objects_of_an_app_without_a_chart_are_checked_where_they_are_written(tmp_path: Path) -> None:
    tree = built(WITHOUT, tmp_path)
    overlay(tmp_path, {"templates/apps/banner/templates/banner.yaml": "apiVersion: v1\nkind: ConfigMap\n"})

    found = lint.lint(tmp_path, ["summit"], engine(), StandIns(tree))

    assert [(problem.code, str(problem.location)) for problem in found.problems] == [
        ("E701", "templates/apps/banner/templates/banner.yaml")
    ]


def on_disk(tree: Mapping[str, bytes], root: Path) -> None:
    overlay(root, {f"rendered/{path}": content for path, content in tree.items()})


def helm_builds(root: Path, app: str) -> list[Any]:
    """Return what Argo CD's Helm makes of an app: `helm dependency build`, then `helm template`."""
    chart = root / "rendered/apps" / app
    helm_python.dependency_build(chart)
    values = helm_python.values_from_yaml((chart / "values-summit.yaml").read_text(encoding="utf-8"))
    with helm_python.Chart.load(chart) as loaded:
        manifests = loaded.render(values, name=app, namespace=app)
    return [each for _, text in sorted(manifests.items()) for each in yamlio.load_all(text) if each]


def test_a_chart_in_a_folder_is_what_helm_builds_of_it(tmp_path: Path) -> None:
    tree = built(FOLDER, tmp_path)
    on_disk(tree, tmp_path)

    found = objects(folders.built(tree, tmp_path), "kiosk")

    assert named(found, "ConfigMap", "kiosk")["data"] == {
        "refresh": "10",
        "pages": "https://chronograf-summit-efd.lsst.codes",
    }
    assert sorted(found, key=str) == sorted(helm_builds(tmp_path, "kiosk"), key=str)


def test_argo_cd_renders_an_app_anew_when_its_folder_changes(tmp_path: Path) -> None:
    tree = built(FOLDER, tmp_path)

    (application,) = (
        item.data
        for result in hydrate.hydrate(tree, "summit", ["efd"], engine(), StandIns(tree), Capabilities("1.21.5", ()))
        for item in result.objects
        if item.data["kind"] == "Application" and item.data["metadata"]["name"] == "kiosk"
    )

    paths = application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"].split(";")
    below = application["spec"]["source"]["path"]
    assert [posixpath.normpath(f"{below}/{path}") for path in paths] == [
        "rendered/apps/kiosk/Chart.yaml",
        "rendered/apps/kiosk/templates",
        "rendered/apps/kiosk/values-summit.yaml",
        "charts/kiosk",
    ]


def test_a_change_in_a_folder_is_a_change_of_the_app(tmp_path: Path) -> None:
    tree = built(FOLDER, tmp_path)
    on_disk(tree, tmp_path)
    commit(tmp_path)
    edit(tmp_path / "charts/kiosk/templates/kiosk.yaml", "  refresh:", "  rate:")

    root = ("--root", str(tmp_path), "--base", "HEAD")
    assert "charts/kiosk/templates/kiosk.yaml" in run("diff", *root, "summit")
    shown = run("diff", *root, "--hydrate", "--engine", "sdk", "summit")
    assert 'summit / kiosk / ConfigMap kiosk/kiosk / data.rate: not set -> "10"' in shown


def test_what_a_folder_brings_is_explained_checked_and_never_fetched(tmp_path: Path) -> None:
    built(FOLDER, tmp_path)
    overlay(tmp_path, {"charts/kiosk/templates/bad.yaml": "apiVersion: v1\nkind: ConfigMap\n"})
    edit(tmp_path / "charts/kiosk/values.yaml", "pages: []", "pages: []\ntheme: dark")
    root = ("--root", str(tmp_path))

    assert "charts/kiosk/values.yaml:2:8" in run("explain", *root, "summit", "kiosk.theme")
    tree = project.rendering(tmp_path).tree
    found = lint.lint(tmp_path, ["summit"], engine(), StandIns(tree))
    assert [(each.code, str(each.location)) for each in found.problems] == [("E701", "charts/kiosk/templates/bad.yaml")]
    assert "kiosk" not in {chart.name for chart in charts.pinned(tmp_path)}


def test_a_folder_that_moved_on_is_no_silent_success(tmp_path: Path) -> None:
    tree = built(FOLDER, tmp_path)
    edit(tmp_path / "charts/kiosk/Chart.yaml", "0.2.0", "0.3.0")

    (found,) = hydrate.hydrate(
        folders.built(tree, tmp_path), "summit", ["kiosk"], engine(), StandIns(tree), Capabilities("1.21.5", ())
    )
    (gone,) = hydrate.hydrate(tree, "summit", ["kiosk"], engine(), StandIns(tree), Capabilities("1.21.5", ()))

    assert "the folder charts/kiosk has 0.3.0 now; efdgen render writes that down" in found.error
    assert "the folder charts/kiosk holds no chart" in gone.error


def test_overrides_that_a_folder_s_chart_does_not_read_are_dead(tmp_path: Path) -> None:
    built(FOLDER, tmp_path)
    edit(tmp_path / "environments/summit.yaml", "      refresh: 10\n", "      refresh: 10\n      pagez: []\n")

    found = deadvalues.search(tmp_path, ["summit"], engine(), StandIns(project.rendering(tmp_path).tree))

    of_kiosk = [each for each in found.problems if "kiosk" in each.message]
    assert [(each.code, each.path, each.hint) for each in of_kiosk] == [
        ("W704", ("values", "pagez"), "remove it; or did you mean 'pages'?")
    ]
    assert found.failed == ()


def echoed(found: list[Any], app: str) -> list[Any]:
    """Return the values that reached the charts of an app."""
    return [json.loads(each["data"]["values"]) for each in found if each["metadata"]["name"] == f"{app}-values"]


def test_each_of_two_charts_gets_its_own_values(tmp_path: Path) -> None:
    tree = built(SEVERAL, tmp_path)

    values = echoed(objects(tree, "logs"), "logs")

    assert sorted(values, key=len, reverse=True) == [
        {
            "persistence": {"enabled": True, "size": "200Gi", "storageClass": "local-path"},
            "image": {"tag": "2.4.1"},
            "global": {},
        },
        {"config": {"lokiAddress": "http://logs-loki.logs:3100/loki/api/v1/push"}, "global": {}},
    ]


def test_two_charts_are_shown_pinned_and_explained_by_their_keys(tmp_path: Path) -> None:
    tree = built(SEVERAL, tmp_path)
    root = ("--root", str(tmp_path))

    page = tree["docs/summit.md"].decode()
    assert "| loki, collector (promtail) | 2.9.1, 3.11.0 | `logs` |" in page
    assert "`loki.image.tag` is `2.4.1`: 2.4.2 forgets labels." in page
    assert "| logs | loki | 1 | 200Gi | `local-path` |" in page
    assert re.search(r"^logs .*loki 2\.9\.1, collector 3\.11\.0\*", run("list", *root), re.MULTILINE)
    said = run("explain", *root, "summit", "logs.loki.persistence.size")
    assert "spec" in said
    assert "app definition" in said
    pinned = charts.pinned(tmp_path)
    assert [chart.name for chart, apps in pinned.items() if apps == ("logs",)] == ["loki", "promtail"]


def test_a_review_names_values_of_two_charts_as_specs_do(tmp_path: Path) -> None:
    tree = built(SEVERAL, tmp_path)
    on_disk(tree, tmp_path)
    edit(tmp_path / "environments/summit.yaml", "size: 200Gi", "size: 300Gi")

    shown = run("diff", "--root", str(tmp_path), "summit")
    assert 'summit / logs / loki.persistence.size: "200Gi" -> "300Gi"' in shown

    edit(tmp_path / "templates/apps/logs/app.yaml", "  collector:\n    name: promtail\n", "  promtail:\n")
    edit(tmp_path / "templates/apps/logs/values.yaml", "collector:", "promtail:")
    assert "logs / Chart.yaml" in run("diff", "--root", str(tmp_path), "summit")


def test_one_of_two_charts_can_be_taken_away_with_its_values_or_replaced(tmp_path: Path) -> None:
    built(SEVERAL, tmp_path)
    overlay(
        tmp_path,
        {
            "templates/apps/quiet/app.yaml": "description: Logs that others bring.\nextends: logs\ncharts:\n"
            "  collector: null\n  loki: {path: charts/loki}\n",
            "charts/loki/Chart.yaml": "apiVersion: v2\nname: loki\nversion: 9.0.0\n",
        },
    )
    edit(tmp_path / "environments/summit.yaml", "  logs:\n", "  quiet: {}\n  logs:\n")

    tree = project.rendering(tmp_path, ["summit"]).tree

    assert yamlio.load(tree["apps/quiet/Chart.yaml"].decode())["dependencies"] == [
        {"name": "loki", "version": "9.0.0", "repository": "file://../../../charts/loki", "alias": "loki"}
    ]
    assert yamlio.load(tree["apps/quiet/values-summit.yaml"].decode()).keys() == {"env", "kubernetesVersion", "loki"}


def test_folders_of_several_charts_are_what_helm_builds_of_them(tmp_path: Path) -> None:
    built(FOLDER, tmp_path)
    twice = "charts:\n  kiosk: {path: charts/kiosk}\n  hall: {name: kiosk, path: charts/kiosk}\n"
    own = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\ndata:\n  of: '{{ .Values.who }}'\n"
    overlay(
        tmp_path,
        {
            "templates/apps/kiosk/app.yaml": f"description: What visitors see.\n{twice}",
            "templates/apps/kiosk/values.yaml": "who: us\nkiosk: {refresh: 1}\nhall: {refresh: 2}\n",
            "templates/apps/kiosk/templates/own.yaml": own,
            "charts/kiosk/templates/kiosk.yaml": "kind: ConfigMap\nmetadata:\n  name: c{{ .Values.refresh }}\n",
        },
    )
    edit(tmp_path / "environments/summit.yaml", "      refresh: 10\n", "      hall: {refresh: 3}\n      who: them\n")
    tree = project.rendering(tmp_path, ["summit"]).tree
    on_disk(tree, tmp_path)

    found = objects(folders.built(tree, tmp_path), "kiosk")

    assert {each["metadata"]["name"] for each in found} == {"c1", "c3", "own", "kiosk"}
    assert named(found, "ConfigMap", "own")["data"] == {"of": "them"}
    assert sorted(found, key=str) == sorted(helm_builds(tmp_path, "kiosk"), key=str)
