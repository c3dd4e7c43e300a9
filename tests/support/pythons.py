"""Sets up the other versions of Python on this machine, with what efdgen needs, inside this virtual environment.

Run by `make`, before the tests: they need no network. A version that can't be set up is left out, and its tests are
skipped.

    python tests/support/pythons.py requirements/runtime.txt
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def find(version: str) -> str | None:
    """Return a Python of a version that can be run: on PATH, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    pyenvs = sorted((pyenv / "versions").glob(f"{version}.*/bin/python"), reverse=True)
    for candidate in (f"python{version}", *map(str, pyenvs)):
        check = [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        try:
            result = subprocess.run(check, capture_output=True, text=True, check=False, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if result.stdout.strip() == version:
            return candidate
    return None


def set_up(version: str, requirements: str) -> str:
    """Set up a version; return why not, or nothing."""
    found = find(version)
    if found is None:
        return "there is none here"
    folder = Path(sys.prefix, "pythons", version)
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [found, "-m", "venv", "--without-pip", str(folder)],
        [*pip, "--require-hashes", "--requirement", requirements],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            return done.stdout.strip()[-300:]
    return ""


def main(requirements: str) -> None:
    """Set up every version but the one that runs this."""
    for version in VERSIONS:
        if version != f"{sys.version_info[0]}.{sys.version_info[1]}" and (problem := set_up(version, requirements)):
            sys.stderr.write(f"Python {version} is not set up for the tests: {problem}\n")


if __name__ == "__main__":
    main(sys.argv[1])
