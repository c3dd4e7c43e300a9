"""What is true of an environment as a whole, found in what its apps say: hosts, storage class, Vault prefix, Argo CD.

A host such as influxdb-summit-efd.lsst.codes, of the app influxdb in the environment summit, says how hosts are named:
<% service %>-<% name %>-efd.<% domain %>. The pattern that most apps of an environment agree on is its own; hosts that
follow none are left to be values.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import applications
from efdgen.verbs.imports.model import Hand

HOST = re.compile(
    r"(?<![A-Za-z0-9_.-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?![A-Za-z0-9_-])"
)
_TOP = re.compile(r"\.[a-z]{2,}\Z")
_INSIDE = (".local", ".svc", ".yaml", ".yml", ".json", ".png", ".tpl", ".sh", ".py", ".java", ".toml", ".conf", ".log")
_CLASS = re.compile(r"(?:.*S|s)torageClass(?:Name)?\Z")
_CLASS_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z")
_VAULT_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*\Z")
_HOST_KEYS = ("host", "hostname", "hosts", "tls")
SERVICE, NAME, DOMAIN = "<% service %>", "<% name %>", "<% domain %>"

Place = tuple[str, tuple[Any, ...]]
"""An app, and a path in its values."""


class Facts(NamedTuple):
    """The facts of an environment.

    Attributes:
        name: its name.
        host_pattern: how its hosts are named; empty: no pattern was found.
        domain: their domain.
        hosts: the host of each service.
        prefix: the Vault path that holds its secrets; empty: it has none.
        storage_class: the storage class of its volumes; empty: none.
        argocd: what its Applications say alike: repoURL, targetRevision, project, destinationServer, syncPolicy; and
            applicationName, where they are not called as their apps.
    """

    name: str
    host_pattern: str
    domain: str
    hosts: Mapping[str, str]
    prefix: str
    storage_class: str
    argocd: Mapping[str, Any]

    def pattern_host(self, service: str) -> str:
        """Return the host that a service has by the pattern."""
        filled = self.host_pattern.replace(SERVICE, service).replace(NAME, self.name)
        return filled.replace(DOMAIN, self.domain)

    def without(self, services: Collection[str]) -> Facts:
        """Return the facts without the hosts of some services."""
        return self._replace(hosts={name: host for name, host in self.hosts.items() if name not in services})


def find(hand: Hand) -> dict[str, Facts]:
    """Return the facts of each environment."""
    places = {name: _hosts(hand, name) for name in hand.environments}
    seen: dict[str, set[str]] = defaultdict(set)
    for name, found in places.items():
        for hosts in found.values():
            for host in hosts:
                seen[host].add(name)
    own = {
        name: {place: [h for h in hosts if len(seen[h]) == 1 or _has_name(h, name)] for place, hosts in found.items()}
        for name, found in places.items()
    }
    patterns = _agreed({name: _pattern(hand, name, own[name]) for name in hand.environments})
    common = Counter(pattern for pattern, _ in patterns.values() if pattern).most_common(1)
    services = {
        name: _services(
            patterns[name][0] or (common[0][0] if common else ""), name, patterns[name][1], own[name], hand.environments
        )
        for name in hand.environments
    }
    by_place: dict[Place, Counter[str]] = defaultdict(Counter)
    for name in hand.environments:
        for place, hosts in own[name].items():
            for service, host in services[name].items():
                if host in hosts:
                    by_place[place][service] += 1
    for name in hand.environments:
        _add_others(services[name], own[name], by_place)
    return {name: _facts(hand, name, patterns[name], services[name]) for name in hand.environments}


def _facts(hand: Hand, name: str, pattern: tuple[str, str], services: Mapping[str, str]) -> Facts:
    deployed = [each for (environment, _), each in hand.deployed.items() if environment == name]
    classes = [value for each in deployed for path, value in leaves(each.values) if path and is_class(path[-1])]
    usual = _most([value for value in classes if isinstance(value, str) and _CLASS_NAME.match(value)])
    others = {
        each
        for other in hand.environments
        if other != name
        for app in hand.apps
        for each in _prefixes(hand, other, app)
    }
    # A path that several environments read is none's own.
    prefixes = [each for app in hand.apps for each in _prefixes(hand, name, app) if each not in others]
    said: dict[str, Any] = {}
    for key in ARGOCD:
        values = [argocd_fact(each.application, key) for each in deployed]
        said[key] = _most(values if key == "syncPolicy" else [value for value in values if value is not None])
    if hand.naming:
        said["applicationName"] = hand.naming
    return Facts(name, *pattern, services, _most(prefixes) or "", usual or "", said)


ARGOCD = (*applications.FACTS, "syncPolicy")
"""What environments say about their Applications."""


def argocd_fact(application: Mapping[str, Any], key: str) -> Any:
    """Return what an Application says of a fact, as far as specs have words for it; None: nothing."""
    return applications.policy(application) if key == "syncPolicy" else applications.fact(application, key)


def _prefixes(hand: Hand, name: str, app: str) -> Iterator[str]:
    for item in hand.own.get((name, app)) or ():
        if item.data["kind"] == "VaultSecret":
            path, secret = at(item.data, ("spec", "path")), item.data["metadata"].get("name")
            if isinstance(path, str) and path.endswith(f"/{secret}"):
                prefix = path.removesuffix(f"/{secret}")
                if _VAULT_PATH.match(prefix):
                    yield prefix


def _hosts(hand: Hand, name: str) -> dict[Place, list[str]]:
    """Return the hosts in an environment's values and objects, by their places."""
    found: dict[Place, list[str]] = {}
    for (environment, app), each in hand.deployed.items():
        if environment != name:
            continue
        texts = list(leaves(each.values))
        for item in hand.own.get((name, app)) or ():
            if item.data["kind"] != "VaultSecret":
                texts += [((item.template, *path), value) for path, value in leaves(item.data)]
        for path, value in texts:
            if isinstance(value, str):
                hosts = [host for host in HOST.findall(value) if _is_public(host)]
                if hosts:
                    found[app, path] = hosts
    return found


def _is_public(host: str) -> bool:
    return bool(_TOP.search(host)) and not host.endswith(_INSIDE) and not host.replace(".", "").isdigit()


def _has_name(host: str, name: str) -> bool:
    return bool(token(name).search(host))


def token(word: str) -> re.Pattern[str]:
    """Return what finds a word that stands by itself in a text; `base` is in base-efd, and not in database."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])")


def _agreed(found: Mapping[str, tuple[str, str, frozenset[str]]]) -> dict[str, tuple[str, str]]:
    """Return the patterns that are more than chance: of two services, or of one service in two environments."""
    said = Counter((pattern, service) for pattern, _, services in found.values() for service in services)
    return {
        name: (pattern, domain)
        if len(services) > 1 or any(said[pattern, service] > 1 for service in services)
        else ("", "")
        for name, (pattern, domain, services) in found.items()
    }


def _pattern(hand: Hand, name: str, own: Mapping[Place, Sequence[str]]) -> tuple[str, str, frozenset[str]]:
    """Return how an environment's hosts are named, their domain, and the services that say so; empty: no pattern."""
    agreed: dict[tuple[str, str], set[str]] = defaultdict(set)
    apps = sorted(hand.apps, key=len, reverse=True)
    for (app, _), hosts in own.items():
        for host in hosts:
            for service in dict.fromkeys((app, *apps)):
                if token(service).search(host) and service != name:
                    agreed[_generalised(host, service, name)].add(service)
                    break
    if not agreed:
        return "", "", frozenset()
    best = max(agreed, key=lambda each: (len(agreed[each]), NAME in each[0], each))
    if len(agreed[best]) == 1 and NAME not in best[0]:
        return "", "", frozenset()
    return *best, frozenset(agreed[best])


def _generalised(host: str, service: str, name: str) -> tuple[str, str]:
    text = token(service).sub(SERVICE, host, count=1)
    text = token(name).sub(NAME, text, count=1)
    # The domain begins behind the last label that says something of the environment.
    labels = re.split(r"\.(?![^<]*%>)", text)
    last = max(number for number, label in enumerate(labels) if "<%" in label)
    domain = ".".join(labels[last + 1 :])
    return (".".join([*labels[: last + 1], DOMAIN]), domain) if "." in domain else (text, domain or host)


def _services(
    pattern: str, name: str, domain: str, own: Mapping[Place, Sequence[str]], environments: Sequence[str]
) -> dict[str, str]:
    """Return the services whose hosts follow the pattern."""
    if not pattern or not domain:
        return {}
    taken = frozenset(environments)
    text = re.escape(pattern.replace(NAME, name).replace(DOMAIN, domain)).replace(re.escape(SERVICE), "([a-z0-9-]+)", 1)
    expression = re.compile(rf"{text}\Z")
    found = {}
    for hosts in own.values():
        for host in hosts:
            match = expression.match(host)
            if match and SERVICE in pattern and match[1] not in taken:
                found[match[1]] = host
    return dict(sorted(found.items()))


def _add_others(
    services: dict[str, str], own: Mapping[Place, Sequence[str]], by_place: Mapping[Place, Counter[str]]
) -> None:
    """Add services whose host follows no pattern here.

    It is the service that other environments have at the same place; or the app, where its ingress has the host.
    """
    for place, hosts in own.items():
        if len(hosts) != 1:
            continue
        usual = by_place[place].most_common(1) if place in by_place else []
        if usual and usual[0][1] > 1:
            services.setdefault(usual[0][0], hosts[0])
        elif hosts[0] not in services.values() and is_host_place(place[1]):
            services.setdefault(place[0], hosts[0])


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every value that is no collection, with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from leaves(value, (*path, number))
    else:
        yield path, data


def at(data: Any, path: Sequence[Any]) -> Any:
    """Return the value at a path; None where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _most(values: Sequence[Any]) -> Any:
    """Return the value that is there most often, the first of several; None where there is none."""
    best, most = None, 0
    for value in values:
        number = sum(1 for other in values if other == value)
        if number > most:
            best, most = value, number
    return best


def is_class(key: Any) -> bool:
    """Say whether a key names a storage class."""
    return bool(_CLASS.match(str(key)))


def is_host_place(path: Sequence[Any]) -> bool:
    """Say whether a path is one that an ingress has its hosts at."""
    return any(key in _HOST_KEYS for key in path) and any("ingress" in str(key).lower() for key in path)
