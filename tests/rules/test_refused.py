"""What the API server refuses and schemas take: each fault alone, and sound objects without one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from efdgen.rules.kubernetes import forms, refused, schemas
from support.foreach import for_each

OTHERS = {"cpu": "500m", "ephemeral-storage": "1Gi", "hugepages-2Mi": "4Mi", "nvidia.com/gpu": 1}
POD = {
    "serviceAccountName": "",
    "priorityClassName": "system-node-critical",
    "restartPolicy": "Always",
    "initContainers": [{"name": "first", "image": "i"}],
    "containers": [
        {
            "name": "main",
            "image": "i",
            "imagePullPolicy": "Always",
            "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}, {"containerPort": 81}],
            "volumeMounts": [{"name": "data", "mountPath": "/d"}, {"name": "conf", "mountPath": "/c"}],
            "resources": {
                "limits": {"memory": "1.5Gi", **OTHERS},
                "requests": {"cpu": "0.5", "memory": "1e3"},
            },
            "env": [
                {"name": "A", "value": "a"},
                {"name": "B", "value": "", "valueFrom": {"fieldRef": {"fieldPath": "x"}}},
            ],
            "livenessProbe": {"httpGet": {"port": "http"}, "exec": None},
        }
    ],
    "volumes": [{"name": "conf", "emptyDir": {}}],
}
CLAIM = {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "10Gi"}}}
PATH = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "x", "port": {"number": 80}}}}


def thing(api: str, kind: str, **more: Any) -> dict[str, Any]:
    return copy.deepcopy({"apiVersion": api, "kind": kind, "metadata": {"name": "x-1.y"}, **more})


SOUND = {
    "set": thing(
        "apps/v1",
        "StatefulSet",
        spec={
            "serviceName": "x",
            "replicas": 0,
            "selector": {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]},
            "template": {"metadata": {"labels": {"a": "b", "c": "d"}}, "spec": POD},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIM}],
        },
    ),
    "job": thing(
        "batch/v1",
        "Job",
        spec={"template": {"spec": {"restartPolicy": "OnFailure", "containers": [{"name": "a", "image": "i"}]}}},
    ),
    "service": thing(
        "v1",
        "Service",
        metadata={"name": "x"},
        spec={"type": "ClusterIP", "ports": [{"name": "a", "port": 1, "targetPort": 0}, {"name": "b", "port": 2}]},
    ),
    "headless": thing("v1", "Service", metadata={"name": "x"}, spec={"clusterIP": "None", "selector": {"a": "b"}}),
    "elsewhere": thing(
        "v1", "Service", metadata={"name": "x"}, spec={"type": "ExternalName", "externalName": "a.org", "ports": None}
    ),
    "deployment": thing(
        "apps/v1",
        "Deployment",
        spec={
            "strategy": {"type": "Recreate", "rollingUpdate": None},
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "i"}]}},
        },
    ),
    "config": thing("v1", "ConfigMap", data={"a.conf": "x", ".b_c-D": ""}, binaryData={"b": "eA=="}),
    "scaled": thing(
        "autoscaling/v1",
        "HorizontalPodAutoscaler",
        spec={"minReplicas": 1, "maxReplicas": 1, "scaleTargetRef": {"kind": "Deployment", "name": "x"}},
    ),
    "ingress": thing("networking.k8s.io/v1", "Ingress", spec={"rules": [{"host": "a", "http": {"paths": [PATH]}}]}),
    "secret": thing("v1", "Secret", data={"a": "aHVudGVy\nMQ==", "b": ""}),
    "claim": thing("v1", "PersistentVolumeClaim", spec=CLAIM),
    "volume": thing("v1", "PersistentVolume", spec={"accessModes": ["ReadOnlyMany"], "capacity": {"storage": "1Gi"}}),
    "pdb": thing("policy/v1", "PodDisruptionBudget", spec={"minAvailable": 1}),
    "role": thing("rbac.authorization.k8s.io/v1", "Role", metadata={"name": "system:Read_all"}, rules=[]),
}
SPEC = ("spec", "template", "spec")
MAIN = (*SPEC, "containers", 0)
PORT = f"must be 1 to {forms._MOST_PORT}, not "  # noqa: SLF001


@for_each(
    ("name", "path", "value", "message"),
    [
        ("set", ("spec", "selector", "matchLabels", "a"), "z", "spec.selector: the pods do not have the label a: z"),
        ("set", (*MAIN, "volumeMounts", 0, "name"), "dat", "container main: there is no volume 'dat'"),
        ("set", (*SPEC, "initContainers", 0, "name"), "main", "2 containers have the name 'main'"),
        ("set", (*MAIN, "ports", 1, "name"), "http", "2 ports of a container have the name 'http'"),
        ("set", (*MAIN, "ports", 0, "containerPort"), 70000, f"container main: containerPort {PORT}70000"),
        ("set", (*MAIN, "ports", 0, "protocol"), "tcp", "container main: protocol: unknown 'tcp'"),
        ("set", (*MAIN, "imagePullPolicy"), "always", "container main: imagePullPolicy: unknown 'always'"),
        (
            "set",
            (*MAIN, "resources", "limits", "memory"),
            "1GB",
            "container main: resources.limits.memory: '1GB' is no",
        ),
        (
            "set",
            (*MAIN, "resources", "limits", "memroy"),
            "1Gi",
            "container main: resources.limits.memroy must be a standard resource for containers",
        ),
        (
            "set",
            (*MAIN, "resources", "requests", "storage"),
            "1Gi",
            "container main: resources.requests.storage must be a standard resource for containers",
        ),
        (
            "set",
            ("spec", "volumeClaimTemplates", 0, "spec", "storageClassName"),
            "Foo_Bar",
            "spec.storageClassName 'Foo_Bar' is no name that Kubernetes takes",
        ),
        ("claim", ("spec", "storageClassName"), "Fast", "spec.storageClassName 'Fast' is no name"),
        ("volume", ("spec", "storageClassName"), "fast_disk", "spec.storageClassName 'fast_disk' is no name"),
        ("ingress", ("spec", "ingressClassName"), "Nginx", "spec.ingressClassName 'Nginx' is no name"),
        ("set", (*SPEC, "serviceAccountName"), "a_b", "spec.serviceAccountName 'a_b' is no name"),
        ("set", (*SPEC, "priorityClassName"), "High", "spec.priorityClassName 'High' is no name"),
        ("set", (*MAIN, "name"), "Main", "container Main: this is no name that Kubernetes takes"),
        ("set", (*SPEC, "restartPolicy"), "Never", "restartPolicy must be Always, not Never"),
        ("set", (*SPEC, "volumes"), [{"name": "conf"}, {"name": "conf"}], "2 volumes have the name 'conf'"),
        (
            "set",
            ("spec", "volumeClaimTemplates", 0, "spec", "accessModes", 0),
            "RWO",
            "spec.accessModes: unknown 'RWO'",
        ),
        ("set", ("metadata", "name"), "My_set", "metadata.name 'My_set' is no name that Kubernetes takes"),
        ("job", (*SPEC, "restartPolicy"), "Always", "restartPolicy must be Never or OnFailure, not Always"),
        ("service", ("metadata", "name"), "a.b", "metadata.name 'a.b' is no name"),
        ("service", ("spec", "type"), "Nodeport", "spec.type: unknown 'Nodeport'"),
        ("service", ("spec", "ports", 0, "name"), "", "spec.ports: of several ports, each needs a name"),
        ("service", ("spec", "ports", 0, "name"), "b", "2 ports have the name 'b'"),
        ("service", ("spec", "ports", 0, "port"), 0, f"spec.ports: port {PORT}0"),
        ("ingress", ("spec", "rules", 0, "http", "paths", 0, "pathType"), None, "the path / has no pathType"),
        ("ingress", ("spec", "rules", 0, "http", "paths", 0, "pathType"), "prefix", "pathType: unknown 'prefix'"),
        ("secret", ("data", "a"), "hunter1!", "data.a is not base64"),
        ("claim", ("spec", "accessModes", 0), "RWO", "spec.accessModes: unknown 'RWO'"),
        ("claim", ("spec", "resources", "requests", "storage"), "ten", "spec.resources.requests.storage: 'ten' is no"),
        ("volume", ("spec", "capacity", "storage"), "1 Gi", "spec.capacity.storage: '1 Gi' is no quantity"),
        ("pdb", ("spec", "maxUnavailable"), 1, "spec has minAvailable and maxUnavailable"),
        ("service", ("spec", "ports"), None, "spec.ports: Required value"),
        ("service", ("spec", "ports"), [], "spec.ports: Required value"),
        ("headless", ("spec", "clusterIP"), "", "spec.ports: Required value"),
        ("headless", ("spec", "type"), "NodePort", "spec.clusterIP may not be set to 'None' for NodePort services"),
        ("elsewhere", ("spec", "externalName"), "", "spec.externalName: Required value"),
        ("service", ("spec", "ports", 1, "port"), 1, "spec.ports: 1/TCP is there twice"),
        ("service", ("spec", "ports", 0, "targetPort"), "a-name-of-17-long", "spec.ports: targetPort 'a-name-of-17-l"),
        ("service", ("spec", "ports", 0, "name"), "A_b", "spec.ports: 'A_b' is no name"),
        ("set", ("spec", "replicas"), -1, "spec.replicas must be greater than or equal to 0, not -1"),
        ("set", (*SPEC, "containers"), [], "spec.containers: Required value"),
        ("set", (*MAIN, "image"), "", "container main: image: Required value"),
        ("set", (*MAIN, "image"), None, "container main: image: Required value"),
        ("set", (*MAIN, "resources", "requests", "cpu"), 1, "container main: resources.requests.cpu must be less than"),
        ("set", (*MAIN, "resources", "requests", "memory"), "2G", "container main: resources.requests.memory must be"),
        (
            "set",
            (*MAIN, "resources", "requests", "a.org/x"),
            "-1",
            "container main: resources.requests.a.org/x must be greater than",
        ),
        ("set", (*MAIN, "env", 1, "value"), "b", "container main: env B: valueFrom may not be specified when value"),
        ("set", (*MAIN, "env", 1, "valueFrom"), {}, "container main: env B: valueFrom must specify one of"),
        (
            "set",
            (*MAIN, "env", 1, "valueFrom", "secretKeyRef"),
            {},
            "container main: env B: valueFrom may not have more",
        ),
        ("set", (*MAIN, "livenessProbe"), {}, "container main: livenessProbe must specify a handler type"),
        (
            "set",
            (*MAIN, "livenessProbe", "exec"),
            {"command": ["a"]},
            "container main: livenessProbe may not specify more than 1 handler type, and has exec and httpGet",
        ),
        ("set", (*MAIN, "livenessProbe", "successThreshold"), 2, "container main: livenessProbe.successThreshold must"),
        ("set", (*MAIN, "livenessProbe", "periodSeconds"), -1, "container main: livenessProbe.periodSeconds must be"),
        ("set", (*MAIN, "lifecycle"), {"preStop": {}}, "container main: lifecycle.preStop must specify a handler type"),
        (
            "set",
            (*SPEC, "initContainers", 0, "livenessProbe"),
            {"exec": {}},
            "container first: livenessProbe may not be",
        ),
        (
            "set",
            (*MAIN, "ports", 1, "name"),
            "metrics-endpoint1",
            "container main: port 'metrics-endpoint1' is no name",
        ),
        ("set", (*MAIN, "ports", 1, "name"), "8080", "container main: port '8080' is no name of a port"),
        ("set", (*MAIN, "volumeMounts", 1, "mountPath"), "/d", "container main: volumeMounts: mountPath '/d' must be"),
        (
            "set",
            (*SPEC, "volumes", 0, "hostPath"),
            {"path": "/x"},
            "volume conf may not specify more than 1 volume type",
        ),
        (
            "set",
            (*SPEC, "volumes", 0),
            {"name": "conf", "secret": {}},
            "volume conf: secret.secretName: Required value",
        ),
        (
            "set",
            (*SPEC, "volumes", 0),
            {"name": "conf", "ephemeral": {"volumeClaimTemplate": {"spec": CLAIM | {"accessModes": []}}}},
            "volume conf: spec.accessModes: at least 1 access mode is required",
        ),
        (
            "set",
            ("spec", "selector", "matchExpressions", 0, "operator"),
            "DoesNotExist",
            "spec.selector: the labels of",
        ),
        ("set", ("spec", "selector", "matchExpressions", 0, "operator"), "in", "spec.selector: 'in' is not a valid"),
        ("set", ("spec", "selector"), {}, "spec.selector: empty selector is invalid for statefulset"),
        (
            "deployment",
            ("spec", "strategy", "rollingUpdate"),
            {"maxSurge": 1},
            "spec.strategy.rollingUpdate may not be specified when strategy type is 'Recreate'",
        ),
        (
            "deployment",
            ("spec", "strategy"),
            {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}},
            "spec.strategy.rollingUpdate: maxUnavailable may not be 0 when maxSurge is 0",
        ),
        (
            "config",
            ("data", "a/b"),
            "",
            "data: a valid config key must consist of letters, digits, -, _ or ., not 'a/b'",
        ),
        ("config", ("data", "b"), "", "binaryData: the key 'b' is in data, too"),
        ("secret", ("stringData",), {"..": "hunter1"}, "stringData: a valid config key must consist of"),
        ("claim", ("spec", "accessModes"), [], "spec.accessModes: at least 1 access mode is required"),
        ("claim", ("spec", "resources"), {}, "spec.resources.requests.storage: Required value"),
        ("volume", ("spec", "capacity"), None, "spec.capacity.storage: Required value"),
        (
            "scaled",
            ("spec", "minReplicas"),
            2,
            "spec.maxReplicas must be greater than or equal to minReplicas, and is 1",
        ),
        ("scaled", ("spec", "maxReplicas"), 0, "spec.maxReplicas must be greater than 0, not 0"),
    ],
)
def test_a_fault_is_found_and_nothing_else(name: str, path: tuple[Any, ...], value: object, message: str) -> None:
    data = copy.deepcopy(SOUND[name])
    *above, last = path
    place: Any = data
    for step in above:
        place = place[step]
    place[last] = value
    ((said, hint),) = refused.found(data)
    assert said.startswith(message)
    assert "hunter1" not in said + hint


def test_a_config_map_holds_a_mebibyte_and_no_more() -> None:
    most = 1 << 20
    assert not list(refused.found(thing("v1", "ConfigMap", data={"a": "x" * most})))
    ((said, _),) = refused.found(thing("v1", "ConfigMap", data={"a": "x" * most, "b": "12345678"}))
    assert said == f"it holds {most + 8} bytes, and must have at most {most}"


@pytest.mark.parametrize("version", [(1, 21), (1, 30)])
def test_sound_objects_are_sound_and_fit_the_schemas(version: tuple[int, int]) -> None:
    for data in SOUND.values():
        assert list(refused.found(data)) == []
        assert schemas.violations(data, version) == []


@pytest.mark.parametrize("junk", [None, "x", 7, [], {}, [None], {"a": [1]}])
def test_no_form_of_an_object_is_too_odd(junk: object) -> None:
    def spoilt(data: Any, path: tuple[Any, ...] = ()) -> list[Callable[[Any], None]]:
        found: list[Callable[[Any], None]] = []
        for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
            found += [lambda whole, path=(*path, key): put(whole, path), *spoilt(value, (*path, key))]
        return found

    def put(whole: Any, path: tuple[Any, ...]) -> None:
        for step in path[:-1]:
            whole = whole[step]
        whole[path[-1]] = junk

    for data in SOUND.values():
        for spoil in spoilt(data):
            broken = copy.deepcopy(data)
            spoil(broken)
            list(refused.found(broken))
