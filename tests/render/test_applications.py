"""What the Applications of the small repository have of their own, as Helm makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from efdgen.render.applications import application
from efdgen.repository import definitions
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition
from efdgen.verbs import render
from support.charts import applications
from support.checkout import codes, edit
from support.repository import overlay, small_repository

PATHS = "argocd.argoproj.io/manifest-generate-paths"
WAVE = "argocd.argoproj.io/sync-wave"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def lab(root: Path) -> dict[str, Any]:
    """Render, and return the Applications of the environment lab, by name."""
    render.write(root)
    return applications(root, {"env": "lab"})


def definition(root: Path, name: str) -> AppDefinition:
    return definitions.load(Files(root))[name]


def say(root: Path, application: str) -> None:
    """Give the app `link` a key `application`."""
    file = root / "templates/apps/link/app.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"application:\n{application}", encoding="utf-8")


def test_the_annotations_name_the_files_of_the_environment_and_the_wave(root: Path) -> None:
    assert {name: each["metadata"]["annotations"] for name, each in lab(root).items()} == {
        "vault-secrets-operator": {PATHS: "Chart.yaml;templates;values-lab.yaml", WAVE: "0"},
        "store": {PATHS: "Chart.yaml;templates;values-lab.yaml", WAVE: "1"},
        "link": {PATHS: "Chart.yaml;templates;values-lab.yaml", WAVE: "2"},
        "view": {PATHS: "Chart.yaml;templates;values-lab.yaml;feeds/lab.json", WAVE: "2"},
    }


def test_other_files_of_the_charts_are_named_too(root: Path) -> None:
    overlay(root, {"templates/wrapper/crds/thing.yaml": "kind: Thing\n", "templates/wrapper/values.yaml": "{}\n"})
    paths = lab(root)["link"]["metadata"]["annotations"][PATHS]
    assert paths == "Chart.yaml;crds;templates;values.yaml;values-lab.yaml"


@pytest.mark.parametrize("name", ["a;b", "a*", "what?", "[a]", "a\\b", "{{a}}"])
def test_a_name_that_argo_cd_would_take_for_a_pattern_makes_it_the_whole_folder(root: Path, name: str) -> None:
    own = application(definition(root, "view"), ["Chart.yaml", f"{name}/x.yaml"], 3)
    assert own["annotations"] == {PATHS: ".", WAVE: "3"}


def test_an_app_says_otherwise(root: Path) -> None:
    say(root, f"  annotations:\n    {PATHS}: null\n    {WAVE}: '7'\n    notes.example.org/to: 'us: all'\n")
    found = lab(root)
    assert found["link"]["metadata"]["annotations"] == {WAVE: "7", "notes.example.org/to": "us: all"}
    assert found["store"]["metadata"]["annotations"].keys() == {PATHS, WAVE}


def test_both_annotations_can_be_switched_off(root: Path) -> None:
    say(root, f"  annotations: {{{PATHS}: null, {WAVE}: null}}\n")
    assert lab(root)["link"]["metadata"].keys() == {"name", "finalizers"}


@pytest.mark.parametrize("text", ["'{{ .x }}'", "1", '"a\\nb"'])
def test_an_annotation_that_is_no_text_on_a_line_or_that_helm_would_read_is_refused(root: Path, text: str) -> None:
    say(root, f"  annotations:\n    notes.example.org/to: {text}\n")
    assert codes(root) & {"E204", "E206"}


def test_what_argo_cd_would_leave_out_is_left_out(root: Path) -> None:
    say(
        root,
        """\
  finalizers: []
  ignoreDifferences:
  - {group: "", kind: Service, jsonPointers: [/spec/clusterIP], jqPathExpressions: []}
  - {group: apps, kind: Deployment, jsonPointers: [], jqPathExpressions: [.spec.replicas]}
""",
    )
    edit(
        root / "environments/lab.yaml",
        "  managed: true\n",
        "  managed: true\n  syncPolicy: {automated: {prune: false}}\n",
    )
    link = lab(root)["link"]
    assert "finalizers" not in link["metadata"]
    assert link["spec"]["ignoreDifferences"] == [
        {"kind": "Service", "jsonPointers": ["/spec/clusterIP"]},
        {"group": "apps", "kind": "Deployment", "jqPathExpressions": [".spec.replicas"]},
    ]
    assert link["spec"]["syncPolicy"] == {"automated": {}}


def test_without_anything_to_ignore_nothing_is_said(root: Path) -> None:
    say(root, "  ignoreDifferences: []\n")
    assert "ignoreDifferences" not in lab(root)["link"]["spec"]


def test_deleting_an_application_deletes_its_resources_unless_its_definition_says_otherwise(root: Path) -> None:
    assert application(definition(root, "link"), ["Chart.yaml"], 0)["finalizers"] == [
        "resources-finalizer.argocd.argoproj.io"
    ]
    assert application(definition(root, "ingress-nginx"), ["Chart.yaml"], 0)["finalizers"] is None
