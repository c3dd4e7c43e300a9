"""What an audit would ask, before it asks anybody."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from efdgen.review.audit import ARGOCD, DNS, SERVICES, TLS, VAULT
from efdgen.review.auditplan import KUBECTL, Asked, Planned
from efdgen.verbs.audit.answers import AskError, Unanswered
from efdgen.verbs.audit.asking import dns, services, tls
from efdgen.verbs.audit.asking.reach import Means, Server, VaultMeans, server_of
from efdgen.verbs.audit.sites import Logins, Site, Wanted, sites


def planned(root: Path, wanted: Wanted, means: Means, logins: Logins) -> list[Planned]:
    """Return whom an audit asks, and nobody else. Nobody is asked yet.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown, or a package is missing.
    """
    every = sites(root, wanted, means, logins)
    found = [Planned(name, (), "its spec is wrong: efdgen validate says what") for name in every.faults]
    found += [Planned(site.plan.environment, tuple(_asked(site, means))) for site in every.sound]
    return sorted(found, key=lambda each: every.names.index(each.environment))


def _asked(site: Site, means: Means) -> Iterator[Asked]:
    areas: dict[Server, dict[str, None]] = {}
    hows: dict[Server, list[str]] = {}
    for server, area, how in _questions(site, means):
        areas.setdefault(server, {})[area] = None
        hows.setdefault(server, []).extend([how] if how else [])
    for server in sorted(areas):
        instead = means.instead.get(server)
        to = f"{instead[0]}:{instead[1]}" if instead else ""
        yield Asked(f"{server[0]}:{server[1]}", to, tuple(areas[server]), "; ".join(hows[server]))
    context = site.tokens.argocd.context
    if site.plan.argocd is not None and context:
        if isinstance(context, Unanswered):
            yield Asked(KUBECTL, "", (ARGOCD,), f"it is not asked: {context.reason}", is_asked=False)
        else:
            how = f"in the context {context}, by kubectl's own login, to the server that it names"
            yield Asked(KUBECTL, "", (ARGOCD,), how)


def _questions(site: Site, means: Means) -> Iterator[tuple[Server, str, str]]:
    """Yield who is asked for what, and how; an address that is no URL is asked for nothing."""
    asked = site.plan
    with contextlib.suppress(AskError):
        if asked.vault is not None:
            yield server_of(asked.vault.address), VAULT, f"{_token(site.tokens.vault)}{_vault_way(means.vault)}"
    for server in dns.servers(means.dns_server) if asked.hosts or means.dns_server else ():
        yield server, DNS, f"{len(asked.hosts) + len(asked.former)} names" if asked.hosts else "names of servers"
    for host in asked.certificates:
        yield (host, tls.PORT), TLS, ""
    for question in asked.services:
        with contextlib.suppress(AskError):
            yield services.server(question.probe), SERVICES, ""
    with contextlib.suppress(AskError):
        if asked.argocd is not None and not site.tokens.argocd.context:
            yield server_of(asked.argocd.url), ARGOCD, _token(site.tokens.argocd.token)


def _vault_way(vault: VaultMeans) -> str:
    trusted = vault.ca_file or vault.ca_folder or ("VAULT_CACERT_BYTES" if vault.ca_text else "")
    namespace = f", in the namespace {vault.namespace}" if vault.namespace else ""
    return namespace + (f", trusting {trusted}" if trusted else "")


def _token(token: str | Unanswered) -> str:
    if isinstance(token, Unanswered):
        return f"without a token: {token.reason}"
    return "with a token" if token else "without a token: there is none"
