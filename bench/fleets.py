"""Repositories of any size, made from the sandbox."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from measuring import EFDGEN, REPOSITORY, whole_process


def six(folder: Path) -> Path:
    """Make the EFD's repository with what it renders to, in a folder that is not there yet; return that."""
    shutil.copytree(REPOSITORY, folder)
    whole_process([*EFDGEN, "render"], folder)
    return folder


def synthetic(folder: Path, count: int) -> None:
    """Make a repository with many environments like the sandbox, twelve apps each."""
    shutil.copytree(REPOSITORY / "schemas", folder / "schemas")
    shutil.copytree(REPOSITORY / "templates", folder / "templates")
    shutil.copytree(REPOSITORY / "environments" / "shared", folder / "environments" / "shared")
    # The links between the real environments have no place here.
    facts = folder / "environments" / "shared" / "facts.yaml"
    facts.write_text(facts.read_text(encoding="utf-8").partition("\nsites:")[0] + "\n", encoding="utf-8")
    spec = (REPOSITORY / "environments" / "sandbox.yaml").read_text(encoding="utf-8")
    for number in range(count):
        name = f"bench-{number:04}"
        (folder / "environments" / f"{name}.yaml").write_text(re.sub(r"\bsandbox\b", name, spec), encoding="utf-8")


def with_apps(folder: Path, count: int) -> None:
    """Add apps to a repository, and to its environment."""
    spec = folder / "environments" / "bench-0000.yaml"
    listed = []
    for number in range(count):
        app = folder / "templates" / "apps" / f"app-{number:04}"
        app.mkdir()
        (app / "app.yaml").write_text(
            f"description: app {number}\nnamespace: app-{number:04}\nchart:\n  name: chart\n  version: 1.0.0\n"
            "  repository: https://charts.example.org\n",
            encoding="utf-8",
        )
        listed.append(f"  {app.name}:\n    values:\n      size: 1\n")
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("\napps:\n", "\napps:\n" + "".join(listed)), encoding="utf-8")


def with_values(folder: Path, count: int) -> None:
    """Add a list of values to an environment."""
    spec = folder / "environments" / "bench-0000.yaml"
    text = spec.read_text(encoding="utf-8")
    values = f"  kafdrop:\n    values:\n      long: [{','.join('1' * count)}]\n"
    spec.write_text(text.replace("  kafdrop: {}\n", values), encoding="utf-8")


def with_files_of_others(folder: Path, count: int) -> None:
    """Add files to the output folder that efdgen did not make."""
    for number in range(0, count, 1000):
        others = folder / "rendered" / "others" / str(number)
        others.mkdir(parents=True)
        for each in range(1000):
            (others / f"{each}.txt").write_text(f"{number + each}\n", encoding="utf-8")
