"""Two environments under one Argo CD, through Helm: what it would make of them.

What the edit writes is in tests/scenarios/one-argocd-for-two/; what it must not be, in tests/corpus/rules/.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError
from efdgen.helm import engines, hydrate
from efdgen.helm.hydrate import HydratedApp
from efdgen.output import disk
from efdgen.verbs import diff, objectdiff, project, render
from support import charts
from support.checkout import ROOT, edit, resolved
from support.standins import StandIns

PATTERN = "  applicationName: <% app.name %>-<% name %>\n"
UNDER_LAB = f"""\
links:
  lab: Its Argo CD deploys the dome, too.
argocd:
  url: <% links.lab.argocd.url %>
{PATTERN}  destinationServer: https://k8s.dome.example.org:6443
hosts:
"""


@pytest.fixture
def both(small: Path) -> Path:
    """The small repository, with the dome under the lab's Argo CD, rendered."""
    edit(small / "environments/dome.yaml", "hosts:\n", UNDER_LAB)
    render.write(small)
    return small


def hydrated(root: Path, environment: str) -> dict[str, HydratedApp]:
    tree = disk.read(root / "rendered")
    cluster = hydrate.capabilities(tree, environment, None)
    found = hydrate.hydrate(tree, environment, (), engines.choose("sdk"), StandIns(tree), cluster)
    return {each.app: each for each in found}


def test_one_argo_cd_gets_every_application_once(both: Path) -> None:
    found = [name for name in ("lab", "dome") for name in charts.applications(both, {"env": name})]
    assert sorted(found) == ["link", "store", "store-dome", "vault-secrets-operator", "view", "view-dome"]


def test_the_page_about_all_says_what_else_an_argo_cd_deploys(both: Path) -> None:
    page = (both / "rendered/README.md").read_text(encoding="utf-8")
    rows = {
        row.split(" | ")[1]: row.split(" | ")[2] for row in page.splitlines() if row.startswith("| [") and "<" in row
    }
    assert rows == {
        "[`dome`](../environments/dome.yaml)": "<https://argocd-lab.example.org>; it deploys [Lab](docs/lab.md), too",
        "[`lab`](../environments/lab.yaml)": "<https://argocd-lab.example.org>; it deploys [Dome](docs/dome.md), too",
    }


def test_helm_s_releases_keep_the_names_of_apps(both: Path) -> None:
    helm: dict[str, Any] = {
        name: found["spec"]["source"]["helm"]
        for environment in ("lab", "dome")
        for name, found in charts.applications(both, {"env": environment}).items()
    }
    # Argo CD takes the Application's name where nothing is said.
    assert {name: said.get("releaseName") for name, said in helm.items()} == {
        "link": None,
        "store": None,
        "store-dome": "store",
        "vault-secrets-operator": None,
        "view": None,
        "view-dome": "view",
    }
    assert {said["valueFiles"][0] for name, said in helm.items() if name.endswith("-dome")} == {"values-dome.yaml"}


def test_what_apps_deploy_has_the_names_that_it_had(small: Path) -> None:
    before = hydrated(small, "dome")
    edit(small / "environments/dome.yaml", "hosts:\n", f"argocd:\n{PATTERN}hosts:\n")
    render.write(small)
    after = hydrated(small, "dome")
    assert after.keys() == before.keys()
    parent = [each for found in (before, after) for each in found["efd"].objects]
    for app in ("store", "view"):
        assert after[app].error == before[app].error == ""
        assert after[app].objects == before[app].objects != ()
    names = Counter(each.data["metadata"]["name"] for each in parent)
    assert names == Counter(["store", "view", "store-dome", "view-dome"])


@pytest.mark.usefixtures("at_once")
def test_a_review_of_objects_says_that_applications_come_and_go(small: Path) -> None:
    edit(small / "environments/dome.yaml", "hosts:\n", f"argocd:\n{PATTERN}hosts:\n")
    compared = diff.compare(small, (), None, ["store"])
    tree = disk.read(small / "rendered")
    found = objectdiff.compare(compared.trees, compared.shown, engines.choose("sdk"), StandIns(tree))
    assert found.failed == ()
    assert {change.part for change in found.shown.changes} == {
        "Application argocd/store",
        "Application argocd/store-dome",
    }


def test_the_worked_example_of_the_docs_is_right(inputs: Path) -> None:
    page = (ROOT / "docs/spec.md").read_text(encoding="utf-8")
    section = page.partition("\n## Several environments under one Argo CD\n")[2].partition("\n## ")[0]
    (spec,) = re.findall(r"^```yaml\n# environments/antu.yaml\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    (inputs / "environments/antu.yaml").write_text(spec, encoding="utf-8")
    antu, summit = project.resolve(inputs, ["antu", "summit"]).environments
    assert antu.facts.argocd.url == summit.facts.argocd.url

    def called(environment: ResolvedEnvironment) -> tuple[str, str]:
        (influxdb,) = (app for app in environment.apps if app.definition.name == "influxdb")
        return environment.parent, influxdb.application

    assert (called(summit), called(antu)) == (("efd", "influxdb"), ("efd-antu", "influxdb-antu"))
    rows = [
        re.findall(r"`([^`]+)`", line)[-2:] for line in section.splitlines() if re.match(r"\| (the|InfluxDB)", line)
    ]
    assert rows == [["efd", "efd-antu"], ["influxdb", "influxdb-antu"]]
    # Without names of its own, or in the summit's cluster, it is refused: in its own spec, and in nobody else's.
    for line, code in ((PATTERN, "E521"), ("  destinationServer: https://k8s-antu.lsst.codes:6443\n", "E523")):
        assert line in spec
        (inputs / "environments/antu.yaml").write_text(spec.replace(line, ""), encoding="utf-8")
        with pytest.raises(InvalidInputError) as caught:
            project.resolve(inputs)
        assert [(problem.code, problem.location.file) for problem in caught.value.problems] == [
            (code, "environments/antu.yaml")
        ]


def test_none_of_the_six_has_a_name_that_is_not_its_app_s() -> None:
    for environment in resolved().values():
        assert environment.parent == "efd"
        assert all(app.application == app.definition.name for app in environment.apps)


def test_a_pattern_that_says_what_holds_anyway_is_an_echo(inputs: Path) -> None:
    edit(inputs / "environments/base.yaml", "argocd:\n", "argocd:\n  applicationName: <% app.name %>\n")
    (warning,) = project.resolve(inputs, ["base"]).warnings
    assert (warning.code, warning.path) == ("W517", ("argocd", "applicationName"))
