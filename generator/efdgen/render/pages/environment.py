"""The page about one environment: what it is, a picture of its apps, and its runbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.environment.hosts import PublicHost, public
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_order
from efdgen.output import layout
from efdgen.render.graph.content import graph
from efdgen.render.graph.mermaid import mermaid
from efdgen.render.pages.markdown import Anchors, code, host_link, link, table, text
from efdgen.render.runbook.markdown import markdown
from efdgen.render.runbook.model import Phase
from efdgen.render.runbook.read import read
from efdgen.repository import paths
from efdgen.repository.model import RunbookDocuments

_UP = "../"
"""From this page's folder to the output folder."""

_FACTS, _APPS, _PICTURE, _RUNBOOK = "Facts", "Apps", "How the apps depend on each other", "Runbook"


def page(environment: ResolvedEnvironment, runbook: RunbookDocuments) -> str:
    """Return the page as Markdown; without a runbook in the repository, it has none.

    Raises:
        InvalidInputError: with everything wrong with the runbook's documents.
    """
    todo = read(environment, runbook).phases
    return "\n".join(_top(environment, todo)) + (f"\n{markdown(todo)}" if todo else "\n")


def _top(environment: ResolvedEnvironment, todo: Sequence[Phase]) -> Iterator[str]:
    facts = environment.facts
    spec = link(code(environment.spec.document.file), f"{_UP * 2}{environment.spec.document.file}")
    title = f"{text(facts.title)} EFD"
    yield f"\n# {title}\n"
    fleet = link("one page", _UP + layout.FLEET)
    yield f"The environment {code(facts.name)}, as {spec} says; all environments are on {fleet}."
    yield f"\n## {_FACTS}\n"
    yield from table(("fact", "value"), _facts(environment))
    yield f"## {_APPS}\n"
    yield "In the order of syncing: each after those that it depends on.\n"
    yield from _apps(environment)
    yield f"## {_PICTURE}\n"
    yield "An arrow leads to what an app requires; a dotted one says only what other arrows say already.\n"
    yield f"```mermaid\n{mermaid(graph(environment))}\n```"
    if todo:
        yield f"\n## {_RUNBOOK}\n"
        yield from _contents(title, todo)
        yield ""


def _facts(environment: ResolvedEnvironment) -> Iterator[tuple[str, str]]:
    facts = environment.facts
    argocd, cluster = facts.argocd, facts.cluster
    yield "title", text(facts.title)
    yield "place", text(facts.place)
    if environment.spec.site:
        yield "site", code(environment.spec.site)
    storage = f"storage class {code(cluster.storage_class)}" if cluster.storage_class else "its default storage class"
    yield "cluster", f"Kubernetes {text(cluster.kubernetes_version)}, {storage}"
    if cluster.k3d:
        yield "made with", f"k3d {text(cluster.k3d.version)}, k3s {text(cluster.k3d.k3s_version)}"
    yield "provided by the cluster", ", ".join(map(code, cluster.provides)) or "nothing"
    yield "Argo CD", f"<{argocd.url}>, {'managed here' if argocd.managed else 'managed elsewhere'}"
    yield "deployed from", f"<{argocd.repo_url}>, {code(argocd.path)} at {code(argocd.target_revision)}"
    yield "Vault", f"<{facts.vault.address}>, below {code(facts.vault.path_prefix)}"
    yield from _kafka(environment)
    own = [host_link(host) for host in public(environment) if host.app == paths.PARENT]
    if own:
        yield "Argo CD's host", ", ".join(own)


def _kafka(environment: ResolvedEnvironment) -> Iterator[tuple[str, str]]:
    """Yield what is said of Kafka; its address says little where nothing answers there."""
    kafka, registry = environment.facts.kafka, environment.facts.schema_registry.url
    if not any(app.node_port_hosts for app in environment.apps):
        yield "Kafka broker", "none: no Kafka is deployed here"
        return
    yield "Kafka broker", code(kafka.broker) if kafka.broker else "not reached from outside"
    disks = f"{text(kafka.storage_size)} each"
    yield "Kafka's disks", f"{disks}, storage class {code(kafka.storage_class)}" if kafka.storage_class else disks
    yield "Schema Registry", f"<{registry}>"


def _apps(environment: ResolvedEnvironment) -> list[str]:
    hosts: dict[str, list[PublicHost]] = {}
    for host in public(environment):
        hosts.setdefault(host.app, []).append(host)
    here = {app.definition.name for app in environment.apps}
    header = ("app", "chart", "version", "namespace", "hosts", "depends on", "pins")
    return table(
        header,
        (
            (
                link(app.definition.name, _UP + layout.values(app.definition.name, environment.facts.name)),
                text(app.definition.chart.name),
                text(app.definition.chart.version),
                code(app.definition.namespace),
                ", ".join(map(host_link, hosts.get(app.definition.name, ()))),
                ", ".join(name if name in here else f"{name} (provided)" for name in app.definition.requires),
                _pins(app),
            )
            for app in sync_order(environment.apps)
        ),
    )


def _pins(app: ResolvedApp) -> str:
    return " ".join(f"{code(pin.path)} is {code(pin.value)}: {text(pin.reason)}" for pin in app.pins)


def _contents(title: str, todo: Sequence[Phase]) -> Iterator[str]:
    """Yield links to the runbook's sections: a list of its phases, each with its steps."""
    anchors = Anchors()
    for before in (title, _FACTS, _APPS, _PICTURE, _RUNBOOK):
        anchors.of(before)
    for phase in todo:
        yield f"- {link(phase.title, '#' + anchors.of(phase.title))}"
        for step in phase.steps:
            yield f"  - {link(step.title, '#' + anchors.of(step.title))}"
