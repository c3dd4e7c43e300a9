"""A repository that declares nothing itself: what every environment has is enough."""

from __future__ import annotations

from pathlib import Path

import yaml

from efdgen.verbs import render
from support.checkout import ROOT, found
from support.efd import EFD
from support.repository import overlay

FACTS = yaml.safe_load((ROOT / "tests/small-repository/environments/shared/facts.yaml").read_text(encoding="utf-8"))
OF_THE_EFD = {"sciencePlatformHost", "kafka", "schemaRegistry", "feed"}

APP = """\
description: Shows what is stored.
chart: {name: view, version: "2.0.0", repository: "https://charts.example.org/"}
"""


def core_only(root: Path) -> Path:
    """Make a repository of one app with efdgen's own facts, and no schemas/."""
    facts = {name: fact for name, fact in FACTS["defaults"].items() if name not in {*OF_THE_EFD, "appDefaults"}}
    facts["cluster"] = {name: fact for name, fact in facts["cluster"].items() if name != "k3d"}
    facts["argocd"] = {name: fact for name, fact in facts["argocd"].items() if name != "installManifest"}
    facts["vault"]["pathPrefix"] = "secret/<% name %>"
    overlay(
        root,
        {
            "environments/shared/facts.yaml": yaml.safe_dump({"defaults": facts}),
            "environments/lab.yaml": "name: lab\napps:\n  view: {}\n",
            "templates/apps/view/app.yaml": APP,
            "templates/apps/view/values.yaml": "title: <% title %> on <% cluster.kubernetesVersion %>\n",
            **{
                path.relative_to(EFD).as_posix(): path.read_bytes()
                for folder in ("templates/apps/efd", "templates/wrapper")
                for path in (EFD / folder).rglob("*")
                if path.is_file()
            },
        },
    )
    return root


def test_a_repository_can_do_without_facts_and_schemas_of_its_own(tmp_path: Path) -> None:
    root = core_only(tmp_path)
    assert found(root) == ()
    render.write(root)
    values = yaml.safe_load((root / "rendered/apps/view/values-lab.yaml").read_text(encoding="utf-8"))
    assert values["view"] == {"title": "Lab on 1.19.0"}
    assert render.check(root).is_clean


def test_a_fact_of_another_repository_is_an_unknown_key_there(tmp_path: Path) -> None:
    root = core_only(tmp_path)
    overlay(root, {"environments/lab.yaml": "name: lab\nkafka: {}\napps:\n  view: {}\n"})
    (problem,) = found(root)
    assert (problem.code, problem.message) == ("E201", "unknown key 'kafka'")
