"""What Argo CD calls Applications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.environment import applications
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.names import names
from efdgen.environment.values import parent_values
from efdgen.errors import InvalidInputError
from efdgen.language.shared import Shared
from efdgen.render.graph.content import graph
from efdgen.render.graph.mermaid import mermaid
from efdgen.verbs import project
from support.checkout import edit
from support.repository import overlay

DOME = "environments/dome.yaml"


def run(root: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli.command, [*arguments, "--root", str(root)])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def with_pattern(root: Path, pattern: str = "<% app.name %>-<% name %>") -> Path:
    text = (root / DOME).read_text(encoding="utf-8")
    overlay(root, {DOME: f"{text}argocd:\n  applicationName: {pattern}\n"})
    return root


def dome(root: Path) -> ResolvedEnvironment:
    (found,) = project.resolve(root, ["dome"]).environments
    return found


def called(environment: ResolvedEnvironment) -> dict[str, str]:
    return {"efd": environment.parent, **{app.definition.name: app.application for app in environment.apps}}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("<% app.name %>", {"efd": "efd", "store": "store", "view": "view"}),
        ("<% app.name %>-<% name %>", {"efd": "efd-dome", "store": "store-dome", "view": "view-dome"}),
        ("<%app.name%>.<% domain %>", {app: f"{app}.dome.example.org" for app in ("efd", "store", "view")}),
        ("<% 'at-' ~ name %>-<% app.name %>", {app: f"at-dome-{app}" for app in ("efd", "store", "view")}),
    ],
)
def test_every_application_is_called_as_the_pattern_says(small: Path, pattern: str, expected: dict[str, str]) -> None:
    assert called(dome(with_pattern(small, pattern))) == expected


def test_without_a_pattern_applications_are_called_as_their_apps(small: Path) -> None:
    found = dome(small)
    assert called(found) == {"efd": "efd", "store": "store", "view": "view"}
    assert "applicationName" not in found.facts.data["argocd"]
    assert not any("name" in application for application in parent_values(found)["applications"].values())


def test_the_pattern_can_stand_at_a_site_or_in_the_defaults_and_the_most_specific_wins(small: Path) -> None:
    edit(
        small / "environments/shared/facts.yaml",
        "    destinationServer:",
        "    applicationName: <% app.name %>-<% name %>\n    destinationServer:",
    )
    assert {each.parent for each in project.resolve(small).environments} == {"efd-dome", "efd-lab"}
    assert dome(with_pattern(small, "x-<% app.name %>")).parent == "x-efd"


def test_the_parent_chart_is_told_only_what_differs(small: Path) -> None:
    found = parent_values(dome(with_pattern(small)))["applications"]
    assert {app: application["name"] for app, application in found.items()} == {
        "store": "store-dome",
        "view": "view-dome",
    }
    assert {application["path"] for application in found.values()} == {"rendered/apps/store", "rendered/apps/view"}


def test_applications_that_are_alike_in_several_environments_are_made_once(small: Path) -> None:
    edit(small / "environments/lab.yaml", "argocd:\n", "argocd:\n  syncPolicy: {automated: {prune: true}}\n")
    overlay(small, {"environments/pier.yaml": (small / DOME).read_text().replace("dome", "pier")})
    shared = Shared()
    environments = project.resolve(small).environments
    found = {each.facts.name: parent_values(each, shared.alike) for each in environments}
    assert found == {each.facts.name: parent_values(each) for each in environments}
    at_dome, at_pier, at_lab = (found[name]["applications"]["view"] for name in ("dome", "pier", "lab"))
    assert at_dome is at_pier
    assert at_lab == {**at_dome, "syncPolicy": {"automated": {"prune": True}}}


def test_expressions_of_an_app_and_documents_can_say_it(small: Path) -> None:
    with_pattern(small)
    edit(small / "templates/apps/view/values.yaml", "TITLE: <% feed.title %>", "TITLE: <% app.application %>")
    found = dome(small)
    (view,) = (app for app in found.apps if app.definition.name == "view")
    assert view.values["env"]["TITLE"] == "view-dome"
    said: dict[str, Any] = names(found)
    assert (said["parent"], said["parentChart"]) == ("efd-dome", "efd")
    assert {app["name"]: app["application"] for app in said["apps"]} == {"store": "store-dome", "view": "view-dome"}


def test_what_is_wrong_with_the_pattern_is_said_once(small: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        dome(with_pattern(small, "<% app.name %>-<% nam %>"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("E301", applications.PATTERN)


def test_where_names_differ_pages_pictures_and_lists_show_them(small: Path) -> None:
    overlay(small, {"templates/runbook/20-daily.md": None, "templates/runbook/10-sync.md": None})
    before = run(small, "list", "dome")
    assert "in Argo CD" not in before
    with_pattern(small)
    shown = run(small, "list", "dome").partition("\n\n")[2].partition("\n\n")[0]
    assert shown.splitlines() == [
        "environment  app    in Argo CD",
        "dome         efd    efd-dome",
        "dome         store  store-dome",
        "dome         view   view-dome",
    ]
    (data,) = json.loads(run(small, "list", "dome", "--format", "json"))["environments"]
    assert data["argocd"]["application"] == "efd-dome"
    assert [app["application"] for app in data["apps"]] == ["store-dome", "view-dome"]
    picture = mermaid(graph(dome(small)))
    assert "<b>efd</b> the app of apps<br/>Application efd-dome<br/>" in picture
    assert "<b>store</b> 1.2.3<br/>Application store-dome<br/>" in picture
    run(small, "render", "dome")
    page = (small / "rendered/docs/dome.md").read_text(encoding="utf-8")
    assert "[store](../apps/store/values-dome.yaml) (in Argo CD: `store-dome`)" in page


def test_explain_says_where_a_name_comes_from(small: Path) -> None:
    edit(small / "templates/apps/view/values.yaml", "TITLE: <% feed.title %>", "TITLE: <% app.application %>")
    assert '"view"' in run(small, "explain", "dome", "view.env.TITLE")
    with_pattern(small)
    for question in ("efd.applications.view.name", "view.env.TITLE"):
        said = run(small, "explain", "dome", question)
        assert '"view-dome"' in said
        assert f"{DOME}:12" in said
    said = run(small, "explain", "dome", "argocd.applicationName")
    assert "<% app.name %>-<% name %>" in said
