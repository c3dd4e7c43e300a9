"""What is done again and again: starting, looking, restarting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.environment.model import K3d, ResolvedApp, ResolvedEnvironment
from efdgen.render.runbook.cluster import KUBECONFIG
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import app_with_chart, part
from efdgen.repository.paths import PARENT


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase."""
    k3d = environment.facts.cluster.k3d
    kafka = app_with_chart(environment, "cp-helm-charts")
    steps = [
        *((_start(k3d),) if k3d else ()),
        *((_status(environment.apps), _logs(_example(environment))) if environment.apps else ()),
        _deploy(environment),
        *(_connect(kafka) if kafka and part(kafka, "cp-kafka-connect") else ()),
    ]
    return Phase(
        "daily",
        "Look after the EFD",
        tuple(steps),
        f"Argo CD's page, <{environment.facts.argocd.url}>, shows the state of every app, its events and its logs, and "
        "syncs and restarts with a click. The same, in a terminal:",
    )


def _start(k3d: K3d) -> Step:
    container = f"k3d-{k3d.name}-server-0"
    return Step(
        "start-cluster",
        "Start the cluster's container",
        (
            "After a reboot it starts by itself. Where it did not, look at its state first; when that is `Exited`:",
            Command(f"sudo docker ps -a --filter name={container}\nsudo docker start {container}"),
            "A few minutes later, every pod should be running.",
            Command(f"export KUBECONFIG={KUBECONFIG}\nkubectl cluster-info\nkubectl get pods --all-namespaces"),
            "When it stops again, its log says why.",
            Command(f"sudo docker logs --tail 100 {container}"),
        ),
    )


def _example(environment: ResolvedEnvironment) -> ResolvedApp:
    return app_with_chart(environment, "influxdb") or environment.apps[0]


def _status(apps: Sequence[ResolvedApp]) -> Step:
    names = " ".join(app.definition.namespace for app in apps)
    loop = f'for namespace in {names}; do\n  kubectl -n "$namespace" get pods,pvc\ndone'
    return Step(
        "status",
        "Check the status",
        (
            "Apps that are not `Synced` differ from Git; apps that are not `Healthy` do not run.",
            Command("argocd app list"),
            "The pods and claims of this environment, and what happened lately in the cluster:",
            Command(loop),
            Command("kubectl get events --all-namespaces --sort-by=.lastTimestamp | tail -n 40"),
        ),
    )


def _logs(app: ResolvedApp) -> Step:
    namespace = app.definition.namespace
    return Step(
        "logs",
        "Look at logs",
        (
            (
                f"Of a pod in the namespace of its app, here {app.definition.name}; `--previous` shows what it said "
                "before it was restarted."
            ),
            Command(
                f"kubectl -n {namespace} get pods\n"
                f'pod="$(kubectl -n {namespace} get pods -o name | head -n 1)"\n'
                f'kubectl -n {namespace} logs "$pod" --all-containers --tail=200\n'
                f'kubectl -n {namespace} describe "$pod"'
            ),
        ),
    )


def _deploy(environment: ResolvedEnvironment) -> Step:
    app = _example(environment).definition.name if environment.apps else PARENT
    return Step(
        "deploy-a-change",
        "Deploy a change",
        (
            (
                f"Changes are made in Git: `environments/{environment.facts.name}.yaml`, `efdgen render`, a pull "
                f"request. Once it is merged, see what would change, and sync the app (here {app})."
            ),
            Command(f"argocd app diff {app} --refresh || true\nargocd app sync {app}\nargocd app wait {app} --health"),
            f"An app that is new in the spec appears when the app of apps, `{PARENT}`, is synced.",
        ),
    )


def _connect(kafka: ResolvedApp) -> Iterator[Step]:
    namespace = kafka.definition.namespace
    name = f"{kafka.definition.name}-cp-kafka-connect"
    yield Step(
        "restart-kafka-connect",
        "Restart Kafka Connect",
        (
            (
                "What helps most often, when data stops arriving in InfluxDB. (Its pod was called "
                "`confluent-cp-kafka-connect` in earlier deployments.)"
            ),
            Command(
                f"kubectl rollout restart deployment -n {namespace} {name}\n"
                f"kubectl rollout status deployment -n {namespace} {name} --timeout=600s"
            ),
            "Then every connector should be `RUNNING`.",
            Command(
                f"kubectl -n {namespace} exec deployment/{name} -c cp-kafka-connect-server -- \\\n"
                "  curl -fsS 'http://localhost:8083/connectors?expand=status' |\n"
                "  jq 'map_values(.status | {connector: .connector.state, tasks: [.tasks[].state]})'"
            ),
        ),
    )
