"""The nouns of efdgen, as immutable values.

A spec *as written* (`EnvironmentSpec`) and an environment *as resolved* (`ResolvedEnvironment`) are different
types: in the latter nothing is optional. The names are those of the schemas, in snake case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from efdgen.merge import Layer
from efdgen.yamlio import Document


@dataclass(frozen=True)
class ChartReference:
    """The third-party chart that an app's wrapper chart depends on."""

    name: str
    version: str
    repository: str


@dataclass(frozen=True)
class TextFile:
    """A file that is rendered as text: a Helm template, a Chart.yaml."""

    source: str
    text: str


@dataclass(frozen=True)
class AppDefinition:
    """How an app is deployed, the same for every environment: `templates/apps/<app>/`."""

    name: str
    source: str
    description: str
    chart: ChartReference
    namespace: str
    requires: tuple[str, ...]
    ingress_hosts: tuple[str, ...]
    node_port_hosts: tuple[str, ...]
    application: Mapping[str, Any]
    layers: tuple[Layer, ...]
    environment_files: tuple[Mapping[str, Any], ...]
    templates: Mapping[str, TextFile]
    document: Document


@dataclass(frozen=True)
class EnvironmentSpec:
    """One file in `environments/`, with what its site and all environments share below it."""

    name: str
    document: Document
    site: str
    layers: tuple[Layer, ...]
    apps: tuple[str, ...]
    app_layers: Mapping[str, tuple[Layer, ...]]


@dataclass(frozen=True)
class Repository:
    """Everything people wrote."""

    environments: Mapping[str, EnvironmentSpec]
    apps: Mapping[str, AppDefinition]
    parent: Mapping[str, TextFile]
    wrapper: Mapping[str, TextFile]
    news: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Cluster:
    """The Kubernetes cluster of an environment. No storage class means the cluster's default."""

    kubernetes_version: str
    storage_class: str | None
    provides: tuple[str, ...]


@dataclass(frozen=True)
class Vault:
    """Where an environment's secrets are."""

    address: str
    path_prefix: str


@dataclass(frozen=True)
class Kafka:
    """Kafka as seen from outside (no broker: not reachable) and its disks."""

    broker: str | None
    storage_class: str | None
    storage_size: str


@dataclass(frozen=True)
class SchemaRegistry:
    """The Schema Registry as seen from outside."""

    url: str


@dataclass(frozen=True)
class Feed:
    """The news that Chronograf shows."""

    url: str
    title: str
    description: str
    news: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """One line of Argo CD's RBAC: what a subject may, or may not, do."""

    subject: str
    resource: str
    action: str
    object: str
    effect: str


@dataclass(frozen=True)
class Group:
    """Membership: a subject has a role."""

    subject: str
    role: str


@dataclass(frozen=True)
class Rbac:
    """Argo CD's RBAC configuration."""

    default_role: str
    policies: tuple[Policy, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class ArgoCd:
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


@dataclass(frozen=True)
class Facts:
    """What follows from an environment's identity, its site and what all environments share."""

    name: str
    title: str
    place: str
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


@dataclass(frozen=True)
class VaultSecret:
    """A Kubernetes Secret that vault-secrets-operator makes from a Vault path."""

    name: str
    path: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Pin:
    """A value that an environment holds back, or moves ahead, on purpose."""

    path: str
    value: str
    reason: str


@dataclass(frozen=True)
class EnvironmentFile:
    """A file beside the values that an app has in an environment."""

    path: str
    content: Any


@dataclass(frozen=True)
class ResolvedApp:
    """An app in an environment, with nothing left to decide."""

    definition: AppDefinition
    values: Mapping[str, Any]
    layers: tuple[Layer, ...]
    hosts: Mapping[str, str]
    secrets: tuple[VaultSecret, ...]
    pins: tuple[Pin, ...]
    files: tuple[EnvironmentFile, ...]
    target_revision: str
    project: str
    destination_server: str
    sync_policy: Mapping[str, Any] | None


@dataclass(frozen=True)
class ResolvedEnvironment:
    """An environment with nothing left to decide."""

    spec: EnvironmentSpec
    facts: Facts
    apps: tuple[ResolvedApp, ...]
