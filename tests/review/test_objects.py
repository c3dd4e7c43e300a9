"""What is said of objects that differ: what Kubernetes refuses, what every version changes, definitions, roles."""

from __future__ import annotations

from typing import Any

from efdgen.helm.objects import Object
from efdgen.language.layers import ABSENT
from efdgen.report.diff import changes
from efdgen.review import lost, objects
from efdgen.review.immutable import what_to_do
from efdgen.review.model import AppObjects, RefusedChange, Review
from support.foreach import for_each


def thing(kind: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "store"}, **more}


def sides(*pair: dict[str, Any], namespace: str = "lab") -> list[dict[str, Any]]:
    return [objects.steady([Object("t", data)], [Object("t", data)], namespace) for data in pair]


def edits(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    found = objects.compare("lab", "store", *sides(before, after))
    return [(each.part, changes.path(each.path), each.before, each.after) for each in found]


def refused(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [changes.path(path) for *_, path in objects.refused("lab", "store", *sides(before, after))]


def test_of_several_objects_of_one_name_those_that_stay_do_not_look_changed() -> None:
    ours, theirs, third = (thing("ConfigMap", data={"of": whose}) for whose in ("us", "them", "a third"))

    def told(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[str, bool, bool]]:
        both = [
            objects.steady([Object("t", data) for data in side], [Object("t", data) for data in side])
            for side in (before, after)
        ]
        return [
            (each.part, each.before is ABSENT, each.after is ABSENT) for each in objects.compare("lab", "store", *both)
        ]

    assert told([ours], [theirs, ours]) == [("ConfigMap store (2)", True, False)]
    assert told([theirs, ours], [ours]) == [("ConfigMap store", False, True)]
    assert told([theirs, ours], [ours, theirs]) == []
    assert told([ours, theirs], [ours, third]) == [("ConfigMap store (2)", False, False)]


CLAIM = {"metadata": {"name": "data", "labels": {"chart": "a-1"}}, "spec": {"storageClassName": "fast"}}
OTHER_CLAIM = {"metadata": {"name": "data", "labels": {"chart": "a-2"}}, "spec": {"storageClassName": "fast"}}
HOOK = {"name": "store", "annotations": {"helm.sh/hook": "post-install"}}


@for_each(
    ("kind", "before", "after", "expected"),
    [
        ("Deployment", {"selector": {"matchLabels": {"a": "b"}}}, {"selector": {"matchLabels": {"a": "c"}}}, True),
        ("Deployment", {"replicas": 1}, {"replicas": 2}, False),
        ("StatefulSet", {"serviceName": "a"}, {"serviceName": "b"}, True),
        ("StatefulSet", {"volumeClaimTemplates": [CLAIM]}, {"volumeClaimTemplates": [OTHER_CLAIM]}, True),
        ("StatefulSet", {"template": {"x": 1}, "replicas": 1}, {"template": {"x": 2}, "replicas": 2}, False),
        ("Service", {"clusterIP": "10.0.0.1"}, {"clusterIP": "None"}, True),
        ("Service", {"clusterIP": "10.0.0.1"}, {}, False),
        ("Service", {"ports": [{"port": 1}]}, {"ports": [{"port": 2}]}, False),
        ("Job", {"template": {"x": 1}}, {"template": {"x": 2}}, True),
        ("Job", {"parallelism": 1}, {"parallelism": 2}, False),
        ("PersistentVolumeClaim", {"storageClassName": "a"}, {"storageClassName": "b"}, True),
        (
            "PersistentVolumeClaim",
            {"resources": {"requests": {"storage": "8Gi"}}},
            {"resources": {"requests": {"storage": "16Gi"}}},
            False,
        ),
        (
            "PersistentVolumeClaim",
            {"resources": {"requests": {"storage": "1Ti"}}},
            {"resources": {"requests": {"storage": "900Gi"}}},
            True,
        ),
        ("CustomResourceDefinition", {"scope": "Namespaced"}, {"scope": "Cluster"}, True),
    ],
)
def test_what_kubernetes_refuses_is_told_from_what_it_takes(
    kind: str, before: dict[str, Any], after: dict[str, Any], expected: bool
) -> None:
    assert bool(refused(thing(kind, spec=before), thing(kind, spec=after))) is expected
    if expected:
        # A hook is deleted before it is made anew.
        hooks = [thing(kind, spec=spec) | {"metadata": HOOK} for spec in (before, after)]
        assert not refused(hooks[0], hooks[1])


def test_roles_that_are_bound_secrets_types_and_what_is_immutable_stay() -> None:
    assert refused(thing("RoleBinding", roleRef={"name": "a"}), thing("RoleBinding", roleRef={"name": "b"}))
    assert refused(thing("Secret", type="Opaque"), thing("Secret", type="kubernetes.io/tls"))
    fixed = thing("ConfigMap", immutable=True, data={"a": "1"})
    assert refused(fixed, {**fixed, "data": {"a": "2"}}) == ["data.a"]


def test_labels_and_checksums_of_every_version_are_one_difference_and_a_refused_one_stays_apart() -> None:
    def deployed(version: str, checksum: str, kind: str = "Deployment") -> dict[str, Any]:
        labels = {"helm.sh/chart": f"store-{version}", "app": "store"}
        metadata = {"labels": labels, "annotations": {"checksum/config": checksum}}
        return thing(kind, spec={"template": {"metadata": metadata}}) | {
            "metadata": {"name": "store", "labels": {**labels, "app.kubernetes.io/version": version}}
        }

    ((part, path, before, after),) = edits(deployed("1", "a"), deployed("2", "b"))
    assert (part, path) == (objects.OF_THE_VERSION, "")
    assert before == {"app.kubernetes.io/version": "1", "checksum/config": "one", "helm.sh/chart": "store-1"}
    assert after == {"app.kubernetes.io/version": "2", "checksum/config": "another", "helm.sh/chart": "store-2"}
    job = edits(deployed("1", "a", "Job"), deployed("2", "a", "Job"))
    assert [each[:2] for each in job] == [
        ("Job lab/store", "spec.template.metadata.labels['helm.sh/chart']"),
        (objects.OF_THE_VERSION, ""),
    ]
    assert "app" not in str(edits(deployed("1", "a"), deployed("1", "b"))[0][2])


def test_an_object_stays_one_whether_it_names_its_namespace_or_not() -> None:
    named = thing("Service", spec={}) | {"metadata": {"name": "store", "namespace": "lab"}}
    assert edits(thing("Service", spec={}), named) == []
    role = thing("ClusterRole") | {"metadata": {"name": "store", "namespace": "lab"}}
    assert edits(role, thing("ClusterRole")) == []


def test_rules_of_a_role_are_what_they_allow_however_they_are_grouped() -> None:
    def role(*rules: tuple[list[str], list[str]]) -> dict[str, Any]:
        return thing("ClusterRole", rules=[{"apiGroups": ["apps"], "resources": r, "verbs": v} for r, v in rules])

    assert edits(role((["a", "b"], ["get"])), role((["b"], ["get"]), (["a"], ["get"]))) == []
    assert edits(role((["a"], ["get"])), role((["a"], ["get", "list"]))) == [
        ("ClusterRole store", "rules['a.apps']", "get", "get, list")
    ]


def definition(*versions: tuple[str, dict[str, Any], bool]) -> dict[str, Any]:
    return thing(
        "CustomResourceDefinition",
        spec={
            "scope": "Namespaced",
            "group": "example.org",
            "versions": [
                {"name": name, "served": True, "storage": stored, "schema": {"openAPIV3Schema": {"properties": fields}}}
                for name, fields, stored in versions
            ],
        },
    )


def test_a_definition_is_summed_up() -> None:
    spec = {"properties": {"size": {"type": "integer", "description": "x"}, "old": {"type": "string"}}}
    other = {"properties": {"size": {"type": "string", "description": "y"}, "a": {"items": {"properties": {"b": {}}}}}}
    before = definition(("v1", {"spec": spec}, True))
    after = definition(("v1", {"spec": other}, False), ("v2", {}, True))
    assert [each[1:] for each in edits(before, after)] == [
        ("versions", {"v1": "served, stored"}, {"v1": "served", "v2": "served, stored"}),
        ("fieldsGone", ["v1: spec.old"], ABSENT),
        ("fieldsNew", ABSENT, 2),
        ("fields['v1: spec.size']", "integer", "string"),
    ]
    found = list(objects.compare("lab", "store", {}, sides(before, before)[0]))
    assert found[0].after == {
        "group": "example.org",
        "scope": "Namespaced",
        "versions": {"v1": "served, stored"},
        "fields": 3,
    }


def test_what_is_refused_and_what_goes_with_an_app_stands_among_the_loudest() -> None:
    review = Review(
        "main",
        ("lab",),
        refused=(RefusedChange(("lab",), "store", "Job lab/store", (("spec", "template"),), what_to_do("Job")),),
        objects=(AppObjects("view", ("lab",), False, ("A b", "C d"), ("PersistentVolumeClaim x",), ("data of S",)),),
    )
    assert changes.comings_and_goings(review) == [
        ("objects removed", "lab / view / 2 objects: A b, C d"),
        ("claims removed", "lab / view / PersistentVolumeClaim x: the data in them goes, unless volumes are retained"),
        ("claims that stay", "lab / view / data of S: delete them by hand when nobody needs them"),
        (
            "refused by Kubernetes",
            "lab / store / Job lab/store / spec.template: delete it and sync again; it runs once more then",
        ),
    ]


def test_the_claims_of_objects_are_found() -> None:
    found = sides(thing("PersistentVolumeClaim", spec={}), thing("StatefulSet", spec={"volumeClaimTemplates": [CLAIM]}))
    assert objects.listed({**found[0], **found[1]}) == (
        ("PersistentVolumeClaim lab/store", "StatefulSet lab/store"),
        ("PersistentVolumeClaim lab/store",),
        ("data of StatefulSet lab/store",),
    )


def test_what_goes_with_an_object_is_said_unless_argo_cd_keeps_it() -> None:
    def named(name: str, kind: str, note: str = "", **more: Any) -> Object:
        key, _, value = note.partition(": ")
        metadata = {"name": name, "annotations": {key: value}} if note else {"name": name}
        return Object("t", {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more})

    unpruned, helm = "argocd.argoproj.io/sync-options: Validate=false, Prune=false", "helm.sh/resource-policy: keep"
    undeleted = "argocd.argoproj.io/sync-options: Delete=false"
    retention = {"volumeClaimTemplates": [CLAIM], "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}}
    items = [
        named("a", "PersistentVolumeClaim"),
        named("b", "PersistentVolumeClaim", unpruned),
        named("c", "PersistentVolumeClaim", helm),
        named("d", "PersistentVolumeClaim", undeleted),
        named("e", "StatefulSet", spec={"volumeClaimTemplates": [CLAIM]}),
        named("f", "StatefulSet", spec=retention),
        named("g", "StatefulSet", spec={}),
        named("h", "CustomResourceDefinition"),
        named("i", "CustomResourceDefinition", unpruned),
        named("j", "Namespace"),
    ]
    before = objects.steady(items, items)
    alone = lost.grouped(lost.gone(before, {}))
    assert alone == {
        ("custom resources", False): ("CustomResourceDefinition h",),
        ("custom resources", True): ("CustomResourceDefinition i",),
        ("namespaces", False): ("Namespace j",),
        ("claims", False): (*(f"PersistentVolumeClaim {name}" for name in "acd"), "data of StatefulSet f"),
        ("claims", True): ("PersistentVolumeClaim b", "data of StatefulSet e"),
    }
    # Nothing is lost with what stays, or with the second of two objects of one name.
    assert list(lost.gone({**before, "Namespace j (2)": before["Namespace j"]}, before)) == []
    whole = [each for name, data in before.items() for each in lost.with_object(name, data, is_whole=True)]
    with_app = lost.grouped(whole)
    assert with_app["claims", True] == ("PersistentVolumeClaim c", "PersistentVolumeClaim d", "data of StatefulSet e")
    assert with_app["custom resources", True] == ("CustomResourceDefinition h", "CustomResourceDefinition i")


def test_what_a_secret_holds_is_never_shown() -> None:
    copy = "kubectl.kubernetes.io/last-applied-configuration"
    metadata = {"name": "store", "annotations": {copy: "hunter1"}, "labels": {"a": "1"}}
    before = thing("Secret", stringData={"password": "hunter1", "old": "hunter1"}, data={"a": "aHVudGVyMQ=="}, type="A")
    before["metadata"] = metadata
    after = thing("Secret", stringData={"password": "hunter2", "new": "hunter2"}, data={}, type="B")
    after["metadata"] = {**metadata, "annotations": {copy: "hunter2"}, "labels": {"a": "2"}}
    found = edits(before, after)
    assert {path: (old, new) for _, path, old, new in found} == {
        f"metadata.annotations['{copy}']": ("***", "*** (another)"),
        "metadata.labels.a": ("1", "2"),
        "stringData.password": ("***", "*** (another)"),
        "stringData.old": ("***", ABSENT),
        "stringData.new": (ABSENT, "***"),
        "data": ({"a": "***"}, {}),
        "type": ("A", "B"),
    }
    new = list(objects.compare("lab", "store", {}, *sides(before)))
    gone = list(objects.compare("lab", "store", *sides(before), {}))
    for one in (new[0].after, gone[0].before):
        assert one["stringData"] == {"password": "***", "old": "***"}
        assert "hunter" not in str(one)
        assert "aHVudGVy" not in str(one)
    assert "hunter" in str(edits(thing("ConfigMap", data={"a": "hunter1"}), thing("ConfigMap", data={"a": "hunter2"})))
