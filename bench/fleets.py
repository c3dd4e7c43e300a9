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


CHART = "chart:\n  name: chart\n  version: 1.0.0\n  repository: https://charts.example.org\n"


def with_app(folder: Path, name: str, definition: str = CHART, values: str = "") -> None:
    """Add the folder of an app to a repository, with its chart's values."""
    app = folder / "templates" / "apps" / name
    app.mkdir()
    (app / "app.yaml").write_text(f"description: {name}\nnamespace: {name}\n{definition}", encoding="utf-8")
    if values:
        (app / "values.yaml").write_text(values, encoding="utf-8")


def insert(file: Path, line: str, text: str) -> None:
    """Add a text to a file, behind the first such line."""
    before, found, behind = file.read_text(encoding="utf-8").partition(f"\n{line}\n")
    assert found, line
    file.write_text(before + found + text + behind, encoding="utf-8")


def with_apps(folder: Path, count: int) -> None:
    """Add apps to a repository, and to its environment."""
    listed = []
    for number in range(count):
        with_app(folder, f"app-{number:04}")
        listed.append(f"  app-{number:04}:\n    values:\n      size: 1\n")
    insert(folder / "environments" / "bench-0000.yaml", "apps:", "".join(listed))


def with_values(folder: Path, count: int) -> None:
    """Add a list of values to an environment."""
    spec = folder / "environments" / "bench-0000.yaml"
    text = spec.read_text(encoding="utf-8")
    values = f"  kafdrop:\n    values:\n      long: [{','.join('1' * count)}]\n"
    spec.write_text(text.replace("  kafdrop: {}\n", values), encoding="utf-8")


def with_mappings(folder: Path, count: int) -> None:
    """Add mappings of mappings of a hundred values to an environment, in all of its layers.

    No file may hold them all: eight apps have a tenth each, two of them beside that of another one that they extend; so
    do the defaults, and the spec.
    """
    part = count // 10
    for number in range(6):
        with_app(folder, f"wide-{number}", values=_mappings("m", part))
    for number in range(2):
        with_app(folder, f"more-{number}", f"extends: wide-{number}\n", _mappings("x", part))
    defaults = f"  appDefaults:\n    wide-0:\n      values:\n{_mappings('m', part, 8, 2)}"
    insert(folder / "environments" / "shared" / "facts.yaml", "defaults:", defaults)
    listed = "".join(
        f"  {name}: {{}}\n" for name in (*(f"wide-{number}" for number in range(1, 6)), "more-0", "more-1")
    )
    spec = folder / "environments" / "bench-0000.yaml"
    insert(spec, "apps:", f"{listed}  wide-0:\n    values:\n{_mappings('s', part, 6)}")


def _mappings(name: str, count: int, indentation: int = 0, value: int = 1) -> str:
    """Return values as YAML, a hundred of them in each of a hundred mappings of one."""
    ahead = " " * indentation
    inner = [
        f"{ahead} k{key:02}:\n" + "".join(f"{ahead}  v{each:02}: {value}\n" for each in range(100))
        for key in range(100)
    ]
    return "".join(f"{ahead}{name}{number:02}:\n{''.join(inner)}" for number in range(count // 10_000))


def with_hosts(folder: Path, count: int) -> None:
    """Add an app with public hosts, which its ingress names."""
    services = [f"s{number}" for number in range(count)]
    hosts = "".join(f"  - <% host('{service}') %>\n" for service in services)
    definition = f"{CHART}ingressHosts: [{', '.join(services)}]\n"
    with_app(folder, "hosts", definition, f"ingress:\n  hosts:\n{hosts}")
    insert(folder / "environments" / "bench-0000.yaml", "apps:", "  hosts: {}\n")


def with_files_of_others(folder: Path, count: int) -> None:
    """Add files to the output folder that efdgen did not make."""
    for number in range(0, count, 1000):
        others = folder / "rendered" / "others" / str(number)
        others.mkdir(parents=True)
        for each in range(1000):
            (others / f"{each}.txt").write_text(f"{number + each}\n", encoding="utf-8")
