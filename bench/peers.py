"""Measures efdgen against tools that make the same values from layers, where they are installed.

What environments have alike goes into a common layer, and the rest into one for each. Each peer's output is compared
with efdgen's, as data, before anything is measured.

- kapitan (https://kapitan.dev): a class with what is alike, a target an environment, a Jinja2 template an app.
- kustomize (https://kustomize.io, alone or in kubectl): a base with an object an app, a patch an app and environment.
  It checks nothing, and needs a process for each environment.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from efdgen.output import layout
from fleets import synthetic
from measuring import EFDGEN, REPOSITORY, Result, take_away, whole_process

Values = Mapping[str, Mapping[str, Any]]
"""The values of each app of each environment."""

KAPITAN = 1 / 8
"""The most that efdgen may take, in runs of kapitan."""

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory

SIZES = ((6, 7), (100, 3), (300, 3))
"""How many environments, and how often both are measured."""


def peers() -> list[Result]:
    """Render as many environments with efdgen and with its peers, and say who was faster."""
    results = []
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        for count, runs in SIZES:
            folder = Path(temporary, str(count), "efdgen")
            if count == len(list((REPOSITORY / "environments").glob("*.yaml"))):
                for each in ("environments", "schemas", "templates"):
                    shutil.copytree(REPOSITORY / each, folder / each)
            else:
                synthetic(folder, count)
            whole_process([*EFDGEN, "render"], folder)
            values = rendered_values(folder)
            results += compared_with_kapitan(folder, folder.with_name("kapitan"), values, runs)
            results += compared_with_kustomize(folder, folder.with_name("kustomize"), values, runs)
    return results


def rendered_values(folder: Path) -> Values:
    """Return what the values files of a rendered tree hold."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "rendered" / "apps").glob("*/values-*.yaml")):
        environment = layout.environment_of(path.relative_to(folder / "rendered").as_posix())
        assert environment is not None, path
        found.setdefault(environment, {})[path.parent.name] = load(path.read_text(encoding="utf-8"))
    return found


def load(text: str) -> Any:
    """Return what a YAML text holds, by libyaml."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def dump(path: Path, content: object) -> None:
    """Write data as a YAML file, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dumped = yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)
    path.write_text(dumped, encoding="utf-8")


def alike(values: Values) -> dict[str, Any]:
    """Return for each app what all environments that have it say alike: mappings by their keys, the rest as a whole."""
    apps = sorted({app for of_apps in values.values() for app in of_apps})
    return {app: common([of_apps[app] for of_apps in values.values() if app in of_apps]) for app in apps}


def common(all_of_them: Sequence[Any]) -> Any:
    """Return what mappings have in common.

    `[{a: 1, b: {c: 1, d: 2}}, {a: 2, b: {c: 1}}]` have `{b: {c: 1}}` in common.
    """
    first, *others = all_of_them
    found = {}
    for key, value in first.items():
        theirs = [other[key] for other in others if key in other]
        if len(theirs) < len(others):
            continue
        if isinstance(value, dict) and all(isinstance(each, dict) for each in theirs):
            found[key] = common([value, *theirs])
        elif all(same(value, each) for each in theirs):
            found[key] = value
    return found


def same(one: object, other: object) -> bool:
    """Return whether two values are equal, and of one type; the order of keys means nothing to Helm."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def own(value: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mapping says beside what it has in common with others."""
    found = {}
    for key, each in value.items():
        if key not in below:
            found[key] = each
        elif isinstance(each, dict) and isinstance(below[key], dict) and (rest := own(each, below[key])):
            found[key] = rest
    return found


def compared_with_kapitan(folder: Path, theirs: Path, values: Values, runs: int) -> Iterator[Result]:
    """Compare cold renderings, each from start to end, into a folder where nothing is."""
    if shutil.which("kapitan") is None:
        return
    layer = alike(values)
    # What begins with these, kapitan fills in.
    write = functools.partial(escaped, marks=("${", "$["))
    dump(theirs / "inventory/classes/common.yml", {"parameters": {"values": write(layer)}})
    for app in layer:
        template = theirs / "templates" / app / "values.yaml"
        template.parent.mkdir(parents=True)
        template.write_text("{{ inventory.parameters['values']['" + app + "'] | yaml }}\n", encoding="utf-8")
    for environment, apps in values.items():
        compiled = [
            {"output_path": f"apps/{app}", "input_type": "jinja2", "input_paths": [f"templates/{app}"]} for app in apps
        ]
        said = {app: write(own(of_app, layer[app])) for app, of_app in apps.items()}
        kapitan = {"vars": {"target": environment}, "compile": compiled}
        target = {"classes": ["common"], "parameters": {"kapitan": kapitan, "values": said}}
        dump(theirs / "inventory/targets" / f"{environment}.yml", target)
    # It deletes what it puts there, which must not slow our files down (`take_away`): so not on the same disk.
    scratch = [f"TMPDIR={MEMORY}"] if MEMORY.is_dir() else []
    command = ["env", *scratch, "kapitan", "compile"]
    subprocess.run(command, cwd=theirs, check=True, stdout=subprocess.DEVNULL)
    for environment, apps in values.items():
        for app, of_app in apps.items():
            file = theirs / "compiled" / environment / "apps" / app / "values.yaml"
            assert same(load(file.read_text(encoding="utf-8")), of_app), file

    def ours() -> float:
        take_away(folder / "rendered")
        return whole_process([*EFDGEN, "render", "--no-cache"], folder)

    def others() -> float:
        take_away(theirs / "compiled")
        return whole_process(command, theirs)

    yield in_turn(f"render of {len(values)} environments, cold / kapitan compile", ours, others, KAPITAN, runs)


def escaped(value: Any, marks: Iterable[str]) -> Any:
    """Return data whose texts mean themselves where some marks mean more."""
    if isinstance(value, dict):
        return {key: escaped(each, marks) for key, each in value.items()}
    if isinstance(value, list):
        return [escaped(each, marks) for each in value]
    if isinstance(value, str):
        return functools.reduce(lambda text, mark: text.replace(mark, f"\\{mark}"), marks, value)
    return value


def compared_with_kustomize(folder: Path, theirs: Path, values: Values, runs: int) -> Iterator[Result]:
    """Compare a warm check with building each environment in turn."""
    command = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    if shutil.which(command[0]) is None:
        return
    layer = alike(values)
    for app, of_app in layer.items():
        dump(theirs / ".common" / f"{app}.yaml", values_object(app, of_app))
    for environment, apps in values.items():
        at, base = theirs / environment, theirs / f".{environment}"
        for app, of_app in apps.items():
            dump(at / f"{app}.yaml", values_object(app, own(of_app, layer[app])))
        patched = {"resources": [f"../{base.name}"], "patches": [{"path": f"{app}.yaml"} for app in apps]}
        dump(at / "kustomization.yaml", patched)
        # What an environment has must stand below it: a base that has more would need a patch that deletes.
        base.mkdir()
        for app in apps:
            os.link(theirs / ".common" / f"{app}.yaml", base / f"{app}.yaml")
        dump(base / "kustomization.yaml", {"resources": [f"{app}.yaml" for app in apps]})
        done = subprocess.run([*command, str(at)], check=True, capture_output=True, text=True)
        found = {each["metadata"]["name"]: each["values"] for each in yaml.load_all(done.stdout, yaml.CSafeLoader)}
        assert same(without_nulls(found), without_nulls(apps)), environment

    def others() -> float:
        return sum(whole_process([*command, environment], theirs) for environment in values)

    def ours() -> float:
        return whole_process([*EFDGEN, "check"], folder)

    whole_process([*EFDGEN, "render"], folder)
    yield in_turn(f"check of {len(values)} environments, warm / kustomize build", ours, others, 1, runs)


def without_nulls(value: Any) -> Any:
    """Return data without the keys that say null: in a patch of kustomize, they take a key away."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return value


def values_object(app: str, values: object) -> dict[str, object]:
    """Return an object that carries the values of an app."""
    return {
        "apiVersion": "example.org/v1",
        "kind": "Values",
        "metadata": {"name": app},
        "values": copy.deepcopy(values),
    }


def in_turn(name: str, ours: Callable[[], float], theirs: Callable[[], float], limit: float, runs: int) -> Result:
    """Measure both in turn; the figure is the median of the ratios of neighbours."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    detail = " / ".join(f"{statistics.median(side):.2f} s" for side in zip(*pairs, strict=True))
    return Result(name, ratio, limit, "x", detail)
