"""Real Git repositories around copies of this one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_IDENTITY = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org"}
_COMMITTER = {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.org"}


def git(root: Path, *arguments: str) -> str:
    """Run Git in a folder; neither the user's configuration nor a hook around the tests matters."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    variables = {**clean, **nothing, **_IDENTITY, **_COMMITTER}
    done = subprocess.run(
        ["git", "-C", root, *arguments], env=variables, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(root: Path, message: str = "Change") -> str:
    """Commit everything in a folder, which becomes a repository if it is in none; return the commit."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")
