"""What the API server refuses and schemas take: each fault alone, and sound objects without one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from efdgen.rules.kubernetes import refused, schemas
from support.foreach import for_each

POD = {
    "restartPolicy": "Always",
    "initContainers": [{"name": "first", "image": "i"}],
    "containers": [
        {
            "name": "main",
            "image": "i",
            "imagePullPolicy": "Always",
            "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}, {"containerPort": 81}],
            "volumeMounts": [{"name": "data", "mountPath": "/d"}, {"name": "conf", "mountPath": "/c"}],
            "resources": {"limits": {"cpu": "500m", "memory": "1.5Gi"}, "requests": {"cpu": 2, "memory": "1e3"}},
        }
    ],
    "volumes": [{"name": "conf", "emptyDir": {}}],
}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
PATH = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "x", "port": {"number": 80}}}}


def thing(api: str, kind: str, **more: Any) -> dict[str, Any]:
    return copy.deepcopy({"apiVersion": api, "kind": kind, "metadata": {"name": "x-1.y"}, **more})


SOUND = {
    "set": thing(
        "apps/v1",
        "StatefulSet",
        spec={
            "serviceName": "x",
            "selector": {"matchLabels": {"a": "b"}},
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
    "ingress": thing("networking.k8s.io/v1", "Ingress", spec={"rules": [{"host": "a", "http": {"paths": [PATH]}}]}),
    "secret": thing("v1", "Secret", data={"a": "aHVudGVy\nMQ==", "b": ""}),
    "claim": thing("v1", "PersistentVolumeClaim", spec=CLAIM),
    "volume": thing("v1", "PersistentVolume", spec={"accessModes": ["ReadOnlyMany"], "capacity": {"storage": "1Gi"}}),
    "pdb": thing("policy/v1", "PodDisruptionBudget", spec={"minAvailable": 1}),
    "role": thing("rbac.authorization.k8s.io/v1", "Role", metadata={"name": "system:Read_all"}, rules=[]),
}
SPEC = ("spec", "template", "spec")
MAIN = (*SPEC, "containers", 0)
PORT = f"must be 1 to {refused._MOST_PORT}, not "  # noqa: SLF001


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
