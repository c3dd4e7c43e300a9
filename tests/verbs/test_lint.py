"""`efdgen lint`: the objects of whole environments, with Helm's library and charts written for it."""

from __future__ import annotations

import json
import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.cli import lint_command
from efdgen.errors import Location, Problem
from efdgen.helm import engines
from efdgen.rules.kubernetes import across, kubeversions
from efdgen.rules.kubernetes.check import Finding
from efdgen.verbs import fixingcharts, lint, project
from support import warm
from support.checkout import edit, resolved
from support.efd import EFD
from support.repository import overlay, small_repository
from support.standins import StandIns, Whichever, metadata, pack

pytestmark = pytest.mark.usefixtures("helm_once")

LAB, DOME = "environments/lab.yaml", "environments/dome.yaml"
OLD = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: store}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def charts(template: str = "") -> Whichever:
    """Return charts that echo their values; that of the app `store` has a template instead, if one is given."""
    return Whichever({"store-chart": {"templates/x.yaml": template}} if template else {})


def run(root: Path, *names: str, template: str = "") -> lint.Linted:
    return lint.lint(root, names, engines.choose("sdk"), charts(template))


def cluster(root: Path, version: str) -> None:
    edit(root / "environments/shared/facts.yaml", 'kubernetesVersion: "1.19.0"', f'kubernetesVersion: "{version}"')
    edit(root / LAB, 'kubernetesVersion: "1.21.5"', f'kubernetesVersion: "{version}"')


def alone(linted: lint.Linted) -> list[Problem]:
    """Return what is wrong with single objects: the stand-ins make no Services, pods or claims of the real charts."""
    return [each for each in linted.problems if each.code not in (*across.CODES, "W514")]


def only(linted: lint.Linted) -> Problem:
    (problem,) = linted.problems
    assert linted.failed == ()
    return problem


def test_the_project_s_own_objects_have_nothing_wrong() -> None:
    linted = run(EFD)

    assert (alone(linted), linted.failed) == ([], ())
    assert len(linted.environments) == 6


@pytest.mark.parametrize("version", ["1.25.3", "1.30.0", "1.33.1"])
def test_they_fit_newer_clusters_too(inputs: Path, version: str) -> None:
    edit(inputs / "environments/shared/facts.yaml", 'kubernetesVersion: "1.21.5"', f'kubernetesVersion: "{version}"')
    edit(inputs / "environments/summit.yaml", 'kubernetesVersion: "1.21.5"', f'kubernetesVersion: "{version}"')

    linted = run(inputs, "summit", "ncsa-int")
    assert (linted.environments, alone(linted), linted.failed, linted.notes) == (("ncsa-int", "summit"), [], (), ())


def test_a_note_says_once_why_schemas_were_not_used(root: Path) -> None:
    edit(root / LAB, 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.19.7"')

    (note,) = run(root).notes

    assert note.startswith("objects were not held against Kubernetes' schemas in environments dome, lab: ")
    assert note.endswith(", and none of 1.19")


def test_one_problem_in_two_environments_is_one_problem(root: Path) -> None:
    problem = only(run(root, template=OLD))

    assert problem.code == "W703"
    assert str(problem.location) == "templates/apps/store/app.yaml:4:12"
    assert problem.message == (
        "Ingress store: Kubernetes 1.22 removes networking.k8s.io/v1beta1 "
        "(store in environments dome, lab, template store-chart/templates/x.yaml)"
    )


def test_hints_that_differ_do_not_make_two_problems_of_one() -> None:
    one = Problem("E701", "Pod a: unknown key 'x'", Location("a"), hint="known: y")
    found = [
        Finding(problem, name, "store", "")
        for name, problem in (("lab", one), ("dome", one._replace(hint="known: z")), ("base", one))
    ]
    (problem,) = lint.combined(found)
    assert problem.environments == ("lab", "base", "dome")
    assert problem.message == "Pod a: unknown key 'x' (store in environments lab, base, dome)"
    assert problem.hint == "known: y (lab, base); known: z (dome)"
    (problem,) = lint.combined(found[::2])
    assert problem.hint == "known: y"


def test_what_is_wrong_with_what_all_wrapper_charts_have_is_one_problem() -> None:
    places = (("templates/wrapper/templates/x.yaml", 1), ("templates/apps/store/templates/x.yaml", 2))
    for file, count in places:
        one = Problem("E701", "unknown key 'x'", Location(file, 1, 1), hint="known: y")
        found = [Finding(one, name, app, "") for name in ("lab", "dome") for app in ("store", "view")]
        problems = list(lint.combined(found))
        assert len(problems) == count
        said = "in 2 apps of environments lab, dome" if count == 1 else "store in environments lab, dome"
        assert problems[0].message == f"unknown key 'x' ({said})"
        assert (problems[0].app, problems[0].hint) == ("" if count == 1 else "store", "known: y")


def test_a_removed_api_is_an_error(root: Path) -> None:
    edit(root / LAB, 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.25.0"')

    codes = [(p.code, "lab" in p.message) for p in run(root, template=OLD).problems if p.code != "E701"]
    assert codes == [("E702", True), ("W703", False)]


def test_a_chart_that_is_not_for_the_cluster_is_found_though_helm_takes_it(root: Path) -> None:
    described = metadata("store-chart", "1.2.3", 'kubeVersion: ">=1.20.0-0"\n')
    stand_ins = Whichever({"store-chart": {"Chart.yaml": described, "templates/x.yaml": ""}})
    linted = lint.lint(root, (), engines.choose("sdk"), stand_ins)
    (problem,) = [each for each in linted.problems if each.code == "W719"]
    assert problem.message == (
        "store-chart 1.2.3 is for Kubernetes >=1.20.0-0, and the cluster has 1.19.0; nothing refuses it "
        "(store in environment dome)"
    )
    assert str(problem.location).startswith("templates/apps/store/app.yaml:")
    assert linted.failed == ()


def test_a_chart_in_a_folder_that_is_not_for_the_cluster_is_corrected_there() -> None:
    app = resolved()["summit"].apps[-1].definition
    app = app._replace(charts=(app.charts[0]._replace(folder="charts/x"),))
    (found,) = kubeversions.find("lab", [app], "1.19.0", lambda _: ">=1.20.0-0")
    assert found.problem.location == Location("charts/x/Chart.yaml")
    assert found.problem.hint.startswith("correct its kubeVersion")


def test_what_a_schema_refuses_names_our_own_template(root: Path) -> None:
    cluster(root, "1.27.0")
    template = root / "templates/apps/view/templates/config.yaml"
    edit(template, "displays.example.org/v1", "apps/v1")
    edit(template, "kind: Display", "kind: Deployment")

    linted = run(root, "dome")

    where = {(problem.code, str(problem.location)) for problem in linted.problems}
    assert where == {("E701", "templates/apps/view/templates/config.yaml")}
    assert "Deployment display/view-config: spec: unknown key 'volumes' (view in environment dome)" in {
        problem.message for problem in linted.problems
    }


def test_objects_of_two_apps_with_one_name_are_found(root: Path) -> None:
    twin = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: view-values, namespace: display}\n"

    problem = only(run(root, "dome", template=twin))

    assert problem.code == "E704"
    assert "ConfigMap display/view-values" in problem.message
    assert "store has it, too: store/charts/store-chart/templates/x.yaml" in problem.message


def accept(root: Path, rule: str, app: str = "") -> None:
    entry = f"accept:\n- rule: {rule}\n  reason: It is so.\n" + (f"  app: {app}\n" if app else "")
    overlay(root, {LAB: (root / LAB).read_text(encoding="utf-8") + entry})


@pytest.mark.parametrize("app", ["", "store"])
def test_an_environment_can_accept_a_rule(root: Path, app: str) -> None:
    accept(root, "W703", app)

    assert "environment dome," in only(run(root, template=OLD)).message
    assert run(root, "lab", template=OLD).problems == ()


@pytest.mark.parametrize(("rule", "app"), [("W703", ""), ("W703", "view"), ("E702", ""), ("E704", "store")])
def test_what_is_accepted_in_vain_is_reported(root: Path, rule: str, app: str) -> None:
    accept(root, rule, app)
    assert project.rendering(root).warnings == ()

    problem = only(run(root))

    assert (problem.code, problem.location.file) == ("W514", LAB)


@pytest.mark.parametrize("rule", ["E701", "W704", "W705"])
def test_of_what_was_not_looked_at_nothing_is_accepted_in_vain(root: Path, rule: str) -> None:
    accept(root, rule)
    cluster(root, "1.19.7")  # no schemas are known

    assert run(root).problems == ()


def test_where_an_app_fails_nothing_is_accepted_in_vain(root: Path) -> None:
    accept(root, "W703")

    linted = run(root, "lab", template='{{ fail "no" }}')

    assert (linted.problems, [app.app for app in linted.failed]) == ((), ["store"])


# -- the command


Command = Callable[..., Result]


@pytest.fixture(name="command")
def _command(root: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command on the small repository; the app `store` may have one more template."""

    def command(*arguments: str, template: str = "") -> Result:
        monkeypatch.setattr(lint_command, "open_charts", lambda _root: charts(template))
        return CliRunner().invoke(cli.command, ["lint", *arguments, "--root", str(root), "--engine", "sdk"])

    return command


def test_nothing_found_is_status_0(command: Command) -> None:
    result = command()

    assert (result.exit_code, result.stdout) == (0, "nothing found in dome, lab\n")
    assert result.stderr.startswith("note: objects were not held against Kubernetes' schemas")


def test_a_warning_is_status_1(command: Command) -> None:
    result = command("lab", template=OLD)

    assert result.exit_code == 1
    assert result.stdout.startswith("warning[W703] Ingress store: Kubernetes 1.22 removes ")
    assert '    4 |   version: "1.2.3"\n' in result.stdout


BROKEN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: own}
data:
  size: "{{ required "a size is needed" .Values.sizes.large }}"
"""


@pytest.mark.parametrize("is_there", [True, False])
def test_a_template_of_ours_that_fails_is_found_at_its_line_with_or_without_charts(root: Path, is_there: bool) -> None:
    overlay(root, {"templates/apps/view/templates/own.yaml": BROKEN})
    linted = lint.lint(root, ["lab"], engines.choose("sdk"), charts() if is_there else StandIns({}))
    (problem,) = (each for each in linted.problems if each.code == "E714")
    assert problem.location[:2] == ("templates/apps/view/templates/own.yaml", 5)
    assert "nil pointer" in problem.message
    assert [app.app for app in linted.failed if app.app == "view"] == ([] if is_there else ["view"])


def test_a_warning_can_be_allowed_and_an_error_not(command: Command) -> None:
    assert command("lab", "--fail-on", "error", template=OLD).exit_code == 0
    broken = OLD.replace("Ingress\n", "Ingress\nspec: {backend: {serviceName: x, servicePort: 1}}\n")
    assert command("lab", "--fail-on", "error", template=broken).exit_code == 1


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_machines_read_it_too(command: Command, form: str) -> None:
    result = command("--format", form, template=OLD)

    assert result.exit_code == 1
    if form == "github":
        assert result.stdout.startswith("::warning file=templates/apps/store/app.yaml,line=4,col=12,title=W703::")
    else:
        assert "W703" in json.dumps(json.loads(result.stdout))
    if form == "json":
        (problem,) = json.loads(result.stdout)["problems"]
        assert (problem["app"], problem["environments"]) == ("store", ["dome", "lab"])


def test_an_app_that_fails_is_status_5_and_the_others_are_looked_at(root: Path, command: Command) -> None:
    overlay(root, {"templates/apps/view/templates/old.yaml": OLD})

    result = command("lab", "--format", "json", template='{{ fail "no store today" }}')

    assert result.exit_code == 5
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["W703"]
    assert "error: store in environment lab: " in result.stderr
    assert "no store today" in result.stderr


def test_dead_values_are_a_switch(root: Path, command: Command) -> None:
    edit(root / LAB, "      refresh: 5s\n", "      refresh: 10s\n")

    result = command("--dead-values")

    assert result.exit_code == 1
    assert "warning[W705] the parameter refresh says what the app definition says anyway" in result.stdout
    assert command().exit_code == 0
    assert command("--redundant").exit_code == 2


def test_invalid_specs_are_status_3(root: Path, command: Command) -> None:
    edit(root / LAB, "  view:\n", "  vieww:\n")

    assert command().exit_code == 3
    assert command("--dead-values").exit_code == 3


def test_an_unknown_environment_is_status_2(command: Command) -> None:
    assert command("labb").exit_code == 2


def test_a_terminal_shows_how_far_it_is(root: Path) -> None:
    program = (
        "import sys; from support.standins import Whichever\n"
        "from efdgen.cli import lint_command, main\n"
        "lint_command.open_charts = lambda root: Whichever()\n"
        f"sys.argv = ['efdgen', 'lint', '--dead-values', '--root', {str(root)!r}, '--engine', 'sdk']; main()"
    )
    outer, inner = pty.openpty()
    done = warm.python("-c", program, stderr=inner)
    os.close(inner)
    shown = os.read(outer, 100_000).decode()
    os.close(outer)

    assert (done.returncode, done.stdout) == (0, "nothing found in dome, lab\n")
    assert "Looking" in shown
    assert "100%" in shown


def test_dead_values_can_be_looked_for_in_a_process_of_its_own(root: Path) -> None:
    done = warm.efdgen("lint", "--dead-values", "--root", root)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert "run: efdgen charts fetch" in done.stderr


def test_the_first_cached_version_of_a_chart_that_does_without_an_old_api_is_named(root: Path) -> None:
    # The cluster of the one environment serves networking.k8s.io/v1.
    new = OLD.replace("v1beta1", "v1") + "spec: {defaultBackend: {service: {name: a, port: {number: 1}}}}\n"
    templates = {"1.2.0": new, "1.2.4": OLD, "1.3.0-rc.1": new, "1.3.0": "{{ fail `no` }}", "2.0.0": new, "3.0.0": new}
    # The cache has a chart of the same name from another repository, too.
    templates["1.9.0"] = new
    cached = {
        version: pack("store-chart", {"Chart.yaml": metadata("store-chart", version), "templates/x.yaml": template})
        for version, template in templates.items()
    }
    asked: list[str] = []

    def of_name(name: str) -> dict[str, bytes]:
        asked.append(name)
        return cached

    offered = ["1.2.4", "1.3.0", "v2.0.0", "3.0.0", "v4.0.0", "5.0.0-rc.1"]
    known = fixingcharts.Known(of_name, lambda chart: [*offered, chart.version])
    linted = lint.lint(root, (), engines.choose("sdk"), charts(OLD), known=known)
    (problem,) = (each for each in linted.problems if each.code == "W703")
    assert problem.hint == (
        "use networking.k8s.io/v1, which the cluster serves already; "
        "store-chart 2.0.0, which is in the chart cache, does so"
    )
    assert (problem.app, problem.environments, asked) == ("store", ("dome", "lab"), ["store-chart"])
    del cached["2.0.0"], cached["3.0.0"]
    linted = lint.lint(root, (), engines.choose("sdk"), charts(OLD), known=known)
    (problem,) = (each for each in linted.problems if each.code == "W703")
    assert problem.hint == (
        "use networking.k8s.io/v1, which the cluster serves already; "
        "its repository has v4.0.0, which nobody has looked at: efdgen charts diff store v4.0.0"
    )
