"""What an audit would ask, before it asks anybody."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from efdgen.language.shown import count
from efdgen.language.tuples import NamedTuple
from efdgen.review.audit import ARGOCD, DNS, SERVICES, TLS, VAULT
from efdgen.review.auditplan import KUBECTL, RESOLVERS, Asked, Planned
from efdgen.verbs.audit.answers import AskError, Unanswered
from efdgen.verbs.audit.asking import dns, services, tls
from efdgen.verbs.audit.asking.reach import Means, Server, VaultMeans, is_address, server_of
from efdgen.verbs.audit.sites import Logins, Site, Wanted, sites

_WITH = "with a token"


def planned(root: Path, wanted: Wanted, means: Means, logins: Logins) -> list[Planned]:
    """Return whom an audit asks, and nobody else. Nobody is asked yet.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    every = sites(root, wanted, means, logins)
    found = [Planned(name, (), "its spec is wrong: efdgen validate says what") for name in every.faults]
    found += [Planned(site.plan.environment, tuple(_asked(site, means, logins))) for site in every.sound]
    return sorted(found, key=lambda each: every.names.index(each.environment))


class _Question(NamedTuple):
    """Who is asked, for which area, how; or why not."""

    server: Server
    area: str
    how: str = ""
    is_asked: bool = True


def _asked(site: Site, means: Means, logins: Logins) -> Iterator[Asked]:
    questions = list(_questions(site, means, logins))
    names = _names(site, means, questions)
    lacking = "" if means.dns_server else dns.lacking()
    if names and lacking:
        yield Asked(RESOLVERS, "", (DNS,), f"{names}; this needs {lacking}")
    elif names:
        questions = [*(_Question(server, DNS, names) for server in dns.servers(means.dns_server)), *questions]
    for server in sorted({each.server for each in questions}):
        of_server = [each for each in questions if each.server == server]
        instead = means.instead.get(server)
        to = f"{instead[0]}:{instead[1]}" if instead else ""
        areas = tuple(dict.fromkeys(each.area for each in of_server))
        how = "; ".join(each.how for each in of_server if each.how)
        is_asked = any(each.is_asked for each in of_server)
        yield Asked(f"{server[0]}:{server[1]}", to, areas, how, is_asked)
    context = site.tokens.argocd.context
    if site.plan.argocd is not None and context:
        if isinstance(context, Unanswered):
            yield Asked(KUBECTL, "", (ARGOCD,), f"it is not asked: {context.reason}", is_asked=False)
        else:
            how = f"in the context {context}, by kubectl's own login, to the server that it names"
            yield Asked(KUBECTL, "", (ARGOCD,), how)


def _questions(site: Site, means: Means, logins: Logins) -> Iterator[_Question]:
    """Yield who is asked for what, and how, but for DNS; an address that is no URL is asked for nothing."""
    asked = site.plan
    with contextlib.suppress(AskError):
        if asked.vault is not None:
            url = asked.vault.address
            token = _token(site.tokens.vault, site, url, will_ask=logins.vault.will_ask)
            yield _Question(server_of(url), VAULT, f"{token}{_vault_way(means.vault)}")
    for host in asked.certificates:
        yield _Question((host, tls.PORT), TLS)
    for question in asked.services:
        with contextlib.suppress(AskError):
            yield _Question(services.server(question.probe), SERVICES)
    with contextlib.suppress(AskError):
        if asked.argocd is not None and not site.tokens.argocd.context:
            url = asked.argocd.url
            token = _token(site.tokens.argocd.token, site, url)
            is_asked = token == _WITH
            yield _Question(server_of(url), ARGOCD, token if is_asked else f"{ARGOCD} is not asked {token}", is_asked)


def _names(site: Site, means: Means, questions: Sequence[_Question]) -> str:
    """Return how many names DNS servers are asked for; one that is named is asked for the hosts of servers, too."""
    asked = site.plan
    if not (asked.hosts or means.dns_server):
        return ""
    names = {*asked.hosts, *asked.former}
    others = {each.server[0] for each in questions if each.is_asked and each.server not in means.instead} - names
    others = {host for host in others if not is_address(host)}
    how = count(len(names | others) if means.dns_server else len(names), "name")
    if others and not means.dns_server:
        how += f"; this machine looks up {len(others)} more, of servers"
    return how


def _vault_way(vault: VaultMeans) -> str:
    trusted = vault.ca_file or vault.ca_folder or ("VAULT_CACERT_BYTES" if vault.ca_text else "")
    namespace = f", in the namespace {vault.namespace}" if vault.namespace else ""
    return namespace + (f", trusting {trusted}" if trusted else "")


def _token(token: str | Unanswered, site: Site, url: str, *, will_ask: bool = False) -> str:
    """Say whether a token goes with what is asked at a URL."""
    if isinstance(token, Unanswered):
        return f"without a token: {token.reason}"
    if not token and not will_ask:
        return "without a token: there is none"
    try:
        site.reach.may_send_a_token(url)
    except AskError as error:
        return f"without a token: {error.unanswered.reason}"
    return _WITH if token else f"{_WITH}, which is asked for first, on this terminal"
