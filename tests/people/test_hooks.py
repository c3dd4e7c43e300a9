"""The hooks that this repository offers, run by pre-commit itself: it clones, installs and runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from efdgen.verbs import render
from support.checkout import ROOT, edit
from support.gitrepo import commit, git, variables
from support.repository import small_repository
from support.wheels import house, package

HOOKS = ["efdgen-check", "efdgen-validate"]


def pre_commit(folder: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    command = [sys.executable, "-m", "pre_commit", *map(str, arguments)]
    environment = {**variables(), "PRE_COMMIT_COLOR": "never", **(env or {})}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def outcomes(folder: Path, env: dict[str, str]) -> tuple[list[str], str]:
    """Run the hooks in a folder, and return whether each passed, and all that was printed."""
    git(folder, "add", "--all")
    status, output = pre_commit(folder, "run", "--all-files", env=env)
    passed = [line.rsplit(".", 1)[1] for line in output.splitlines() if line.endswith(("Passed", "Failed", "Skipped"))]
    assert (status == 0) == (set(passed) == {"Passed"}), output
    return passed, output


def test_the_manifest_is_valid() -> None:
    assert pre_commit(ROOT, "validate-manifest", ROOT / ".pre-commit-hooks.yaml") == (0, "")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == HOOKS


@pytest.mark.slow
def test_the_hooks_pass_and_fail_as_they_should(tmp_path: Path) -> None:
    rev = commit(package(tmp_path / "efdgen"))
    env = {**house(tmp_path / "wheels"), "PRE_COMMIT_HOME": str(tmp_path / "home")}
    # The pip of an environment is compiled once, and not in each.
    env["VIRTUALENV_SYMLINK_APP_DATA"] = "1"
    root = small_repository(tmp_path)
    render.write(root)
    hooks = [{"id": name, "language_version": sys.executable} for name in HOOKS]
    config = {"repos": [{"repo": str(tmp_path / "efdgen"), "rev": rev, "hooks": hooks}]}
    (root / ".pre-commit-config.yaml").write_text(json.dumps(config), encoding="utf-8")
    commit(root)

    assert outcomes(root, env)[0] == ["Passed", "Passed"]

    size = "        size: 20Gi\n"
    edit(root / "environments/lab.yaml", size, size.replace("20", "40"))
    passed, output = outcomes(root, env)
    assert passed == ["Failed", "Passed"]
    assert "changed  rendered/apps/store/values-lab.yaml" in output

    edit(root / "environments/lab.yaml", size.replace("20", "40"), size.replace("20Gi", "<% nowhere %>"))
    passed, output = outcomes(root, env)
    assert passed == ["Failed", "Failed"]
    assert "error[E301]" in output

    git(root, "reset", "--quiet", "--hard")
    (root / "rendered/apps/store/values-lab.yaml").unlink()
    git(root, "add", "--all")
    _, output = pre_commit(root, "run", env=env)
    assert "missing  rendered/apps/store/values-lab.yaml" in output, "a commit that only deletes is checked, too"
