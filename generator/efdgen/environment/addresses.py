"""Where an environment's services, and what else people want to reach, are: `templates/pages/addresses.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.environment.model import Address, ResolvedEnvironment
from efdgen.environment.names import names
from efdgen.errors import InvalidInputError, Problem
from efdgen.language.scope import evaluate_text
from efdgen.repository.model import Pages, Written


def with_addresses(environment: ResolvedEnvironment, pages: Pages) -> ResolvedEnvironment:
    """Return an environment with its addresses: those of its services, and those that the repository declares.

    A service is at its public host, behind https://, unless its address is declared, for a port or a path:

        services: {registry: <% registry.url %>}   ->   registry: https://registry-lab.example.org:30828

    Raises:
        InvalidInputError: when an address can't be evaluated, or is no text.
    """
    given = names(environment) if pages.addresses or pages.services else {}
    hosts = {service: host for app in environment.apps for service, host in app.hosts.items()}
    declared = {
        service: _evaluated(pages.services[service], given) if service in pages.services else None for service in hosts
    }
    services = {service: declared[service] or f"https://{host}" for service, host in sorted(hosts.items())}
    addresses = tuple(
        Address(row.name, row.key, _evaluated(row.address, given), row.otherwise) for row in pages.addresses
    )
    return environment._replace(services=services, addresses=addresses)


def _evaluated(written: Written, given: Mapping[str, Any]) -> str | None:
    where = f"environment {given['name']}"
    value = evaluate_text(written.text, given, where, written.locate, written.path)
    if value is None or isinstance(value, str):
        return value
    message = f"an address must be text or null, not {value!r} ({where})"
    raise InvalidInputError([Problem("E304", message, written.locate(written.path), written.path)])
