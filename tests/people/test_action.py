"""The GitHub action: its scripts, run on checkouts as a runner would have them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from efdgen import cli
from efdgen.verbs import render
from support import needs, warm
from support.chartserver import ChartServer, chart
from support.checkout import ROOT, copy_tree, edit
from support.gitrepo import commit, git
from support.runner import Run, run
from support.wheels import house, lock, package, quick_python

ACTION = ROOT / "action.yml"
DESCRIBED: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = DESCRIBED["runs"]["steps"]
SCRIPTS = {step["name"]: step["run"] for step in STEPS if "run" in step}
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

PULL_REQUEST = {"base_ref": "main"}
PUSH = {"base_ref": ""}

SPEC = "environments/lab.yaml"
VALUES = "rendered/apps/store/values-lab.yaml"
OLD, NEW = "        size: 20Gi\n", "        size: 40Gi\n"
OUTDATED = ["rendered/README.md", VALUES, "rendered/docs/lab.md"]
"""What a forgotten render of that change leaves behind."""


@pytest.fixture(scope="module")
def origin(rendered_small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with three environments, rendered, on its branch main."""
    root = copy_tree(rendered_small, tmp_path_factory.mktemp("github") / "origin")
    dome = (root / "environments/dome.yaml").read_text(encoding="utf-8")
    (root / "environments/barn.yaml").write_text(dome.replace("dome", "barn"), encoding="utf-8")
    render.write(root)
    commit(root)
    return root


@pytest.fixture
def workspace(origin: Path, tmp_path: Path) -> Path:
    """A clone of it, as actions/checkout makes it with `fetch-depth: 0`; it borrows the objects."""
    git(tmp_path, "clone", "--quiet", "--shared", origin, "workspace")
    return tmp_path / "workspace"


WITHOUT_HELM = f"""\
#!{sys.executable}
import shutil, sys
sys.path.insert(0, {str(Path(cli.__file__).parents[2])!r})
shutil.which = lambda *_: None
sys.modules["helm_python"] = None
from efdgen.cli import main
main()
"""


def act(workspace: Path, github: dict[str, str], **inputs: str) -> Run:
    """Run the action on a workspace; `fail_outside` stands for the input `fail-outside`."""
    program, log = workspace.parent / "efdgen", workspace.parent / "efdgen.log"
    warm.command(program, f"with open({str(log)!r}, 'a') as log:\n    print(sys.argv[1], file=log)")
    given = {"efdgen": str(program), "objects": "false"} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    done = run(ACTION, workspace, workspace.parent / "temp", given, github)
    calls = log.read_text(encoding="utf-8").split()
    fetches = ["charts"] * calls.count("charts")
    assert calls in (["check"], ["check", *fetches, "diff"]), "nothing is loaded twice"
    return done


def change(workspace: Path, *, rendered: bool = True) -> None:
    """Change a value of the lab, and commit it."""
    edit(workspace / SPEC, OLD, NEW)
    if rendered:
        render.write(workspace)
    commit(workspace)


def results(sarif: Path) -> list[str]:
    """Return the codes of the findings in a SARIF file."""
    log = json.loads(sarif.read_text(encoding="utf-8"))
    return [result["ruleId"] for result in log["runs"][0]["results"]]


# -- objects


def test_objects_are_compared_with_the_charts_of_both_sides(
    rendered_small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with ChartServer() as server:
        for version in ("1.2.3", "1.3.0"):
            text = f"kind: ConfigMap\napiVersion: v1\nmetadata: {{name: store}}\ndata: {{is: v{version}}}\n"
            server.add(chart("store-chart", version, {"templates/a.yaml": text}))
        monkeypatch.setenv("EFDGEN_MIRRORS", f"https://charts.example.org/={server.url}")
        root = copy_tree(rendered_small, tmp_path / "origin")
        for path in sorted(root.glob("templates/apps/*/app.yaml")):
            said = yaml.safe_load(path.read_text(encoding="utf-8")).get("chart")
            if isinstance(said, dict) and said["name"] != "store-chart":
                server.add(chart(said["name"], said["version"], {"templates/a.yaml": ""}))
        monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache of whoever locked them"))
        assert CliRunner().invoke(cli.command, ["charts", "fetch", "--root", str(root)]).exit_code == 0
        monkeypatch.delenv("EFDGEN_CACHE")
        commit(root)
        git(tmp_path, "clone", "--quiet", "--shared", root, "workspace")
        workspace = tmp_path / "workspace"
        edit(workspace / "templates/apps/store/app.yaml", "1.2.3", "1.3.0")
        render.write(workspace)
        commit(workspace)
        done = act(workspace, PULL_REQUEST, objects="true")
        (command,) = done.commands()
        assert (done.status, "no app pins store-chart 1.2.3 " in command) == (0, True), done.log
        assert "`v1.2.3` → `v1.3.0`" in done.summary
        assert "ConfigMap store/store" in done.summary
        shutil.rmtree(tmp_path / "temp")
        (tmp_path / "efdgen.log").unlink()
        monkeypatch.setenv("EFDGEN_MIRRORS", f"https://charts.example.org/={server.url}/nothing")
        done = act(workspace, PULL_REQUEST, objects="true")
    assert done.status == 0, done.log
    assert "The objects are not compared:" in done.summary
    assert "store-chart 1.3.0" in done.summary
    assert json.loads(done.outputs["environments"])


def test_templates_of_our_own_are_run(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = "templates/apps/store/templates/config.yaml"
    (workspace / template).parent.mkdir(exist_ok=True)
    (workspace / template).write_text('a: {{ required "there is no a" .Values.a }}\n', encoding="utf-8")
    render.write(workspace)
    commit(workspace)
    monkeypatch.setenv("EFDGEN_MIRRORS", "https://charts.example.org/=http://127.0.0.1:9/")
    done = act(workspace, PULL_REQUEST, objects="true")
    assert done.status == 3
    (annotation,) = done.commands()
    assert annotation.startswith(f"::error file={template},line=1,col=7,title=E714::")
    # Without Helm, all else is checked.
    program = workspace.parent / "efdgen without Helm"
    program.write_text(WITHOUT_HELM, encoding="utf-8")
    program.chmod(0o755)
    given = {"efdgen": str(program), "objects": "true"}
    done = run(ACTION, workspace, workspace.parent / "again", given, PULL_REQUEST)
    assert done.status == 0, done.log
    assert done.summary.startswith("Templates of our own were not run: there is no Helm here; install")


# -- pull requests


def test_a_rendered_change_passes_and_is_shown(workspace: Path) -> None:
    change(workspace)
    done = act(workspace, PULL_REQUEST, fail_outside="lab, dome", sarif="new folder/findings.sarif")
    assert (done.status, done.commands()) == (0, []), done.log
    assert done.outputs["changed"] == "true"
    assert json.loads(done.outputs["environments"]) == ["lab"]
    assert "persistence" in done.summary
    assert "40Gi" in done.summary
    assert Path(done.outputs["markdown"]).read_text(encoding="utf-8") == done.summary
    assert results(workspace / "new folder/findings.sarif") == []


def test_a_change_of_nothing_that_is_rendered_passes(workspace: Path) -> None:
    # Python's own modules go first, though it runs in the checkout.
    for name in ("json", "venv", "pip"):
        (workspace / f"{name}.py").write_text("raise SystemExit('owned')\n", encoding="utf-8")
    commit(workspace)
    done = act(workspace, PULL_REQUEST)
    assert (done.status, done.commands()) == (0, []), done.log
    assert (done.outputs["changed"], done.outputs["environments"]) == ("false", "[]")


def test_a_forgotten_render_fails_and_the_change_is_shown_all_the_same(workspace: Path) -> None:
    change(workspace, rendered=False)
    done = act(workspace, PULL_REQUEST, sarif="findings.sarif")
    assert done.status == 1
    # The value, and the pages that show it.
    annotation, *pages = sorted(done.commands(), key=lambda command: VALUES not in command)
    assert {page.partition(",")[0] for page in pages} == {f"::error file={file}" for file in OUTDATED if file != VALUES}
    line = next(n for n, text in enumerate((workspace / VALUES).read_text().splitlines(), 1) if "20Gi" in text)
    assert annotation.startswith(f"::error file={VALUES},line={line},col=1,title=E603::")
    assert f"changed  {VALUES}" in done.log
    assert "To bring 3 files up to date, run: efdgen render" in done.log
    assert f"    changed  {VALUES}" in done.summary
    assert json.loads(done.outputs["environments"]) == ["lab"]
    assert Path(done.outputs["markdown"]).read_text(encoding="utf-8") in done.summary
    assert results(workspace / "findings.sarif") == ["E603", "E603", "E603"]


def test_wrong_specs_fail_with_every_mistake_in_its_place(workspace: Path) -> None:
    edit(workspace / SPEC, "name: lab\n", "name: laab\n")
    commit(workspace)
    done = act(workspace, PULL_REQUEST)
    assert done.status == 3
    assert all(command.startswith(f"::error file={SPEC},line=") for command in done.commands())
    assert done.commands()
    assert f"--> {SPEC}:" in done.log
    assert f"--> {SPEC}:" in done.summary
    assert set(done.outputs.values()) == {""}


def test_what_changes_outside_of_what_was_declared_fails(workspace: Path) -> None:
    change(workspace)
    done = act(workspace, PULL_REQUEST, fail_outside="dome")
    assert done.status == 1
    (annotation,) = done.commands()
    assert annotation.startswith("::error title=efdgen::")
    assert "lab" in annotation
    assert "40Gi" in done.summary
    assert json.loads(done.outputs["environments"]) == ["lab"]


def test_environments_that_come_and_go_are_told(workspace: Path) -> None:
    spec = (workspace / "environments/dome.yaml").read_text(encoding="utf-8")
    (workspace / "environments/antu.yaml").write_text(spec.replace("dome", "antu"), encoding="utf-8")
    (workspace / "environments/barn.yaml").unlink()
    render.write(workspace)
    commit(workspace)
    done = act(workspace, PULL_REQUEST)
    assert (done.status, done.commands()) == (0, []), done.log
    assert {"antu", "barn"} <= set(json.loads(done.outputs["environments"]))


def test_a_long_list_of_differences_is_cut_off_and_gives_the_runner_no_commands(workspace: Path) -> None:
    file = workspace / VALUES
    mine = "# ##[error]mine\n# ::error::mine\n"
    file.write_text(file.read_text(encoding="utf-8") + mine + "# " + "long " * 50_000 + "\n", encoding="utf-8")
    commit(workspace)
    done = act(workspace, PULL_REQUEST)
    assert done.status == 1
    assert "##[error]mine" in done.log
    assert all(command.startswith("::error file=rendered/") for command in done.commands())
    assert "cut off" in done.summary
    assert len(done.summary) < 220_000


def test_environments_narrow_it_down(workspace: Path) -> None:
    change(workspace, rendered=False)
    done = act(workspace, PULL_REQUEST, environments="dome,\n barn,")
    assert (done.status, done.commands()) == (0, []), done.log
    assert done.outputs["changed"] == "false"


def test_an_unknown_environment_fails(workspace: Path) -> None:
    done = act(workspace, PULL_REQUEST, environments="laab")
    assert done.status == 2
    (annotation,) = done.commands()
    assert "did you mean 'lab'?" in annotation


def test_a_shallow_checkout_fails_and_says_what_to_do(origin: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", origin.as_uri(), "workspace")
    git(tmp_path / "workspace", "update-ref", "-d", "refs/remotes/origin/main")
    done = act(tmp_path / "workspace", PULL_REQUEST)
    assert done.status == 2
    (annotation,) = done.commands()
    assert "origin/main" in annotation
    assert "fetch-depth: 0" in annotation


def test_the_base_is_where_the_branch_began_and_its_name_is_not_run(workspace: Path, origin: Path) -> None:
    change(workspace)
    git(workspace, "branch", "later", "origin/main")
    name = "$(touch${IFS}owned)"
    git(workspace, "update-ref", f"refs/remotes/origin/{name}", _commit_elsewhere(workspace))
    done = act(workspace, {"base_ref": name})
    assert done.status == 0, done.log
    assert json.loads(done.outputs["environments"]) == ["lab"]
    assert not list(workspace.parent.rglob("owned"))
    assert git(origin, "status", "--short") == ""


def _commit_elsewhere(workspace: Path) -> str:
    """Change another environment on another branch, and return the commit."""
    git(workspace, "checkout", "--quiet", "later")
    (workspace / "environments/barn.yaml").unlink()
    made = commit(workspace)
    git(workspace, "checkout", "--quiet", "main")
    return made


# -- other events


def test_a_push_is_compared_with_the_rendered_tree(workspace: Path) -> None:
    change(workspace)
    done = act(workspace, PUSH)
    assert (done.status, done.outputs["changed"]) == (0, "false"), done.log


def test_a_merge_queue_compares_with_what_it_merges_into(workspace: Path) -> None:
    before = git(workspace, "rev-parse", "HEAD")
    change(workspace)
    done = act(workspace, PUSH | {"event.merge_group.base_sha": before})
    assert (done.status, done.outputs["environments"]) == (0, '["lab"]'), done.log


def test_a_base_that_is_given_wins(workspace: Path) -> None:
    change(workspace)
    assert act(workspace, PULL_REQUEST, base="HEAD").outputs["changed"] == "false"


def test_the_repository_may_be_a_folder_of_the_checkout(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "workspace/deploy folder", ignore=shutil.ignore_patterns(".git"))
    commit(tmp_path / "workspace")
    edit(tmp_path / "workspace/deploy folder" / SPEC, OLD, NEW)
    done = act(tmp_path / "workspace", PUSH, working_directory="deploy folder", sarif="out/findings.sarif")
    assert (done.status, done.outputs["changed"]) == (1, "true")
    assert any(each.startswith(f"::error file=deploy folder/{VALUES},line=") for each in done.commands())
    assert all(each.startswith("::error file=deploy folder/rendered/") for each in done.commands())
    assert (tmp_path / "workspace/out/findings.sarif").is_file()


# -- what others write into pull requests and workflows


ATTACK = "\"; touch owned; '; touch owned; $(touch owned) `touch owned` | touch owned\nchanged=owned\n--help"


@pytest.mark.parametrize("names", [["environments"], ["base"], ["fail-outside", "sarif"]], ids=" and ".join)
def test_inputs_are_not_run(workspace: Path, names: list[str]) -> None:
    change(workspace)
    done = act(workspace, PULL_REQUEST, **dict.fromkeys(names, ATTACK))
    assert not list(workspace.parent.rglob("owned"))
    assert done.outputs["changed"] == ""
    assert done.status == 2
    assert all(command.startswith("::error title=efdgen::") for command in done.commands())
    assert ATTACK.startswith(tuple(path.name for path in workspace.glob('"*'))) == ("sarif" in names)


# -- the files themselves


@pytest.mark.slow
def test_efdgen_is_installed_from_the_action_apart_from_the_runner_s_python(workspace: Path) -> None:
    change(workspace)
    wheels = workspace.parent / "wheels"
    env = house(wheels)
    offered = package(workspace.parent / "efdgen")
    (offered / "requirements").mkdir()
    (offered / "requirements/runtime.txt").write_text(lock(wheels), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        done = run(
            offered / "action.yml",
            workspace,
            workspace.parent / "temp",
            {"efdgen": "", "objects": "false"},
            PULL_REQUEST,
            quick_python(workspace.parent / "python"),
        )
    assert (done.status, done.outputs["environments"]) == (0, '["lab"]'), done.log
    (made,) = (workspace.parent / "temp").glob("efdgen.*/venv/bin/efdgen")
    version = subprocess.run([made, "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
    assert version.startswith("efdgen, version ")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_expression_stands_in_a_script(name: str) -> None:
    assert "${{" not in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_sound(name: str) -> None:
    command = [needs.SHELLCHECK.require(), "--shell=bash", "-"]
    done = subprocess.run(command, input=SCRIPTS[name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("schema", "file"),
    [("github-actions", ACTION), *(("github-workflows", path) for path in WORKFLOWS)],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_the_files_fit_their_schemas(schema: str, file: Path) -> None:
    done = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", f"vendor.{schema}", str(file)])
    assert done.exit_code == 0, done.output
