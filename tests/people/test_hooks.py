"""The hooks that this repository offers, run by pre-commit itself: it clones, installs and runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from efdgen.verbs import render
from support.checkout import ROOT, edit
from support.gitrepo import commit, git, variables
from support.repository import overlay, small_repository
from support.wheels import house, package

EXTRA = """\
name: extra
domain: extra.example.org
cluster:
  provides: [vault-secrets-operator, ingress-nginx]
apps:
  store: {}
"""

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


def attempt(folder: Path, env: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run Git in a folder, with its hooks; return its exit status, and all that was printed."""
    environment = {**variables(), "PRE_COMMIT_COLOR": "never", **env}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def assert_nothing_wrong_is_committed(root: Path, env: dict[str, str]) -> None:
    """Install the hooks as pages say; try commits that only delete, and a clean merge, each without a render.

    Args:
        root: a repository whose only commit is rendered.
        env: environment variables of the hooks.
    """
    assert pre_commit(root, "install", env=env)[0] == 0
    for path, word in (("environments/lab.yaml", "extra"), ("rendered/apps/store/values-lab.yaml", "missing")):
        git(root, "rm", "--quiet", path)
        status, output = attempt(root, env, "commit", "--message", "Delete")
        assert status, output
        assert f"{word:9}rendered/apps/store/values-lab.yaml" in output, output
        git(root, "reset", "--quiet", "--hard")

    git(root, "branch", "more")
    edit(root / "templates/apps/store/values.yaml", "pullPolicy: IfNotPresent", "pullPolicy: Always")
    render.write(root)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--no-verify", "--message", "Always")
    git(root, "checkout", "--quiet", "more")
    overlay(root, {"environments/extra.yaml": EXTRA})
    render.write(root)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--no-verify", "--message", "Extra")
    status, output = attempt(root, env, "merge", "--no-edit", "main")
    assert "CONFLICT" not in output
    assert status, output
    assert "changed  rendered/apps/store/values-extra.yaml" in output, output
    assert git(root, "log", "--format=%s", "-1") == "Extra"


def documented() -> dict[str, Any]:
    """Return the configuration that docs/github.md has people copy."""
    page = (ROOT / "docs/github.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n# \.pre-commit-config\.yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_the_contributors_hook_sees_what_only_deletes_and_what_is_merged(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    render.write(root)
    config = (ROOT / ".pre-commit-config.yaml").read_bytes()
    makefile = f"check:\n\t@'{sys.executable}' -m efdgen check --no-cache\n"
    overlay(root, {".pre-commit-config.yaml": config, "Makefile": makefile})
    commit(root)
    assert_nothing_wrong_is_committed(root, {"PRE_COMMIT_HOME": str(tmp_path / "home")})


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
    config = {**documented(), "repos": [{"repo": str(tmp_path / "efdgen"), "rev": rev, "hooks": hooks}]}
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
    assert_nothing_wrong_is_committed(root, env)
