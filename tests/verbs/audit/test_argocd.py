"""What an audit says of Argo CD: Applications as Helm makes them of the rendered tree, and what people do to them."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from efdgen.environment.model import ResolvedEnvironment
from efdgen.review.audit import Finding
from efdgen.verbs.audit.answers import ArgoCdQuestion, AskError, Unanswered
from efdgen.verbs.audit.asking import argocd, kubectl
from efdgen.verbs.audit.asking.argocd import Way
from efdgen.verbs.audit.asking.reach import Means, Reach, server_of
from efdgen.verbs.audit.judging import specs
from efdgen.verbs.audit.judging.argocd import judge
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.audit.sites import Rendered
from efdgen.verbs.audit.templated import applications as applications_of
from efdgen.verbs.audit.templated import filled
from support.bao import free_port
from support.charts import applications
from support.checkout import edit, repository, resolved
from support.efd import EFD
from support.gitrepo import commit
from support.tlsserver import Answer, Server, says

COMMIT = "0123456789abcdef0123456789abcdef01234567"
Applications = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def summit() -> ResolvedEnvironment:
    return resolved()["summit"]


@pytest.fixture(scope="module")
def question(summit: ResolvedEnvironment) -> ArgoCdQuestion:
    asked = plan(summit, ("argocd",), templates=applications_of(repository())).argocd
    assert asked is not None
    return asked


@pytest.fixture(scope="module")
def fresh() -> Applications:
    """What Argo CD has when everything was just deployed: what `argocd app create` of the runbook, and Helm, make."""
    parent = {
        "metadata": {"name": "efd", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "destination": {"namespace": "argocd", "server": "https://kubernetes.default.svc"},
            "source": {
                "repoURL": "https://github.com/lsst-sqre/argocd-efd",
                "path": "rendered/apps/efd",
                "targetRevision": "HEAD",
                "helm": {"parameters": [{"name": "env", "value": "summit"}]},
            },
        },
    }
    found = [parent, *applications(EFD, {"env": "summit"}).values()]
    for each in found:
        each["metadata"].setdefault("labels", {})["app.kubernetes.io/instance"] = "efd"
        each["status"] = {
            "sync": {"status": "Synced", "revision": COMMIT},
            "health": {"status": "Healthy"},
            "resources": [{"kind": "ConfigMap", "name": "a", "status": "Synced"}],
        }
    return {each["metadata"]["name"]: each for each in found}


def judged(question: ArgoCdQuestion, there: Mapping[str, Any], rendered: bool | None = True) -> list[Finding]:
    return list(judge(question, list(there.values()), lambda _commit, _path: rendered))


def wrong(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.status.value, each.subject, each.detail) for each in findings if not each.is_fine]


def changed(fresh: Applications, name: str, **changes: Any) -> Applications:
    """Return Applications of which one was changed: `spec__source__path="x"`."""
    there = copy.deepcopy(fresh)
    for path, value in changes.items():
        *folders, last = path.split("__")
        at = there[name]
        for folder in folders:
            at = at.setdefault(folder, {})
        at[last] = value
    return there


def test_a_fresh_site_is_there(question: ArgoCdQuestion, fresh: Applications) -> None:
    findings = judged(question, fresh)
    assert wrong(findings) == []
    assert [each.subject for each in findings] == list(question.expected)
    assert len(findings) == 12
    assert findings[0].detail == "Synced and Healthy, at 012345678"


def test_an_application_that_is_missing_and_one_too_many(question: ArgoCdQuestion, fresh: Applications) -> None:
    there = copy.deepcopy(fresh)
    gone = there.pop("telegraf-ds")
    gone["metadata"] |= {"name": "old-telegraf", "finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    gone["status"]["resources"] = [
        {"kind": "Deployment", "name": "a"},
        {"kind": "PersistentVolumeClaim", "name": "data-0"},
        {"kind": "PersistentVolumeClaim", "name": "data-1"},
    ]
    kept = copy.deepcopy(gone)
    kept["metadata"] = {"name": "by-hand"}
    of_another = copy.deepcopy(kept)
    of_another["metadata"] = {"name": "base-influxdb"}
    of_another["spec"]["source"]["helm"]["valueFiles"] = ["values-base.yaml"]
    found = judged(question, {**there, "a": gone, "b": kept, "c": of_another})
    assert wrong(found) == [
        ("missing", "telegraf-ds", "there is no such Application"),
        (
            "different",
            "old-telegraf",
            "no spec has it; a prune would delete the claims data-0, data-1, 1 Deployment",
        ),
        ("different", "by-hand", "no spec has it; a prune would delete it, and leave what it deployed"),
    ]
    assert found[-2].advice == "argocd app sync efd --prune deletes it; look at its claims first"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"spec__source__helm__parameters": [{"name": "influxdb.password", "value": "hunter2"}]},
            "set by hand: helm parameter influxdb.password",
        ),
        ({"spec__source__helm__valuesObject": {"password": "hunter2"}}, "set by hand: helm valuesObject"),
        ({"spec__source__helm__values": "password: hunter2"}, "set by hand: helm values"),
        ({"spec__syncPolicy": {"automated": {"prune": True}}}, "automated sync is switched on"),
        ({"spec__syncPolicy": {"syncOptions": ["Replace=true"]}}, "its syncPolicy is not that of the spec"),
        ({"spec__source__targetRevision": "tickets/x"}, "source.targetRevision is tickets/x, not HEAD"),
        (
            {"spec__source__repoURL": "https://me:hunter2@github.com/me/fork"},
            "source.repoURL is https://***@github.com/me/fork, not https://github.com/lsst-sqre/argocd-efd",
        ),
        (
            {"spec__source__helm__valueFiles": ["values-base.yaml"]},
            "source.helm.valueFiles is ['values-base.yaml'], not ['values-summit.yaml']",
        ),
        ({"spec__destination__namespace": "other"}, "destination.namespace is other, not influxdb"),
        ({"status__health": {"status": "Degraded"}}, "its health is Degraded"),
        (
            {
                "status__health": {"status": "Degraded"},
                "status__resources": [
                    {"kind": "Pod", "name": "a", "status": "Synced", "health": {"status": "Degraded"}}
                ],
            },
            "its health is Degraded: Pod a (Degraded)",
        ),
        (
            {
                "status__sync": {"status": "OutOfSync", "revision": COMMIT},
                "status__resources": [
                    {
                        "kind": "StatefulSet",
                        "name": "influxdb",
                        "status": "OutOfSync",
                        "health": {"status": "Degraded"},
                    },
                    {"kind": "Service", "name": "influxdb", "status": "Synced"},
                ],
            },
            "OutOfSync: StatefulSet influxdb",
        ),
    ],
)
def test_what_people_did_is_said_and_no_value_of_it(
    question: ArgoCdQuestion, fresh: Applications, changes: dict[str, Any], expected: str
) -> None:
    found = judged(question, changed(fresh, "influxdb", **changes))
    assert wrong(found) == [("different", "influxdb", expected)]
    assert "hunter2" not in repr(found)
    assert all(each.advice for each in found if not each.is_fine)


def test_what_argo_cd_does_not_say_is_unknown(question: ArgoCdQuestion, fresh: Applications) -> None:
    nothing_said = "Argo CD does not say whether it is healthy"
    not_compared = "Argo CD does not say whether it is in sync"
    for changes, expected in (
        ({"status__health": {}}, [nothing_said]),
        ({"status__health": None}, [nothing_said]),
        ({"status__health": "fine"}, ["what Argo CD says of its health can't be understood", nothing_said]),
        ({"status__health": {"status": "Unknown"}}, ["its health is Unknown"]),
        ({"status__health": {"status": ["Healthy"]}}, ["its health is ['Healthy']"]),
        ({"status__sync": {"revision": COMMIT}}, [not_compared]),
        ({"status__sync": {"status": "Fine", "revision": COMMIT}}, ["its sync status is Fine"]),
        ({"status__sync__revision": ""}, ["Argo CD does not say which revision it is at"]),
        ({"status__sync__revision": 7}, ["Argo CD does not say which revision it is at"]),
        ({"status__sync__revisions": [], "status__sync__revision": None},
            ["Argo CD does not say which revision it is at"]),
        ({"status__conditions": {"a": 1}}, ["what Argo CD says of its conditions can't be understood"]),
        ({"status__resources": ["a"]}, ["what Argo CD says of its resources can't be understood"]),
        ({"status": None}, [not_compared, nothing_said]),
        ({"spec": None}, ["Argo CD does not say what it deploys"]),
    ):  # fmt: skip
        found = judged(question, changed(fresh, "influxdb", **changes))
        assert wrong(found) == [("unknown", "influxdb", each) for each in expected], changes
    odd = {
        "metadata": {"name": "x"},
        "spec": {"source": {**fresh["influxdb"]["spec"]["source"], "helm": {"valueFiles": 5}}},
    }
    assert wrong(judged(question, {**fresh, "x": odd})) == []


def test_what_is_being_deleted_or_failed_to_sync_is_said(question: ArgoCdQuestion, fresh: Applications) -> None:
    deleted = changed(fresh, "influxdb", metadata__deletionTimestamp="2026-11-29T14:05:00Z")
    assert wrong(judged(question, deleted)) == [
        ("different", "influxdb", "it is being deleted, since 2026-11-29T14:05:00Z")
    ]
    failed = {"phase": "Failed", "message": "hook failed:\n password=hunter2"}
    (warning,) = [
        each for each in judged(question, changed(fresh, "influxdb", status__operationState=failed)) if not each.is_fine
    ]
    assert (warning.is_warning, warning.detail) == (True, "its last sync ended as Failed: hook failed: password=***")
    done = changed(fresh, "influxdb", status__operationState={"phase": "Succeeded"})
    assert wrong(judged(question, done)) == []


def test_whatever_is_set_by_hand_is_said(question: ArgoCdQuestion, fresh: Applications) -> None:
    rules = [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]
    assert question.expected["ingress-nginx"]["ignoreDifferences"]
    for name, changes, expected in (
        ("influxdb", {"spec__ignoreDifferences": rules}, "ignoreDifferences"),
        ("ingress-nginx", {"spec__ignoreDifferences": None}, "ignoreDifferences (taken away)"),
        ("ingress-nginx", {"spec__ignoreDifferences": rules}, "ignoreDifferences"),
        ("influxdb", {"spec__source__helm__releaseName": "x"}, "helm releaseName"),
        ("influxdb", {"spec__source__helm__fileParameters": [{"name": "a", "path": "b"}]}, "helm parameter a"),
        ("influxdb", {"spec__source__helm__parameters": [{"name": "a", "value": ""}]}, "helm parameter a"),
        ("influxdb", {"spec__source__helm__kubeVersion": "1.30"}, "helm kubeVersion"),
        ("influxdb", {"spec__source__helm__apiVersions": ["a/v1"]}, "helm apiVersions"),
        ("influxdb", {"spec__source__helm__namespace": "x"}, "helm namespace"),
        ("influxdb", {"spec__source__helm__aFieldOfTomorrow": 1}, "helm aFieldOfTomorrow"),
        ("influxdb", {"spec__source__chart": "x"}, "chart"),
        ("influxdb", {"spec__source__plugin": {"name": "x"}}, "plugin"),
        ("influxdb", {"spec__destination__name": "elsewhere"}, "destination.name"),
        ("influxdb", {"spec__revisionHistoryLimit": 0}, "revisionHistoryLimit"),
        ("influxdb", {"spec__info": [{"name": "a", "value": "b"}]}, "info"),
        *(
            ("influxdb", {f"spec__source__helm__{key}": True}, f"helm {key}")
            for key in ("ignoreMissingValueFiles", "skipSchemaValidation", "skipTests", "skipCrds", "passCredentials")
        ),
    ):
        found = judged(question, changed(fresh, name, **changes))
        assert wrong(found) == [("different", name, f"set by hand: {expected}")], changes
    filled_in = {"spec__source__helm__skipTests": False, "spec__source__directory": {"recurse": False},
        "spec__revisionHistoryLimit": 10, "spec__destination__name": "in-cluster", "spec__ignoreDifferences": [],
        "spec__source__kustomize": {}, "spec__syncPolicy": {"automated": {"enabled": False}}}  # fmt: skip
    assert wrong(judged(question, changed(fresh, "influxdb", **filled_in))) == []


def test_what_a_template_says_itself_is_rendered(question: ArgoCdQuestion) -> None:
    spec = question.expected["influxdb"]
    said = {
        "project": "{{ .project }}",
        "revisionHistoryLimit": 3,
        "info": [{"name": "{{ .odd | quote }}"}],
        "destination": {"server": "{{ .odd | quote }}"},
        "source": {"repoURL": "{{ .repoURL }}", "helm": {"skipTests": True, "valueFiles": ["v-{{ $efd.env }}.yaml"]}},
    }
    found = filled(said, spec, "summit")
    helm = {"skipTests": True, "valueFiles": ["v-summit.yaml"]}
    open_ = {"info": said["info"], "revisionHistoryLimit": 3}
    assert found == {**spec, **open_, "source": {**spec["source"], "helm": helm}}
    assert specs.by_hand(found, {**found, "info": [{"name": "whatever"}]}) == []
    assert specs.by_hand(found, {**found, "revisionHistoryLimit": 4}) == ["revisionHistoryLimit"]
    several = filled({"sources": [{"repoURL": "{{ .repoURL }}", "ref": "wrapper"}]}, spec, "summit")
    assert several["sources"] == [{"repoURL": spec["source"]["repoURL"], "ref": "wrapper"}]
    assert "source" not in several


def test_what_is_the_same_to_argo_cd_is_the_same(question: ArgoCdQuestion, fresh: Applications) -> None:
    same = {
        "spec__source__repoURL": "https://github.com/lsst-sqre/argocd-efd.git",
        "spec__source__targetRevision": "",
        "spec__syncPolicy": {},
    }
    assert wrong(judged(question, changed(fresh, "influxdb", **same))) == []


def test_an_app_of_apps_of_another_environment_is_found(question: ArgoCdQuestion, fresh: Applications) -> None:
    of_base = changed(fresh, "efd", spec__source__helm__parameters=[{"name": "env", "value": "base"}])
    assert wrong(judged(question, of_base)) == [("different", "efd", "set by hand: helm parameter env")]
    without = changed(fresh, "efd", spec__source__helm={})
    assert wrong(judged(question, without)) == [("different", "efd", "set by hand: helm parameter env (taken away)")]


def test_what_argo_cd_can_not_compare_is_unknown(question: ArgoCdQuestion, fresh: Applications) -> None:
    error = {"type": "ComparisonError", "message": "helm failed:\n password='hunter2'"}
    there = changed(
        fresh,
        "influxdb",
        status={"sync": {"status": "Unknown"}, "conditions": [error], "health": {"status": "Healthy"}},
    )
    assert wrong(judged(question, there)) == [
        ("unknown", "influxdb", "Argo CD can't compare it: ComparisonError: helm failed: password='***'")
    ]
    assert {each.status.value for each in judge(question, Unanswered("no"), lambda *_: None)} == {"unknown"}


def test_a_revision_is_held_to_what_is_rendered_here(question: ArgoCdQuestion, fresh: Applications) -> None:
    assert {detail for *_, detail in wrong(judged(question, fresh, rendered=None))} == {
        "it is at 012345678, which is not in this clone"
    }
    assert ("different", "efd", "it is at 012345678, where rendered/apps/efd is not what it is here") in wrong(
        judged(question, fresh, rendered=False)
    )


def test_only_the_files_of_an_environment_make_a_difference_to_it(small: Path) -> None:
    before = commit(small)
    folder = "rendered/apps/store"
    edit(small / folder / "values-dome.yaml", "env: dome", "env: dome # and more")
    assert [Rendered(small, name).is_rendered(before, folder) for name in ("lab", "dome")] == [True, False]
    edit(small / folder / "Chart.yaml", "apiVersion: v2", "apiVersion: v3")
    assert Rendered(small, "lab").is_rendered(before, folder) is False
    assert Rendered(small, "lab").is_rendered(COMMIT, folder) is None


# -- how it is asked


def asked(question: ArgoCdQuestion, way: Way, timeout: float = 2) -> list[dict[str, Any]] | Unanswered:
    try:
        return argocd.ask(Reach(Means(timeout), [server_of(question.url)]), question, way)
    except AskError as error:
        return error.unanswered


def test_the_api_is_asked_with_a_token(question: ArgoCdQuestion, fresh: Applications) -> None:
    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if not path.startswith("/argo-cd/api/v1/applications"):
            return says({}, 404)
        return {
            "good": says({"metadata": {}, "items": list(fresh.values())}),
            "empty": says({"metadata": {}, "items": None}),
            "weak": says({"error": "permission denied"}, 403),
            "odd": says({"a": "page"}),
            "moved": says({}, 301, Location="https://other.example.org/x?token=hunter2"),
            "null": says(None),
            "bare": says({"items": None}),
            "strings": says({"metadata": {}, "items": ["x"]}),
        }.get(token, says({"error": "invalid session"}, 401))

    with Server(answer) as server:
        here = question._replace(url=f"http://127.0.0.1:{server.port}/argo-cd")
        found = {
            token: asked(here, Way(token))
            for token in ("good", "empty", "weak", "odd", "moved", "null", "bare", "strings", "old", "")
        }
    assert found["good"] == list(fresh.values())
    reasons = {token: answer.reason for token, answer in found.items() if isinstance(answer, Unanswered)}
    assert reasons == {
        "empty": "Argo CD shows this account no Application at all",
        "weak": "the token may not see Applications",
        **dict.fromkeys(("odd", "null", "bare", "strings"), "what answers there is no Argo CD"),
        "moved": "Argo CD sends on to https://other.example.org/x (status 301), which is not followed",
        "old": "Argo CD does not take the token",
        "": "there is no token to ask Argo CD with",
    }
    assert isinstance(nobody := asked(question._replace(url=f"http://127.0.0.1:{free_port()}"), Way("x")), Unanswered)
    assert "refuses connections" in nobody.reason


def test_kubectl_is_asked_in_the_context_that_is_named(
    question: ArgoCdQuestion, fresh: Applications, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = tmp_path / "items.json"
    items.write_text(json.dumps({"apiVersion": "v1", "items": list(fresh.values())}), encoding="utf-8")
    command = tmp_path / "kubectl"
    command.write_text(
        f'#!/bin/sh\necho "$*" >>{tmp_path}/typed\n'
        'case "$*" in *get-contexts*) printf "summit\\nbad\\n" ;;\n'
        '*bad*|*sumit*) echo "token hunter2" >&2; exit 1 ;;\n'
        "*endless*) exec cat /dev/zero ;; *junk*) echo junk ;;\n"
        f"*hangs*) sleep 60 & echo $! >{tmp_path}/login; wait ;; *) cat {items} ;; esac\n",
        encoding="utf-8",
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert asked(question, Way("a token", "summit")) == list(fresh.values())
    bad = asked(question, Way(context="bad"))
    assert bad == Unanswered(
        "kubectl --context bad fails with status 1", "try: kubectl --context bad -n argocd get applications.argoproj.io"
    )
    assert asked(question, Way(context="sumit")) == Unanswered(
        "unknown context of kubectl 'sumit': did you mean 'summit'?", "kubectl config get-contexts lists them"
    )
    assert asked(question, Way(context="hangs"), 0.2) == Unanswered(
        "kubectl does not answer within 0.6 seconds", "does it wait for a login? Log in first; --timeout waits longer"
    )
    monkeypatch.setattr(kubectl, "MOST", 3_000_000)
    endless, junk = asked(question, Way(context="endless")), asked(question, Way(context="junk"))
    assert isinstance(endless, Unanswered)
    assert endless.reason == "kubectl prints more than 3,000,000 bytes"
    assert isinstance(junk, Unanswered)
    assert (junk.reason, "argocd.url" in junk.advice) == ("what kubectl prints is no list of Applications", False)
    login = int((tmp_path / "login").read_text(encoding="utf-8"))
    ended = time.monotonic() + 5
    while Path(f"/proc/{login}/stat").exists() and time.monotonic() < ended:
        if Path(f"/proc/{login}/stat").read_text(encoding="utf-8").split()[2] == "Z":
            break
        time.sleep(0.01)
    else:
        assert time.monotonic() < ended, "what kubectl started is ended with it"
    typed = (tmp_path / "typed").read_text(encoding="utf-8").splitlines()
    assert typed[0] == (
        "--context=summit --request-timeout 2s --namespace argocd get applications.argoproj.io --output json"
    )
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    missing = asked(question, Way(context="summit"))
    assert isinstance(missing, Unanswered)
    assert missing.reason == "kubectl is not installed"
