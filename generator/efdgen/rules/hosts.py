"""Rules about public hosts."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.environment import hostnames
from efdgen.environment.hosts import REWRITE, is_address, redirect_target
from efdgen.environment.inside import Inside
from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import Location, Path, Problem
from efdgen.language import suggest
from efdgen.language.shown import listed, shown
from efdgen.language.texttemplate import TextFile
from efdgen.rules.findings import Finding, in_app, in_facts, own_host_path
from efdgen.rules.identities import Identities


def fit_the_dns(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find hosts that are no DNS names: https://www.rfc-editor.org/rfc/rfc1123#section-2."""
    for app in environment.apps:
        hosts = {**app.hosts, **app.node_port_hosts} if app.node_port_hosts else app.hosts
        for service, host in hosts.items():
            reason = hostnames.fault(host)
            if reason:
                message = hostnames.unfit(host, service, reason)
                yield in_facts(
                    "E502", message, environment, own_host_path(environment, service), app=app.definition.name
                )
    if environment.facts.argocd.managed:
        reason = hostnames.fault(environment.facts.argocd.host)
        if reason:
            message = hostnames.unfit(environment.facts.argocd.host, "Argo CD", reason)
            yield in_facts("E502", message, environment, ("argocd", "host"))


def are_claimed_once(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find hosts that another environment, or another ingress at the same path, claims too."""
    claims: dict[tuple[str, str], tuple[str, str]] = {}
    all_claims = list(_claims(environment))
    times = Counter(host for _, _, host in all_claims)
    url_paths = _url_paths(environment) if len(times) < len(all_claims) else {}
    for app, service, host in all_claims:
        path = own_host_path(environment, service) if app else ("argocd", "host")
        if host in identities.contested:
            yield Finding(identities.contested[host], app)
        if times[host] == 1:
            continue
        url_path = url_paths.get((app, host), "")
        first = claims.setdefault((host, url_path), (app, service))
        if first != (app, service):
            both = (first[1], service) if first[0] == app else (first[0] or "Argo CD", app or "Argo CD")
            message = f"{' and '.join(both)} claim one host: {host}{url_path}"
            hint = "give each its own, under `hosts`" if app else "give Argo CD its own"
            yield in_facts("E501", message, environment, path, hint, app)._replace(other=first[0])
    for resolved in environment.apps:
        for host in resolved.node_port_hosts.values():
            if host in identities.contested:
                yield Finding(identities.contested[host], resolved.definition.name)


def _claims(environment: ResolvedEnvironment) -> Iterator[tuple[str, str, str]]:
    for app in environment.apps:
        for service, host in app.hosts.items():
            yield app.definition.name, service, host
    if environment.facts.argocd.managed:
        yield "", "argocd", environment.facts.argocd.host


def _url_paths(environment: ResolvedEnvironment) -> dict[tuple[str, str], str]:
    """Return the URL path of the first ingress that has a host, by app and host."""
    found: dict[tuple[str, str], str] = {}
    for app in environment.apps:
        for _, ingress in app.inside.ingresses:
            url_path = str(ingress.get("path") or "").rstrip("/")
            for _, host in _ingress_hosts(ingress):
                found.setdefault((app.definition.name, host), url_path)
    return found


def are_the_ingresses_hosts(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find ingresses whose host is not one of their app's: a copied file, or a host written in the wrong place."""
    for app in environment.apps:
        own, expected = frozenset(app.hosts.values()) if app.inside.ingresses else frozenset(), ""
        for path, host in _values_hosts(app.inside):
            if host not in own:
                service = next(iter(app.hosts), "<service>")
                expected = expected or (listed(list(app.hosts.values())) if own else "no public host")
                message = f"the ingress has the host {host}, but the app has {expected}"
                hint = f"write <% host('{service}') %>; or, if it is meant, in the spec, hosts: {service}: {host}"
                yield in_app("E513", message, environment, app, path, hint)


def _values_hosts(values: Inside) -> Iterator[tuple[Path, str]]:
    """Yield the hosts that an app's values name, each with its path; an empty text names none."""
    for path, ingress in values.ingresses:
        for below, host in _ingress_hosts(ingress):
            if host:
                yield ("values", *path, *below), host


def _ingress_hosts(ingress: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if isinstance(ingress.get("hostname"), str):
        yield ("hostname",), ingress["hostname"]
    hosts = ingress.get("hosts")
    for index, host in enumerate(hosts if isinstance(hosts, list) else ()):
        if isinstance(host, str):
            yield ("hosts", index), host
        elif isinstance(host, Mapping) and isinstance(host.get("host"), str):
            yield ("hosts", index, "host"), host["host"]
    tls = ingress.get("tls")
    for number, certificate in enumerate(tls if isinstance(tls, list) else ()):
        named = certificate.get("hosts") if isinstance(certificate, Mapping) else None
        for index, host in enumerate(named if isinstance(named, list) else ()):
            if isinstance(host, str):
                yield ("tls", number, "hosts", index), host


def redirects_are_addresses(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find ingresses that send browsers on to what is not an address."""
    for app in environment.apps:
        for path, ingress in app.inside.ingresses:
            target = redirect_target(ingress)
            if target and not is_address(target):
                where: Path = ("values", *path, "annotations", REWRITE)
                message = f"must be an address to send browsers on to, without blanks and quotes, not {shown(target)}"
                yield in_app("E206", message, environment, app, where)


def templates_read_hosts_that_are_there(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find templates of our own that read a host that the app has not."""
    yield from lacking(environment)


def lacking(environment: ResolvedEnvironment) -> Iterator[Finding]:
    """Yield what templates of our own read as a host that the app has not, without asking first: it would be empty."""
    for app in environment.apps:
        for template in app.definition.templates.values():
            for name in sorted(_hosts_read(template.text) - app.hosts.keys()):
                app_name, where = app.definition.name, _place(template, f".Values.hosts.{name}")
                message = f"the template reads .Values.hosts.{name}, a host that {app_name} has not: it is empty"
                hint = suggest.hint(name, app.hosts) or f"give {app_name} the host: ingressHosts: [{name}]"
                place = f"{message} ({app_name} in environment {environment.facts.name})"
                yield Finding(Problem("E714", place, where, hint=hint), app_name)


def _place(template: TextFile, read: str) -> Location:
    """Return where a template reads a value; the file, if it does so in other words."""
    for number, line in enumerate(template.text.splitlines(), 1):
        if read in line:
            return Location(template.source, number, line.index(read) + 1)
    return Location(template.source)


@functools.cache
def _hosts_read(text: str) -> frozenset[str]:
    """Return the hosts of `.Values.hosts` that a template reads as if they were there for certain."""
    if ".hosts." not in text:
        return frozenset()
    from efdgen.helm.charts import reads

    asked = {path[1] for path in reads.of([reads.Chart((), {"": text})]).asked if path[0] == "hosts" and path[1:]}
    actions = [action for action in _ACTION.findall(text) if _MAYBE.search(action)]
    return frozenset(name for name in asked if not any(f".hosts.{name}" in action for action in actions))


_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_MAYBE = re.compile(r"\b(?:if|with|default|coalesce|empty|ternary|or|and|not)\b")
"""What a template asks first with, or says what else to take."""
