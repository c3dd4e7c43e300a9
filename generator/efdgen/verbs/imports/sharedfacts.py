"""The facts of environments as specs, sites and shared defaults say them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language import schema
from efdgen.verbs.imports import facts as facts_of
from efdgen.verbs.imports import forms as ways
from efdgen.verbs.imports import syncpolicies
from efdgen.verbs.imports.factor import NONE, Factoring
from efdgen.verbs.imports.facts import Facts
from efdgen.verbs.imports.model import Hand
from efdgen.verbs.imports.ownkeys import RENAMED
from efdgen.verbs.imports.parents import KUBERNETES

_PATTERN = "<% service %>.<% name %>.<% domain %>"
_DOMAIN = "example.org"
_VAULT = "https://vault.<% domain %>"
_PREFIX = "secret/<% name %>"
_ARGOCD = "argocd-<% name %>.<% domain %>"
_NO_REPOSITORY = "https://address-is-missing.invalid"
"""What stands where no Application says the repository that they are in: nobody takes it for real."""

_OPTIONAL = frozenset(("applicationName",))
"""What has a default without being written."""


def specs(
    hand: Hand, facts: Mapping[str, Facts], sites: Mapping[str, Sequence[str]], services: frozenset[str]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the shared facts, and what each spec says of its own.

    Args:
        hand: the source.
        facts: what is true of each environment.
        sites: the environments of each site.
        services: the services that apps publish.
    """
    trees = {name: _tree(each) for name, each in facts.items()}
    forms = {name: ways.of_facts(name, each.domain) for name, each in facts.items()}
    layers = Factoring(sites, forms, absent_fits=True).layers(trees)
    for tree in (layers.shared, *layers.sites.values(), *layers.specs.values()):
        _drop(tree)
    policies = syncpolicies.layers({name: each.argocd.get("syncPolicy") for name, each in facts.items()}, sites)
    if policies.shared is not None:
        _put(layers.shared, policies.shared)
    for site, policy in policies.sites.items():
        _put(layers.sites.setdefault(site, {}), policy)
    for name, policy in policies.specs.items():
        _put(layers.specs.setdefault(name, {}), policy)
    shared = _with_defaults(layers.shared, hand)
    for name, tree in layers.specs.items():
        site = next((each for each, names in sites.items() if name in names), "")
        _drop_defaults(tree, shared["argocd"], layers.sites.get(site, {}).get("argocd", {}))
    specs: dict[str, dict[str, Any]] = {}
    for name in hand.environments:
        site = next((each for each, names in sites.items() if name in names), "")
        spec = {"name": name, **({"site": site} if site else {}), **_ordered(layers.specs.get(name, {}))}
        hosts = {
            s: host for s, host in facts[name].hosts.items() if _by_pattern(facts[name], s) != host and s in services
        }
        specs[name] = {**spec, "hosts": hosts} if hosts else spec
    found = {"defaults": shared}
    if sites:
        found["sites"] = {site: _ordered(layers.sites.get(site, {})) for site in sites}
    return found, specs


def _put(tree: dict[str, Any], policy: Mapping[str, Any] | None) -> None:
    tree.setdefault("argocd", {})["syncPolicy"] = policy


def assumed(shared: Mapping[str, Any], facts: Mapping[str, Facts]) -> list[tuple[str, ...]]:
    """Return the shared facts that the source does not say, by their path in the defaults.

    Args:
        shared: what environments/shared/facts.yaml holds.
        facts: what is true of each environment.
    """
    defaults = shared["defaults"]
    guesses = {
        ("domain",): _DOMAIN if _DOMAIN not in {each.domain for each in facts.values()} else None,
        ("hostPattern",): _PATTERN if _PATTERN not in {each.host_pattern for each in facts.values()} else None,
        ("cluster", "kubernetesVersion"): KUBERNETES,
        ("vault", "address"): _VAULT,
        ("vault", "pathPrefix"): _PREFIX if not any(each.prefix for each in facts.values()) else None,
        ("argocd", "host"): _ARGOCD,
    }
    return [path for path, guess in guesses.items() if facts_of.at(defaults, path) == guess]


def _by_pattern(facts: Facts, service: str) -> str:
    """Return the host that a service has by the pattern; empty: there is none."""
    return facts.pattern_host(service) if facts.host_pattern else ""


def _tree(facts: Facts) -> dict[str, Any]:
    argocd = {key: value for key, value in facts.argocd.items() if value is not None and key != "syncPolicy"}
    tree: dict[str, Any] = {"cluster": {"storageClass": facts.storage_class or None}, "argocd": argocd}
    if facts.host_pattern:
        tree |= {"domain": facts.domain, "hostPattern": facts.host_pattern}
    if facts.prefix:
        tree["vault"] = {"pathPrefix": facts.prefix}
    return tree


def _ordered(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts in the order of docs/spec.md."""
    return {key: tree[key] for key in ("domain", "hostPattern", "cluster", "vault", "argocd") if key in tree}


def _drop(tree: dict[str, Any]) -> None:
    """Take out what only says that a fact is not there: every fact has a default."""
    for key, value in list(tree.items()):
        if value == NONE:
            del tree[key]
        elif isinstance(value, dict):
            _drop(value)
            if not value and key in ("vault", "cluster", "argocd"):
                del tree[key]


def _drop_defaults(tree: dict[str, Any], defaults: Mapping[str, Any], of_site: Mapping[str, Any]) -> None:
    """Take out of a spec what the defaults say of its Applications, where nothing is between them."""
    said = tree.get("argocd", {})
    for key in [key for key, value in said.items() if key not in of_site and value == defaults.get(key, NONE)]:
        del said[key]
    if not said:
        tree.pop("argocd", None)


def _with_defaults(found: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    """Return all facts with a default: found ones, else plain ones, else what is empty."""
    defaults = _plain(found, hand)
    properties = schema.load("facts")["properties"]
    for key, about in properties.items():
        defaults.setdefault(key, _empty(about))
        for below, inner in about.get("properties", {}).items():
            if below not in _OPTIONAL:
                defaults[key].setdefault(below, _empty(inner))
    return defaults


def _empty(about: Mapping[str, Any]) -> Any:
    """Return the value of a type that says nothing."""
    return {"array": [], "object": {}}.get(str(about.get("type")))


def _plain(found: Mapping[str, Any], hand: Hand) -> dict[str, Any]:
    """Return the facts that are known of any environment, each with a default."""
    argocd = found.get("argocd", {})
    applications = [each.application for each in hand.deployed.values()]
    first = {
        key: next((said for each in applications if (said := facts_of.argocd_fact(each, key)) is not None), None)
        for key in facts_of.ARGOCD
    }
    address = next(
        (
            v
            for each in hand.deployed.values()
            for p, v in facts_of.leaves(each.values)
            if p[-2:] in (("vault", "address"), (RENAMED["vault"], "address")) and isinstance(v, str)
        ),
        "",
    )
    return {
        "title": "<% name | replace('-', ' ') | title %>",
        "place": "<% title %>",
        "aliases": [],
        "domain": found.get("domain", _DOMAIN),
        "hostPattern": found.get("hostPattern", _PATTERN),
        "hosts": {},
        "links": {},
        "cluster": {
            "kubernetesVersion": KUBERNETES,
            "apiVersions": [],
            "storageClass": found.get("cluster", {}).get("storageClass"),
            "provides": [],
        },
        "vault": {
            "address": address if re.match(r"https?://[^\s\"'\\]+\Z", address) else _VAULT,
            "pathPrefix": found.get("vault", {}).get("pathPrefix", _PREFIX),
        },
        "argocd": {
            "managed": False,
            "host": _ARGOCD,
            "url": "https://<% argocd.host %>",
            "repoURL": argocd.get("repoURL", first["repoURL"] or _NO_REPOSITORY),
            "path": "rendered/apps",
            "targetRevision": argocd.get("targetRevision", first["targetRevision"] or "HEAD"),
            "project": argocd.get("project", first["project"] or "default"),
            "destinationServer": argocd.get(
                "destinationServer", first["destinationServer"] or "https://kubernetes.default.svc"
            ),
            "syncPolicy": argocd.get("syncPolicy"),
            **({"applicationName": argocd["applicationName"]} if "applicationName" in argocd else {}),
            "tlsVaultPath": "<% vault.pathPrefix %>/tls-certs",
            "rbac": {"defaultRole": "role:readonly", "policies": [], "groups": []},
        },
    }
