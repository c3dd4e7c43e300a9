"""What Argo CD makes of the project's own Applications: when it renders them anew, in which order, what differs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pytest

from support.charts import applications, everything
from support.checkout import ROOT, names
from support.efd import EFD
from support.parsers import libyaml

README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNBOOK = (EFD / "rendered/docs/summit.md").read_text(encoding="utf-8")
ANNOTATION = "argocd.argoproj.io/"
FILES = [path.relative_to(EFD).as_posix() for path in sorted((EFD / "rendered").rglob("*")) if path.is_file()]


def is_rendered_anew(application: dict[str, Any], changed: str) -> bool:
    """Say whether Argo CD renders an Application anew after a change of a file.

    Paths of the annotation are relative to the chart, `;` stands between them, and a folder stands for all in it:
    https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/#manifest-paths-annotation
    """
    chart = PurePosixPath(application["spec"]["source"]["path"])
    paths = application["metadata"]["annotations"][f"{ANNOTATION}manifest-generate-paths"].split(";")
    return any(PurePosixPath(changed).is_relative_to(chart / path) for path in paths)


@pytest.mark.parametrize("environment", names())
def test_an_application_is_rendered_anew_for_its_own_files_only(environment: str) -> None:
    found = applications(EFD, {"env": environment})
    assert found
    others = set(names()) - {environment}
    for name, application in found.items():
        folder = f"rendered/apps/{name}/"
        ours = {path for path in FILES if path.startswith(folder) and PurePosixPath(path).stem not in others}
        ours -= {f"{folder}values-{other}.yaml" for other in others}
        assert {path for path in FILES if is_rendered_anew(application, path)} == ours
        assert {f"{folder}Chart.yaml", f"{folder}values-{environment}.yaml"} < ours


@pytest.mark.parametrize("environment", names())
def test_an_application_s_wave_comes_after_those_that_its_app_requires(environment: str) -> None:
    waves = {
        name: int(application["metadata"]["annotations"][f"{ANNOTATION}sync-wave"])
        for name, application in applications(EFD, {"env": environment}).items()
    }
    for name, wave in waves.items():
        definition = libyaml((EFD / f"templates/apps/{name}/app.yaml").read_text(encoding="utf-8"))
        for required in definition.get("requires", ()):
            assert required not in waves or waves[required] < wave, (required, name)


def test_what_the_app_of_apps_itself_holds_comes_after_the_operator_and_the_ingress_controller() -> None:
    found = applications(EFD, {"env": "summit"})
    for name in ("vault-secrets-operator", "ingress-nginx"):
        assert int(found[name]["metadata"]["annotations"][f"{ANNOTATION}sync-wave"]) < 0


@pytest.mark.parametrize("environment", names())
def test_no_application_has_an_empty_value_that_argo_cd_would_leave_out(environment: str) -> None:
    for name, application in applications(EFD, {"env": environment}).items():
        for exception in application["spec"].get("ignoreDifferences", ()):
            assert all(exception.values()), name


def test_rules_that_the_cluster_fills_in_are_no_difference() -> None:
    (exception,) = applications(EFD, {"env": "summit"})["telegraf-ds"]["spec"]["ignoreDifferences"]
    assert exception == {
        "group": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "influx:telegraf",
        "jsonPointers": ["/rules"],
    }


def test_the_definition_of_vaultsecrets_is_one_that_old_and_new_clusters_serve_and_argo_cd_finds_healthy() -> None:
    found = [item for _, item in everything(EFD, "summit") if item["kind"] == "CustomResourceDefinition"]
    assert [item["metadata"]["name"] for item in found] == ["vaultsecrets.ricoberger.de"]
    (definition,) = found
    assert definition["apiVersion"] == "apiextensions.k8s.io/v1"
    # The chart must not bring its own beside it.
    values = libyaml((EFD / "rendered/apps/vault-secrets-operator/values-summit.yaml").read_text(encoding="utf-8"))
    assert values["vault-secrets-operator"]["crd"] == {"create": False}
    # False, for the clusters where the chart's definition was; and no difference, where the API server leaves it out.
    assert definition["spec"]["preserveUnknownFields"] is False
    (exception,) = applications(EFD, {"env": "summit"})["vault-secrets-operator"]["spec"]["ignoreDifferences"]
    assert exception["name"] == definition["metadata"]["name"]
    assert exception["jsonPointers"] == ["/spec/preserveUnknownFields"]


def test_no_sync_deletes_the_definition_of_vaultsecrets() -> None:
    (definition,) = (item for _, item in everything(EFD, "summit") if item["kind"] == "CustomResourceDefinition")
    assert definition["metadata"]["annotations"] == {f"{ANNOTATION}sync-options": "Prune=false"}


def test_every_vaultsecret_is_one_that_the_definition_lets_in() -> None:
    objects = [item for _, item in everything(EFD, "summit")]
    (definition,) = (item for item in objects if item["kind"] == "CustomResourceDefinition")
    (version,) = definition["spec"]["versions"]
    secrets = [item for item in objects if item["kind"] == "VaultSecret"]
    assert secrets
    known = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    for secret in secrets:
        assert secret["apiVersion"] == f"{definition['spec']['group']}/{version['name']}"
        assert set(known["required"]) <= secret["spec"].keys() <= known["properties"].keys()


# -- what people type


def commands(heading: str) -> str:
    """Return the commands of a step of the summit's runbook."""
    step = RUNBOOK.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    return "".join(re.findall(r"^```bash\n(.*?)^```$", step, re.MULTILINE | re.DOTALL))


def test_the_readme_s_commands_are_the_runbook_s() -> None:
    said = README.partition("In short, for the summit:\n\n```console\n")[2].partition("```\n")[0]
    create = commands("Create the app of apps").removesuffix("argocd app get efd\n")
    assert said == create + commands("Make the Applications")
    assert said.count("--resource argoproj.io:Application:") == len(applications(EFD, {"env": "summit"}))


def test_the_readme_leads_to_steps_of_the_runbook() -> None:
    steps = {
        heading.lower().replace("'", "").replace(" ", "-")
        for heading in re.findall(r"^### (.*)$", RUNBOOK, re.MULTILINE)
    }
    links = re.findall(r"\(rendered/docs/summit\.md#([^)]*)\)", README)
    assert len(links) == 3
    assert set(links) <= steps


def test_no_page_has_a_first_sync_of_all_that_the_app_of_apps_holds() -> None:
    """Argo CD applies nothing of it while the cluster does not know VaultSecrets."""
    section = README.partition("\n## How Argo CD consumes the tree\n")[2].partition("\n## ")[0]
    assert re.findall(r"^argocd app sync efd( \S+)?$", section, re.MULTILINE) == [" \\"]


def test_an_app_is_removed_in_the_same_way_everywhere() -> None:
    for page in (README, (ROOT / "docs/apps.md").read_text(encoding="utf-8"), RUNBOOK):
        text = " ".join(page.split())
        assert "argocd app sync efd --prune" in text
        assert "`ComparisonError`" in text
