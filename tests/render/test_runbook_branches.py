"""Every branch of every phase is filled: by the project's environments, or by made-up ones."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language import documents, evaluator, expressions
from efdgen.language.documents.parts import For
from efdgen.language.documents.writing import Part
from efdgen.language.expressions import Names, Step
from efdgen.language.syntaxtree import CondExpr, Node
from efdgen.render.runbook import read
from efdgen.render.runbook.markdown import markdown
from efdgen.render.runbook.model import Phase
from efdgen.render.runbook.script import script
from efdgen.repository.files import Files
from efdgen.repository.runbook import load
from support.checkout import FROZEN, repository, resolved
from support.foreach import for_each
from support.labs import labs


@functools.cache
def environments() -> Mapping[str, ResolvedEnvironment]:
    return {**resolved(), **labs()}


@functools.cache
def phases(environment: str) -> Mapping[str, Phase]:
    return {phase.name: phase for phase in read.read(environments()[environment], repository().runbook).phases}


def page(environment: str, phase: str) -> str:
    return markdown([phases(environment)[phase]])


def section(environment: str, phase: str, step: str) -> str:
    """Return what stands below a step's heading."""
    (found,) = [each for each in phases(environment)[phase].steps if each.name == step]
    return markdown([Phase("", "", "", found.parts)]).partition("## \n")[2].strip()


# -- all of them


def decisions(parts: tuple[Any, ...]) -> Iterator[tuple[str, int, Node, set[bool]]]:
    """Yield what a document decides by: the kind, the line, the expression, and what it must be somewhere."""
    for part in parts:
        line = getattr(part, "line", 0)
        for held in [getattr(part, name) for name in part.__slots__] if isinstance(part, Part) else part:
            if isinstance(held, Node):
                choices = [each for each in held.walk() if isinstance(each, CondExpr)]
                yield from (("choice", line, choice.test, {True, False}) for choice in choices)
            elif isinstance(held, tuple):
                yield from decisions(tuple(each for each in held if isinstance(each, tuple | Part)))
        if isinstance(part, For):
            yield "loop", line, part.items, {True, False} if part.otherwise else {True}
        if getattr(part, "test", None) is not None:
            yield "condition", line, part.test, {True, False}


def test_every_condition_holds_somewhere_and_fails_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, set[bool]] = defaultdict(set)
    make = evaluator.step

    def recording(node: Node) -> Step:
        """Return the step of a node, which notes what comes of it: whoever asks for one asks here."""
        if node.step is None:
            step = make(node)

            def noted(names: Names) -> Any:
                found = step(names)
                seen[id(node)].add(bool(found))
                return found

            node.step = noted
        return node.step

    for module in (evaluator, expressions):
        monkeypatch.setattr(module, "step", recording)
    for cache in (documents.parse, expressions.parse, expressions.parse_loop):
        cache.cache_clear()
    runbook = load(Files(FROZEN))
    for environment in environments().values():
        read.read(environment, runbook)
    decided = [
        (name, line, kind, outcomes, seen[id(expression)])
        for name, document in (*sorted(runbook.phases.items()), ("functions.sh", runbook.functions))
        if document is not None
        for kind, line, expression, outcomes in decisions(document.parts)
    ]
    assert len(decided) > 50
    missing = [
        f"{name}:{line}: this {kind} is never {str(outcome).lower()}"
        for name, line, kind, outcomes, found in decided
        for outcome in sorted(outcomes - found)
    ]
    assert missing == []


# -- which steps there are

OPERATORS = "provided-vault-secrets-operator provided-ingress-nginx provided-vaultsecrets"

STEPS = {
    "lab-argo": {
        "sync": "sync-app-of-apps argocd-certificate",
        "dns": "hosts ingress-address dns-lsst.codes dns-check",
        "testing": "urls",
        "daily": "start-cluster deploy-a-change",
        "access": None,
        "teardown": "teardown-check delete-apps delete-cluster teardown-rest",
    },
    "lab-bare": {
        "sync": "sync-app-of-apps",
        "dns": None,
        "testing": None,
        "daily": "deploy-a-change",
        "access": None,
        "teardown": "teardown-check delete-apps teardown-rest",
    },
    "lab-influx": {
        "sync": f"{OPERATORS} sync-app-of-apps sync-rest retain",
        "dns": "hosts ingress-address dns-lsst.codes dns-check",
        "testing": "urls",
        "daily": "status logs deploy-a-change remove-an-app",
        "access": "efd-client influxql",
        "teardown": "teardown-check delete-apps teardown-rest",
    },
    "lab-nodes": {
        "sync": f"{OPERATORS} sync-app-of-apps sync-rest retain",
        "dns": "hosts ingress-address dns-example.org dns-kafka dns-check",
        "testing": "kafkacat kafka-produce kafka-metadata kafka-consume urls",
        "daily": "status logs deploy-a-change remove-an-app",
        "access": None,
    },
    "lab-operators": {
        "sync": "sync-app-of-apps sync-vault-secrets-operator sync-ingress-nginx",
        "dns": None,
        "testing": None,
        "daily": "status logs deploy-a-change remove-an-app",
        "access": None,
    },
    "lab-rest": {
        "dns": "hosts ingress-address dns-lsst.codes dns-kafka dns-check",
        "testing": "urls",
    },
    "lab-view": {
        "sync": "provided-ingress-nginx sync-app-of-apps sync-vault-secrets-operator sync-rest",
        "testing": "urls",
        "access": "chronograf",
    },
}


@for_each(
    ("environment", "phase", "expected"),
    [(environment, phase, steps) for environment, found in STEPS.items() for phase, steps in found.items()],
)
def test_an_environment_has_the_steps_that_it_needs(environment: str, phase: str, expected: str | None) -> None:
    found = phases(environment).get(phase)
    assert (found and " ".join(step.name for step in found.steps)) == expected


# -- deploying


def test_what_argo_cd_syncs_by_itself_is_not_said_to_be_synced_by_hand() -> None:
    assert "\n\nNothing is synced but by hand, on purpose. The order follows" in page("lab-bare", "sync")
    assert "by hand" not in page("lab-influx", "sync")
    assert "\n\nThe order follows" in page("lab-influx", "sync")


def test_an_argo_cd_that_is_managed_makes_the_applications_first() -> None:
    said = section("sandbox", "sync", "sync-app-of-apps")
    assert (
        "```bash\nargocd app sync efd \\\n  --resource argoproj.io:Application:vault-secrets-operator \\\n"
        "  --resource argoproj.io:Application:ingress-nginx \\\n"
    ) in said
    assert said.endswith("  --resource argoproj.io:Application:telegraf-ds\n```")
    for environment in ("base", "lab-argo"):
        assert section(environment, "sync", "sync-app-of-apps").endswith("argocd app sync efd\nargocd app get efd\n```")


def test_commands_for_argo_cd_name_applications_as_it_calls_them() -> None:
    text = "".join(page("lab-remote", phase) for phase in phases("lab-remote"))
    named = re.findall(r"\bargocd app (?:create|delete|diff|get|sync|wait) (\S+)|application/(\S+)", text)
    found = {"".join(each) for each in named}
    apps = {f"{app}-lab-remote" for app in ("vault-secrets-operator", "influxdb", "chronograf")}
    assert found == {"efd-lab-remote", *apps}
    assert "  --path rendered/apps/efd \\\n" in text
    assert "### Sync vault-secrets-operator\n" in text
    assert "kubectl -n influxdb get pods" in text


def test_an_argo_cd_in_another_cluster_is_told_from_one_in_this() -> None:
    remote, here = (section(each, "argocd", "argocd-login") for each in ("lab-remote", "base"))
    assert remote.endswith("```bash\nargocd cluster get https://k8s.lab.example.org:6443\n```")
    assert 'argocd cluster add "$(kubectl config current-context)"\n' in remote
    assert "configmap argocd-cm" not in remote
    assert "argocd cluster" not in here
    remote, here = (section(each, "teardown", "delete-apps") for each in ("lab-remote", "base"))
    waits = [line for line in remote.splitlines() if "wait --for=delete application/" in line]
    assert waits
    assert all(line.startswith('kubectl -n argocd --context "$ARGOCD_CONTEXT" wait ') for line in waits)
    assert "\nkubectl -n argocd wait " in here
    assert "--context" not in here


def test_the_cluster_is_compared_with_the_server_that_argo_cd_deploys_to() -> None:
    remote, here = (section(each, "cluster", "right-cluster") for each in ("lab-remote", "base"))
    assert "\nwanted=https://k8s.lab.example.org:6443\n" in remote
    assert "kubectl config" not in here
    runbook = read.read(environments()["lab-remote"], repository().runbook)
    assert "  local api wanted=https://k8s.lab.example.org:6443\n" in script("lab-remote", runbook)


def test_what_is_typed_by_hand_asks_for_what_it_needs() -> None:
    said = section("base", "dns", "dns-lsst.codes")
    ask, send = said.split("```bash\n")[-2:]
    assert ask == "read -rp 'address of the ingress controller: ' address\n```\n\n"
    assert send.startswith('sed -i "s/ADDRESS/$address/" route53-base-lsst.codes.json\n')


def test_the_operator_s_definition_is_waited_for_where_there_are_vaultsecrets() -> None:
    waits = "kubectl wait --for=condition=Established crd/vaultsecrets.ricoberger.de --timeout=60s"
    assert section("lab-view", "sync", "sync-vault-secrets-operator").endswith(f"```bash\n{waits}\n```")
    assert waits not in section("lab-operators", "sync", "sync-vault-secrets-operator")


def test_the_other_apps_are_others_where_some_come_first() -> None:
    assert "### Sync the other apps\n" in page("lab-view", "sync")
    assert "### Sync the apps\n" in page("lab-influx", "sync")


def test_a_volume_without_a_class_is_of_the_cluster_s_default() -> None:
    said = section("lab-influx", "sync", "retain")
    assert "| influxdb | influxdb | 1 | 15Gi | the cluster's default |\n" in said
    assert "\nbound influxdb 1\n" in said
    assert "\nretain influxdb\n" in said
    assert "| `local-path` |\n" in section("summit", "sync", "retain")
    assert "\nbound cp-helm-charts 6\n" in section("lab-rest", "sync", "retain")


# -- hosts and their records

RECORD = (
    '    {{"Action": "UPSERT", "ResourceRecordSet": {{"Name": "{host}.", "Type": "A", "TTL": 300, '
    '"ResourceRecords": [{{"Value": "ADDRESS"}}]}}}}'
)


def batch(hosts: list[str]) -> str:
    """Return the commands that write a change batch."""
    lines = ",\n".join(RECORD.format(host=host) for host in hosts)
    written = f'{{\n  "Comment": "EFD lab-streams",\n  "Changes": [\n{lines}\n  ]\n}}'
    return f"cat >route53-lab-streams-kafka.json <<'EOF'\n{written}\nEOF\n"


def test_brokers_of_several_zones_are_sent_zone_by_zone() -> None:
    said = section("lab-nodes", "dns", "dns-kafka")
    zones = said.split("cat >route53")
    assert zones[0].endswith(
        "```bash\nkubectl get nodes -o wide\nread -rp 'address of a node: ' node\n```\n\n```bash\n"
    )
    for commands, zone, hosts in zip(
        zones[1:], ("example.net", "example.org"), (["k2.example.net"], ["k0.example.org", "k1.example.org"]),
        strict=True,
    ):  # fmt: skip
        assert f"cat >route53{commands}".startswith(batch(hosts))
        assert f"echo 'STOP: there is no public zone {zone} in this account' >&2" in commands
        assert 'sed -i "s/ADDRESS/$node/" route53-lab-streams-kafka.json\n' in commands


def test_every_host_is_looked_up_once() -> None:
    assert (
        "```bash\nfor host in \\\n  registry.example.org \\\n  k0.example.org \\\n  k1.example.org \\\n"
        "  k2.example.net; do\n"
    ) in section("lab-nodes", "dns", "dns-check")


def test_kafka_s_host_is_its_own_or_shared() -> None:
    assert section("lab-streams", "dns", "hosts").endswith(
        "And one on the nodes' own ports, not behind the ingress controller: Kafka, at "
        "`kafka-0-lab-streams-efd.lsst.codes:31090`."
    )
    shared = "lsst-kafka-0-efd.ncsa.illinois.edu"
    assert section("ncsa-stable", "dns", "hosts").endswith(
        f"`{shared}` is Kafka's, too (`{shared}:31090`): its address must be one where both answer."
    )


# -- testing


def test_kafka_is_tested_from_outside_inside_or_not_at_all() -> None:
    assert "Kafka is tested from outside, at `kafka-0-summit-efd.lsst.codes:31090`," in page("summit", "testing")
    assert "Kafka is not reached from outside this cluster: it is tested inside" in page("sandbox", "testing")
    for environment in ("tucson-teststand", "lab-rest", "lab-influx"):
        assert "There is no Kafka in this environment" in page(environment, "testing")
        assert "kafkacat" not in page(environment, "testing")


def test_only_pages_are_opened_in_a_browser() -> None:
    said = section("lab-influx", "testing", "urls")
    assert said.endswith("}\nanswers https://influxdb-lab-influx-efd.lsst.codes/ping\n```")
    assert section("lab-argo", "testing", "urls").endswith(
        "answers https://argocd-lab-argo.lsst.codes/\n```\n\nThen in a browser:\n\n"
        "- <https://argocd-lab-argo.lsst.codes> (argocd)"
    )


# -- every day


def test_an_app_stands_for_all_in_examples() -> None:
    deploys = {"lab-bare": "efd", "lab-operators": "vault-secrets-operator", "summit": "influxdb"}
    for environment, app in deploys.items():
        said = section(environment, "daily", "deploy-a-change")
        assert f"\nargocd app sync {app}\n" in said
        assert f"sync the app (here {app})." in said
    assert "kubectl -n influxdb logs" in section("ncsa-stable", "daily", "logs")


def test_kafka_connect_is_restarted_where_it_is() -> None:
    said = section("summit", "daily", "restart-kafka-connect")
    assert "kubectl rollout restart deployment -n cp-helm-charts cp-helm-charts-cp-kafka-connect\n" in said
    assert "restart-kafka-connect" not in {step.name for step in phases("lab-streams")["daily"].steps}


def test_chronograf_says_where_it_leads() -> None:
    assert section("lab-view", "access", "chronograf") == (
        "Dashboards and queries are at <https://chronograf-lab-view-efd.lsst.codes>. "
        "This environment has no InfluxDB of its own."
    )
    assert section("tucson-teststand", "access", "chronograf") == (
        "Dashboards and queries are at <https://chronograf-tucson-teststand-efd.lsst.codes>. Log in with GitHub. It "
        "sends the browser on to <https://tucson-teststand.lsst.codes/chronograf>. This environment has no InfluxDB of "
        "its own."
    )
    assert section("sandbox", "access", "chronograf") == (
        "Dashboards and queries are at <https://chronograf-sandbox-efd.lsst.codes>. Log in with GitHub."
    )


def test_an_app_is_removed_by_a_sync_that_prunes() -> None:
    said = section("lab-operators", "daily", "remove-an-app")
    assert "its Application shows `ComparisonError`, and the app runs on." in said
    assert "```bash\nargocd app diff efd --refresh || true\nargocd app sync efd --prune\n```" in said
    assert "Of `ingress-nginx`, only the Application goes" in said
    assert "only the Application goes" not in section("lab-influx", "daily", "remove-an-app")


# -- the end


def test_what_stays_after_the_end_is_listed() -> None:
    assert section("lab-bare", "teardown", "teardown-rest") == (
        "What nothing above removes (the cluster is not this environment's, and stays):\n\n"
        "- `environments/lab-bare.yaml`: delete it and run `efdgen render`, which removes its files only."
    )
    assert section("lab-argo", "teardown", "teardown-rest").splitlines()[:3] == [
        "What nothing above removes:",
        "",
        "- its DNS records (the change batches above, with `DELETE` in place of `UPSERT`);",
    ]
    definition = "`kubectl delete crd vaultsecrets.ricoberger.de`;\n"
    role = "`kubectl delete clusterrole influx:telegraf --ignore-not-found`;\n"
    deleted = "what kubectl names here went with the cluster, where that was deleted:\n"
    for environment, expected in {
        "summit": [definition, role, deleted],
        "base": [definition, role],
        "ncsa-int": [role],
        "lab-operators": [definition],
        "lab-influx": [],
    }.items():
        said = section(environment, "teardown", "teardown-rest")
        assert [part for part in (definition, role, deleted) if part in said] == expected, environment
    assert "- the released volumes: `kubectl get pv` lists them;" in section("lab-influx", "teardown", "teardown-rest")
    assert "released volumes" not in section("summit", "teardown", "teardown-rest")


def test_apps_are_deleted_from_the_last_to_the_first_and_what_must_stay_stays() -> None:
    said = section("lab-operators", "teardown", "delete-apps")
    assert (
        "Of `ingress-nginx`, only the Application goes: it has no finalizer, on purpose, and what it deployed" in said
    )
    assert (
        "```bash\n"
        "argocd app delete ingress-nginx --cascade=false --yes &&\n"
        "kubectl -n argocd wait --for=delete application/ingress-nginx --timeout=600s &&\n"
        "argocd app delete vault-secrets-operator --cascade --yes &&\n"
        "kubectl -n argocd wait --for=delete application/vault-secrets-operator --timeout=600s\n"
        "```"
    ) in said
    assert section("lab-bare", "teardown", "delete-apps").count("argocd app delete") == 1


def test_the_data_is_looked_after_where_there_is_some() -> None:
    assert 'IN("cp-helm-charts", "influxdb", "chronograf", "kapacitor"))' in section(
        "summit", "teardown", "teardown-check"
    )
    assert "kubectl get pv" not in section("lab-view", "teardown", "teardown-check")
    assert "This ends the EFD of lab-view.**" in page("lab-view", "teardown")
    assert "This ends the EFD of lab-rest: nothing is recorded any more.**" in page("lab-rest", "teardown")
