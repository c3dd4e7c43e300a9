"""From what was factored to what people read: specs, shared facts and definitions, as trees and as texts."""

from __future__ import annotations

import functools
import types
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.verbs.imports import definition as definitions
from efdgen.verbs.imports import envfiles, kept, longtexts, namedthings, sharedfacts, templates
from efdgen.verbs.imports import facts as facts_of
from efdgen.verbs.imports import forms as ways
from efdgen.verbs.imports.definition import Definition
from efdgen.verbs.imports.envfiles import EnvironmentFiles
from efdgen.verbs.imports.factor import NONE, Factoring, Layers
from efdgen.verbs.imports.facts import Facts
from efdgen.verbs.imports.longtexts import Parts
from efdgen.verbs.imports.model import Finding, Hand
from efdgen.verbs.imports.namedthings import Named
from efdgen.verbs.imports.templates import Shapes

_OPERATOR = "vault-secrets-operator"
_APP_KEYS = ("project", "targetRevision", "destinationServer", "syncPolicy")


class App(NamedTuple):
    """An app as it was factored: its definition, its app.yaml, and the layers of its values."""

    definition: Definition
    data: dict[str, Any]
    layers: Layers
    files: EnvironmentFiles
    things: Sequence[Named]
    parts: Sequence[Parts]


class Made(NamedTuple):
    """What was made of a hand-written repository, as data.

    Attributes:
        apps: the apps, by name.
        sites: the environments of each site.
        shared: what environments/shared/facts.yaml holds.
        specs: what each environment's spec holds.
        facts: what is true of each environment.
        shapes: what Namespaces and VaultSecrets have alike.
        findings: what to look at.
        deployed: which environment has which app.
        templated: the Secrets that templates of the source make, by app and name, each with its template.
    """

    apps: dict[str, App]
    sites: Mapping[str, Sequence[str]]
    shared: dict[str, Any]
    specs: dict[str, dict[str, Any]]
    facts: Mapping[str, Facts]
    shapes: Shapes
    findings: tuple[Finding, ...]
    deployed: frozenset[tuple[str, str]]
    templated: Mapping[tuple[str, str], str] = types.MappingProxyType({})


def make(hand: Hand, former: Made | None = None) -> Made:
    """Return specs and definitions that say what a hand-written repository says.

    Args:
        hand: the repository.
        former: what was made of an older revision of it: what was factored stays where it is.
    """
    facts = facts_of.find(hand)
    shapes = templates.shapes(hand)
    sites = _sites(hand.environments)
    findings: list[Finding] = []
    apps: dict[str, App] = {}
    services = _service_apps(hand, facts)
    unpublished = {
        service
        for app, each in services.items()
        for service, is_ingress in each.items()
        if (not is_ingress and not _has_ports(hand, app)) or _lacks_host(hand, app, service, facts)
    }
    services = {app: {s: kind for s, kind in each.items() if s not in unpublished} for app, each in services.items()}
    facts = {name: each.without(unpublished) for name, each in facts.items()}
    for name in hand.apps:
        own = templates.own(hand, name, shapes, facts)
        findings += own.notes
        definition = definitions.define(hand, name, own)
        if definition is None:
            findings.append(
                Finding("I205", f"{name} has nothing to deploy: neither a chart nor templates", "", 0, "", "", name)
            )
            continue
        findings += definition.findings
        values = {env: definition.values(hand.deployed[env, name].values) for env in hand.having(name)}
        forms = {env: ways.of_values(facts[env]) for env in facts}
        values, things = namedthings.separate(values)
        named = [key for each in things for key in each.parameters]
        values, parts = longtexts.separate(values, functools.partial(_has_own, facts), named)
        layers = _layers(former, definition, sites, forms, values)
        files = envfiles.find(hand, name, forms, [table for app in apps.values() for table in app.files.tables])
        findings += files.findings
        data = {**definition.data, **_hosts(services.get(name, {})), **_secrets(definition, facts)}
        parameters = {key: value for each in things for key, value in each.parameters.items()}
        parameters |= {key: value for each in parts for key, value in each.defaults.items()}
        if parameters:
            data["parameters"] = parameters
        if files.declared:
            data["environmentFiles"] = files.declared
        apps[name] = App(definition, data, layers, files, things, parts)
    if not any(facts_of.at(each.application, ("spec", "source", "repoURL")) for each in hand.deployed.values()):
        message = "no Application says which repository its values are of: argocd.repoURL is not known"
        hint = f"write it into {paths.FACTS}"
        findings.append(Finding("I306", message, hand.parent.chart.folder, 0, hint))
    shared, specs = sharedfacts.specs(hand, facts, sites, frozenset(s for each in services.values() for s in each))
    guessed = sharedfacts.assumed(shared, facts)
    message = f"assumed, the source does not say: {', '.join('.'.join(path) for path in guessed)}"
    findings.append(Finding("I409", message, "", 0, f"write what is true into {paths.FACTS}, where they are marked"))
    made = Made(
        apps,
        sites,
        shared,
        specs,
        facts,
        shapes,
        tuple(findings),
        frozenset(hand.deployed),
        templates.secrets_made(hand),
    )
    _require_operator(made)
    _add_apps(made, hand)
    return made


def _layers(
    former: Made | None,
    definition: Definition,
    sites: Mapping[str, Sequence[str]],
    forms: Mapping[str, Callable[[tuple[Any, ...], Any], ways.Forms]],
    values: Mapping[str, Mapping[str, Any]],
) -> Layers:
    """Factor an app's values; by the former layers, where these are of the same charts."""
    app = former.apps.get(definition.app) if former is not None else None
    if app is None or app.definition.prefix != definition.prefix:
        return Factoring(sites, forms).layers(values)
    return kept.layers(app.layers, sites, forms, values)


def _has_own(facts: Mapping[str, Facts], name: str, text: str) -> bool:
    """Say whether a text holds a host of an environment, its Vault prefix or its name: these follow from its facts."""
    own = [*facts[name].hosts.values(), *filter(None, [facts[name].prefix])]
    return any(each in text for each in own) or bool(facts_of.token(name).search(text))


def _sites(environments: Sequence[str]) -> dict[str, list[str]]:
    """Return sites by what names begin with: ncsa-int and ncsa-stable are of one."""
    found: dict[str, list[str]] = {}
    for name in environments:
        found.setdefault(name.partition("-")[0], []).append(name)
    return {
        site: names for site, names in found.items() if 1 < len(names) < len(environments) and site not in environments
    }


def _service_apps(hand: Hand, facts: Mapping[str, Facts]) -> dict[str, dict[str, bool]]:
    """Return the services of each app, and whether the ingress controller publishes them."""
    used: dict[str, Counter[str]] = {}
    ingress: dict[tuple[str, str], bool] = {}
    for (environment, app), each in hand.deployed.items():
        texts = [(path, value, facts_of.is_host_place(path)) for path, value in facts_of.leaves(each.values)]
        for item in hand.own[environment, app] or ():
            texts += [(path, value, item.data["kind"] == "Ingress") for path, value in facts_of.leaves(item.data)]
        for _, value, is_ingress in texts:
            for service, host in facts[environment].hosts.items():
                if isinstance(value, str) and host in facts_of.HOST.findall(value):
                    used.setdefault(service, Counter())[app] += 100 if is_ingress else 1
                    ingress[service, app] = ingress.get((service, app), False) or is_ingress
    found: dict[str, dict[str, bool]] = {}
    for service, apps in sorted(used.items()):
        app = service if service in apps and (service, service) in ingress else apps.most_common(1)[0][0]
        found.setdefault(app, {})[service] = ingress[service, app]
    return found


def _lacks_host(hand: Hand, app: str, service: str, facts: Mapping[str, Facts]) -> bool:
    """Say whether an app is somewhere without a host of a service: a pattern would invent one there."""
    return any(service not in facts[name].hosts for name in hand.having(app))


def _has_ports(hand: Hand, app: str) -> bool:
    """Say whether an app's values or templates speak of ports of the nodes."""
    for name in hand.having(app):
        texts = [*facts_of.leaves(hand.deployed[name, app].values)]
        texts += [leaf for item in hand.own[name, app] or () for leaf in facts_of.leaves(item.data)]
        for path, value in texts:
            if value == "NodePort" or any("nodeport" in str(key).lower() for key in path):
                return True
    return False


def _hosts(services: Mapping[str, bool]) -> dict[str, Any]:
    data = {
        "ingressHosts": [service for service, is_ingress in services.items() if is_ingress],
        "nodePortHosts": [service for service, is_ingress in services.items() if not is_ingress],
    }
    return {key: names for key, names in data.items() if names}


def _secrets(definition: Definition, facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Return the VaultSecrets of app.yaml: `{}` where the path is the name below the environment's prefix."""
    found: dict[str, Any] = {}
    for secret in definition.own.secrets:
        found[secret.name] = {"when": secret.when} if secret.when else {}
        usual = Counter(
            _general_path(path, facts[name]) for name, path in secret.paths.items() if path is not None
        ).most_common(1)
        if usual and usual[0][0] != f"{ways.PREFIX}/{secret.name}":
            found[secret.name]["path"] = usual[0][0]
    return {"secrets": found} if found else {}


def _general_path(path: str, facts: Facts) -> str:
    """Return a path in Vault with the environment's prefix, or its name, as an expression."""
    if facts.prefix and path.startswith(f"{facts.prefix}/"):
        return f"{ways.PREFIX}/{path.removeprefix(f'{facts.prefix}/')}"
    return ways.named(path, facts.name)


def _require_operator(made: Made) -> None:
    """Say that apps with VaultSecrets need what makes Secrets of them; where it is not deployed, the cluster has it."""
    if _OPERATOR not in made.apps:
        return
    deploying = {name for name in made.specs if (name, _OPERATOR) in made.deployed}
    for name, app in made.apps.items():
        if app.definition.own.secrets and name != _OPERATOR:
            made.apps[name].data["requires"] = [_OPERATOR]
    for name, spec in made.specs.items():
        needs = any(app.definition.own.secrets for key, app in made.apps.items() if (name, key) in made.deployed)
        if needs and name not in deploying:
            spec.setdefault("cluster", {})["provides"] = [_OPERATOR]


def _add_apps(made: Made, hand: Hand) -> None:
    """Add what sites and environments say of apps."""
    for site, names in made.sites.items():
        defaults = {}
        for name, app in made.apps.items():
            if site in app.layers.sites:
                members = [env for env in names if (env, name) in hand.deployed]
                defaults[name] = with_pins(app.layers.sites[site], _reason(hand, members[0], name))
        if defaults:
            made.shared["sites"][site]["appDefaults"] = defaults
    for env, spec in made.specs.items():
        apps = {}
        for name in hand.apps:
            if (env, name) not in hand.deployed or name not in made.apps:
                continue
            app = made.apps[name]
            parameters = parameters_of(app, env)
            entry = {
                **({"parameters": parameters} if parameters else {}),
                **of_application(made.facts[env], hand, env, name),
                **own_secrets(app, made.facts[env]),
            }
            apps[name] = {**entry, **with_pins(app.layers.specs.get(env, {}), _reason(hand, env, name))}
        spec["apps"] = apps


def parameters_of(app: App, env: str) -> dict[str, Any]:
    """Return what an environment says of an app's parameters."""
    things = {each.parameter: dict(each.entries[env]) for each in app.things if env in each.entries}
    return things | {key: text for each in app.parts for key, text in each.entries.get(env, {}).items()}


def of_application(facts: Facts, hand: Hand, env: str, app: str) -> dict[str, Any]:
    """Return what an app's Application says otherwise than the others of its environment."""
    application = hand.deployed[env, app].application
    said = {key: facts_of.argocd_fact(application, key) for key in _APP_KEYS}
    return {
        key: value
        for key, value in said.items()
        if value != facts.argocd.get(key) and (value is not None or key == "syncPolicy")
    }


def own_secrets(app: App, facts: Facts) -> dict[str, Any]:
    """Return where an environment's VaultSecrets are otherwise than the definition says."""
    found: dict[str, Any] = {}
    for secret in app.definition.own.secrets:
        said = app.data["secrets"][secret.name]
        if facts.name not in secret.paths:
            if not secret.when:
                found[secret.name] = None
            continue
        path = secret.paths[facts.name]
        default = said.get("path", f"{ways.PREFIX}/{secret.name}")
        if path is not None and path != default.replace(ways.PREFIX, facts.prefix).replace(ways.NAME, facts.name):
            found[secret.name] = {"path": _general_path(path, facts)}
    return {"secrets": found} if found else {}


def _reason(hand: Hand, env: str, app: str) -> Callable[[], str]:
    files = hand.deployed[env, app].files
    return lambda: f"As deployed by hand, {files[-1] if files else app}; why is not on record."


def with_pins(values: Mapping[str, Any], reason: Callable[[], str]) -> dict[str, Any]:
    """Return an app's entry: image tags are pins, all else are values."""
    pins: dict[str, Any] = {}
    kept = _without_tags(values, (), pins, reason)
    return {**({"pins": pins} if pins else {}), **({"values": kept} if kept else {})}


def _without_tags(
    tree: Mapping[str, Any], path: tuple[str, ...], pins: dict[str, Any], reason: Callable[[], str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in tree.items():
        here = (*path, key)
        is_tag = key == "imageTag" or here[-2:] == ("image", "tag")
        is_simple = isinstance(value, str) and value != NONE
        if is_tag and is_simple and not any("." in part for part in here):
            pins[".".join(here)] = {"value": value, "reason": reason()}
        elif isinstance(value, dict) and value:
            below = _without_tags(value, here, pins, reason)
            if below:
                kept[key] = below
        else:
            kept[key] = value
    return kept
