"""Hosts that several environments claim: each is said once, where it can be changed with the least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from efdgen.errors import Location, Path, Problem
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.rules.identity import Identity

_PATTERN: Path = ("hostPattern",)


class _Claim(NamedTuple):
    """What one environment says about a host: where it does, and whether the host has the environment's name."""

    environment: str
    location: Location
    path: Path
    is_named: bool

    @property
    def order(self) -> tuple[bool, bool, bool, Location]:
        """What claims are sorted by: what is most likely the mistake comes first.

        A spec can be changed without the others; what is about one host only changes least; and a host that has the
        environment's name is hardly the copy.
        """
        is_shared = self.location.file.startswith(f"{paths.ENVIRONMENTS}/shared/")
        return is_shared, self.path == _PATTERN, self.is_named, self.location


def contested(identities: Mapping[str, Identity], by_host: Mapping[str, frozenset[str]]) -> dict[str, Problem]:
    """Return the hosts that several environments claim, each with what is said about it (E501).

    Hosts that one pattern makes are said together. The problem is the same, whichever of the environments has it.
    """
    by_place: dict[tuple[Location, Path], dict[str, list[_Claim]]] = {}
    for host, owners in sorted(by_host.items()):
        if len(owners) > 1:
            claims = sorted(_claims(host, owners, identities), key=lambda claim: claim.order)
            by_place.setdefault(claims[0][1:3], {})[host] = claims
    found = {}
    for (location, path), claimed in by_place.items():
        claims = [claim for those in claimed.values() for claim in those]
        names = listed(sorted({claim.environment for claim in claims}))
        what = "the same hosts, such as" if len(claimed) > 1 else "one host:"
        hint = "let the pattern hold what differs, such as <% name %>" if path == _PATTERN else _OWN
        others = sorted({str(claim.location) for claim in claims} - {str(location)})
        hint += f"; the other is written in {listed(others)}" if others else ""
        problem = Problem("E501", f"{names} claim {what} {min(claimed)}", location, path, hint)
        found.update(dict.fromkeys(claimed, problem))
    return found


_OWN = "give each its own, under `hosts`"


def _claims(host: str, owners: frozenset[str], identities: Mapping[str, Identity]) -> Iterator[_Claim]:
    for name in owners:
        identity = identities[name]
        path = identity.hosts[host]
        yield _Claim(name, identity.places[path], path, name in host)
