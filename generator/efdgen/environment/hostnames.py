"""What the DNS allows as the name of a host: https://www.rfc-editor.org/rfc/rfc1123#section-2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from efdgen.errors import InvalidInputError, Path, Problem
from efdgen.language import expressions, scope
from efdgen.language.scope import Scope
from efdgen.repository.model import AppDefinition, EnvironmentSpec

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_MOST_IN_LABEL = 63
_MOST_IN_NAME = 253


def fault(host: str) -> str:
    """Return why the DNS does not allow a public host; empty: it does."""
    if len(host) > _MOST_IN_NAME:
        return f"it has {len(host)} characters, at most {_MOST_IN_NAME} are allowed"
    for label in host.split("."):
        if len(label) > _MOST_IN_LABEL:
            return f"{label!r} has {len(label)} characters, at most {_MOST_IN_LABEL} are allowed between two dots"
        if label != label.lower():
            return f"{label!r} has upper-case letters"
        if not _LABEL.match(label):
            return f"{label!r} may hold letters, digits and, inside, hyphens only"
    last = host.rpartition(".")[2]
    if last.isdigit():
        return "it ends in a number, as IP addresses do, and an Ingress takes none"
    if last == "localhost":
        return "each machine calls itself so"
    return "" if "." in host else "it has no domain, and no zone can hold it"


def unfit(host: str, service: str, reason: str) -> str:
    """Return the message about such a host."""
    return f"the host {host!r} of {service} does not fit the DNS: {reason}"


def unfit_hosts(
    spec: EnvironmentSpec,
    names: Scope,
    problems: Iterable[Problem],
    apps: Mapping[str, AppDefinition],
    services: Iterable[str],
) -> list[Problem]:
    """Return what is wrong with hosts, where facts are wrong that may only repeat it (E502)."""
    texts = [problem.message for problem in problems]
    known = {problem.path for problem in problems}
    here = {service for app in spec.apps for service in (*apps[app].ingress_hosts, *apps[app].node_port_hosts)}
    found = []
    for service in sorted(services):
        try:
            host = names["host"](service)
        except (InvalidInputError, expressions.ExpressionError):
            continue
        reason = fault(host)
        path: Path = ("hosts", service) if service in names.facts["hosts"] else ("hostPattern",)
        if reason and path not in known and (service in here or any(host in text for text in texts)):
            message = unfit(host, service, reason)
            location = scope.locate(spec.layers, path)
            found.append(Problem("E502", f"{message} (environment {spec.name})", location, path))
    return found
