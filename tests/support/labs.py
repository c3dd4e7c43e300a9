"""Made-up environments of the project's own apps, for what none of the six has."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.names import with_names
from efdgen.verbs import project
from support.efd import EFD

SPECS = {
    # Nothing at all: no apps, no secrets, no hosts.
    "lab-bare": "apps: {}\n",
    # Argo CD, on a cluster of one machine, and nothing else.
    "lab-argo": """\
cluster:
  k3d: {version: "5.1.0", k3sVersion: v1.21.5-k3s2, name: argo, hostPath: /srv/argo, containerPath: /var/lib/argo}
kafka: {broker: null}
argocd:
  managed: true
  installManifest: https://raw.githubusercontent.com/argoproj/argo-cd/v2.1.7/manifests/install.yaml
  rbac: {policies: [], groups: []}
apps: {}
""",
    # What others need, and nobody who needs it: no secrets, no hosts.
    "lab-operators": """\
apps:
  vault-secrets-operator: {}
  ingress-nginx: {}
""",
    # InfluxDB alone, on volumes of the cluster's default class; synced by Argo CD itself.
    "lab-influx": """\
cluster: {provides: [vault-secrets-operator, ingress-nginx]}
argocd: {syncPolicy: {automated: {}}}
apps:
  influxdb: {}
""",
    # Neither volumes nor a login at GitHub.
    "lab-view": """\
cluster: {provides: [ingress-nginx]}
apps:
  vault-secrets-operator: {}
  chronograf:
    values:
      oauth: null
      persistence: {enabled: false}
""",
    # Kafka with two domains, and without Kafka Connect.
    "lab-streams": """\
hosts: {schema-registry: registry.example.org}
cluster: {provides: [vault-secrets-operator, ingress-nginx]}
apps:
  cp-helm-charts:
    values:
      cp-kafka-connect: {enabled: false}
""",
    # An Argo CD that somebody may not sync with, from an address that moves twice; a Secret of whatever is in Vault.
    "lab-refusing": """\
cluster: {provides: [vault-secrets-operator, ingress-nginx]}
argocd:
  managed: true
  installManifest: https://example.org/stable/latest/install.yaml
  rbac:
    policies:
    - {subject: "lsst-sqre:guests", resource: applications, action: sync, object: default/*, effect: deny}
apps:
  influxdb:
    secrets: {spare: {}}
""",
    # Deployed by the Argo CD of another cluster, where its Applications have names of their own.
    "lab-remote": """\
cluster: {provides: [ingress-nginx]}
argocd:
  url: https://argo.example.org/cd
  applicationName: <% app.name %>-<% name %>
  destinationServer: https://k8s.lab.example.org:6443
apps:
  vault-secrets-operator: {}
  influxdb: {}
  chronograf: {}
""",
    # What is left of Confluent Platform, where Kafka is not.
    "lab-rest": """\
cluster: {provides: [vault-secrets-operator, ingress-nginx]}
apps:
  cp-helm-charts:
    values:
      cp-kafka: {enabled: false}
      cp-kafka-connect: {enabled: false}
""",
}
"""Their specs, less the names."""


@functools.cache
def labs() -> Mapping[str, ResolvedEnvironment]:
    """Return the made-up environments, by name."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(EFD / "templates", root / "templates")
        shutil.copytree(EFD / "schemas", root / "schemas")
        # The six as well: what environments share names some of them.
        shutil.copytree(EFD / "environments", root / "environments")
        for name, spec in SPECS.items():
            (root / f"environments/{name}.yaml").write_text(f"name: {name}\n{spec}", encoding="utf-8")
        found = {each.facts.name: each for each in project.resolve(root, tuple(SPECS)).environments}
    return found | {"lab-nodes": _with_brokers(found["lab-streams"])}


def _with_brokers(environment: ResolvedEnvironment) -> ResolvedEnvironment:
    """Return an environment whose brokers have three hosts, in two domains."""
    hosts = {"kafka-0": "k0.example.org", "kafka-1": "k1.example.org", "kafka-2": "k2.example.net"}
    (app,) = environment.apps
    return with_apps(environment, (app._replace(node_port_hosts=hosts, open_node_ports=frozenset(hosts)),))


def with_apps(environment: ResolvedEnvironment, apps: tuple[ResolvedApp, ...]) -> ResolvedEnvironment:
    """Return an environment with other apps, and what documents can say about these."""
    return with_names(environment._replace(apps=apps))
