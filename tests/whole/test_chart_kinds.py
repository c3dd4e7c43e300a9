"""What apps can be made of: the worked examples of docs/apps.md render as it says, and Helm takes the result."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.helm import engines, hydrate
from efdgen.helm.engines.engine import Capabilities
from efdgen.verbs import lint, project
from support.checkout import ROOT, copy_tree, edit
from support.repository import overlay
from support.standins import StandIns

_EXAMPLE = re.compile(r"^## Example: ([^\n]+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`(?P<path>[^`\n]+)`[^\n]*:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PAGE = (ROOT / "docs/apps.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: {match["path"]: match["text"] for match in _FILE.finditer(text)} for title, text in _EXAMPLE.findall(PAGE)
}
WITHOUT = "an app without a chart"


def built(title: str, root: Path) -> dict[str, bytes]:
    """Follow an example in a copy of the project, and return what it renders to for the summit."""
    for folder in ("environments", "schemas", "templates"):
        copy_tree(ROOT / folder, root / folder)
    for path, text in EXAMPLES[title].items():
        if path.startswith("environments/"):
            edit(root / path, "\napps:\n", f"\napps:\n{text}")
        elif not path.startswith("rendered/"):
            overlay(root, {path: text})
    return dict(project.rendering(root, ["summit"], keep=True).tree)


@functools.cache
def engine() -> Any:
    return engines.choose("sdk")


def objects(tree: Mapping[str, bytes], app: str) -> list[Any]:
    """Return the objects of an app at the summit, made by Helm; each chart of others echoes its values."""
    cluster = Capabilities("1.21.5", ())
    (found,) = hydrate.hydrate(tree, "summit", [app], engine(), StandIns(tree), cluster)
    assert found.error == ""
    return [item.data for item in found.objects]


def named(found: list[Any], kind: str, name: str) -> Any:
    (only,) = [each for each in found if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return only


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("title", [title for title, files in EXAMPLES.items() if any("/Chart" in p for p in files)])
def test_an_example_renders_to_what_the_guide_says(title: str, tmp_path: Path) -> None:
    tree = built(title, tmp_path)

    told = {path.removeprefix("rendered/"): text for path, text in EXAMPLES[title].items() if "rendered/" in path}
    assert len(told) >= 2
    assert {path: tree[path].decode().partition("\n")[2] for path in told} == told


def test_an_app_without_a_chart_is_its_templates_and_their_values(tmp_path: Path) -> None:
    found = objects(built(WITHOUT, tmp_path), "banner")

    assert [each["kind"] for each in found] == ["ConfigMap", "Namespace"]
    assert named(found, "ConfigMap", "banner")["data"] == {
        "environment": "summit",
        "message": "Do not reboot. Ask #com-efd.",
    }


def test_an_app_without_a_chart_is_shown_as_such(tmp_path: Path) -> None:
    tree = built(WITHOUT, tmp_path)
    root = ("--root", str(tmp_path))

    listed = json.loads(run("list", *root, "--format", "json"))
    summit = next(each for each in listed["environments"] if each["name"] == "summit")
    app = next(each for each in summit["apps"] if each["name"] == "banner")
    assert (app["chart"], app["version"], app["charts"]) == (None, None, [])
    assert re.search(r"^banner +- .*no chart", run("list", *root), re.MULTILINE)
    assert "| none |  | `banner` |" in tree["docs/summit.md"].decode()
    assert "environments/summit.yaml" in run("explain", *root, "summit", "banner.message")
    assert "message" in run("explain", *root, "summit", "banner")
    assert "banner" in run("graph", *root, "summit")
    site = tmp_path / "site"
    run("site", *root, "--output", str(site))
    assert '<span class="version">no chart</span>' in (site / "summit.html").read_text(encoding="utf-8")


def test_the_objects_of_an_app_without_a_chart_are_checked_where_they_are_written(tmp_path: Path) -> None:
    tree = built(WITHOUT, tmp_path)
    overlay(tmp_path, {"templates/apps/banner/templates/banner.yaml": "apiVersion: v1\nkind: ConfigMap\n"})

    found = lint.lint(tmp_path, ["summit"], engine(), StandIns(tree))

    assert [(problem.code, str(problem.location)) for problem in found.problems] == [
        ("E701", "templates/apps/banner/templates/banner.yaml")
    ]
