"""What documents and declared expressions can say about a resolved environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from efdgen.environment.hosts import ARGO_CD, NODE_PORT, PublicHost, public
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_order
from efdgen.environment.secrets import keys_read, secrets
from efdgen.environment.volumes import volumes
from efdgen.language import expressions
from efdgen.language.quoting import Verbatim, in_code
from efdgen.repository import paths


def names(environment: ResolvedEnvironment) -> dict[str, Any]:
    """Return the names: plain data under the schema's spelling, and a few functions.

    Every fact stands under its own name. Beside them:

    - `site`, `spec`: the site's name, or an empty text; the path of the environment's spec
    - `apps`: the apps in the order of syncing, see `_app`; `app('influxdb')`: the first made from that chart, or null.
      Each of an app's `manualSecrets` has its `name`, the `keys` that the app's values read from it, and `defaults`:
      what some keys are unless somebody says otherwise
    - `provided`: the apps that the cluster brings along and that others here require
    - `publicHosts`: service, host, app, url, zone, and whether it is on a node's own port (`isNodePort`) or Argo CD's
      own (`isArgoCd`), sorted by host
    - `secrets`: namespace, name, path and keys of every VaultSecret; `volumes`: what the apps claim
    - `parent`: the name of the app of apps
    - `code(text, or list)`: in Markdown's code style; `json(data)`: as JSON; `raw(text)`: not quoted
    """
    apps = [_app(app) for app in sync_order(environment.apps)]
    required = {name for app in environment.apps for name in app.definition.requires}
    return {
        **environment.facts.data,
        "site": environment.spec.site,
        "spec": environment.spec.document.file,
        "apps": apps,
        "app": lambda chart: next((app for app in apps if app["chart"]["name"] == chart), None),
        "provided": [name for name in environment.facts.cluster.provides if name in required],
        "publicHosts": [_host(each) for each in public(environment)],
        "secrets": [secret._asdict() | {"keys": list(secret.keys)} for secret in secrets(environment)],
        "volumes": [_volume(volume._asdict()) for volume in volumes(environment)],
        "parent": paths.PARENT,
        **FUNCTIONS,
    }


def _app(app: ResolvedApp) -> dict[str, Any]:
    definition = app.definition
    finalizers = definition.application.get("finalizers", [""])
    return {
        "name": definition.name,
        "namespace": definition.namespace,
        "description": definition.description,
        "chart": definition.chart._asdict(),
        "wave": definition.wave,
        "requires": list(definition.requires),
        "hosts": dict(app.hosts),
        "nodePortHosts": dict(app.node_port_hosts),
        "secrets": [secret._asdict() | {"keys": list(secret.keys)} for secret in app.secrets],
        "manualSecrets": [
            {"name": name, "keys": list(dict.fromkeys(keys_read(app.values, name))), "defaults": dict(defaults)}
            for name, defaults in definition.manual_secrets.items()
        ],
        "pins": [pin._asdict() for pin in app.pins],
        "values": app.values,
        "syncPolicy": app.sync_policy,
        # Deleting its Application deletes what it deployed: Argo CD's finalizer does that.
        "cascades": finalizers not in (None, []),
    }


def _host(each: PublicHost) -> dict[str, Any]:
    return {
        "service": each.service,
        "host": each.host,
        "app": each.app,
        "url": f"https://{each.host}",
        "zone": each.host.partition(".")[2],
        "isNodePort": each.kind == NODE_PORT,
        "isArgoCd": each.kind == ARGO_CD,
    }


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    return {"storageClass" if key == "storage_class" else key: value for key, value in volume.items()}


def _code(words: Any) -> Verbatim:
    """Return text in code style; of a list, each item, separated by commas."""
    items = words if isinstance(words, list | tuple) else [words]
    return Verbatim(", ".join(in_code(expressions.text(item)) for item in items))


FUNCTIONS: Mapping[str, Any] = {
    "code": _code,
    "json": lambda data: json.dumps(expressions.plain(data), ensure_ascii=False),
    "raw": lambda text: Verbatim(expressions.text(text)),
}
"""The functions of documents."""
