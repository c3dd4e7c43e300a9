"""DNS records for public hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from efdgen.environment.hosts import NODE_PORT
from efdgen.environment.model import PublicHost
from efdgen.errors import UsageError
from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple

TTL = 300
"""Seconds that a record may be remembered: short, so that a host can move."""

INGRESS_PLACEHOLDER = "<address of the ingress controller>"
NODE_PLACEHOLDER = "<address of a node>"
"""No address and no name: every DNS service refuses them."""

_NAME = late(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*\.?\Z")


class Target(NamedTuple):
    """Where a record leads to: its type, and an address or a name."""

    type: str
    value: str


class Record(NamedTuple):
    """What the DNS should say about a host.

    Attributes:
        host: the name.
        target: what it is made to lead to.
        services: what is reached there; more than one where services share a host.
        on_ingress: whether something there is behind the ingress controller: its address then.
        on_node: whether something there is on a node's own port: a node's address, if nothing else is there.
    """

    host: str
    target: Target
    services: tuple[str, ...]
    on_ingress: bool
    on_node: bool

    @property
    def zone(self) -> str:
        """Return the domain that the host lies in: what follows its first label."""
        return self.host.partition(".")[2]


def target(address: str, placeholder: str) -> Target:
    """Return what an address, or a name, makes of a record; without either, a placeholder for an IPv4 address.

    Raises:
        UsageError: when it is neither.
    """
    if not address:
        return Target("A", placeholder)
    import ipaddress

    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        if _NAME.match(address.lower()) is None:
            raise UsageError(f"{address!r} is neither an IP address nor a DNS name") from None
        return Target("CNAME", address.lower())
    return Target("AAAA" if found.version == 6 else "A", str(found))  # noqa: PLR2004 - IPv6


def records(hosts: Iterable[PublicHost], address: str = "", node_address: str = "") -> tuple[Record, ...]:
    """Return one record for each host, sorted; one that both kinds share leads to the ingress controller.

    Args:
        hosts: the public hosts.
        address: of the ingress controller: IPv4, IPv6 or a name. Empty: a placeholder.
        node_address: of a node. Empty: the same address.

    Raises:
        UsageError: when an address is none, or a host would only lead to itself.
    """
    ingress = target(address, INGRESS_PLACEHOLDER)
    node = target(node_address or address, NODE_PLACEHOLDER)
    by_host: dict[str, list[PublicHost]] = {}
    for each in hosts:
        by_host.setdefault(each.host, []).append(each)
    found = []
    for host, several in sorted(by_host.items()):
        on_node = [each.kind == NODE_PORT for each in several]
        leads_to = node if all(on_node) else ingress
        if leads_to.value.rstrip(".") == host:
            raise UsageError(f"{host} can't lead to itself: name the address that it stands for")
        found.append(Record(host, leads_to, tuple(each.service for each in several), not all(on_node), any(on_node)))
    return tuple(found)


def zones(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """Return the hosts of each zone, in the order of the records; the zones are sorted."""
    found: dict[str, list[str]] = {}
    for record in records:
        found.setdefault(record.zone, []).append(record.host)
    return {zone: tuple(found[zone]) for zone in sorted(found)}


def notes(records: Sequence[Record]) -> Iterator[str]:
    """Yield what has to be seen to before the records can be sent to Route 53, all at once."""
    missing = sorted({record.target.value for record in records} & {INGRESS_PLACEHOLDER, NODE_PLACEHOLDER})
    if missing:
        yield f"not to be sent like this: {' and '.join(missing)} must be filled in (--address, --node-address)"
    for record in records:
        if record.on_ingress and record.on_node:
            services = " and ".join(record.services)
            yield f"{record.host} is for {services}: its address must be one where all of them answer"
    domains = zones(records)
    if len(domains) > 1:
        named = ", ".join(domains)
        yield f"hosts in {len(domains)} domains ({named}): a change batch is for one zone, choose with --zone"
