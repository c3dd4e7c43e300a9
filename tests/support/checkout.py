"""The checkout that the tests stand in, the EFD's repository as they know it, and efdgen as a process of its own."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem
from efdgen.repository.load import load
from efdgen.repository.model import Repository
from efdgen.verbs import project

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: the package, pages and settings. What people edit in it is tests/whole/test_live.py's alone."""
FROZEN = ROOT / "tests/efd-repository"
"""The EFD's repository as tests know it, which nobody edits; `support.efd.EFD` is a copy that is rendered."""
SHARED = ROOT.parent / "shared"
"""Reference data that only its authors have."""


def names() -> list[str]:
    """Return the names of the EFD's environments."""
    return sorted(path.stem for path in (FROZEN / "environments").glob("*.yaml"))


@functools.cache
def repository() -> Repository:
    """Return the EFD's repository, loaded once for all tests."""
    return load(FROZEN)


@functools.cache
def resolved() -> Mapping[str, ResolvedEnvironment]:
    """Return the EFD's environments, by name, resolved once for all tests."""
    return {environment.facts.name: environment for environment in project.resolve(FROZEN).environments}


def copy_tree(source: Path, target: Path) -> Path:
    """Copy the contents of files, without times, modes and links, to a folder that is not there yet.

    The source is one that no test changes: it is read once.
    """
    target.mkdir(parents=True)
    folders, files = _contents(source)
    for folder in folders:
        os.mkdir(f"{target}/{folder}")  # noqa: PTH102 - thousands of them: see efdgen.repository.files
    for path, content in files:
        with open(f"{target}/{path}", "xb", buffering=0) as file:  # noqa: PTH123
            file.write(content)
    return target


@functools.cache
def _contents(source: Path) -> tuple[list[str], list[tuple[str, bytes]]]:
    """Return the folders and the files below a folder, outer folders first."""
    below = sorted(path for path in source.rglob("*") if not path.is_symlink())
    folders = [path.relative_to(source).as_posix() for path in below if path.is_dir()]
    return folders, [(path.relative_to(source).as_posix(), path.read_bytes()) for path in below if path.is_file()]


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path in there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, str]:
    """Return what happened to each file: added, changed or removed."""
    both = {path: "changed" for path in before.keys() & after.keys() if before[path] != after[path]}
    added = dict.fromkeys(after.keys() - before.keys(), "added")
    return dict(sorted({**both, **added, **dict.fromkeys(before.keys() - after.keys(), "removed")}.items()))


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands once in a file; a line's end and its indentation count."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(root: Path) -> tuple[Problem, ...]:
    """Return everything that efdgen finds in a repository, errors or warnings."""
    try:
        return project.rendering(root).warnings
    except InvalidInputError as error:
        return error.problems


def refused(root: Path, *environments: str) -> tuple[Problem, ...]:
    """Return what efdgen refuses a repository for, in the named environments (none named: all)."""
    try:
        project.rendering(root, environments)
    except InvalidInputError as error:
        return error.problems
    raise AssertionError(f"{root} is not refused")


def codes(root: Path, file: str = "") -> set[str]:
    """Return the codes of what efdgen finds in a repository, or in one file of it."""
    return {problem.code for problem in found(root) if file in ("", problem.location.file)}


def efdgen(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with `env` on top of the environment variables."""
    command = [python, "-m", "efdgen", *map(str, arguments)]
    variables = {**os.environ, **(env or {})}
    return subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
