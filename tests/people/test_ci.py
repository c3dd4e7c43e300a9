"""What CI runs around the tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support import needs
from support.checkout import ROOT

SCRIPTS = sorted(path for path in (ROOT / ".ci").iterdir() if path.is_file())
INSTALL = ROOT / ".ci/install-tools"


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
