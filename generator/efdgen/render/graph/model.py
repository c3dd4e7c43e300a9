"""The nouns of a graph."""

from __future__ import annotations

import functools

from efdgen.language.tuples import NamedTuple


class Node(NamedTuple):
    """An app, or what stands in its place.

    Attributes:
        name: the app's name.
        version: its chart's version; empty for what the cluster provides.
        namespace: where its objects are; empty for what the cluster provides.
        hosts: what the DNS must know; the node ports' are among them.
        secrets: the Kubernetes Secrets that are made for it from Vault.
        manual_secrets: the Kubernetes Secrets that people make for it.
        is_provided: whether it is the cluster's own, and not deployed by Argo CD.
        application: what Argo CD calls it; empty: as it is called here.
    """

    name: str
    version: str = ""
    namespace: str = ""
    hosts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    manual_secrets: tuple[str, ...] = ()
    is_provided: bool = False
    application: str = ""


class Edge(NamedTuple):
    """An app requires another. `is_implied`: one that it also requires does so, too."""

    source: str
    target: str
    is_implied: bool = False


class Graph(NamedTuple):
    """What Argo CD's Application `efd` deploys in an environment.

    Attributes:
        title: the environment's.
        root: the Application that makes the others, with Argo CD's own host where the environment manages it.
        nodes: the apps, in the order of syncing, then what the cluster provides, by name.
        edges: who requires what, in the order of the nodes, then as the app definitions have it.
    """

    title: str
    root: Node
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def apps(self) -> tuple[Node, ...]:
        """Return what Argo CD deploys."""
        return tuple([node for node in self.nodes if not node.is_provided])

    @property
    def provided(self) -> tuple[Node, ...]:
        """Return what the cluster provides."""
        return tuple([node for node in self.nodes if node.is_provided])

    @property
    def top(self) -> Node:
        """Return the first app with the longest way down: nothing stands above it."""
        apps = self.apps
        return apps[_top(tuple([app.name for app in apps]), self.edges)]


@functools.lru_cache(maxsize=256)
def _top(apps: tuple[str, ...], edges: tuple[Edge, ...]) -> int:
    """Return the place of the first app with the longest way down. Many environments have the same apps."""
    required: dict[str, list[str]] = {}
    for edge in edges:
        required.setdefault(edge.source, []).append(edge.target)
    depths: dict[str, int] = {}
    for app in apps:
        depths[app] = 1 + max((depths.get(name, 0) for name in required.get(app, ())), default=0)
    return max(range(len(apps)), key=lambda place: depths[apps[place]])


def lines(node: Node) -> tuple[tuple[str, str], ...]:
    """Return what is said of a node below its name: what it is, and which."""
    found = [("Application", node.application)] if node.application else []
    found += [("namespace", node.namespace)] if node.namespace else []
    found += [("host", host) for host in node.hosts]
    found += [("secret", secret) for secret in node.secrets]
    found += [("secret", f"{secret} (made by hand)") for secret in node.manual_secrets]
    return tuple(found)
