"""Whom an audit would ask, as data."""

from __future__ import annotations

from efdgen.language.tuples import NamedTuple

KUBECTL = "kubectl"
"""What stands in the place of a server where kubectl is asked: whom it asks, its own settings say."""

RESOLVERS = "DNS servers of this machine"
"""What stands in the place of servers where the package is missing that knows them."""


class Asked(NamedTuple):
    """A server that is asked.

    Attributes:
        server: as host and port; or kubectl, or DNS servers.
        connects_to: where it is connected to in its place; empty: to itself.
        areas: what it is asked for.
        how: what goes with it: a token, or why none does; empty: nothing.
        is_asked: whether it is asked at all; else, `how` says why not.
    """

    server: str
    connects_to: str
    areas: tuple[str, ...]
    how: str
    is_asked: bool = True


class Planned(NamedTuple):
    """What is asked about an environment; a spec that is wrong, so that nobody is asked, has a fault."""

    environment: str
    asked: tuple[Asked, ...]
    fault: str = ""
