"""Where an environment's services, and what else people want to reach, are: `templates/pages/addresses.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.environment.model import Address, ResolvedEnvironment
from efdgen.errors import InvalidInputError, Problem
from efdgen.language.scope import evaluate_text, holds
from efdgen.language.shown import shown
from efdgen.repository.model import AddressRow, Pages, Written


def with_addresses(environment: ResolvedEnvironment, pages: Pages) -> ResolvedEnvironment:
    """Return an environment with its addresses: those of its services, and those that the repository declares.

    A service is at its public host, behind https://, unless its address is declared, for a port or a path:

        services: {registry: https://<% host('registry') %>:30828}   ->   registry: https://registry-lab.example.org:30828

    Raises:
        InvalidInputError: with every address that can't be evaluated, or is not text.
    """
    if not (pages.addresses or pages.services):
        return environment._replace(services=_of_services(environment, {}))
    given = environment.names
    where = f"environment {environment.facts.name}"
    problems: list[Problem] = []

    def evaluated(written: Written) -> str | None:
        try:
            return _text_or_null(written, given, where)
        except InvalidInputError as error:
            problems.extend(error.problems)
            return None

    declared = {
        service: evaluated(pages.services[service])
        for app in environment.apps
        for service in app.hosts
        if service in pages.services
    }

    def address(row: AddressRow) -> Address:
        when = row.when
        try:
            is_there = when is None or holds(when.text, given, where, when.locate, when.path)
        except InvalidInputError as error:
            problems.extend(error.problems)
            is_there = False
        # The key is in JSON all the same: programs find the same keys in every environment.
        return Address(row.name, row.key, *((evaluated(row.address), row.otherwise) if is_there else (None, "")))

    addresses = tuple(map(address, pages.addresses))
    if problems:
        raise InvalidInputError(problems)
    return environment._replace(services=_of_services(environment, declared), addresses=addresses)


def _of_services(environment: ResolvedEnvironment, declared: Mapping[str, str | None]) -> dict[str, str]:
    """Return the address of each service, sorted: the declared one, or its host's."""
    hosts = {service: host for app in environment.apps for service, host in app.hosts.items()}
    return {service: declared.get(service) or f"https://{host}" for service, host in sorted(hosts.items())}


def _text_or_null(written: Written, names: Mapping[str, Any], where: str) -> str | None:
    value = evaluate_text(written.text, names, where, written.locate, written.path)
    if value is None or isinstance(value, str):
        return value
    message = f"an address must be text or null, not {shown(value)} ({where})"
    raise InvalidInputError([Problem("E304", message, written.locate(written.path), written.path)])
