"""What documents and declared expressions can say about an environment."""

from __future__ import annotations

from typing import Any

from efdgen.environment.names import names
from support.checkout import resolved
from support.labs import labs


def app(environment: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in names(resolved()[environment])["apps"] if each["name"] == name]
    return found


def test_a_secret_made_by_hand_has_the_keys_that_are_read_and_their_defaults() -> None:
    assert app("summit", "vault-secrets-operator")["manualSecrets"] == [
        {
            "app": "vault-secrets-operator",
            "namespace": "vault-secrets-operator",
            "name": "vault-secrets-operator",
            "keys": ["VAULT_TOKEN", "VAULT_TOKEN_LEASE_DURATION"],
            "defaults": {"VAULT_TOKEN_LEASE_DURATION": "8640"},
            "variables": {
                "VAULT_TOKEN": "VAULT_TOKEN",
                "VAULT_TOKEN_LEASE_DURATION": "VAULT_TOKEN_LEASE_DURATION",
            },
            "words": [
                "VAULT_TOKEN",
                '"$VAULT_TOKEN"',
                "VAULT_TOKEN_LEASE_DURATION",
                '"$VAULT_TOKEN_LEASE_DURATION"',
            ],
        }
    ]


def test_secrets_are_gathered_by_vault_path_and_volumes_by_storage_class() -> None:
    found = given("summit")
    assert [each["path"] for each in found["vaultPaths"]] == sorted({each["path"] for each in found["secrets"]})
    assert {each["path"]: set(each["keys"]) for each in found["vaultPaths"]} == {
        path: {key for each in found["secrets"] if each["path"] == path for key in each["keys"]}
        for path in {each["path"] for each in found["secrets"]}
    }
    assert (found["storageClasses"], found["usesDefaultStorageClass"]) == (["local-path"], False)
    assert (names(labs()["lab-influx"])["storageClasses"], names(labs()["lab-influx"])["usesDefaultStorageClass"]) == (
        [],
        True,
    )
    assert found["manualSecrets"] == app("summit", "vault-secrets-operator")["manualSecrets"]
    assert given("ncsa-int")["manualSecrets"] == []


def test_the_policy_of_argo_cd_is_lines() -> None:
    assert given("summit")["rbacPolicy"] == [
        "p, lsst-sqre:EFD ops, applications, sync, default/*, allow",
        "g, lsst-sqre:EFD ops, role:admin",
    ]


def given(environment: str) -> dict[str, Any]:
    return names(resolved()[environment])


def test_the_apps_come_in_the_order_of_syncing_and_go_in_the_reverse_one() -> None:
    found = given("summit")
    assert [app["name"] for app in found["firstApps"]] == ["vault-secrets-operator", "ingress-nginx"]
    assert [*found["firstApps"], *found["otherApps"]] == found["apps"] == found["deletionOrder"][::-1]
    assert all(app["wave"] >= 0 for app in found["otherApps"])
    assert found["withoutFinalizer"] == ["ingress-nginx"]
    assert found["isAutomatic"] is False
    assert labs()["lab-influx"].apps[0].sync_policy is not None
    assert names(labs()["lab-influx"])["isAutomatic"] is True


def test_namespaces_come_in_the_order_of_the_spec_each_once() -> None:
    assert given("ncsa-int")["namespaces"] == [
        "cp-helm-charts",
        "influxdb",
        "chronograf",
        "kapacitor",
        "kafka-connect-manager",
        "telegraf",
        "telegraf-ds",
    ]
    (app,) = labs()["lab-influx"].apps
    assert names(labs()["lab-influx"]._replace(apps=(app, app)))["namespaces"] == ["influxdb"]


def test_hosts_behind_the_ingress_controller_are_sorted_by_service_and_argo_cd_is_one() -> None:
    found = given("summit")
    assert [(each["service"], each["app"], each["url"]) for each in found["ingressHosts"]] == [
        ("argocd", "argocd", "https://argocd-summit.lsst.codes"),
        ("chronograf", "chronograf", "https://chronograf-summit-efd.lsst.codes"),
        ("influxdb", "influxdb", "https://influxdb-summit-efd.lsst.codes"),
        ("kafdrop", "oauth2-proxy", "https://kafdrop-summit-efd.lsst.codes"),
        ("schema-registry", "cp-helm-charts", "https://schema-registry-summit-efd.lsst.codes"),
    ]
    assert found["host"]("kafka-0") == "kafka-0-summit-efd.lsst.codes"
    assert found["host"]("influxdb-staging") is None


def test_records_on_the_ingress_controller_come_before_those_on_nodes() -> None:
    found = names(labs()["lab-nodes"])
    assert found["records"] == [
        {
            "host": "registry.example.org",
            "zone": "example.org",
            "services": ["schema-registry"],
            "isOnIngress": True,
            "isOnNode": False,
        },
        *(
            {"host": host, "zone": zone, "services": [service], "isOnIngress": False, "isOnNode": True}
            for service, host, zone in (
                ("kafka-0", "k0.example.org", "example.org"),
                ("kafka-1", "k1.example.org", "example.org"),
                ("kafka-2", "k2.example.net", "example.net"),
            )
        ),
    ]
    assert found["zones"] == [{"name": "example.org", "hosts": ["registry.example.org"]}]
    assert found["nodeZones"] == [
        {"name": "example.net", "hosts": ["k2.example.net"]},
        {"name": "example.org", "hosts": ["k0.example.org", "k1.example.org"]},
    ]
    assert found["ttl"] == 300


def test_a_host_that_services_share_has_one_record() -> None:
    found = given("ncsa-stable")
    (shared,) = [record for record in found["records"] if record["isOnNode"]]
    assert shared["services"] == ["kafdrop", "kafka-0"]
    assert shared["isOnIngress"] is True
    assert found["nodeZones"] == []
    assert [zone["name"] for zone in found["zones"]] == ["lsst.codes", "ncsa.illinois.edu"]


def test_claims_are_counted_by_namespace() -> None:
    assert given("summit")["claims"] == {"cp-helm-charts": 9, "influxdb": 1, "chronograf": 1, "kapacitor": 1}
    assert names(labs()["lab-view"])["claims"] == {}


def test_parts_that_are_switched_off_are_no_parts() -> None:
    kafka = names(labs()["lab-rest"])["app"]("cp-helm-charts")
    assert kafka["values"]["cp-kafka"]["enabled"] is False
    assert not {"cp-kafka", "cp-kafka-connect"} & set(kafka["parts"])
    assert kafka["parts"]["cp-zookeeper"] == kafka["values"]["cp-zookeeper"]
    assert names(labs()["lab-rest"])["app"]("influxdb") is None


def test_code_style_takes_a_text_a_list_and_a_mapping() -> None:
    code = given("base")["code"]
    assert [code("a b"), code(["a", "b"]), code({"a": 1, "b": 2}), code([])] == ["`a b`", "`a`, `b`", "`a`, `b`", ""]
