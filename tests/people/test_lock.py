"""The locked versions in requirements/, and that nothing else is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.checkout import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "requirements").iterdir())}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
PLATFORMS = ["linux", "darwin"]


class Locked(NamedTuple):
    """One entry of a lock."""

    requirement: Requirement
    hashes: frozenset[str]


@cache
def entries(lock: str) -> list[Locked]:
    lines = re.sub(r"\\\n", "", re.sub(r"^ *#.*\n", "", LOCKS[lock], flags=re.MULTILINE)).splitlines()
    split = [line.split(" --hash=") for line in lines]
    return [Locked(Requirement(name), frozenset(map(str.strip, hashes))) for name, *hashes in split]


def versions(lock: str, python: str, platform: str) -> dict[str, str]:
    """Return what a lock installs for a version of Python on a platform."""
    here = {"python_version": python, "python_full_version": f"{python}.99", "sys_platform": platform}
    here["os_name"] = "posix"
    wanted = [entry.requirement for entry in entries(lock)]
    there = [need for need in wanted if need.marker is None or need.marker.evaluate(here)]
    assert len({canonicalize_name(need.name) for need in there}) == len(there)
    return {canonicalize_name(need.name): str(need.specifier).removeprefix("==") for need in there}


def asked(extras: list[str], groups: list[str]) -> list[Requirement]:
    """Return what pyproject.toml asks for, extras of extras included."""
    found = [*PROJECT["project"]["dependencies"]]
    for group in groups:
        found += PROJECT["dependency-groups"][group]
    needs = [Requirement(text) for text in found]
    for extra in extras:
        for need in map(Requirement, EXTRAS[extra]):
            needs += asked(sorted(need.extras), []) if need.name == "efdgen" else [need]
    return needs


@pytest.mark.parametrize("lock", LOCKS)
def test_every_file_of_a_lock_has_its_hash_and_no_place_has_a_name(lock: str) -> None:
    for entry in entries(lock):
        assert str(entry.requirement.specifier).startswith("=="), entry
        assert entry.requirement.url is None
        assert entry.hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in entry.hashes), entry
    assert not re.search(r"https?:|file:|//|^ *-[-a-z]*(?:index|links|host)", LOCKS[lock], re.MULTILINE)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("lock", "extras", "groups"), [("runtime", ["site"], ["build"]), ("development", ["dev"], ["build"])], ids=str
)
def test_a_lock_has_what_pyproject_asks_for(
    lock: str, extras: list[str], groups: list[str], python: str, platform: str
) -> None:
    there = versions(lock, python, platform)
    for need in asked(extras, groups):
        assert need.specifier.contains(there[canonicalize_name(need.name)]), f"{need}: run make lock"


@pytest.mark.parametrize("python", PYTHONS)
def test_development_has_the_versions_of_runtime(python: str) -> None:
    assert versions("runtime", python, "linux").items() <= versions("development", python, "linux").items()


def test_the_build_backend_is_locked_as_it_is_asked_for() -> None:
    assert set(PROJECT["build-system"]["requires"]) <= set(PROJECT["dependency-groups"]["build"])


def made(folder: Path, *targets: str) -> str:
    """Return the commands that make would run for targets on a fresh machine."""
    command = ["make", "--dry-run", f"VENV={folder / 'venv'}", *targets]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("target", "times"), [("render", 2), ("test", 3), ("lock", 3)])
def test_make_installs_from_the_lock_only(target: str, times: int, tmp_path: Path) -> None:
    installing = [line for line in made(tmp_path, target).splitlines() if re.search(r"\bpip install\b", line)]
    ways = [re.search(r"--require-hashes --requirement requirements/(\w+)\.txt$", line) for line in installing]
    itself = [line.endswith("--no-deps --no-build-isolation --editable .") for line in installing]
    assert len(installing) == times
    assert [bool(way) for way in ways] == [not one for one in itself]
    assert sum(itself) == 1


def test_ci_runs_what_people_run_and_the_edges_of_what_pyproject_admits() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1] == "make test"
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert runs["test"][-1] == ".ci/run"
    assert jobs["test"]["strategy"]["matrix"]["python"] == PYTHONS
    assert runs["versions"][-1] == 'make "test-$VERSIONS"'
    assert jobs["versions"]["steps"][-1]["env"] == {"VERSIONS": "${{ matrix.versions }}"}
    admitted = {entry["versions"]: entry["python"] for entry in jobs["versions"]["strategy"]["matrix"]["include"]}
    assert admitted == {"lowest": PYTHONS[0], "newest": PYTHONS[-1]}
    assert not any("pip install" in line for lines in runs.values() for line in lines)
