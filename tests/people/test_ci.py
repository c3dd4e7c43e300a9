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
    assert install(tmp_path / "a") == (0, ["chromium", "shellcheck", "kcat", "kubernetes-client", "graphviz"])
    assert install(tmp_path / "b", "google-chrome", "kubectl", "kafkacat", "dot") == (0, ["shellcheck"])


def test_nothing_is_installed_again(tmp_path: Path) -> None:
    assert install(tmp_path / "all", "chromium", "shellcheck", "kcat", "kubectl", "dot") == (0, [])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_are_sound(script: Path) -> None:
    done = subprocess.run([needs.SHELLCHECK.require(), str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
