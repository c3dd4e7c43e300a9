"""Git repositories for tests: real ones, that neither know nor change the settings of who runs the tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

VARIABLES = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    # A commit starts no process that tidies up.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "maintenance.auto",
    "GIT_CONFIG_VALUE_0": "false",
    # A new repository has none of the samples of hooks.
    "GIT_TEMPLATE_DIR": "",
}


def variables() -> dict[str, str]:
    """Return the environment of a Git that stands alone."""
    return {**{key: value for key, value in os.environ.items() if not key.startswith("GIT_")}, **VARIABLES}


def git(folder: Path, *arguments: str | Path) -> str:
    """Run Git in a folder, and return what it printed."""
    command = ["git", "-C", str(folder), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=variables()).stdout.strip()


def commit(folder: Path, message: str = "Change") -> str:
    """Commit all there is in a folder, which becomes a repository if it is in none, and return the commit."""
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")
