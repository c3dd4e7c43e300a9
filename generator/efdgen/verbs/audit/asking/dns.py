"""DNS: where names lead, by dnspython, which tells a name that is not there from a server that does not answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from efdgen.errors import UsageError
from efdgen.language import installing
from efdgen.verbs.audit.answers import AskError, Resolution
from efdgen.verbs.audit.asking.reach import Means, Reach, Server


def resolver(reach: Reach, server: Server | None) -> Any:
    """Return what asks a DNS server; None: those that the machine asks.

    Raises:
        UsageError: when dnspython is not installed.
        AskError: when the machine has no DNS server.
    """
    resolvers = _dnspython()
    import dns.exception

    try:
        found = resolvers.Resolver(configure=server is None)
    except (dns.exception.DNSException, OSError):
        raise AskError("this machine knows no DNS server", "name one: --dns-server ADDRESS") from None
    if server is not None:
        found.nameservers, found.port = [server[0]], server[1]
    # A name is asked for as it is: never with this machine's own domain behind it.
    found.search = []
    found.lifetime = reach.means.timeout
    found.cache = None
    return found


def reach(means: Means, named: Iterable[Server]) -> Reach:
    """Return what makes connections: where a DNS server is given, it is asked for every name."""
    server = means.dns_server
    if server is None:
        return Reach(means, named)

    def resolve(through: Reach, host: str) -> tuple[str, ...]:
        return resolution(through, resolver(through, server), host).addresses

    return Reach(means, (*named, server), resolve)


def servers(server: Server | None) -> tuple[Server, ...]:
    """Return the DNS servers that are asked; none: they are not known, as without dnspython."""
    if server is not None:
        return (server,)
    resolvers = _found()
    if resolvers is None:
        return ()
    import dns.exception

    try:
        return tuple((str(address), 53) for address in resolvers.Resolver().nameservers)
    except (dns.exception.DNSException, OSError):
        return ()


def resolution(reach: Reach, asking: Any, host: str) -> Resolution:
    """Return where a name leads: its IPv4 and its IPv6 addresses.

    Raises:
        AskError: when no server knows, or answers.
    """
    import dns.exception
    import dns.resolver

    for nameserver in asking.nameservers:
        reach.allows((str(nameserver), asking.port))
    addresses: set[str] = set()
    through: dict[str, None] = {}
    for kind in ("A", "AAAA"):
        try:
            answer = asking.resolve(f"{host}.", kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            break
        except dns.exception.Timeout:
            raise AskError("no DNS server answers", "is the network there? --dns-server names another one") from None
        except (dns.exception.DNSException, OSError):
            raise AskError("the DNS servers can't say", "their own, or the zone's, trouble: try again") from None
        for alias in answer.chaining_result.cnames:
            through.update(dict.fromkeys(str(item.target).rstrip(".") for item in alias))
        addresses.update(item.address for item in answer.rrset or ())
    return Resolution(tuple(sorted(addresses)), tuple(through))


def lacking() -> str:
    """Return how dnspython is installed; empty: it is there."""
    return "" if _found() is not None else f"the package dnspython: {installing.command('audit')}"


def require() -> None:
    """Refuse to go on without dnspython.

    Raises:
        UsageError: when it is not installed.
    """
    _dnspython()


def _dnspython() -> Any:
    found = _found()
    if found is None:
        raise UsageError(
            f"asking the DNS needs {lacking()}; "
            "without it, name what else is to be asked: efdgen audit ENV vault tls services argocd"
        )
    return found


def _found() -> Any:
    try:
        import dns.resolver
    except ImportError:
        return None
    return dns.resolver
