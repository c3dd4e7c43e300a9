"""What Argo CD would apply: from the tree to objects, and the verb that shows them."""

from __future__ import annotations

import functools
import json
import os
import pty
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.cli import hydrate_command
from efdgen.errors import UsageError
from efdgen.helm import engines, hydrate
from efdgen.helm.charts.cache import NotLockedError
from efdgen.helm.engines.engine import Engine
from efdgen.helm.hydrate import Capabilities, Deployment, HydratedApp
from efdgen.language import yamlio
from efdgen.output import disk
from efdgen.report import hydrate as report
from efdgen.repository.model import ChartReference
from efdgen.verbs import project, render
from support import needs, warm
from support.checkout import edit, names, resolved, snapshot
from support.efd import EFD
from support.repository import small_repository
from support.standins import StandIns, metadata, pack

pytestmark = pytest.mark.usefixtures("helm_once")

CLUSTER = Capabilities("1.21.5", ())


@functools.cache
def engine() -> Engine:
    return engines.choose("sdk")


@functools.cache
def rendered() -> dict[str, bytes]:
    return disk.read(EFD / "rendered")


@functools.cache
def charts() -> StandIns:
    return StandIns(rendered())


def hydrated(tree: dict[str, bytes], environment: str, *apps: str, stand_ins: StandIns | None = None) -> dict[str, Any]:
    found = hydrate.hydrate(tree, environment, apps, engine(), stand_ins or StandIns(tree), CLUSTER)
    return {result.app: result for result in found}


def echoed(result: HydratedApp) -> dict[str, Any]:
    """Return the values that reached the third-party chart of an app."""
    (text,) = [item.data["data"]["values"] for item in result.objects if item.source.endswith("templates/echo.yaml")]
    values: dict[str, Any] = json.loads(text)
    return values


# -- the six environments


@pytest.mark.parametrize("environment", names())
def test_every_app_of_an_environment_is_hydrated(environment: str) -> None:
    found = hydrated(rendered(), environment)
    spec = yamlio.load_all((EFD / f"environments/{environment}.yaml").read_text(encoding="utf-8"))[0]
    assert found.keys() == {"efd", *spec["apps"]}
    for app, result in found.items():
        assert (result.environment, result.app, result.error) == (environment, app, "")
        sources = [item.source for item in result.objects]
        assert sources == sorted(sources)
        if app != "efd":
            path = f"apps/{app}/values-{environment}.yaml"
            values = yamlio.load_all(rendered()[path].decode())[0]
            (chart,) = hydrate.dependencies(rendered()[f"apps/{app}/Chart.yaml"])
            echo = echoed(result)
            echo.pop("global", None)
            assert _without_nulls(echo) == _without_nulls(values.get(chart.name, {}))
            (namespace,) = [item.data for item in result.objects if item.data["kind"] == "Namespace"]
            assert f"{app}/templates/namespace.yaml" in sources
            assert namespace["metadata"]["name"] in {item.data["metadata"].get("namespace") for item in result.objects}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def test_the_tree_in_memory_yields_what_the_one_on_the_disk_does() -> None:
    tree = project.rendering(EFD, ["summit"]).tree
    assert hydrated(dict(tree), "summit", "influxdb", "efd") == hydrated(rendered(), "summit", "influxdb", "efd")


def test_environments_are_those_that_have_values_of_the_parent_chart() -> None:
    assert hydrate.environments(rendered()) == names()
    assert hydrate.environments({"apps/influxdb/values-x.yaml": b""}) == []


# -- one app


def test_one_app_alone_is_what_it_is_among_all() -> None:
    alone = hydrate.hydrate_app(rendered(), "influxdb", "summit", engine(), charts(), CLUSTER)
    assert alone == hydrated(rendered(), "summit")["influxdb"]
    assert alone.objects


def test_changed_values_change_the_objects() -> None:
    path = "apps/influxdb/values-summit.yaml"
    changed = {**rendered(), path: rendered()[path] + b"\nextra: {secret: 1}\n"}
    text = rendered()[path].replace(b"900s", b"123s")
    assert text != rendered()[path]
    result = hydrate.hydrate_app({**changed, path: text}, "influxdb", "summit", engine(), charts(), CLUSTER)
    assert "123s" in json.dumps(echoed(result))


def test_only_the_charts_of_the_apps_that_are_asked_for_are_opened() -> None:
    stand_ins = StandIns(rendered())
    assert hydrated(rendered(), "summit", "influxdb", stand_ins=stand_ins).keys() == {"influxdb"}
    assert [chart.name for chart in stand_ins.asked] == ["influxdb"]
    assert hydrated(rendered(), "summit", "efd", stand_ins=stand_ins).keys() == {"efd"}
    assert len(stand_ins.asked) == 1


def test_an_application_s_release_name_namespace_and_value_files_count() -> None:
    path = "apps/efd/templates/influxdb.yaml"
    changed = rendered()[path].decode().replace("namespace: influxdb", "namespace: elsewhere")
    old = '      - "values-{{ $efd.env }}.yaml"\n'
    more = f'{old}      - "../kapacitor/more.yaml"\n      releaseName: other\n'
    assert old in changed
    tree = {
        **rendered(),
        path: changed.replace(old, more).encode(),
        "apps/kapacitor/more.yaml": b"influxdb: {marker: {a: 1}}\n",
    }
    result = hydrated(tree, "summit", "influxdb")["influxdb"]
    assert result.error == ""
    (echo,) = [item.data["metadata"] for item in result.objects if item.source.endswith("echo.yaml")]
    assert echo == {"name": "other-values", "namespace": "elsewhere"}
    values = echoed(result)
    assert values.pop("marker") == {"a": 1}
    assert values == echoed(hydrated(rendered(), "summit", "influxdb")["influxdb"])
    parent = hydrated(tree, "summit", "efd")["efd"]
    assert hydrate.deployments(parent)["influxdb"] == Deployment(
        "apps/influxdb", "other", "elsewhere", ("values-summit.yaml", "../kapacitor/more.yaml")
    )


# -- what is broken does not hide the rest


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("apps/influxdb/templates/x.yaml", b'kind: {{ required "no x" .Values.x }}', "execution error at (influxdb/"),
        ("apps/influxdb/templates/x.yaml", b"kind: [", "influxdb/templates/x.yaml yields no YAML"),
        ("apps/influxdb/Chart.yaml", None, "there is no chart apps/influxdb"),
        ("apps/influxdb/Chart.yaml", b"a: [", "Chart.yaml is damaged: line 2: "),
        ("apps/influxdb/Chart.yaml", b"dependencies: [{name: x}]", "Chart.yaml is damaged: it has no version;"),
        ("apps/influxdb/Chart.yaml", b"dependencies: 1", "Chart.yaml is damaged: it does not have the form"),
        ("apps/influxdb/Chart.yaml", b"a: 1\n---\nb: 1\n", "Chart.yaml is damaged: it does not have the form"),
        ("apps/influxdb/Chart.yaml", b"", "Chart.yaml is damaged: it does not have the form"),
        ("apps/influxdb/values-summit.yaml", None, "the value file apps/influxdb/values-summit.yaml is not there"),
        ("apps/influxdb/values-summit.yaml", b"a: [", "error converting YAML to JSON"),
        ("apps/influxdb/values-summit.yaml", b"a: \xff\n", "not UTF-8"),
    ],
)
def test_a_broken_app_does_not_hide_the_others(path: str, content: bytes | None, message: str) -> None:
    tree = {name: text for name, text in {**rendered(), path: content}.items() if text is not None}
    found = hydrated(tree, "summit", "influxdb", "kapacitor", stand_ins=charts())
    assert message in found["influxdb"].error
    assert found["influxdb"].objects == ()
    assert found["kapacitor"].objects
    assert found["kapacitor"].error == ""


def test_a_chart_that_is_not_there_is_the_app_s_error() -> None:
    found = hydrated(rendered(), "summit", stand_ins=StandIns(rendered(), without=("influxdb",)))
    failed = {app: result.error for app, result in found.items() if result.error}
    assert failed == {"influxdb": "the chart influxdb 3.0.9 is not in the cache; run: efdgen charts fetch"}


def test_a_chart_that_was_packed_without_its_own_charts_is_the_app_s_error() -> None:
    stand_ins = StandIns(rendered())
    (chart,) = [each for each in stand_ins.archives if each.name == "influxdb"]
    more = "dependencies: [{name: sub, version: 1.0.0}]\n"
    stand_ins.archives[chart] = pack("influxdb", {"Chart.yaml": metadata("influxdb", chart.version, more)})
    error = hydrated(rendered(), "summit", "influxdb", stand_ins=stand_ins)["influxdb"].error
    assert error.startswith("influxdb 3.0.9: the chart depends on sub, which is not in its charts/")
    own = {"charts/sub/Chart.yaml": metadata("sub")}
    stand_ins.archives[chart] = pack("influxdb", {"Chart.yaml": metadata("influxdb", chart.version, more), **own})
    assert hydrated(rendered(), "summit", "influxdb", stand_ins=stand_ins)["influxdb"].error == ""


def test_where_the_parent_chart_fails_it_is_all_that_is_known() -> None:
    tree = {**rendered(), "apps/efd/values-summit.yaml": b"applications: text\n"}
    found = hydrated(tree, "summit", "influxdb")
    assert found.keys() == {"efd"}
    assert "values-summit.yaml is damaged; render it again" in found["efd"].error
    alone = hydrate.hydrate_app(tree, "influxdb", "summit", engine(), charts(), CLUSTER)
    assert (alone.app, alone.error) == ("influxdb", found["efd"].error)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    helm:\n", "    helm:\n      parameters: [{name: a, value: b}]\n", "what parameters in the Application"),
        ("  destination:\n    namespace: influxdb\n", "  destination:\n", "the Application influxdb is incomplete"),
        ("    path: ", "    chart: ", "the Application influxdb is incomplete"),
    ],
)
def test_an_application_that_efdgen_does_not_understand_is_no_guess(old: str, new: str, message: str) -> None:
    path = "apps/efd/templates/influxdb.yaml"
    text = rendered()[path].decode()
    assert old in text
    tree = {**rendered(), path: text.replace(old, new).encode()}
    found = hydrated(tree, "summit", "influxdb", "kapacitor", stand_ins=charts())
    assert message in found["influxdb"].error
    assert found["kapacitor"].error == ""


@pytest.mark.parametrize(
    ("environment", "app", "hint"),
    [("sumit", "efd", "did you mean 'summit'?"), ("summit", "influxd", "did you mean 'influxdb'?")],
)
def test_unknown_names_are_refused_with_a_hint(environment: str, app: str, hint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(hint)):
        hydrated(rendered(), environment, app, stand_ins=charts())
    assert "has no app 'nope'" in hydrate.hydrate_app(rendered(), "nope", "summit", engine(), charts(), CLUSTER).error


def test_capabilities_are_the_spec_s_else_those_of_the_rendered_tree() -> None:
    cluster = resolved()["summit"].facts.cluster._replace(api_versions=("x.org/v1",))
    assert hydrate.capabilities({}, "summit", cluster) == Capabilities("1.21.5", ("x.org/v1",))
    assert hydrate.capabilities(rendered(), "summit", None) == Capabilities("1.21.5", ())
    with pytest.raises(UsageError, match="did you mean 'summit'"):
        hydrate.capabilities(rendered(), "sumit", None)


# -- the verb


@pytest.fixture
def repository(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this checkout, whose third-party charts are stand-ins."""
    monkeypatch.setattr(hydrate_command, "open_charts", StandIns.open)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return checkout


def run(root: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.command, ["hydrate", *map(str, arguments), "--root", str(root)])


def sources(text: str) -> list[str]:
    return re.findall(r"^# Source: (.+)$", text, re.MULTILINE)


def break_influxdb(root: Path) -> None:
    path = root / "rendered/apps/influxdb/templates/namespace.yaml"
    path.write_text(path.read_text(encoding="utf-8") + '# {{ required "no x" .Values.x }}\n', encoding="utf-8")


def test_a_stream_of_objects_the_parent_chart_first(repository: Path) -> None:
    result = run(repository, "summit")
    assert result.exit_code == 0, result.output
    apps = list(dict.fromkeys(source.partition("/")[0] for source in sources(result.stdout)))
    assert apps == ["efd", *sorted(apps[1:])]
    assert len(apps) == 12
    found = [
        item for item in yamlio.load_all(result.stdout) if item
    ]  # a template that makes nothing leaves its comments
    assert [item["kind"] for item in found if item["metadata"]["name"] == "influxdb"] == ["Application", "Namespace"]
    assert result.stderr.startswith("With Helm's library v")
    assert result.stderr.splitlines()[0].endswith(", for Kubernetes 1.21.5")
    assert "rendered/ is not" not in result.stderr


def test_apps_can_be_named(repository: Path) -> None:
    result = run(repository, "summit", "kapacitor", "influxdb", "efd")
    apps = list(dict.fromkeys(source.partition("/")[0] for source in sources(result.stdout)))
    assert apps == ["efd", "influxdb", "kapacitor"]


def test_json(repository: Path) -> None:
    break_influxdb(repository)
    result = run(repository, "summit", "influxdb", "kapacitor", "--format", "json")
    assert result.exit_code == 5
    broken, sound = json.loads(result.stdout)
    assert (broken["app"], broken["objects"]) == ("influxdb", [])
    assert broken["error"].startswith("execution error at (influxdb/templates/namespace.yaml:")
    assert (sound["environment"], sound["app"]) == ("summit", "kapacitor")
    assert "error" not in sound
    assert sound["objects"][0]["source"].startswith("kapacitor/")
    assert sound["objects"][0]["object"]["kind"]


def test_a_broken_app_is_named_and_the_others_are_shown(repository: Path) -> None:
    break_influxdb(repository)
    result = run(repository, "summit")
    assert result.exit_code == 5
    said = "error: influxdb in environment summit: execution error at (influxdb/templates/namespace.yaml:"
    assert said in result.stderr
    assert "no x" in result.stderr
    assert result.stderr.count("error:") == 1
    assert "# Source: kapacitor/" in result.stdout
    assert "# Source: influxdb/" not in result.stdout


def test_a_file_an_app(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out/summit"
    result = run(repository, "summit", "-o", folder)
    assert result.exit_code == 0, result.output
    written = snapshot(folder)
    assert len(written) == 12
    assert result.stdout.splitlines() == [f"added   {folder / name}" for name in sorted(written)]
    assert written["influxdb.yaml"].startswith(
        b"# Hydrated by efdgen from rendered/: influxdb in summit\n---\n# Source: "
    )
    together = run(repository, "summit", "influxdb").stdout
    assert written["influxdb.yaml"].decode().partition("\n")[2] == together


def test_a_second_run_replaces_what_the_first_wrote(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(repository, "summit", "-o", folder)
    again = run(repository, "summit", "-o", folder)
    assert (again.exit_code, again.stdout) == (0, "")
    before = snapshot(folder)
    break_influxdb(repository)
    failed = run(repository, "summit", "influxdb", "-o", folder)
    assert (failed.exit_code, failed.stdout) == (5, f"removed {folder / 'influxdb.yaml'}\n")
    other = run(repository, "tucson-teststand", "-o", folder)
    assert other.exit_code == 0
    assert sorted(snapshot(folder)) == ["chronograf.yaml", "efd.yaml"]
    assert snapshot(folder)["efd.yaml"] != before["efd.yaml"]
    assert run(repository, "summit", "efd", "--format", "json", "-o", folder).exit_code == 0
    assert sorted(snapshot(folder)) == ["chronograf.yaml", "efd.json"]
    assert json.loads(snapshot(folder)["efd.json"])["app"] == "efd"


@pytest.mark.parametrize("name", ["notes.txt", "influxdb.yaml", "folder/x.yaml"])
def test_files_of_others_are_left_alone(repository: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    result = run(repository, "summit", "-o", tmp_path / "out")
    assert result.exit_code == 4
    assert f"{tmp_path / 'out' / name.split('/', maxsplit=1)[0]} is not a former result" in result.stderr
    assert snapshot(tmp_path / "out") == {name: b"mine"}


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_a_copy_of_a_result_is_somebodys_own(format_: str) -> None:
    content = report.file(HydratedApp("summit", "influxdb", (), ""), format_)
    assert report.is_result(f"influxdb.{format_}", content)
    for name in (f"influxdb-before.{format_}", f"flux.{format_}", "influxdb.txt", "influxdb"):
        assert not report.is_result(name, content)
    assert not report.is_result(f"influxdb.{format_}", b"")


@pytest.mark.parametrize("folder", ["rendered", "rendered/apps/x", "."])
def test_nothing_is_written_into_or_around_rendered(repository: Path, folder: str) -> None:
    before = snapshot(repository)
    result = run(repository, "summit", "-o", repository / folder)
    assert result.exit_code == 2
    assert "results need a folder of their own" in result.stderr
    assert snapshot(repository) == before


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(("sumit",), "did you mean 'summit'?"), (("summit", "influxd"), "did you mean 'influxdb'?")],
)
def test_unknown_names_are_usage_errors(repository: Path, arguments: tuple[str, ...], hint: str) -> None:
    result = run(repository, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert hint in result.stderr


def test_it_is_said_when_rendered_is_out_of_date(repository: Path) -> None:
    edit(repository / "environments/summit.yaml", "  kapacitor: {}\n", "  kapacitor:\n    targetRevision: other\n")
    result = run(repository, "summit", "kapacitor")
    assert result.exit_code == 0
    assert "warning: rendered/ is not what the specs render to; see: efdgen check summit" in result.stderr
    assert "rendered/ is not" not in run(repository, "base", "kapacitor").stderr


def test_invalid_specs_do_not_stop_it(repository: Path) -> None:
    (repository / "environments/summit.yaml").write_text("a: [\n", encoding="utf-8")
    result = run(repository, "summit", "kapacitor")
    assert result.exit_code == 0
    assert "for Kubernetes 1.21.5" in result.stderr
    assert "warning: the specs are invalid" in result.stderr
    assert "# Source: kapacitor/" in result.stdout


def test_without_a_rendered_tree_what_is_wrong_with_the_specs_is_said(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    nothing = run(root, "lab")
    assert (nothing.exit_code, "nothing is rendered yet; run: efdgen render" in nothing.stderr) == (2, True)
    (root / "environments/lab.yaml").write_text("a: [\n", encoding="utf-8")
    wrong = run(root, "lab")
    assert (wrong.exit_code, "--> environments/lab.yaml:" in wrong.stderr) == (3, True)


def test_a_former_pin_is_not_to_be_fetched_but_rendered_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Former:
        def archive(self, chart: ChartReference) -> bytes:
            raise NotLockedError(f"{chart.name} {chart.version}: not in charts.lock; run: efdgen charts fetch")

    root = small_repository(tmp_path)
    render.write(root)
    monkeypatch.setattr(hydrate_command, "open_charts", lambda _: Former())
    current = run(root, "lab", "store")
    assert "store-chart 1.2.3: not in charts.lock; run: efdgen charts fetch" in current.stderr
    edit(root / "templates/apps/store/app.yaml", "1.2.3", "1.3.0")
    former = run(root, "lab", "store")
    assert "store-chart 1.2.3: rendered/ has it, and app definitions pin another version; run: efdgen render" in (
        former.stderr
    )


def test_the_cluster_s_versions_are_the_spec_s(repository: Path) -> None:
    path = repository / "environments/summit.yaml"
    edit(path, 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.24.1"\n  apiVersions: [example.org/v1]')
    render.write(repository)
    template = repository / "rendered/apps/kapacitor/templates/asked.yaml"
    asked = '{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "example.org/v1" }}'
    template.write_text(f"kind: Asked\nanswer: {asked}\n", encoding="utf-8")
    result = run(repository, "summit", "kapacitor")
    assert "answer: v1.24.1 true\n" in result.stdout
    assert "for Kubernetes 1.24.1" in result.stderr


def test_without_helm_people_are_told_what_to_install(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "helm_python", None)
    result = run(repository, "summit")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "pip install -e '.[helm]'" in result.stderr


def test_a_chart_that_is_not_in_the_cache_is_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hydrate_command, "open_charts", lambda _root: StandIns({}))
    result = run(repository, "tucson-teststand")
    assert result.exit_code == 5
    assert "error: chronograf in environment tucson-teststand: the chart chronograf" in result.stderr
    assert "efdgen charts fetch" in result.stderr
    assert "# Source: efd/" in result.stdout


@needs.HELM.needed
def test_both_engines_show_the_same(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hydrate_command, "open_charts", StandIns.open)
    command, library = (run(checkout, "summit", "--engine", way) for way in ("helm", "sdk"))
    assert command.exit_code == library.exit_code == 0
    assert command.stdout == library.stdout
    assert command.stderr.startswith("With the helm command v")
    assert run(checkout, "summit", "efd").stderr == command.stderr


def test_the_help_gives_examples_that_work(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    text = CliRunner().invoke(cli.command, ["hydrate", "--help"]).stdout
    assert text.partition("\n")[0].endswith(" hydrate [OPTIONS] ENV [APP]...")
    examples = re.findall(r"^ +efdgen hydrate (.+)$", text.partition("Examples:\n")[2], re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        result = run(repository, *example.split())
        assert result.exit_code == 0, result.output


def test_a_terminal_shows_the_progress(checkout: Path) -> None:
    controller, terminal = pty.openpty()
    program = (
        "from efdgen.cli import hydrate_command, main; from support.standins import StandIns; import sys\n"
        "hydrate_command.open_charts = StandIns.open; sys.argv = ['efdgen', 'hydrate', 'tucson-teststand']; main()"
    )
    try:
        done = warm.python("-c", program, cwd=checkout, env={"TERM": "xterm"}, stderr=terminal)
    finally:
        os.close(terminal)
    shown = os.read(controller, 100_000).decode()
    os.close(controller)
    assert done.returncode == 0
    assert "# Source: efd/" in done.stdout
    assert "Hydrating" in shown
