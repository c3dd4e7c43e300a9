"""A new app's folder, as texts: what its chart tells, and an example of each thing that is often written about one.

What is uncertain stands in comments, as in charts' own values files: `##` before prose, `#` before what can be taken
in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from efdgen.environment.inside import NAMING_KEYS, inside
from efdgen.errors import Path, dotted
from efdgen.language.layers import ABSENT, at, leaves
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import styles
from efdgen.repository.model import ChartReference

SECRETS, INGRESSES = "vault-secrets-operator", "ingress-nginx"
"""The apps, where a repository has them, that make Secrets of VaultSecrets, and that publish what has an Ingress."""

_PORTS = ("port", "containerPort", "servicePort", "httpPort", "nodePort", "targetPort")
_MOST = 12
"""So many ports are named."""


class ChartTells(NamedTuple):
    """What a chart says about itself.

    Attributes:
        description: what it is for, by its Chart.yaml.
        values: its own values.
        keys: what its templates know of values, keys by keys.
        required: the values that its templates insist on, each with their message.
    """

    description: str
    values: Mapping[str, Any]
    keys: Mapping[str, Any]
    required: Mapping[Path, str]


class DraftedApp(NamedTuple):
    """The files of a new app, and what they are about.

    Attributes:
        files: texts by their paths below the app's folder.
        found: what the chart has, a line each.
    """

    files: Mapping[str, str]
    found: tuple[str, ...]


def draft(name: str, chart: ChartReference, tells: ChartTells, apps: Collection[str], *, schema: bool) -> DraftedApp:
    """Return the folder of a new app.

    Args:
        name: the app's name.
        chart: its chart.
        tells: what the chart says.
        apps: the apps that the repository has.
        schema: whether the repository has a schema of app.yaml for editors.
    """
    secrets = list(_secrets(tells))
    ingresses = list(_ingresses(tells.values))
    ports = list(_ports(tells.values))
    tags = inside(tells.values).images
    volumes = list(_volumes(tells.values))
    found = (
        *(f"an Ingress: {dotted(path)}" for path in ingresses),
        *(f"a Secret that is there already: {dotted(path)}" for path in secrets),
        *(f"a port: {dotted(path)} {number}" for path, number in ports[:_MOST]),
        *(f"an image: {each.name or dotted(each.path)} {each.tag}" for each in tags),
        *(f"a volume: {dotted(path)}" for path in volumes),
        *(f"a value that it insists on: {dotted(path)} ({message})" for path, message in tells.required.items()),
    )
    app = [
        *(["# yaml-language-server: $schema=../../../schemas/app.schema.json"] if schema else []),
        *_entry("description", _literal(tells.description) or f"TODO: what {name} is for, in a sentence."),
        *_entry("chart", {"name": chart.name, "version": chart.version, "repository": chart.repository}),
        *_of_app(name, secrets, ingresses, apps),
    ]
    values = [
        "## What is the same in every environment; what the chart says itself need not be repeated.",
        *_of_values(name, tells, secrets, ingresses),
    ]
    return DraftedApp({"app.yaml": _text(app), "values.yaml": _text(values)}, found)


def _literal(prose: str) -> str:
    """Return prose that holds no expression: nobody meant what a chart says as one of ours."""
    return prose.replace("<%", "< %").replace("%>", "% >").replace("{{", "{ {")


def _of_app(name: str, secrets: list[Path], ingresses: list[Path], apps: Collection[str]) -> Iterator[str]:
    """Yield what app.yaml says beside the chart, as examples."""
    needs = [app for app, is_needed in ((SECRETS, secrets), (INGRESSES, ingresses)) if is_needed and app in apps]
    if needs:
        yield "## Apps that it needs, which people sync first."
        yield from _example(_entry("requires", needs))
    if ingresses:
        yield "## Services behind the ingress controller; each gets a host, which hostPattern makes."
        yield from _example(_entry("ingressHosts", [name]))
    if secrets:
        yield "## Secrets from Vault, each at <vault.pathPrefix>/<its name>; keys are what the chart reads of it."
        yield from _example(_entry("secrets", {secret_of(name, path): {"keys": ["password"]} for path in secrets}))
    yield "## What specs can set by name, where merging values can't reach it; values.yaml reads <% parameters.NAME %>."
    yield from _example(_entry("parameters", {"interval": "10s"}))


def secret_of(name: str, path: Path) -> str:
    """Return the name that an example gives to the Secret that a value names."""
    inside = [str(part).lower() for part in path[:-1] if str(part).lower() not in ("auth", "secret", "global")]
    return "-".join(dict.fromkeys([name, *inside, "auth"]))


def _of_values(name: str, tells: ChartTells, secrets: list[Path], ingresses: list[Path]) -> Iterator[str]:
    """Yield what values.yaml says: the tags of images, which people pin and promote, and examples.

    All of it is one piece of YAML once the marks are gone.
    """
    said: dict[str, Any] = {}
    for path in _volumes(tells.values):
        _put(said, path, "<% cluster.storageClass %>")
    for path in ingresses:
        for key, value in _ingress(name, at(tells.values, path)).items():
            _put(said, (*path, key), value)
    for path in secrets:
        _put(said, path, secret_of(name, path))
    tags: dict[str, Any] = {}
    for path in _tags(tells.values):
        _put(said if path[0] in said else tags, path, at(tells.values, path))
    for path, message in tells.required.items():
        yield f"## The chart insists on {dotted(path)}: {' '.join(message.split())}"
    for key, value in tags.items():
        yield from _entry(key, value)
    if not tags:
        yield "## No file is empty: take the {} out when you take in a line below."
        yield "{}"
    for key, value in said.items():
        paths = [dotted((key, *path)) if path else key for path, _ in leaves(value)]
        yield f"## {listed(paths)}"
        yield from _example(_entry(key, value))


def _ingress(name: str, own: Any) -> dict[str, Any]:
    """Return what publishes an app, in the form that its chart has."""
    host = f"<% host('{name}') %>"
    said: dict[str, Any] = {"enabled": True}
    if "hostname" in own:
        return {**said, "hostname": host}
    if "host" in own:
        return {**said, "host": host}
    hosts = own.get("hosts")
    if isinstance(hosts, list) and hosts and isinstance(hosts[0], dict):
        return {
            **said,
            "hosts": [{**{k: v for k, v in hosts[0].items() if k not in ("host", "name")}, _key(hosts[0]): host}],
        }
    return {**said, "hosts": [host]}


def _key(host: Mapping[str, Any]) -> str:
    return "name" if "name" in host and "host" not in host else "host"


def _secrets(tells: ChartTells) -> Iterator[Path]:
    known: dict[Path, None] = {}
    for data in (tells.keys, tells.values):
        for path, _ in _nodes(data):
            if path[-1] in NAMING_KEYS and not any(str(part) == "tls" for part in path):
                known.setdefault(path)
    return iter(known)


def _ingresses(values: Mapping[str, Any]) -> Iterator[Path]:
    for path, value in _nodes(values):
        if path[-1] == "ingress" and isinstance(value, dict) and "enabled" in value:
            yield path


def _volumes(values: Mapping[str, Any]) -> Iterator[Path]:
    for path, value in _nodes(values):
        if path[-1] in ("storageClass", "storageClassName") and not isinstance(value, dict | list):
            yield path


def _tags(values: Mapping[str, Any]) -> Iterator[Path]:
    """Yield where tags of images stand that layers can change one by one: a list is replaced as a whole."""
    for each in inside(values).images:
        if all(isinstance(part, str) for part in each.path):
            yield each.path


def _ports(values: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
    for path, value in _nodes(values):
        if path[-1] in _PORTS and isinstance(value, int) and not isinstance(value, bool):
            yield path, value


def _nodes(data: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every key of nested mappings, with what stands there."""
    for key, value in data.items():
        yield (*above, key), value
        if isinstance(value, Mapping):
            yield from _nodes(value, (*above, key))


def _put(data: dict[str, Any], path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(str(part), {})
    if at(data, path[-1:]) is ABSENT:
        data[str(path[-1])] = value


def _entry(key: str, value: Any) -> list[str]:
    return styles.entry(key, value, 0, styles.Habits())


def _example(lines: list[str]) -> Iterator[str]:
    return (f"# {line}" for line in lines)


def _text(lines: list[str]) -> str:
    return "\n".join([*lines, ""])
