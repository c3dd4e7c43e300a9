"""The same input gives the same bytes: on any machine, for any user, in any mood."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from pathlib import Path

import pytest

from efdgen.verbs import project, render
from support import needs, warm
from support.checkout import ROOT, efdgen, snapshot
from support.efd import EFD
from support.pythons import VERSIONS

NOBODY = {"HOME": "/nonexistent", "USER": "nobody", "LOGNAME": "nobody", "HOSTNAME": "elsewhere"}
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@functools.cache
def expected() -> dict[str, bytes]:
    return dict(project.rendering(EFD).tree)


@pytest.fixture
def bare(inputs: Path) -> Path:
    """A copy of the EFD's repository without a rendered tree."""
    return inputs


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", "TERM": "dumb", "COLUMNS": "20"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Santiago", "SOURCE_DATE_EPOCH": "0"} | NOBODY,
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "no_SUCH.locale", "TZ": "Nowhere/Land", "PYTHONOPTIMIZE": "1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"},
    ],
    ids=["a plain terminal", "Turkish and nobody", "optimized", "ASCII"],
)
def test_the_surroundings_do_not_change_a_byte(bare: Path, variables: dict[str, str]) -> None:
    result = efdgen("render", cwd=bare, env=variables)
    assert (result.returncode, result.stderr) == (0, "")
    assert snapshot(bare / "rendered") == expected()


@pytest.mark.parametrize("mask", [0, 0o077, 0o777])
def test_the_umask_changes_modes_only(bare: Path, mask: int) -> None:
    if mask == 0o777:
        needs.ROOT_USER.require()
    done = warm.python("-c", f"import os; os.umask({mask}); from efdgen.cli import main; main()", "render", cwd=bare)
    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(bare / "rendered") == expected()


def test_the_working_directory_does_not_matter(bare: Path, tmp_path: Path) -> None:
    for cwd, arguments in (
        (bare / "environments/shared", []),
        (bare / "templates/apps", ["--root", "../.."]),
        (tmp_path, ["--root", str(bare)]),
        (Path("/"), ["--root", str(bare)]),
    ):
        shutil.rmtree(bare / "rendered", ignore_errors=True)
        result = warm.efdgen("render", *arguments, cwd=cwd)
        assert result.returncode == 0, result.stderr
        assert snapshot(bare / "rendered") == expected()


def test_the_repository_s_own_path_does_not_matter(bare: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd path, ünïcode & 'quotes'"
    bare.rename(odd)
    result = warm.efdgen("render", cwd=odd)
    assert result.returncode == 0, result.stderr
    assert snapshot(odd / "rendered") == expected()


def test_files_are_read_in_no_order_of_the_disk_s_own(bare: Path) -> None:
    for folder in ("environments", "templates/apps"):
        entries = sorted((bare / folder).iterdir(), reverse=True)
        moved = bare / "moved"
        (bare / folder).rename(moved)
        (bare / folder).mkdir()
        for entry in entries:
            (moved / entry.name).rename(bare / folder / entry.name)
        moved.rmdir()
    assert dict(project.rendering(bare).tree) == expected()


def test_the_time_of_day_and_of_files_do_not_matter(bare: Path) -> None:
    for path in bare.rglob("*"):
        os.utime(path, (0, 0))
    assert dict(project.rendering(bare).tree) == expected()


def test_it_does_not_depend_on_what_was_rendered_before(bare: Path) -> None:
    for name in ("summit", "base"):
        render.write(bare, [name])
    render.write(bare)
    assert snapshot(bare / "rendered") == expected()


# -- other versions of Python


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != HERE])
def test_every_python_renders_the_same(version: str, bare: Path) -> None:
    python = needs.python(version).require()
    result = efdgen("render", cwd=bare, env={"PYTHONPATH": str(ROOT / "generator")}, python=python)
    assert (result.returncode, result.stderr) == (0, "")
    assert snapshot(bare / "rendered") == expected()
