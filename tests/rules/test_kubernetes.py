"""Hydrated objects against what a cluster serves, and against schemas."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from efdgen.errors import Severity
from efdgen.helm.hydrate import HydratedApp, Object
from efdgen.language import installing, schema
from efdgen.repository import load
from efdgen.rules.kubernetes import apis, check, schemas
from support.foreach import for_each
from support.repository import small_repository

NEW = (1, 30)


def deployment(**spec: Any) -> dict[str, Any]:
    """Return a Deployment that nobody complains about, with more in its spec."""
    labels = {"app": "store"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "store:1"}]}}
    settings = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, **spec}
    metadata = {"name": "store", "namespace": "store", "creationTimestamp": None}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": settings}


def plain(api_version: str, kind: str, name: str = "x", namespace: str = "", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def said(data: dict[str, Any], version: apis.Version = NEW) -> list[str]:
    return [violation.message for violation in schemas.violations(data, version)]


# -- retired APIs


def test_the_table_makes_sense() -> None:
    for api in apis.TABLE:
        assert (1, 6) <= api.deprecated < api.removed <= (1, 33), api
        assert [since for _, since in api.replacements] == sorted(since for _, since in api.replacements), api
        for version, since in api.replacements:
            assert since <= api.removed, api
            later = apis.find(version, api.kind)
            assert later is None or later.removed >= api.removed, api
        assert api.replacements or api.kind == "PodSecurityPolicy", api
        # Whoever fixes it when it is removed finds something that is served.
        assert api.replacement(api.removed) or not api.replacements, api


def test_a_kind_stands_in_the_table_once() -> None:
    assert len({(api.version, api.kind) for api in apis.TABLE}) == len(apis.TABLE)


@pytest.mark.parametrize("kind", ["Ingress", "IngressList"])
def test_lists_are_retired_with_their_kind(kind: str) -> None:
    assert apis.find("networking.k8s.io/v1beta1", kind) is not None
    assert apis.find("networking.k8s.io/v1", kind) is None


@pytest.mark.parametrize(("cluster", "expected"), [((1, 13), ""), ((1, 18), "v1beta1"), ((1, 19), "v1")])
def test_the_replacement_is_one_that_the_cluster_serves(cluster: apis.Version, expected: str) -> None:
    api = apis.find("extensions/v1beta1", "Ingress")
    assert api is not None
    assert api.replacement(cluster).rpartition("/")[2] == expected


@pytest.mark.parametrize("version", ["1.21.5", "v1.21", "1.21.5+k3s1"])
def test_versions_compare_by_minor_version(version: str) -> None:
    assert apis.minor(version) == (1, 21)
    assert apis.minor("1.9.0") < apis.minor(version)


# -- schemas


def test_the_versions_are_the_package_s() -> None:
    from kubernetes_validate.utils import all_versions, major_minor

    assert [apis.shown(version) for version in schemas.folders()] == sorted({major_minor(v) for v in all_versions()})


def test_a_sound_object_has_nothing_wrong() -> None:
    assert said(deployment()) == []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"replicas": "two"}, "spec.replicas must be a whole number, not 'two'"),
        ({"replica": 2}, "spec: unknown key 'replica'"),
        ({"selector": None}, "spec: 'selector' is missing"),
        ({"selector": {"matchLabels": {"app": 5}}}, "spec.selector.matchLabels.app must be text, not 5"),
        ({"template": []}, "spec.template must be a mapping, not a list"),
        (
            {"strategy": {"rollingUpdate": {"maxSurge": [1]}}},
            "spec.strategy.rollingUpdate.maxSurge must be text or a whole number, not a list",
        ),
    ],
)
def test_what_a_schema_refuses_is_said_in_words(spec: dict[str, Any], message: str) -> None:
    assert said(deployment(**spec)) == [message]


@pytest.mark.parametrize("value", ["25%", 1])
def test_a_choice_of_types_is_a_choice(value: object) -> None:
    assert said(deployment(strategy={"rollingUpdate": {"maxSurge": value}})) == []


FORMER = [(1, minor) for minor in (21, 22, 23, 24)]
"""What efdgen carries itself; an older package has some of them, too."""


def test_no_minor_version_lacks_between_efdgen_s_own_schemas_and_the_package_s() -> None:
    there = schemas.versions()
    assert {version for version in there if version not in schemas.folders()} <= {*FORMER}
    assert there == [(1, minor) for minor in range(21, there[-1][1] + 1)]
    assert (schema.folder() / "kubernetes/former.json.gz").stat().st_size < 24_000


def test_schemas_of_former_versions_say_what_those_versions_take() -> None:
    ingress = plain("networking.k8s.io/v1beta1", "Ingress", spec={"backend": {"serviceName": 5}})
    ephemeral = {"name": "x", "ephemeral": {"volumeClaimTemplate": {"spec": {}, "of": 1}}}
    for version in FORMER:
        assert said(deployment(), version) == []
        assert said(deployment(replicas="two"), version) == ["spec.replicas must be a whole number, not 'two'"]
        # A list of them, and a kind that only some versions have.
        listed = plain("apps/v1", "DeploymentList", items=[deployment(selector=None)])
        del listed["metadata"]["name"]
        assert said(listed, version)
        known = [violation for violation in said(ingress, version) if "serviceName must be text" in violation]
        assert len(known) == (version < (1, 22))
        pod = plain("v1", "Pod", spec={"containers": [], "volumes": [ephemeral]})
        assert said(pod, version) == ["spec.volumes[0].ephemeral.volumeClaimTemplate: unknown key 'of'"]


@pytest.mark.parametrize("version", [*FORMER, NEW])
def test_quantities_are_text_or_any_number(version: apis.Version) -> None:
    def resources(cpu: object) -> list[str]:
        container = {"name": "main", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
        return said(plain("v1", "Pod", spec={"containers": [container]}), version)

    assert [resources(cpu) for cpu in (0.1, 1, "100m")] == [[], [], []]
    assert resources([1]) == ["spec.containers[0].resources.requests.cpu must be text or a number, not a list"]


@for_each("version", schemas.versions())
def test_definitions_that_contain_themselves_are_followed(version: apis.Version) -> None:
    below: dict[str, Any] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": below}}]
    spec = {"group": "a.b", "names": {"kind": "A", "plural": "as"}, "scope": "Namespaced", "versions": versions}
    crd = plain("apiextensions.k8s.io/v1", "CustomResourceDefinition", "as.a.b", spec=spec)
    assert said(crd, version) == []

    below["properties"] = {"x": {"properties": {"y": {"typ": "string"}}}}
    assert [message.rpartition(": ")[2] for message in said(crd, version)] == ["unknown key 'typ'"]


@pytest.mark.parametrize(
    "data",
    [
        plain("example.org/v1", "Deployment", spec={"anything": 1}),
        plain("networking.example.org/v1", "IngressClass", anything=1),
        plain("../../v1", "Pod", anything=1),
        plain("v1", "../Pod", anything=1),
    ],
)
def test_custom_resources_are_skipped(data: dict[str, Any]) -> None:
    assert said(data) == []


def test_schemas_of_another_version_are_never_taken() -> None:
    assert said(deployment(replicas="two"), (1, 9)) == []
    assert re.search(r"are the schemas of 1\.21 to 1\.\d+, and none of 1\.9\Z", schemas.missing((1, 9)))
    assert "none of 1.99" in schemas.missing((1, 99))
    assert schemas.missing((1, 30)) == ""


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    schemas.folders.cache_clear()
    try:
        assert schemas.missing(NEW) == f"Kubernetes' schemas are not installed: {installing.command('kubernetes')}"
        assert [version for version in ((1, 20), (1, 21), (1, 24)) if schemas.missing(version)] == [(1, 20)]
    finally:
        monkeypatch.undo()
        schemas.folders.cache_clear()


@pytest.mark.parametrize("key", ["replicas", "paused", "other", "template"])
@pytest.mark.parametrize("value", [None, 3, True, "3", {}])
def test_the_simplified_schemas_agree_with_the_package(key: str, value: object) -> None:
    import kubernetes_validate

    data = deployment(**{key: value})
    data["spec"] = {name: below for name, below in data["spec"].items() if below is not None}
    del data["metadata"]["creationTimestamp"]
    try:
        kubernetes_validate.validate(data, "1.30", strict=True)
    except kubernetes_validate.ValidationError:
        assert said(data)
    else:
        assert said(data) == []


OWN = sorted(path.name.removesuffix(".schema.json") for path in (schema.folder() / "kubernetes").glob("*.schema.json"))


@pytest.mark.parametrize("name", OWN)
def test_our_own_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((schema.folder() / f"kubernetes/{name}.schema.json").read_text()))


def application(**spec: Any) -> dict[str, Any]:
    helm = {"valueFiles": ["values-lab.yaml"]}
    source = {"repoURL": "https://example.org", "path": "apps/store", "targetRevision": "HEAD", "helm": helm}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "store"}
    settings = {"project": "default", "source": source, "destination": destination, **spec}
    return plain("argoproj.io/v1alpha1", "Application", spec=settings)


@pytest.mark.parametrize("version", [(1, 21), NEW])
def test_what_we_make_fits_our_own_schemas_whatever_the_cluster(version: apis.Version) -> None:
    policy = {"automated": {"prune": True}, "syncOptions": ["CreateNamespace=true"], "retry": {"limit": 5}}
    assert said(application(syncPolicy=policy), version) == []
    assert said(application(project=None), version) == ["spec: 'project' is missing"]
    assert said(application(syncPolicy={"automatic": {}}), version) == ["spec.syncPolicy: unknown key 'automatic'"]
    secret = plain("ricoberger.de/v1alpha1", "VaultSecret", spec={"path": "secret/x", "type": "Opaque"})
    assert said(secret, version) == []
    secret["spec"] = {"path": "", "keys": "a"}
    assert sorted(said(secret, version)) == [
        "spec.keys must be a list, not 'a'",
        "spec.path must not be empty",
        "spec: 'type' is missing",
    ]


# -- rules


@pytest.fixture(name="found")
def _found(tmp_path: Path) -> Any:
    repository = load.load(small_repository(tmp_path))

    def found(version: str, *apps: HydratedApp) -> list[check.Finding]:
        return check.check(apps, repository, version)

    return found


def app(name: str, *data: dict[str, Any], source: str = "") -> HydratedApp:
    source = source or f"{name}/charts/x/templates/x.yaml"
    return HydratedApp("lab", name, tuple(Object(source, one) for one in data), "")


INGRESS = plain("networking.k8s.io/v1beta1", "Ingress", namespace="store")


@pytest.mark.parametrize(
    ("version", "code", "hint"),
    [
        ("1.18.20", None, None),
        ("1.19.0", "W703", "use networking.k8s.io/v1, which the cluster serves already"),
        ("1.21.5", "W703", "use networking.k8s.io/v1, which the cluster serves already"),
        ("1.22.0", "E702", "use networking.k8s.io/v1"),
        ("1.33.1", "E702", "use networking.k8s.io/v1"),
    ],
)
def test_apis_are_served_deprecated_and_removed(found: Any, version: str, code: str | None, hint: str | None) -> None:
    findings = found(version, app("store", INGRESS))

    assert [(one.problem.code, one.problem.hint) for one in findings] == ([(code, hint)] if code else [])
    for one in findings:
        assert (one.problem.severity is Severity.ERROR) == (code == "E702")
        assert one.problem.message.startswith("Ingress store/x: Kubernetes 1.22 remove")


def test_a_deprecated_api_without_a_replacement_in_the_cluster_is_no_problem_yet(found: Any) -> None:
    ingress = plain("extensions/v1beta1", "Ingress")
    assert found("1.13.0", app("store", ingress)) == []
    policy = plain("policy/v1beta1", "PodSecurityPolicy")
    assert [one.problem.hint for one in found("1.21.5", app("store", policy))] == ["nothing replaces it"]


def test_an_api_that_the_cluster_never_had_or_not_yet_is_refused(found: Any) -> None:
    hints = {
        ("autoscaling/v2", "HorizontalPodAutoscaler"): "it serves HorizontalPodAutoscaler in autoscaling/v1, "
        "autoscaling/v2beta1, autoscaling/v2beta2",
        ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema"): "it serves FlowSchema in "
        "flowcontrol.apiserver.k8s.io/v1beta1",
        ("storage.k8s.io/v1", "CSIStorageCapacity"): "it serves CSIStorageCapacity in storage.k8s.io/v1alpha1, "
        "storage.k8s.io/v1beta1",
        ("policy/v1", "PodSecurityPolicy"): "it serves PodSecurityPolicy in policy/v1beta1",
        ("policy/v2", "PodDisruptionBudget"): "it serves PodDisruptionBudget in policy/v1, policy/v1beta1",
        ("extensions/v1", "Ingress"): "it serves Ingress in extensions/v1beta1, networking.k8s.io/v1, "
        "networking.k8s.io/v1beta1",
        ("apps/v1", "Service"): "it serves Service in v1",
        ("v1", "Deployment"): "it serves Deployment in apps/v1",
        ("app/v1", "Deployment"): "it serves Deployment in apps/v1",
        ("batch/v1", "Cronjob"): "did you mean 'CronJob'?",
        ("v1", "Foo"): "it serves v1",
        ("resource.k8s.io/v1", "Anything"): "it serves nothing of that group",
    }
    for (version, kind), hint in hints.items():
        (finding,) = found("1.21.5", app("store", plain(version, kind)))
        problem = finding.problem
        said = f"{kind} x: Kubernetes 1.21 serves no {kind} in {version}"
        assert (problem.code, problem.message, problem.hint) == ("E702", said, hint)
    assert "E702" not in {one.problem.code for one in found("1.23.1", app("store", plain(*next(iter(hints)))))}
    (finding,) = found("1.30.1", app("store", plain("v1", "Foo")))
    assert finding.problem.code == "E702"


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        *(("example.org/v1", "Foo"), ("gateway.networking.k8s.io/v1", "Gateway"), ("metrics.k8s.io/v1", "PodMetrics")),
        *(("snapshot.storage.k8s.io/v1", "VolumeSnapshot"), ("apps/v1", "DeploymentList")),
    ],
)
def test_a_group_that_is_not_kubernetes_own_may_be_served(found: Any, version: str, kind: str) -> None:
    assert "E702" not in {one.problem.code for one in found("1.21.5", app("store", plain(version, kind)))}


def test_where_no_schemas_are_nothing_is_said_of_what_is_served(found: Any) -> None:
    assert found("1.18.1", app("store", plain("v1", "Foo"))) == []


def test_what_is_replaced_already_and_goes_some_day_is_said_from_the_first_day(found: Any) -> None:
    runtime = plain("node.k8s.io/v1beta1", "RuntimeClass", handler="gvisor")
    (finding,) = found("1.21.5", app("store", runtime))
    assert (finding.problem.code, finding.problem.hint) == (
        "W703",
        "use node.k8s.io/v1, which the cluster serves already",
    )
    assert "E702" in {one.problem.code for one in found("1.28.1", app("store", runtime))}


@pytest.mark.parametrize("held", [{"a": 12345}, {"a": ["12345"]}, "12345", ["12345"], {"a": {"b": "12345"}}])
@pytest.mark.parametrize("key", ["data", "stringData"])
def test_what_a_secret_holds_is_in_no_message(found: Any, key: str, held: object) -> None:
    problems = [one.problem for one in found("1.21.5", app("store", plain("v1", "Secret", **{key: held})))]
    assert {problem.code for problem in problems} == {"E701"}
    assert "12345" not in str(problems)


@pytest.mark.parametrize(("name", "shown"), [(False, "false"), (True, "true"), (7, "7"), (0, "0")])
def test_a_name_that_is_no_text_is_not_missing(found: Any, name: object, shown: str) -> None:
    data = plain("v1", "ConfigMap")
    data["metadata"] = {"name": name}

    (finding,) = found("1.21.5", app("store", data))

    assert finding.problem.message.endswith(f"metadata.name must be text, not {shown}")
    assert finding.problem.hint.startswith("put it in quotes")


@pytest.mark.parametrize("key", ["apiVersion", "kind", "name"])
def test_an_object_needs_a_version_a_kind_and_a_name(found: Any, key: str) -> None:
    data = plain("v1", "ConfigMap")
    del (data["metadata"] if key == "name" else data)[key]

    (finding,) = found("1.21.5", app("store", data))

    assert finding.problem.code == "E701"
    assert finding.problem.message.endswith(f"{key} is missing")


def test_a_name_may_be_left_to_the_cluster(found: Any) -> None:
    data = plain("v1", "ConfigMap")
    data["metadata"] = {"generateName": "x-"}

    assert found("1.21.5", app("store", data, data)) == []


def test_a_name_is_an_object_s_own(found: Any) -> None:
    config = plain("v1", "ConfigMap", "config", "store")

    (finding,) = found("1.21.5", app("link", config), app("store", config))

    assert (finding.problem.code, finding.app) == ("E704", "store")
    assert finding.problem.message == "ConfigMap store/config: link has it, too: link/charts/x/templates/x.yaml"
    assert len(found("1.21.5", app("store", config, config))) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (plain("v1", "ConfigMap"), plain("v1", "ConfigMap"), False),  # each goes to its app's namespace
        (plain("v1", "ConfigMap"), plain("v1", "ConfigMap", namespace="link"), True),
        (plain("v1", "ConfigMap"), plain("v1", "Secret"), False),
        (plain("apps/v1", "Deployment"), plain("apps/v1", "Deployment", name="y"), False),
        (plain("v1", "Namespace"), plain("v1", "Namespace", namespace="a"), True),
        (plain("networking.k8s.io/v1", "IngressClass"), plain("networking.k8s.io/v1", "IngressClass"), True),
        (plain("a.org/v1", "A", namespace="n"), plain("b.org/v1", "A", namespace="n"), False),
        (plain("a.org/v1", "A", namespace="n"), plain("a.org/v2", "A", namespace="n"), True),
    ],
)
def test_objects_are_told_apart_as_a_cluster_does(
    found: Any, one: dict[str, Any], other: dict[str, Any], is_same: bool
) -> None:
    assert len(found("1.21.5", app("link", one), app("store", other))) == is_same


@pytest.mark.parametrize("hook", ["test", "test-success", "pre-rollback", "test, post-rollback"])
def test_hooks_that_argo_cd_leaves_out_are_left_out(found: Any, hook: str) -> None:
    data = plain("extensions/v1beta1", "Ingress")
    data["metadata"]["annotations"] = {"helm.sh/hook": hook}
    assert found("1.30.0", app("store", data)) == []

    data["metadata"]["annotations"] = {"helm.sh/hook": f"{hook}, pre-install"}
    assert [one.problem.code for one in found("1.30.0", app("store", data, data))] == ["E702", "E702"]


@pytest.mark.parametrize(
    ("name", "source", "place"),
    [
        ("view", "view/templates/config.yaml", "templates/apps/view/templates/config.yaml"),
        ("view", "view/templates/namespace.yaml", "templates/wrapper/templates/namespace.yaml"),
        ("efd", "efd/templates/store.yaml", "templates/apps/efd/application.yaml"),
        ("efd", "efd/templates/argocd-ingress.yaml", "templates/apps/efd/"),
        ("store", "store/charts/store-chart/templates/a.yaml", "templates/apps/store/app.yaml:4:12"),
        ("store", "store/charts/store-chart/charts/b/crds/a.yaml", "templates/apps/store/app.yaml:4:12"),
        ("archive", "archive/charts/store-chart/templates/a.yaml", "templates/apps/store/app.yaml:4:12"),
        ("gone", "gone/templates/a.yaml", "rendered/apps/gone/templates/a.yaml"),
    ],
)
def test_a_problem_is_where_it_can_be_mended(found: Any, name: str, source: str, place: str) -> None:
    (finding,) = found("1.30.0", app(name, plain("extensions/v1beta1", "Ingress"), source=source))

    assert str(finding.problem.location).startswith(place)
    assert finding.template == (source.partition("/charts/")[2] if "/charts/" in source else "")
