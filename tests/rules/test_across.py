"""Objects of an environment together: each rule on a fault, and on what only looks like one."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from efdgen.errors import Location
from efdgen.helm.hydrate import HydratedApp, Object
from efdgen.repository import load
from efdgen.repository.model import Repository
from efdgen.rules.kubernetes import across, world
from support.efd import EFD
from support.foreach import for_each

Objects = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def repository() -> Repository:
    """The EFD's repository, only to say where templates are."""
    return loaded()


@functools.cache
def loaded() -> Repository:
    """Return the EFD's repository, read once."""
    return load.load(Path(EFD))


def thing(kind: str, name: str = "influxdb", **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


def container(**more: Any) -> dict[str, Any]:
    return {"name": "main", "image": "influxdb:1.8", **more}


def sound() -> Objects:
    """Return objects that nobody complains about, by a name for the test."""
    pod = {
        "serviceAccountName": "influxdb",
        "containers": [
            container(
                env=[
                    {"name": "P", "valueFrom": {"secretKeyRef": {"name": "influxdb-auth", "key": "p"}}},
                    {"name": "T", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "two"}}},
                    {"name": "E", "valueFrom": {"configMapKeyRef": {"name": "empty", "key": "filled"}}},
                ],
                ports=[{"name": "api", "containerPort": 8086}],
                envFrom=[{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "maybe", "optional": True}}],
            )
        ],
        "volumes": [
            {"name": "v", "projected": {"sources": [{"secret": {"name": "by-hand"}}]}},
            {"name": "w", "persistentVolumeClaim": {"claimName": "data-influxdb-0"}},
            {"name": "x", "configMap": {"name": "settings", "items": [{"key": "one", "path": "a"}]}},
        ],
    }
    backend = {"service": {"name": "influxdb", "port": {"name": "http"}}}
    job = {"spec": {"containers": [container(args=["create", "--secret-name=webhook"])]}}
    claims = [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}]
    return {
        "namespace": thing("Namespace"),
        "account": thing("ServiceAccount"),
        "settings": thing("ConfigMap", "settings", data={"one": "", "two": ""}),
        "empty": thing("ConfigMap", "empty"),
        "role": thing("Role", "reads"),
        "bound": thing("RoleBinding", "bound", roleRef={"kind": "Role", "name": "reads"}),
        "bound to all": thing("RoleBinding", "view", roleRef={"kind": "ClusterRole", "name": "view"}),
        "scaled": thing(
            "HorizontalPodAutoscaler", spec={"scaleTargetRef": {"kind": "StatefulSet", "name": "influxdb"}}
        ),
        "vault": thing("VaultSecret", "influxdb-auth"),
        "job": thing("Job", "certificates", spec={"template": job}),
        "set": thing(
            "StatefulSet",
            spec={
                "replicas": 2,
                "template": {"metadata": {"labels": {"app": "influxdb"}}, "spec": pod},
                "volumeClaimTemplates": claims,
            },
        ),
        "service": thing(
            "Service",
            spec={"selector": {"app": "influxdb"}, "ports": [{"port": 80, "name": "http"}]},
        ),
        "pod service": thing(
            "Service",
            "influxdb-1",
            spec={"selector": {"app": "influxdb", "statefulset.kubernetes.io/pod-name": "influxdb-1"}},
        ),
        "ingress": thing(
            "Ingress",
            spec={
                "tls": [{"secretName": "webhook"}],
                "rules": [{"host": "a", "http": {"paths": [{"path": "/", "backend": backend}]}}],
            },
        ),
        "old ingress": thing("Ingress", "old", spec={"backend": {"serviceName": "influxdb", "servicePort": 80}}),
    }


def found(repository: Repository, objects: Objects, **more: Any) -> list[tuple[str, str]]:
    items = tuple(Object(f"influxdb/charts/influxdb/templates/{name}.yaml", data) for name, data in objects.items())
    cluster = world.Cluster([("influxdb", "by-hand")], ["fast"], [])._replace(**more)
    apps = [HydratedApp("summit", "influxdb", items, "")]
    findings = across.find(apps, repository, cluster, lambda _app, _value: None)
    return [(finding.problem.code, f"{finding.problem.message} {finding.problem.hint}") for finding in findings]


def change(name: str, *path: Any, to: Any) -> Callable[[Objects], None]:
    def apply(objects: Objects) -> None:
        *above, last = path
        place: Any = objects[name]
        for step in above:
            place = place[step]
        place[last] = to

    return apply


def without(name: str) -> Callable[[Objects], None]:
    return lambda objects: objects.pop(name) and None


def forbidden(objects: Objects) -> None:
    objects["nginx"] = thing("ConfigMap", "nginx", data={"allow-snippet-annotations": "false"})
    objects["ingress"]["metadata"]["annotations"] = {"nginx.ingress.kubernetes.io/server-snippet": "x"}


def chosen_twice(objects: Objects) -> None:
    objects["other"] = copy.deepcopy(objects["set"])
    objects["other"]["metadata"]["name"] = "other"


def while_a_job_runs(objects: Objects) -> None:
    objects["job"]["spec"]["template"]["metadata"] = {"labels": {"app": "influxdb"}}


def made_twice(objects: Objects) -> None:
    objects["secret"] = thing("Secret", "influxdb-auth")


def made_by_people_too(objects: Objects) -> None:
    objects["secret"] = thing("Secret", "by-hand")


def by_an_account(objects: Objects) -> None:
    objects["account"]["imagePullSecrets"] = [{"name": "influxdb-aut"}]


POD = ("spec", "template", "spec")
PATHS = ("spec", "rules", 0, "http", "paths", 0, "backend", "service")


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (change("ingress", *PATHS, "name", to="influx"), "E707", "no Service 'influx' in its namespace did you mean"),
        (change("ingress", *PATHS, "port", to={"number": 81}), "E707", "influxdb has no port 81 it has: 80, http"),
        (change("old ingress", "spec", "backend", "servicePort", to=81), "E707", "influxdb has no port 81"),
        (change("service", "spec", "selector", "app", to="x"), "W708", "selects no pod: nothing in its namespace"),
        (change("set", "spec", "replicas", to=1), "W708", "pod-name=influxdb-1"),
        (
            without("vault"),
            "E709",
            "the Secret 'influxdb-auth', which nothing makes list it in the app's",
        ),
        (without("settings"), "E709", "needs the ConfigMap 'settings', which nothing makes"),
        (without("account"), "E709", "needs the ServiceAccount 'influxdb'"),
        (without("job"), "E709", "Ingress influxdb: it needs the Secret 'webhook'"),
        (change("vault", "metadata", "name", to="influxdb-aut"), "E709", "did you mean 'influxdb-aut'?"),
        (without("namespace"), "E710", "nobody makes its namespace 'influxdb'"),
        (
            change("set", "spec", "volumeClaimTemplates", 0, "spec", "storageClassName", to="slow"),
            "W711",
            "the storage class 'slow' known are: fast; cluster.storageClasses",
        ),
        (chosen_twice, "W715", "pods of StatefulSet influxdb and StatefulSet other: connections reach either it"),
        (
            while_a_job_runs,
            "W715",
            "pods of Job certificates and StatefulSet influxdb: connections reach either, while",
        ),
        (
            made_twice,
            "E716",
            "Secret influxdb-auth: it makes the Secret 'influxdb-auth', and so does VaultSecret influxdb-auth of",
        ),
        (
            made_by_people_too,
            "E716",
            "Secret by-hand: it makes the Secret 'by-hand', and so do people, by hand (manual",
        ),
        (
            change("set", *POD, "imagePullSecrets", to=[{"name": "registry"}]),
            "W717",
            "pulled with the Secret 'registry', which nothing makes list it",
        ),
        (
            by_an_account,
            "W717",
            "ServiceAccount influxdb: images are to be pulled with the Secret 'influxdb-aut', which",
        ),
        (
            change("set", *POD, "volumes", to=[{"name": "v", "persistentVolumeClaim": {"claimName": "data-influxdb"}}]),
            "E709",
            "it needs the PersistentVolumeClaim 'data-influxdb', which nothing makes check the value",
        ),
        (
            change("settings", "data", to={"one": ""}),
            "E709",
            "it needs the key 'two' of the ConfigMap 'settings', which has no such key known: one",
        ),
        (
            change("bound", "roleRef", "name", to="reader"),
            "E709",
            "RoleBinding bound: it needs the Role 'reader', which",
        ),
        (
            change("scaled", "spec", "scaleTargetRef", "name", to="x"),
            "E709",
            "it needs the StatefulSet 'x', which nothing",
        ),
        (
            change("service", "spec", "ports", 0, "targetPort", to="web"),
            "W708",
            "its port leads to 'web', and no container of its pods has a port of that name known: api",
        ),
        (
            change("service", "spec", "ports", 0, "nodePort", to=8086),
            "W720",
            "its nodePort 8086 is not 30000 to 32767",
        ),
        (forbidden, "E712", "refuses the annotation nginx.ingress.kubernetes.io/server-snippet ConfigMap nginx of"),
        (change("set", *POD, "containers", 0, "image", to="r:5000/influxdb"), "W713", "r:5000/influxdb has no tag"),
        (change("set", *POD, "containers", 0, "image", to="influxdb:latest"), "W713", "is latest"),
    ],
)
def test_a_fault_is_found_and_nothing_else(
    repository: Repository, fault: Callable[[Objects], None], code: str, message: str
) -> None:
    objects = sound()
    fault(objects)
    ((got, text), *others) = found(repository, objects)
    assert (got, message in text) == (code, True), text
    assert not others


def test_sound_objects_are_sound_and_what_only_looks_like_a_fault_is_none(repository: Repository) -> None:
    assert found(repository, sound()) == []
    objects = sound()
    objects["service"]["spec"] = {"type": "ExternalName", "externalName": "db.example.org"}
    assert found(repository, objects) == []
    objects = sound()
    objects["set"]["spec"]["template"]["spec"]["containers"][0]["image"] = "influxdb@sha256:00"
    objects["class"] = thing("StorageClass", "slow")
    objects["set"]["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "slow"
    assert found(repository, objects) == []
    objects = sound()
    # A Service with a name as the target of its port does not take pods without a port of that name.
    while_a_job_runs(objects)
    objects["service"]["spec"]["ports"][0]["targetPort"] = "http"
    objects["set"]["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 80}]
    assert found(repository, objects) == []
    objects = sound()
    objects["set"]["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": "by-hand"}]
    assert found(repository, objects) == []
    objects = {name: data for name, data in sound().items() if name != "namespace"}
    assert found(repository, objects, namespaces=["influxdb"]) == []
    objects = {"ingress": copy.deepcopy(sound()["ingress"])}
    objects["ingress"]["metadata"]["namespace"] = "argocd"
    assert found(repository, objects) == []


def custom(kind: str, group: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name}, **more}


def reading(kind: str, name: str) -> Callable[[Objects], None]:
    volume = {"configMap": {"name": name}} if kind == "ConfigMap" else {"secret": {"secretName": name}}
    return change("set", *POD, "volumes", to=[{"name": "v"} | volume])


def assumed(repository: Repository, objects: Objects) -> list[tuple[str, str]]:
    items = tuple(Object(f"influxdb/charts/influxdb/templates/{name}.yaml", data) for name, data in objects.items())
    cluster = world.Cluster([("influxdb", "by-hand")], ["fast"], [])
    return across.assumed([HydratedApp("summit", "influxdb", items, "")], repository, cluster)


KNOWN_EXACTLY = ("ExternalSecret", "Gateway", "Rollout")
SELECTS = ("service", "spec", "selector")
ISSUED = {"annotations": {"cert-manager.io/issuer": "a"}, "name": "gate"}
TARGET = {"externalSecretSpec": {"target": {"name": "shared"}}}
ROLLOUT = {"template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container()]}}}
MADE_BY_OPERATORS: list[tuple[Callable[[Objects], None], dict[str, Any], str]] = [
    (reading("Secret", "pg-app"), custom("Cluster", "postgresql.cnpg.io", "pg"), "E709"),
    (reading("Secret", "reader"), custom("KafkaUser", "kafka.strimzi.io", "reader"), "E709"),
    (reading("Secret", "shared"), custom("ClusterExternalSecret", "external-secrets.io", "a", spec=TARGET), "E709"),
    (reading("ConfigMap", "trust"), custom("Bundle", "trust.cert-manager.io", "trust"), "E709"),
    (
        reading("Secret", "tls"),
        custom(
            "Gateway",
            "gateway.networking.k8s.io",
            "gate",
            metadata=ISSUED,
            spec={"listeners": [{"tls": {"certificateRefs": [{"name": "tls"}]}}]},
        ),
        "E709",
    ),
    (
        reading("Secret", "other"),
        custom("ExternalSecret", "external-secrets.io", "a", spec={"target": {"name": "other"}}),
        "E709",
    ),
    (
        change("ingress", *PATHS, "name", to="prometheus-operated"),
        custom("Prometheus", "monitoring.coreos.com", "main"),
        "E707",
    ),
    (change(*SELECTS, to={"app": "x"}), custom("Rollout", "argoproj.io", "roll", spec=ROLLOUT), "W708"),
    (change(*SELECTS, to={"strimzi.io/cluster": "bus"}), custom("Kafka", "kafka.strimzi.io", "bus"), "W708"),
    (change(*SELECTS, to={"cnpg.io/x": "a"}), custom("Cluster", "postgresql.cnpg.io", "pg"), "W708"),
    (
        change(*SELECTS, to={"app.kubernetes.io/name": "prometheus"}),
        custom("Prometheus", "monitoring.coreos.com", "main"),
        "W708",
    ),
    (
        change("set", *POD, "imagePullSecrets", to=[{"name": "pull"}]),
        custom("ClusterPullSecret", "images.example.org", "pull"),
        "W717",
    ),
]


@pytest.mark.parametrize(("fault", "maker", "code"), MADE_BY_OPERATORS)
def test_what_an_operator_may_make_is_no_fault_and_without_its_resource_it_is(
    repository: Repository, fault: Callable[[Objects], None], maker: dict[str, Any], code: str
) -> None:
    objects = sound()
    fault(objects)
    ((got, _),) = found(repository, objects)
    assert got == code
    assert found(repository, {**objects, "maker": maker}) == []
    ((app, what),) = assumed(repository, {**objects, "maker": maker}) or [("influxdb", "")]
    assert app == "influxdb"
    assert (": an operator may make the " in what) == (maker["kind"] not in KNOWN_EXACTLY)
    # Neither something else's resource, nor one whose operator is known to make another, says anything.
    for other in (
        custom("Grid", "example.org", "z"),
        custom("VirtualService", "x.istio.io", "x"),
        thing("Secret", "z"),
    ):
        assert [code for code, _ in found(repository, {**objects, "other": other})] == [code]
    elsewhere = copy.deepcopy(maker)
    elsewhere["metadata"]["namespace"] = "default"
    is_of_cluster = maker["kind"] == "Bundle" or (maker["kind"].startswith("Cluster") and maker["kind"] != "Cluster")
    assert bool(found(repository, {**objects, "maker": elsewhere})) != is_of_cluster


def test_what_a_known_operator_does_not_make_is_a_fault_whatever_its_name(repository: Repository) -> None:
    objects = sound()
    reading("Secret", "influxdb-auth-2")(objects)
    assert [code for code, _ in found(repository, objects)] == ["E709"]


def test_what_kubernetes_and_an_annotation_make_is_no_fault(repository: Repository) -> None:
    objects = sound()
    reading("ConfigMap", "kube-root-ca.crt")(objects)
    objects["ingress"]["spec"]["tls"] = [{"secretName": "issued"}]
    objects["ingress"]["metadata"]["annotations"] = {"kubernetes.io/tls-acme": "true"}
    assert found(repository, objects) == []
    objects["ingress"]["metadata"]["annotations"] = {"kubernetes.io/tls-acme": "false"}
    assert [code for code, _ in found(repository, objects)] == ["E709"]


def test_a_claim_that_is_bound_to_a_volume_needs_no_class(repository: Repository) -> None:
    objects = sound()
    objects["claim"] = thing("PersistentVolumeClaim", "c", spec={"storageClassName": "manual"})
    assert [code for code, _ in found(repository, objects)] == ["W711"]
    volume = thing("PersistentVolume", "v", spec={"storageClassName": "manual"})
    assert found(repository, {**objects, "volume": volume}) == []
    objects["claim"]["spec"]["volumeName"] = "made-by-hand"
    assert found(repository, objects) == []


def test_containers_without_requests_or_limits_are_counted_and_named_on_demand(repository: Repository) -> None:
    objects = sound()
    pod = objects["set"]["spec"]["template"]["spec"]
    for name, resources in (
        ("some", {"requests": {"cpu": 1}}),
        ("all", {"limits": {"cpu": 1}}),
        ("none", {"limits": {}}),
    ):
        pod["containers"].append(container(name=name, resources=resources))
    pod["initContainers"] = [container(name="first")]
    items = tuple(Object(f"influxdb/charts/influxdb/templates/{name}.yaml", data) for name, data in objects.items())
    apps = [HydratedApp("summit", "influxdb", items, "")]
    cluster = world.Cluster([("influxdb", "by-hand")], ["fast"], [])

    assert across.unbounded(apps, repository) == (3, 4)
    findings = across.find(apps, repository, cluster, lambda _app, _value: None, resources=True)
    assert [(each.problem.code, each.problem.message.partition(": ")[2]) for each in findings] == [
        ("W718", "the container main has no requests and no limits"),
        ("W718", "the container some has no limits"),
        ("W718", "the container none has no requests and no limits"),
    ]


def test_a_test_of_helm_is_not_looked_at_and_a_value_is_named_where_it_is_written(repository: Repository) -> None:
    objects = sound()
    broken = thing("Pod", "test", spec={"containers": [container(image="busybox")]})
    objects["test"] = broken | {"metadata": {"name": "test", "annotations": {"helm.sh/hook": "test"}}}
    assert found(repository, objects) == []
    del objects["vault"]
    items = tuple(Object(f"influxdb/charts/influxdb/templates/{name}.yaml", data) for name, data in objects.items())
    place = Location("environments/summit.yaml", 7, 3)
    (finding,) = across.find(
        [HydratedApp("summit", "influxdb", items, "")],
        repository,
        world.Cluster([("influxdb", "by-hand")], ["fast"], []),
        lambda app, value: place if (app, value) == ("influxdb", "influxdb-auth") else None,
    )
    assert finding.problem.location == place


CONTROLLER = "r.example.org/ingress-nginx/controller"


@for_each(
    ("image", "said", "hint"),
    [
        (f"{CONTROLLER}:v1.8.4", {}, ""),
        (
            f"{CONTROLLER}:v1.8.4",
            {"allow-snippet-annotations": "false"},
            "gate of influxdb says allow-snippet-annotations",
        ),
        (f"{CONTROLLER}:v1.9.0@sha256:00", {}, "version 1.9 allows none unless ConfigMap gate of influxdb says allow"),
        (f"{CONTROLLER}:v1.11.8", {"allow-snippet-annotations": "true"}, ""),
        (f"{CONTROLLER}:v1.12.0", {}, "says allow-snippet-annotations: true, and annotations-risk-level: Critical"),
        (
            f"{CONTROLLER}:v1.12.0",
            {"allow-snippet-annotations": "true"},
            "a snippet is Critical to version 1.12, which allows High unless ConfigMap gate of influxdb says",
        ),
        (f"{CONTROLLER}:v1.12.0", {"allow-snippet-annotations": "true", "annotations-risk-level": "Critical"}, ""),
        (
            f"{CONTROLLER}:v1.11.0",
            {"allow-snippet-annotations": "true", "annotations-risk-level": "High"},
            "says annotations-risk-level: High, and a snippet is Critical",
        ),
        ("rancher/nginx-ingress-controller:nginx-1.12.0-rancher1", {}, "version 1.12 allows none unless"),
        (f"{CONTROLLER}:main", {}, ""),
        (f"{CONTROLLER}@sha256:00", {}, ""),
        ("other/controller:v1.12.0", {}, ""),
    ],
)
def test_what_a_controller_refuses_follows_from_its_settings_and_its_version(
    image: str, said: dict[str, str], hint: str
) -> None:
    objects = sound()
    objects["ingress"]["metadata"]["annotations"] = {"nginx.ingress.kubernetes.io/server-snippet": "x"}
    arguments = ["--ingress-class=nginx", "--controller-class=k8s.io/gate", "--configmap=$(POD_NAMESPACE)/gate"]
    spec = {"containers": [container(image=image, args=arguments)]}
    objects["controller"] = thing("Deployment", "gate", spec={"template": {"spec": spec}})
    objects["settings of it"] = thing("ConfigMap", "gate", data=said)
    expected = ["E712"] if hint else []

    def codes() -> list[str]:
        return [code for code, text in found(loaded(), objects) if code != "W713" and hint in text]

    assert codes() == expected
    objects["ingress"]["spec"]["ingressClassName"] = "inner"
    assert codes() == []
    objects["class"] = thing("IngressClass", "inner", spec={"controller": "k8s.io/gate"})
    assert codes() == expected
