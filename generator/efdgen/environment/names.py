"""What documents and declared expressions can say about a resolved environment."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment import dns, rbac
from efdgen.environment.documentfunctions import FUNCTIONS
from efdgen.environment.functions import TABLES, entries, numbered
from efdgen.environment.hosts import ARGO_CD, NODE_PORT, public, redirect
from efdgen.environment.model import PublicHost, ResolvedApp, ResolvedEnvironment, Volume
from efdgen.environment.order import sync_order
from efdgen.environment.secrets import Secret, keys_read, secrets
from efdgen.environment.values import parts
from efdgen.environment.volumes import claims, volumes
from efdgen.language import suggest
from efdgen.language.expressions import ExpressionError, Function
from efdgen.language.quoting import Verbatim
from efdgen.repository import lookups, paths
from efdgen.repository.model import AppDefinition


def with_names(environment: ResolvedEnvironment) -> ResolvedEnvironment:
    """Return an environment with what follows from its facts and apps, and what documents can say about it."""
    ordered, hosts = sync_order(environment.apps), public(environment)
    environment = environment._replace(in_sync_order=ordered, public_hosts=hosts)
    return environment._replace(names=names(environment))


def names(environment: ResolvedEnvironment) -> dict[str, Any]:
    """Return the names: plain data under the schema's spelling, and a few functions.

    Every fact stands under its own name. Beside them:

    - `site`, `spec`: the site's name, or an empty text; the path of the environment's spec
    - `project.title`: the title of the project, or an empty text
    - `tables`, `entries()`, `numbered()`: as in expressions of app definitions
    - `apps`: the apps in the order of syncing, see `_app`; `app('influxdb')`: the first made from that chart, or null
      where it is not deployed here; a chart that no app is made from is a mistake.
      Each of an app's `manualSecrets` has its `name`, the `keys` that the app's values read from it, and `defaults`:
      what some keys are unless somebody says otherwise
    - `firstApps`, `otherApps`: of these, the ones of a negative wave, and the rest; `deletionOrder`: the reverse
    - `withoutFinalizer`: the names of those whose objects stay when their Application is deleted
    - `isAutomatic`: whether Argo CD syncs any of them by itself
    - `namespaces`: where they are, in the order of the apps' names
    - `provided`: the apps that the cluster brings along and that others here require
    - `publicHosts`: service, host, app, url, zone, and whether it is on a node's own port (`isNodePort`) or Argo CD's
      own (`isArgoCd`), sorted by host; `ingressHosts`: those behind the ingress controller, sorted by service
    - `host('influxdb')`: the public host of a service, or null where it has none here; a service that no
      app definition has is a mistake
    - `records`: host, zone and services of each DNS record, and whether something there is behind the ingress
      controller (`isOnIngress`), or on a node's own port (`isOnNode`); sorted by service, those only on nodes last
    - `zones`, `nodeZones`: name and hosts of each DNS zone: those on the ingress controller, those only on nodes
    - `ttl`: for how long a record may be remembered, in seconds
    - `secrets`: namespace, name, path and keys of every VaultSecret
    - `volumes`: what the apps claim: app, namespace, what, claims (their number), size, storageClass
    - `claims`: how many claims there are in each namespace that has any
    - `storageClasses`: the ones that these name, sorted; `usesDefaultStorageClass`: whether one names none
    - `vaultPaths`: path and keys of everything that they are made from, sorted by path
    - `manualSecrets`: what people make by hand and an app reads, see `_manual_secrets`
    - `rbacPolicy`: the lines of Argo CD's policy.csv
    - `parent`: the name of the app of apps; `parentChart`: that of its chart
    - `code(text, list or mapping)`: in Markdown's code style; `json(data)`: as JSON; `raw(text)`: not quoted;
      `each(pattern, list)`: a text for each item; `sorted(list)`; `ports(address, count)`: the ports that begin with
      that of an address; `address(url)`: its host and path
    """
    ordered, found = environment.in_sync_order, environment.public_hosts
    apps = [_app(app, environment.known.apps.get(app.definition.name)) for app in ordered]
    manual_secrets = {app["name"]: app["manualSecrets"] for app in apps}
    made = secrets(environment)
    hosts = [_host(each) for each in found]
    claimed = volumes(environment)
    required = set[str]().union(*[app.definition.requires for app in environment.apps])
    return {
        **environment.facts.data,
        "site": environment.spec.site,
        "spec": environment.spec.document.file,
        "project": {"title": environment.project},
        TABLES: environment.tables,
        "entries": entries,
        "numbered": numbered,
        "apps": apps,
        "app": _lookup(
            lookups.MISSING["app"],
            environment.known.charts,
            [(name, said) for app, said in zip(ordered, apps, strict=True) for name in app.definition.made_of],
        ),
        "firstApps": [app for app in apps if app["wave"] < 0],
        "otherApps": [app for app in apps if app["wave"] >= 0],
        "deletionOrder": apps[::-1],
        "withoutFinalizer": [app["name"] for app in reversed(apps) if not app["cascades"]],
        "isAutomatic": any(app.sync_policy is not None for app in environment.apps),
        "namespaces": list(dict.fromkeys([app.definition.namespace for app in environment.apps])),
        "provided": [name for name in environment.facts.cluster.provides if name in required],
        "publicHosts": hosts,
        "ingressHosts": sorted((each for each in hosts if not each["isNodePort"]), key=lambda each: each["service"]),
        "host": _lookup(
            lookups.MISSING["host"], environment.known.services, [(each["service"], each["host"]) for each in hosts]
        ),
        **_records(dns.records(found)),
        "secrets": [
            {"namespace": namespace, "name": name, "path": path, "keys": [*keys]}
            for namespace, name, path, keys in made
        ],
        "volumes": [_volume(volume) for volume in claimed],
        "claims": claims(claimed),
        "storageClasses": sorted({v.storage_class for v in claimed if v.storage_class is not None}),
        "usesDefaultStorageClass": any(volume.storage_class is None for volume in claimed),
        "vaultPaths": _vault_paths(made),
        "manualSecrets": [
            secret for app in environment.apps for secret in manual_secrets[app.definition.name] if secret["keys"]
        ],
        "rbacPolicy": rbac.policy_csv(environment.facts.argocd.rbac).splitlines(),
        "parent": environment.parent,
        "parentChart": paths.PARENT,
        **FUNCTIONS,
    }


def _lookup(missing: str, known: frozenset[str], found: Sequence[tuple[str, Any]]) -> Function:
    """Return a function that finds by name: null for what is not here, an error for what is nowhere."""
    here = dict(reversed(found))  # the first of a name counts

    def look_up(name: Any) -> Any:
        if name not in here and name not in known:
            raise ExpressionError("E301", f"{missing} {name!r}", suggest.hint(str(name), known | here.keys()))
        return here.get(name)

    return look_up


def of_definition(definition: AppDefinition) -> dict[str, Any]:
    """Return what can be said about an app, with null for what is another in each environment: see `_app`."""
    return {
        "name": definition.name,
        "application": None,
        "namespace": definition.namespace,
        "description": definition.description,
        "chart": definition.chart and definition.chart.reference._asdict(),
        "charts": [{"key": chart.key, **chart.reference._asdict()} for chart in definition.charts],
        "wave": definition.wave,
        "requires": list(definition.requires),
        **dict.fromkeys(_OF_ENVIRONMENTS),
        # Argo CD's finalizer does that.
        "cascades": definition.application.get("finalizers", [""]) not in (None, []),
    }


_OF_ENVIRONMENTS = (
    "hosts",
    "nodePortHosts",
    "secrets",
    "manualSecrets",
    "pins",
    "values",
    "parts",
    "redirect",
    "syncPolicy",
)


def _app(app: ResolvedApp, of_all: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what can be said about an app.

    `application` is what Argo CD calls it.
    `chart` is its one chart, or null where it has none or several: see `charts`.
    `parts` are the parts of its chart that are not switched off, and their values. `redirect` is the address that its
    ingress sends browsers on to, or an empty text. `cascades`: whether deleting its Application deletes its objects.

    Args:
        app: the app.
        of_all: what can be said of its definition; None: it was not worked out before.
    """
    return {
        **(of_definition(app.definition) if of_all is None else of_all),
        "application": app.application,
        "hosts": app.hosts,
        "nodePortHosts": app.node_port_hosts,
        "secrets": [{"name": name, "path": path, "keys": [*keys]} for name, path, keys in app.secrets],
        "manualSecrets": list(_manual_secrets(app)) if app.definition.manual_secrets else [],
        "pins": [pin._asdict() for pin in app.pins],
        "values": app.values,
        "parts": parts(app),
        "redirect": redirect(app),
        "syncPolicy": app.sync_policy,
    }


def _manual_secrets(app: ResolvedApp) -> Iterator[dict[str, Any]]:
    """Yield the Secrets of an app that people make by hand.

    Each has its app's name and namespace; its name and the keys that are read; the defaults of some of these; the
    environment variable that holds each, by its key; and `words`, a key and its variable in turn, for the shell.
    """
    for name, defaults in app.definition.manual_secrets.items():
        keys = list(dict.fromkeys(keys_read(app.values, name)))
        variables = {key: _variable(key) for key in keys}
        yield {
            "app": app.definition.name,
            "namespace": app.definition.namespace,
            "name": name,
            "keys": keys,
            "defaults": dict(defaults),
            "variables": variables,
            "words": [word for key in keys for word in (key, Verbatim(f'"${variables[key]}"'))],
        }


@functools.lru_cache(maxsize=1024)
def _variable(key: str) -> str:
    """Return the name of the environment variable that holds a key of a Secret."""
    return "".join(letter if letter.isalnum() else "_" for letter in key.upper())


def _vault_paths(found: Iterable[Secret]) -> list[dict[str, Any]]:
    keys: dict[str, dict[str, None]] = {}
    for secret in found:
        keys.setdefault(secret.path, {}).update(dict.fromkeys(secret.keys))
    return [{"path": path, "keys": list(keys[path])} for path in sorted(keys)]


def _host(each: PublicHost) -> dict[str, Any]:
    return {
        "service": each.service,
        "host": each.host,
        "app": "argocd" if each.kind == ARGO_CD else each.app,
        "url": f"https://{each.host}",
        "zone": each.host.partition(".")[2],
        "isNodePort": each.kind == NODE_PORT,
        "isArgoCd": each.kind == ARGO_CD,
    }


def _records(records: Iterable[dns.Record]) -> dict[str, Any]:
    ordered = sorted(records, key=lambda record: (not record.on_ingress, record.services))
    return {
        "records": [
            {
                "host": record.host,
                "zone": record.zone,
                "services": list(record.services),
                "isOnIngress": record.on_ingress,
                "isOnNode": record.on_node,
            }
            for record in ordered
        ],
        "zones": _zones(record for record in ordered if record.on_ingress),
        "nodeZones": _zones(record for record in ordered if not record.on_ingress),
        "ttl": dns.TTL,
    }


def _zones(records: Iterable[dns.Record]) -> list[dict[str, Any]]:
    return [{"name": name, "hosts": list(hosts)} for name, hosts in dns.zones(records).items()]


def _volume(volume: Volume) -> dict[str, Any]:
    app, namespace, what, claims, size, storage_class = volume
    return {
        "app": app,
        "namespace": namespace,
        "what": what,
        "claims": claims,
        "size": size,
        "storageClass": storage_class,
    }
