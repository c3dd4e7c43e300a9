"""From an environment to its graph."""

from __future__ import annotations

import functools

from efdgen.environment.model import ResolvedEnvironment
from efdgen.render.graph.model import Edge, Graph, Node
from efdgen.repository import paths

NAMESPACE = "argocd"
"""Where Argo CD, and its Applications, are."""


def graph(environment: ResolvedEnvironment) -> Graph:
    """Return an environment's apps, what they require, and what the cluster provides of that."""
    apps = environment.in_sync_order
    requires = {app.definition.name: app.definition.requires for app in apps}
    elsewhere = set(environment.facts.cluster.provides).union(*requires.values())
    hosts: dict[str, dict[str, None]] = {}
    for each in environment.public_hosts:
        hosts.setdefault(each.app, {})[each.host] = None
    nodes = [
        Node(
            app.definition.name,
            app.definition.versions,
            app.definition.namespace,
            tuple(hosts.get(app.definition.name, ())),
            tuple([secret.name for secret in app.secrets]),
            tuple(app.definition.manual_secrets),
            application=_other(app.application, app.definition.name),
        )
        for app in apps
    ]
    nodes += [Node(name, is_provided=True) for name in sorted(elsewhere - requires.keys())]
    own = tuple(hosts.get(paths.PARENT, ()))
    root = Node(paths.PARENT, namespace=NAMESPACE, hosts=own, application=_other(environment.parent, paths.PARENT))
    return Graph(environment.heading, root, tuple(nodes), _edges(tuple(requires.items())))


def _other(application: str, name: str) -> str:
    """Return the name of an Application that has another name than its chart; empty: it has the same."""
    return application if application != name else ""


@functools.lru_cache(maxsize=256)
def _edges(required: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Edge, ...]:
    """Return who requires what, from each app with what it requires. Many environments have the same apps."""
    requires = dict(required)
    return tuple(Edge(name, other, _is_implied(name, other, requires)) for name, others in required for other in others)


def _is_implied(name: str, other: str, requires: dict[str, tuple[str, ...]]) -> bool:
    """Say whether something else that `name` requires leads to `other`, however many steps away."""
    waiting = [between for between in requires[name] if between != other]
    seen = {name}
    while waiting:
        between = waiting.pop()
        if between == other:
            return True
        if between not in seen:
            seen.add(between)
            waiting.extend(requires.get(between, ()))
    return False
