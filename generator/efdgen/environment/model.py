"""An environment as resolved, as immutable values: nothing is optional that was optional in its spec.

The names are those of the schemas, in snake case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from efdgen.environment.images import Image
from efdgen.environment.inside import Inside
from efdgen.errors import Path
from efdgen.language import expressions
from efdgen.language.layers import Layer
from efdgen.language.tuples import NamedTuple
from efdgen.repository.model import AppDefinition, EnvironmentSpec


class Cluster(NamedTuple):
    """The Kubernetes cluster of an environment.

    Attributes:
        kubernetes_version: its version.
        api_versions: what it serves beside Kubernetes' own.
        storage_class: that of volumes; None: the cluster's default.
        storage_classes: those that it has beside it.
        provides: apps that it has from elsewhere.
    """

    kubernetes_version: str
    api_versions: tuple[str, ...]
    storage_class: str | None
    storage_classes: tuple[str, ...]
    provides: tuple[str, ...]


class Vault(NamedTuple):
    """Where an environment's secrets are."""

    address: str
    path_prefix: str


class Policy(NamedTuple):
    """One line of Argo CD's RBAC: what a subject may, or may not, do."""

    subject: str
    resource: str
    action: str
    object: str
    effect: str


class Group(NamedTuple):
    """Membership: a subject has a role."""

    subject: str
    role: str


class RbacTest(NamedTuple):
    """What must come of the RBAC: whether a subject may do something. Without an object, any of them is meant."""

    subject: str
    action: str
    resource: str
    object: str | None
    answer: str


class Rbac(NamedTuple):
    """Argo CD's RBAC configuration.

    Attributes:
        match_mode: how policies match, `glob` or `regex`; None: nobody says so, and Argo CD takes globs.
        scopes: the claims that hold a user's groups; None: Argo CD's own.
        tests: what must come of all this.
    """

    default_role: str
    policies: tuple[Policy, ...]
    groups: tuple[Group, ...]
    match_mode: str | None = None
    scopes: tuple[str, ...] | None = None
    tests: tuple[RbacTest, ...] | None = None


class ArgoCd(NamedTuple):
    """The Argo CD that deploys an environment, and what it reads.

    Attributes:
        application_name: the pattern of the names of its Applications, as it is written; None: they have their apps'.
    """

    managed: bool
    host: str
    url: str
    repo_url: str
    path: str
    target_revision: str
    project: str
    destination_server: str
    application_name: str | None
    sync_policy: Mapping[str, Any] | None
    tls_vault_path: str
    rbac: Rbac


class Facts(NamedTuple):
    """What follows from an environment's identity, its site and what all environments share.

    Attributes:
        data: every fact, evaluated, under its name in the schema: what templates can say. What a repository declares
            itself is only here.
    """

    name: str
    title: str
    place: str
    aliases: tuple[str, ...]
    domain: str
    host_pattern: str
    hosts: Mapping[str, str]
    links: Mapping[str, str]
    cluster: Cluster
    vault: Vault
    argocd: ArgoCd
    data: Mapping[str, Any]


class VaultSecret(NamedTuple):
    """A Kubernetes Secret that vault-secrets-operator makes from a Vault path."""

    name: str
    path: str
    keys: tuple[str, ...]


class Pin(NamedTuple):
    """A value that an environment holds back, or moves ahead, on purpose.

    Attributes:
        until: the day until which it should be looked at again, such as 2027-01-31; empty: there is none.
    """

    path: str
    value: str | int | float
    reason: str
    until: str = ""

    @property
    def text(self) -> str:
        """Return the value as people read it."""
        return expressions.text(self.value)


class EnvironmentFile(NamedTuple):
    """A file beside the values that an app has in an environment, and where its definition describes it."""

    described_at: Path
    path: str
    content: Any


class Volume(NamedTuple):
    """Claims of one kind. No storage class: the cluster's default.

    Attributes:
        app: the app's name.
        namespace: where the claims are.
        what: what the volume holds: the part of the chart, and which of its disks.
        claims: how many of them.
        size: of each, as Kubernetes writes it.
        storage_class: of each.
    """

    app: str
    namespace: str
    what: str
    claims: int
    size: str
    storage_class: str | None


class Form(NamedTuple):
    """What shows that an answer over HTTP is that of the app, and of nobody before it. Patterns match somewhere.

    Attributes:
        headers: patterns of headers, by name.
        fields: patterns of values of an answer in JSON, by their keys with dots in between.
        text: a pattern of the answer's text; empty: it may be any.
        sends_to: how the address begins that it sends on to; empty: it may be any, or none.
        version: the version that must run; empty: that is not known. What runs is in the first group of a pattern.
    """

    headers: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    text: str = ""
    sends_to: str = ""
    version: str = ""


class Probe(NamedTuple):
    """A question that a running app can be asked without a login.

    Attributes:
        name: what the answer is shown under.
        protocol: how it is asked, see `environment.probes`.
        address: a URL, or a host and a port.
        status: the answers that are right, where the protocol has such.
        expected: the file that the answer must equal; None: there is none.
        form: what shows whose answer it is, where the protocol has such.
        is_safe: whether it is asked over TLS, where the address does not say so.
    """

    name: str
    protocol: str
    address: str
    status: tuple[int, ...]
    expected: EnvironmentFile | None
    form: Form = Form()
    is_safe: bool = False


class ResolvedApp(NamedTuple):
    """An app in an environment, with nothing left to decide.

    Attributes:
        application: the name of its Application.
        hosts: the host of each service behind the ingress controller.
        node_port_hosts: the host of each service on the nodes' own ports, whether anything answers there or not: the
            name is this environment's either way, and no other's.
        open_node_ports: those services of `node_port_hosts` that answer in this environment.
        volumes: what it claims, as far as its definition and its values say.
        images: those that its values name.
        inside: all that is looked for in its values.
        probes: what it can be asked when it runs.
    """

    definition: AppDefinition
    values: Mapping[str, Any]
    layers: tuple[Layer, ...]
    application: str
    hosts: Mapping[str, str]
    node_port_hosts: Mapping[str, str]
    open_node_ports: frozenset[str]
    secrets: tuple[VaultSecret, ...]
    volumes: tuple[Volume, ...]
    pins: tuple[Pin, ...]
    files: tuple[EnvironmentFile, ...]
    target_revision: str
    project: str
    destination_server: str
    sync_policy: Mapping[str, Any] | None
    images: tuple[Image, ...]
    inside: Inside
    probes: tuple[Probe, ...] = ()


class PublicHost(NamedTuple):
    """A host that people, or other environments, reach a service at.

    Attributes:
        service: what is reached: `chronograf`, `kafka-0`, `argocd`.
        host: its DNS name.
        app: the app whose chart makes it reachable; for Argo CD's own host, the parent chart.
        kind: `ingress` and `Argo CD`: behind the ingress controller; `node port`: on the nodes' own ports.
    """

    service: str
    host: str
    app: str
    kind: str


class Address(NamedTuple):
    """Where something is reached that is not a public host.

    Attributes:
        name: what it is, for people.
        key: its key in `efdgen list --format json`; empty: it is not there.
        address: a URL, or a host and a port; None: it is not reached from outside.
        otherwise: what is said without an address; empty: nothing.
    """

    name: str
    key: str
    address: str | None
    otherwise: str


class Known(NamedTuple):
    """What the repository's app definitions name, whether an environment has it or not.

    Attributes:
        charts: the charts that apps are made from.
        services: the services that have a public host somewhere.
        apps: what documents can say of each app's definition, see `names.of_definition`.
    """

    charts: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    apps: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


class ResolvedEnvironment(NamedTuple):
    """An environment with nothing left to decide.

    Attributes:
        spec: what people wrote about it.
        facts: what it is.
        apps: its apps, in their order.
        parent: the name of the Application of the app of apps.
        project: the title of the project that it belongs to; empty: the project has none.
        services: the address of each service behind the ingress controller, Argo CD not among them, sorted.
        addresses: where else something is reached.
        tables: the items of each table that environments share, by its name.
        known: what exists in the repository, if not here.
        in_sync_order: its apps in the order of syncing.
        public_hosts: what has to be in the DNS, sorted.
        names: what documents can say about it, see `environment.names`.
    """

    spec: EnvironmentSpec
    facts: Facts
    apps: tuple[ResolvedApp, ...]
    parent: str
    project: str
    services: Mapping[str, str]
    addresses: tuple[Address, ...]
    tables: Mapping[str, Mapping[str, Any]]
    known: Known
    in_sync_order: tuple[ResolvedApp, ...]
    public_hosts: tuple[PublicHost, ...]
    names: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        """Say whether every app is here that the spec lists: not those that could not be resolved, and need not be."""
        return len(self.apps) == len(self.spec.document.data["apps"])

    @property
    def heading(self) -> str:
        """Return what titles call the environment: `Summit EFD`; where the project has no title, `Summit`."""
        return f"{self.facts.title} {self.project}" if self.project else self.facts.title
