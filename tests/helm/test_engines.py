"""The rendered charts in the hands of real Helm: what Argo CD would deploy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import helm_python
import pytest

from efdgen.verbs import render
from support.charts import Object, applications, everything, hydrate, of_kind, parent, wrapper
from support.checkout import edit, names
from support.efd import EFD
from support.foreach import for_each
from support.parsers import libyaml


def spec(environment: str) -> dict[str, Any]:
    loaded: dict[str, Any] = libyaml((EFD / f"environments/{environment}.yaml").read_text(encoding="utf-8"))
    return loaded


def objects_by_app(root: Path, environment: str) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for app, item in everything(root, environment):
        found.setdefault(app, []).append(item)
    return found


# -- which Applications there are


def test_the_summit_has_eleven_applications() -> None:
    assert len(applications(EFD, {"env": "summit"})) == 11


@pytest.mark.parametrize("environment", names())
def test_an_environment_has_the_applications_that_its_spec_lists(environment: str) -> None:
    deployed = applications(EFD, {"env": environment})
    assert deployed.keys() == spec(environment)["apps"].keys()
    for name, application in deployed.items():
        source = application["spec"]["source"]
        assert source["path"] == f"rendered/apps/{name}"
        assert source["helm"]["valueFiles"] == [f"values-{environment}.yaml"]
        assert (EFD / source["path"] / f"values-{environment}.yaml").is_file()


@pytest.mark.parametrize("environment", names())
def test_no_application_of_the_project_is_synced_automatically(environment: str) -> None:
    for application in applications(EFD, {"env": environment}).values():
        assert "syncPolicy" not in application["spec"]


@for_each(
    "values",
    [
        {},
        {"env": ""},
        {"env": None},
        {"env": "sumit"},
        {"env": "Summit"},
        {"env": "values-summit"},
        {"env": "*"},
        {"env": "../efd/values-summit"},
        {"env": 0},
        {"env": 7},
        {"env": False},
        {"env": True},
        {"env": ["summit"]},
        {"env": {"summit": True}},
        # Nothing that is set by hand replaces the environment.
        {"applications": {"influxdb": {"project": "default", "targetRevision": "HEAD"}}},
        {"kubernetesVersion": "1.21.5", "argocd": {"host": "argocd.example.org", "tlsVaultPath": "secret/x"}},
    ],
    ids=str,
)
def test_without_a_known_environment_nothing_is_deployed_and_the_known_ones_are_listed(values: dict[str, Any]) -> None:
    with pytest.raises(helm_python.HelmError) as caught:
        parent(EFD, values)
    assert f"known: {', '.join(names())}" in str(caught.value) or f"one of: {', '.join(names())}" in str(caught.value)


def test_the_chart_itself_chooses_no_environment() -> None:
    with helm_python.Chart.load(EFD / "rendered/apps/efd") as chart:
        assert chart.values == {"env": ""}


def test_values_set_by_hand_win() -> None:
    by_hand = {"env": "summit", "applications": {"influxdb": {"targetRevision": "branch"}}}
    plain = applications(EFD, {"env": "summit"})
    changed = applications(EFD, by_hand)
    assert changed["influxdb"]["spec"]["source"].pop("targetRevision") == "branch"
    assert plain["influxdb"]["spec"]["source"].pop("targetRevision") == "HEAD"
    assert changed == plain


# -- what wrapper charts yield


@pytest.mark.parametrize("environment", names())
def test_wrapper_charts_yield_a_namespace_and_vault_secrets_with_a_path(environment: str) -> None:
    deployed = applications(EFD, {"env": environment})
    assert deployed
    for application in deployed.values():
        namespace = application["spec"]["destination"]["namespace"]
        objects = wrapper(EFD, application)
        assert [found["metadata"]["name"] for found in of_kind(objects, "Namespace")] == [namespace]
        secrets = of_kind(objects, "VaultSecret")
        assert len({secret["metadata"]["name"] for secret in secrets}) == len(secrets)
        for secret in secrets:
            assert secret["metadata"]["namespace"] == namespace
            assert re.fullmatch(r"secret(/[a-z0-9._-]+)+", secret["spec"]["path"])
            assert secret["spec"]["path"].endswith(f"/{secret['metadata']['name']}")


@pytest.mark.parametrize("environment", names())
def test_the_aws_secret_is_there_only_where_the_s3_sink_is_on(environment: str) -> None:
    objects = objects_by_app(EFD, environment)
    values = spec(environment)
    uses_s3 = values.get("site") == "ncsa" and "kafka-connect-manager" in values["apps"]
    owners = [
        app
        for app, found in objects.items()
        for secret in of_kind(found, "VaultSecret")
        if secret["metadata"]["name"] == "aws-secret"
    ]
    assert owners == (["kafka-connect-manager"] if uses_s3 else [])


def test_the_s3_sink_is_on_somewhere_and_off_somewhere() -> None:
    enabled = {
        environment: libyaml(path.read_text(encoding="utf-8"))["kafka-connect-manager"]
        .get("s3Sink", {})
        .get("enabled", False)
        for environment in names()
        if (path := EFD / f"rendered/apps/kafka-connect-manager/values-{environment}.yaml").is_file()
    }
    assert enabled == {"base": False, "ncsa-int": True, "ncsa-stable": True, "sandbox": False, "summit": False}


@pytest.mark.parametrize("app", ["influxdb", "chronograf", "kafka-connect-manager"])
@pytest.mark.parametrize("path", [None, ""])
def test_a_vault_secret_without_a_path_fails(app: str, path: str | None) -> None:
    with pytest.raises(helm_python.HelmRenderError, match="a VaultSecret has no path"):
        hydrate(EFD / f"rendered/apps/{app}", {"vault": {"secrets": [{"name": "influxdb-auth", "path": path}]}})


@pytest.mark.parametrize("hosts", [{}, {"schema-registry": ""}, {"schema-registry": None}, {"influxdb": "x"}])
def test_an_ingress_without_a_host_fails(hosts: dict[str, Any]) -> None:
    with pytest.raises(helm_python.HelmRenderError, match="schema-registry"):
        hydrate(EFD / "rendered/apps/cp-helm-charts", {"kubernetesVersion": "1.21.5", "hosts": hosts})


def test_an_ingress_without_a_kubernetes_version_fails() -> None:
    with pytest.raises(helm_python.HelmRenderError):
        hydrate(EFD / "rendered/apps/cp-helm-charts", {"hosts": {"schema-registry": "x.example.org"}})


def test_argo_cd_s_certificate_without_a_path_fails() -> None:
    with pytest.raises(helm_python.HelmRenderError, match=r"argocd\.tlsVaultPath is missing"):
        parent(EFD, {"env": "summit", "argocd": {"tlsVaultPath": ""}})


# -- Argo CD's own configuration


@pytest.mark.parametrize("environment", names())
def test_argo_cd_s_own_objects_are_there_only_where_it_is_managed(environment: str) -> None:
    managed = spec(environment).get("argocd", {}).get("managed", False)
    own = {
        (found["kind"], found["metadata"]["name"])
        for found in parent(EFD, {"env": environment})
        if found["kind"] != "Application"
    }
    expected = {
        ("ConfigMap", "argocd-rbac-cm"),
        ("VaultSecret", "argocd-server-tls"),
        ("Ingress", "argocd-server-http-ingress"),
    }
    assert own == (expected if managed else set())


def test_argo_cd_is_managed_somewhere_and_not_elsewhere() -> None:
    managed = [name for name in names() if spec(name).get("argocd", {}).get("managed")]
    assert managed == ["sandbox", "summit"]


def test_the_rbac_policy_arrives_line_by_line() -> None:
    (config_map,) = of_kind(parent(EFD, {"env": "summit"}), "ConfigMap")
    assert config_map["data"] == {
        "policy.csv": "p, lsst-sqre:EFD ops, applications, sync, default/*, allow\ng, lsst-sqre:EFD ops, role:admin\n",
        "policy.default": "role:readonly",
    }


# -- what a spec can change


def test_sync_policy_revision_and_project_reach_the_applications(checkout: Path) -> None:
    edit(
        checkout / "environments/summit.yaml",
        "argocd:\n  managed: true\n",
        """\
argocd:
  managed: true
  project: efd
  targetRevision: tickets/DM-1
  syncPolicy:
    automated:
      prune: false
      selfHeal: true
    syncOptions: [CreateNamespace=true]
    retry:
      limit: 5
      backoff:
        duration: 5s
        factor: 2
        maxDuration: 3m
""",
    )
    edit(
        checkout / "environments/summit.yaml",
        "  kapacitor: {}\n",
        """\
  kapacitor:
    project: alerts
    targetRevision: v1.0.0
    syncPolicy: null
""",
    )
    render.write(checkout)
    deployed = applications(checkout, {"env": "summit"})
    assert len(deployed) == 11
    kapacitor = deployed.pop("kapacitor")["spec"]
    assert (kapacitor["project"], kapacitor["source"]["targetRevision"]) == ("alerts", "v1.0.0")
    assert "syncPolicy" not in kapacitor
    for application in deployed.values():
        settings = application["spec"]
        assert (settings["project"], settings["source"]["targetRevision"]) == ("efd", "tickets/DM-1")
        assert settings["syncPolicy"] == {
            "automated": {"selfHeal": True},  # Argo CD drops what is false, and would find a difference
            "syncOptions": ["CreateNamespace=true"],
            "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
        }
    for environment in set(names()) - {"summit"}:
        assert applications(checkout, {"env": environment}) == applications(EFD, {"env": environment})


def test_one_app_alone_can_be_synced_automatically(checkout: Path) -> None:
    edit(
        checkout / "environments/base.yaml",
        "  oauth2-proxy: {}\n",
        "  oauth2-proxy:\n    syncPolicy:\n      automated: {}\n",
    )
    render.write(checkout)
    deployed = applications(checkout, {"env": "base"})
    assert [name for name, found in deployed.items() if "syncPolicy" in found["spec"]] == ["oauth2-proxy"]
    assert deployed["oauth2-proxy"]["spec"]["syncPolicy"] == {"automated": {}}


def test_odd_revisions_stay_text(checkout: Path) -> None:
    edit(checkout / "environments/summit.yaml", "  kapacitor: {}\n", '  kapacitor:\n    targetRevision: "12e4567"\n')
    render.write(checkout)
    assert applications(checkout, {"env": "summit"})["kapacitor"]["spec"]["source"]["targetRevision"] == "12e4567"


@pytest.mark.parametrize(
    ("version", "api", "backend", "registry"),
    [
        (
            "1.18.20",
            "networking.k8s.io/v1beta1",
            {"serviceName": "argocd-server", "servicePort": "https"},
            {"serviceName": "cp-helm-charts-cp-schema-registry", "servicePort": 8081},
        ),
        (
            "1.21.5",
            "networking.k8s.io/v1",
            {"service": {"name": "argocd-server", "port": {"name": "https"}}},
            {"service": {"name": "cp-helm-charts-cp-schema-registry", "port": {"number": 8081}}},
        ),
    ],
)
def test_ingresses_fit_the_kubernetes_version(
    checkout: Path, version: str, api: str, backend: dict[str, Any], registry: dict[str, Any]
) -> None:
    edit(checkout / "environments/summit.yaml", 'kubernetesVersion: "1.21.5"', f'kubernetesVersion: "{version}"')
    render.write(checkout)
    ingresses = {
        app: of_kind(found, "Ingress")
        for app, found in objects_by_app(checkout, "summit").items()
        if of_kind(found, "Ingress")
    }
    assert ingresses.keys() == {"efd", "cp-helm-charts"}
    for app, host, expected in (
        ("efd", "argocd-summit.lsst.codes", backend),
        ("cp-helm-charts", "schema-registry-summit-efd.lsst.codes", registry),
    ):
        (ingress,) = ingresses[app]
        assert ingress["apiVersion"] == api
        (rule,) = ingress["spec"]["rules"]
        assert rule["host"] == host
        (path,) = rule["http"]["paths"]
        assert path.pop("pathType", None) == ("Prefix" if api.endswith("/v1") else None)
        assert path == {"path": "/", "backend": expected}
        assert ingress["spec"]["tls"][0]["hosts"] == [host]
