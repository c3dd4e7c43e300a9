"""The servers that a plan names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from efdgen.errors import UsageError
from efdgen.verbs.audit.answers import AskError, Plan
from efdgen.verbs.audit.asking import services, tls
from efdgen.verbs.audit.asking.reach import Server, server_of


def servers(asked: Plan) -> Iterator[Server]:
    """Yield the servers that a plan names, but for DNS servers; an address that is no URL names none."""
    yield from ((host, tls.PORT) for host in asked.certificates)
    for question in asked.services:
        with contextlib.suppress(AskError):
            yield services.server(question.probe)
    urls = [each.address for each in (asked.vault,) if each] + [each.url for each in (asked.argocd,) if each]
    for url in urls:
        with contextlib.suppress(AskError):
            yield server_of(url)


def matched(instead: Mapping[Server, Server], named: Iterable[Server]) -> None:
    """Refuse to connect elsewhere in place of a server that is never asked: its name is misspelt.

    Raises:
        UsageError: when there is one.
    """
    known = set(named)
    for host, port in instead:
        if (host, port) not in known:
            listed = ", ".join(sorted(f"{each}:{number}" for each, number in known))
            raise UsageError(f"--connect-to {host}:{port}: nothing is asked there; known are {listed}")
