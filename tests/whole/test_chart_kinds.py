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
from efdgen.errors import InvalidInputError, Problem
from efdgen.helm import engines, folders, hydrate
from efdgen.helm.charts.cache import ChartsOnDemand
from efdgen.helm.engines.engine import Capabilities
from efdgen.language import yamlio
from efdgen.rules.kubernetes import across
from efdgen.verbs import charts, deadvalues, lint, project
from support.checkout import ROOT, copy_tree, edit
from support.efd import EFD
from support.gitrepo import VARIABLES, commit, git
from support.repository import overlay
from support.standins import StandIns

_EXAMPLE = re.compile(r"^## Example: ([^\n]+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`(?P<path>[^`\n]+)`[^\n]*:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PAGE = (ROOT / "docs/apps.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: {match["path"]: match["text"] for match in _FILE.finditer(text)} for title, text in _EXAMPLE.findall(PAGE)
}
WITHOUT = "an app without a chart"
GIT = "a chart from Git"
SEVERAL = "an app of two charts"
FOLDER = "a chart in a folder of the repository"


def alone(linted: lint.Linted) -> list[Problem]:
    """Return what is wrong with single objects: the stand-ins make none of the Services and pods of the real charts."""
    return [each for each in linted.problems if each.code not in across.CODES]


def built(title: str, root: Path) -> dict[str, bytes]:
    """Follow an example in a copy of the project, and return what it renders to for the summit."""
    for folder in ("environments", "schemas", "templates"):
        copy_tree(EFD / folder, root / folder)
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
    assert "| none |  |  | `banner` |" in tree["docs/summit.md"].decode()
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

    assert [(problem.code, str(problem.location)) for problem in alone(found)] == [
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


@pytest.mark.usefixtures("at_once")
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
    assert [(each.code, str(each.location)) for each in alone(found)] == [("E701", "charts/kiosk/templates/bad.yaml")]
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
    assert "| loki, collector (promtail) | 2.9.1, 3.11.0 | `2.4.1` at `loki.image.tag` | `logs` |" in page
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
    # The alias of the only one, which says that values are not just the chart's, is nothing to Helm.
    template = "kind: ConfigMap\nmetadata:\n  name: {{ .Values.persistence.size }}\n"
    overlay(tmp_path, {"charts/loki/templates/a.yaml": template})
    on_disk(tree, tmp_path)
    assert named(helm_builds(tmp_path, "quiet"), "ConfigMap", "50Gi")


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


def stand_in(origin: Path) -> dict[str, str]:
    """Return the settings of a Git that finds the example's repository in a folder."""
    settings = {f"url.{origin.as_uri()}.insteadOf": "https://github.com/example/boards", "maintenance.auto": "false"}
    numbered = {}
    for number, (key, value) in enumerate(settings.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**VARIABLES, **numbered, "GIT_CONFIG_COUNT": str(len(settings))}


@pytest.fixture
def boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the Git repository of the guide's example, in the place of the one on the net."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    origin = tmp_path / "boards"
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-boards\n"
        "data:\n  all: {{ toJson .Values | quote }}\n"
    )
    overlay(
        origin,
        {
            "deploy/chart/Chart.yaml": "apiVersion: v2\nname: boards\nversion: 0.0.1\n",
            "deploy/chart/values.yaml": "lines: 10\ncolour: green\n",
            "deploy/chart/templates/namespace.yaml": template,
        },
    )
    commit(origin)
    git(origin, "tag", "--annotate", "--message", "One", "v1.4.0")
    for key, value in stand_in(origin).items():
        monkeypatch.setenv(key, value)
    every = charts.pinned
    # The project's own charts are on the net, and no test asks there.
    monkeypatch.setattr(
        charts, "pinned", lambda root, *_: {chart: apps for chart, apps in every(root).items() if apps == ("boards",)}
    )
    return origin


def test_argo_cd_takes_a_chart_from_git_by_itself(tmp_path: Path) -> None:
    tree = built(GIT, tmp_path)
    cluster = Capabilities("1.21.5", ())
    (parent,) = hydrate.hydrate(tree, "summit", ["efd"], engine(), StandIns(tree), cluster)

    application = named([item.data for item in parent.objects], "Application", "boards")

    assert "source" not in application["spec"]
    fence = re.search(r"Its sources are\n\n```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert fence is not None
    assert application["spec"]["sources"] == yamlio.load(fence[1])
    # Argo CD would look for the paths in each source, and miss changes of the values that one lends to the other.
    assert application["metadata"]["annotations"] == {"argocd.argoproj.io/sync-wave": "0"}


def test_a_chart_from_git_is_locked_by_its_commit_and_hydrated(boards: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    tree = built(GIT, root)

    (entry,) = charts.fetch(root, 30).fetched
    assert entry.commit == git(boards, "rev-parse", "v1.4.0^{commit}")
    assert entry[:4] == (
        *("boards", "v1.4.0", "git+https://github.com/example/boards#deploy/chart"),
        "https://github.com/example/boards",
    )
    assert charts.fetch(root, 30).kept == 1
    assert charts.verify(root) == (1, ())
    ours = ChartsOnDemand(root)
    (found,) = hydrate.hydrate(tree, "summit", ["boards"], engine(), ours, Capabilities("1.21.5", ()))
    assert found.error == ""
    values = named([item.data for item in found.objects], "ConfigMap", "boards-boards")["data"]["all"]
    assert json.loads(values) == {"existingSecret": "boards-login", "title": "Summit", "lines": 40, "colour": "green"}
    kinds = [item.data["kind"] for item in found.objects]
    assert sorted(kinds) == ["ConfigMap", "Namespace", "VaultSecret"]
    assert {item.source for item in found.objects if item.data["kind"] == "ConfigMap"} == {
        "boards/git/boards/templates/namespace.yaml"
    }
    # The cache is warm, and nobody is asked.
    edit(root / "charts.lock", entry.commit, "1e" * 20)
    (failure,) = charts.verify(root)[1]
    assert "charts.lock:3 says the commit 1e1e" in failure.message
    (failure,) = charts.fetch(root, 30).failures
    assert f"is the commit {entry.commit}, and charts.lock:3 says 1e1e" in failure.message


@pytest.mark.usefixtures("at_once")
def test_a_chart_from_git_is_shown_explained_and_compared(boards: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    tree = built(GIT, root)
    on_disk(tree, root)
    charts.fetch(root, 30)
    for tag in ("v1.5.0", "v2.0.0", "nightly"):
        git(boards, "tag", tag)

    assert re.search(r"^boards .*v1\.4\.0", run("list", "--root", str(root)), re.MULTILINE)
    said = run("explain", "--root", str(root), "summit", "boards.colour")
    assert 'boards.colour = "green"' in said
    assert "boards-v1.4.0.tgz:values.yaml:2:9" in said
    assert "lines" in run("explain", "--root", str(root), "summit", "boards")
    assert re.search(
        r"^boards +boards +v1\.4\.0 +v1\.5\.0 +v2\.0\.0$", run("charts", "outdated", "--root", str(root)), re.MULTILINE
    )
    edit(root / "environments/summit.yaml", "      lines: 40", "      lines: 50")
    assert "summit / boards / git/boards / lines: 40 -> 50" in run("diff", "--root", str(root), "summit")
    shown = run("diff", "--root", str(root), "summit", "--hydrate", "--engine", "sdk")
    assert "ConfigMap boards/boards-boards" in shown or "ConfigMap boards-boards" in shown
    dead = deadvalues.search(root, ["summit"], engine(), ChartsOnDemand(root))
    assert [each for each in dead.problems if "boards" in each.message] == []


def test_a_tag_that_was_moved_is_an_error(boards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    charts.fetch(root, 30)
    edit(boards / "deploy/chart/values.yaml", "lines: 10", "lines: 11")
    commit(boards)
    git(boards, "tag", "--force", "v1.4.0")
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "another"))

    (failure,) = charts.fetch(root, 30).failures

    assert "the tag was moved after it was locked, or charts.lock was edited: find out why" in failure.message
    assert "charts.lock:3 says" in failure.message


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("next", "'next' is a branch of https://github.com/example/boards, which moves"),
        ("v1.4.1", "has no tag 'v1.4.1'; did you mean 'v1.4.0'?"),
        ("release", "has no tag 'release'; known: v1.4.0"),
        ("0" * 40, "https://github.com/example/boards has no commit 00000"),
    ],
)
def test_a_revision_that_pins_nothing_is_an_error(revision: str, said: str, boards: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    git(boards, "branch", "next")
    edit(root / "templates/apps/boards/app.yaml", "v1.4.0", revision if revision != "0" * 40 else f'"{revision}"')

    (failure,) = charts.fetch(root, 30).failures

    assert said in failure.message


def test_a_whole_commit_is_a_revision(boards: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    first = git(boards, "rev-parse", "HEAD")
    edit(boards / "deploy/chart/values.yaml", "lines: 10", "lines: 11")
    commit(boards)
    edit(root / "templates/apps/boards/app.yaml", "v1.4.0", f'"{first}"')

    (entry,) = charts.fetch(root, 30).fetched

    assert (entry.version, entry.commit) == (first, first)
    assert re.search(rf"^boards .*{first[:9]}\b", run("list", "--root", str(root)), re.MULTILINE)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"deploy/chart/Chart.yaml": None}, "at v2.0.0 has no chart in deploy/chart; there is none anywhere"),
        (
            {
                "deploy/chart/Chart.yaml": None,
                "deploy/charts/Chart.yaml": "apiVersion: v2\nname: boards\nversion: 1.0.0\n",
                "deploy/charts/charts/redis/Chart.yaml": "apiVersion: v2\nname: redis\nversion: 1.0.0\n",
            },
            "at v2.0.0 has no chart in deploy/chart; write path: deploy/charts",
        ),
        (
            {"deploy/chart/Chart.yaml": "apiVersion: v2\nname: bords\nversion: 1.0.0\n"},
            "its Chart.yaml says name: bords; write that name in app.yaml",
        ),
        (
            {
                "deploy/chart/Chart.yaml": "apiVersion: v2\nname: boards\nversion: 1.0.0\n"
                "dependencies:\n- {name: redis, version: 1.0.0, repository: 'https://charts.example.org/'}\n"
            },
            "the chart needs redis, which is not in its charts/",
        ),
    ],
)
def test_what_is_no_chart_of_that_name_is_not_kept(
    files: dict[str, str | None], said: str, boards: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    overlay(boards, files)
    commit(boards)
    git(boards, "tag", "v2.0.0")
    edit(root / "templates/apps/boards/app.yaml", "v1.4.0", "v2.0.0")

    (failure,) = charts.fetch(root, 30).failures

    assert said in failure.message


def test_a_parent_chart_from_before_there_were_charts_from_git_is_told_apart(tmp_path: Path) -> None:
    built(GIT, tmp_path)
    (tmp_path / "templates/apps/efd/application-with-git.yaml").unlink()

    with pytest.raises(InvalidInputError) as caught:
        project.rendering(tmp_path, ["summit"])

    (problem,) = caught.value.problems
    assert (problem.code, str(problem.location)) == ("E101", "templates/apps/boards/app.yaml:6:13")
    assert "application-with-git.yaml" in problem.message


def test_an_object_of_a_chart_from_git_is_wrong_where_its_revision_is_said(boards: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    overlay(boards, {"deploy/chart/templates/namespace.yaml": "apiVersion: v1\nkind: ConfigMap\n"})
    commit(boards)
    git(boards, "tag", "v2.0.0")
    edit(root / "templates/apps/boards/app.yaml", "v1.4.0", "v2.0.0")

    before = lint.lint(root, ["summit"], engine(), ChartsOnDemand(root))
    charts.fetch(root, 30)
    after = lint.lint(root, ["summit"], engine(), ChartsOnDemand(root))

    (missing,) = [each.error for each in before.failed if each.app == "boards"]
    assert "#deploy/chart v2.0.0: not in charts.lock; run: efdgen charts fetch" in missing
    (problem,) = after.problems
    assert (problem.code, str(problem.location)) == ("E701", "templates/apps/boards/app.yaml:6:13")
    assert "template boards/templates/namespace.yaml" in problem.message


@pytest.mark.usefixtures("boards")
def test_an_application_of_another_name_has_charts_from_git_as_well(tmp_path: Path) -> None:
    root = tmp_path / "root"
    built(GIT, root)
    spec = root / "environments/summit.yaml"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace(
            "\nargocd:\n", "\nargocd:\n  applicationName: <% app.name %>-<% name %>\n"
        ),
        encoding="utf-8",
    )
    tree = project.rendering(root, ["summit"]).tree
    charts.fetch(root, 30)

    (found,) = hydrate.hydrate(tree, "summit", ["boards"], engine(), ChartsOnDemand(root), Capabilities("1.21.5", ()))

    assert found.error == ""
    # The release is named after the app, whatever Argo CD calls its Application.
    assert "boards-boards" in {item.data["metadata"]["name"] for item in found.objects}
