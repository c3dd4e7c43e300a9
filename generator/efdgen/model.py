"""The nouns of efdgen, as immutable values.

A spec *as written* (`EnvironmentSpec`) and an environment *as resolved* (`ResolvedEnvironment`) are different
types: in the latter nothing is optional. The names are those of the schemas, in snake case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from efdgen.errors import Path, Problem
from efdgen.merge import Layer
from efdgen.yamlio import Document


class ChartReference(NamedTuple):
    """The third-party chart that an app's wrapper chart depends on."""

    name: str
    version: str
    repository: str


class TextFile(NamedTuple):
    """A file that is rendered as text: a Helm template, a Chart.yaml."""

    source: str
    text: str


class AppDefinition(NamedTuple):
    """How an app is deployed, the same for every environment: `templates/apps/<app>/`."""

    name: str
    source: str
    description: str
    chart: ChartReference
    namespace: str
    requires: tuple[str, ...]
    ingress_hosts: tuple[str, ...]
    node_port_hosts: tuple[str, ...]
    manual_secrets: tuple[str, ...]
    chart_keys: Mapping[str, Any] | None
    application: Mapping[str, Any]
    wave: int
    layers: tuple[Layer, ...]
    environment_files: tuple[Mapping[str, Any], ...]
    files_document: Document
    templates: Mapping[str, TextFile]
    document: Document


class Acceptance(NamedTuple):
    """A rule that does not hold in an environment, on purpose. No app: it is about all of them."""

    rule: str
    app: str
    reason: str


class EnvironmentSpec(NamedTuple):
    """One file in `environments/`, with what its site and all environments share below it."""

    name: str
    document: Document
    site: str
    layers: tuple[Layer, ...]
    apps: tuple[str, ...]
    app_layers: Mapping[str, tuple[Layer, ...]]
    accept: tuple[Acceptance, ...]


class Repository(NamedTuple):
    """Everything people wrote: what is sound of it, and what is wrong with the rest."""

    names: frozenset[str]
    environments: Mapping[str, EnvironmentSpec]
    apps: Mapping[str, AppDefinition]
    parent: Mapping[str, TextFile]
    wrapper: Mapping[str, TextFile]
    news: Mapping[str, Mapping[str, Any]]
    problems: tuple[Problem, ...]


class K3d(NamedTuple):
    """How k3d makes a cluster of one machine: versions, the cluster's name, and where its volumes are."""

    version: str
    k3s_version: str
    name: str
    host_path: str
    container_path: str


class Cluster(NamedTuple):
    """The Kubernetes cluster of an environment. No storage class: the cluster's default. No k3d: it is there."""

    kubernetes_version: str
    api_versions: tuple[str, ...]
    storage_class: str | None
    provides: tuple[str, ...]
    k3d: K3d | None


class Vault(NamedTuple):
    """Where an environment's secrets are."""

    address: str
    path_prefix: str


class Kafka(NamedTuple):
    """Kafka as seen from outside (no broker: not reachable) and its disks."""

    broker: str | None
    storage_class: str | None
    storage_size: str


class SchemaRegistry(NamedTuple):
    """The Schema Registry as seen from outside."""

    url: str


class Feed(NamedTuple):
    """The news that Chronograf shows."""

    url: str
    title: str
    description: str
    news: tuple[str, ...]


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


class Rbac(NamedTuple):
    """Argo CD's RBAC configuration."""

    default_role: str
    policies: tuple[Policy, ...]
    groups: tuple[Group, ...]


class ArgoCd(NamedTuple):
    """The Argo CD that deploys an environment, and what it reads."""

    managed: bool
    host: str
    url: str
    repo_url: str
    path: str
    target_revision: str
    project: str
    destination_server: str
    sync_policy: Mapping[str, Any] | None
    tls_vault_path: str
    rbac: Rbac
    install_manifest: str


class Facts(NamedTuple):
    """What follows from an environment's identity, its site and what all environments share."""

    name: str
    title: str
    place: str
    aliases: tuple[str, ...]
    domain: str
    host_pattern: str
    hosts: Mapping[str, str]
    links: Mapping[str, str]
    science_platform_host: str
    cluster: Cluster
    vault: Vault
    kafka: Kafka
    schema_registry: SchemaRegistry
    feed: Feed
    argocd: ArgoCd


class VaultSecret(NamedTuple):
    """A Kubernetes Secret that vault-secrets-operator makes from a Vault path."""

    name: str
    path: str
    keys: tuple[str, ...]


class Pin(NamedTuple):
    """A value that an environment holds back, or moves ahead, on purpose."""

    path: str
    value: str
    reason: str


class EnvironmentFile(NamedTuple):
    """A file beside the values that an app has in an environment, and where its definition describes it."""

    described_at: Path
    path: str
    content: Any


class ResolvedApp(NamedTuple):
    """An app in an environment, with nothing left to decide."""

    definition: AppDefinition
    values: Mapping[str, Any]
    layers: tuple[Layer, ...]
    hosts: Mapping[str, str]
    node_port_hosts: Mapping[str, str]
    secrets: tuple[VaultSecret, ...]
    pins: tuple[Pin, ...]
    files: tuple[EnvironmentFile, ...]
    target_revision: str
    project: str
    destination_server: str
    sync_policy: Mapping[str, Any] | None


class ResolvedEnvironment(NamedTuple):
    """An environment with nothing left to decide."""

    spec: EnvironmentSpec
    facts: Facts
    apps: tuple[ResolvedApp, ...]
