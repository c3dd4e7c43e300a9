"""What CI runs around the tests."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support import needs
from support.checkout import ROOT
from support.e2e import programs, world

SCRIPTS = sorted(path for path in (ROOT / ".ci").iterdir() if path.is_file())
INSTALL = ROOT / ".ci/install-tools"
END_TO_END = yaml.safe_load((ROOT / ".github/workflows/e2e.yml").read_text(encoding="utf-8"))


def install(folder: Path, *there: str) -> tuple[int, list[str]]:
    """Run the script where there are these commands and no apt-get, and return what it would have installed."""
    folder.mkdir()
    for name in ("id", *there):
        (folder / name).symlink_to(shutil.which("id") or "")
    command = [shutil.which("bash") or "", str(INSTALL)]
    done = subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.strip().rpartition(": ")[2].split()


def test_without_apt_the_run_goes_on_and_says_what_is_missing(tmp_path: Path) -> None:
    assert install(tmp_path / "a") == (
        0,
        ["chromium-headless-shell", "shellcheck", "kcat", "kubernetes-client", "graphviz"],
    )
    assert install(tmp_path / "b", "google-chrome", "kubectl", "kafkacat", "dot") == (0, ["shellcheck"])


def test_nothing_is_installed_again(tmp_path: Path) -> None:
    assert install(tmp_path / "all", "chromium", "shellcheck", "kcat", "kubectl", "dot") == (0, [])


def test_without_the_small_browser_the_whole_one_is_installed(tmp_path: Path) -> None:
    bash = shutil.which("bash") or ""
    log = tmp_path / "log"
    commands = {
        "id": "echo 0",
        "apt-get": f'echo "${{@: -1}}" >> {log}\n[[ $* != *install* || ${{@: -1}} == chromium ]]',
    }
    for name, script in commands.items():
        (tmp_path / name).write_text(f"#!{bash}\n{script}\n")
        (tmp_path / name).chmod(0o755)
    for name in ("shellcheck", "kcat", "kubectl"):
        (tmp_path / name).symlink_to(tmp_path / "id")
    done = subprocess.run([bash, INSTALL], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "Can't install graphviz; some tests skip."
    assert "Can't install chromium" not in done.stdout
    assert log.read_text().split()[-3:] == ["chromium-headless-shell", "chromium", "graphviz"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_are_sound(script: Path) -> None:
    done = subprocess.run([needs.SHELLCHECK.require(), str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_workflow_runs_make_e2e_in_its_own_cluster() -> None:
    (job,) = END_TO_END["jobs"].values()
    *_, create, install, last = job["steps"]
    assert "k3d cluster create efd " in create["run"]
    assert "sha256sum --check" in install["run"]
    assert last["run"].splitlines()[-1] == "make e2e"
    given = {*last["env"], *re.findall(r"export (\w+)", last["run"])}
    assert given == {programs.FOLDER, programs.CLUSTER, world.ADDRESS}


def test_the_page_about_it_names_the_versions_of_the_workflow() -> None:
    page = (ROOT / "docs/e2e.md").read_text(encoding="utf-8")
    versions = END_TO_END["env"]
    kubernetes = re.fullmatch(r"rancher/k3s:(v[\d.]+)-k3s\d+", versions["K3S_IMAGE"])
    assert kubernetes is not None
    assert set(re.findall(r"/(v\d[\d.]+)/", page)) == {versions["ARGOCD_VERSION"], kubernetes[1]}


@pytest.mark.parametrize(
    "step", [step for job in END_TO_END["jobs"].values() for step in job["steps"] if "run" in step]
)
def test_the_workflow_s_scripts_are_sound(step: dict[str, str]) -> None:
    command = [needs.SHELLCHECK.require(), "--shell=bash", "-"]
    done = subprocess.run(command, input=step["run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "${{" not in step["run"]
