"""Environments that one Argo CD deploys: what each of them must leave to the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from efdgen.errors import Path
from efdgen.language.tuples import NamedTuple
from efdgen.rules.identity import Identity

_Key = TypeVar("_Key", bound=Hashable)


class Neighbours(NamedTuple):
    """What the environments have that one Argo CD deploys, each with the names of those that have it.

    Attributes:
        applications: the names of their Applications, that of the app of apps among them.
        places: the addresses of the API servers, and the namespaces, that their apps go to.
        managed: those that look after that Argo CD.
        standing: what says who has to change, of two that don't go together, by their names.
    """

    applications: Mapping[str, frozenset[str]]
    places: Mapping[tuple[str, str], frozenset[str]]
    managed: frozenset[str]
    standing: Mapping[str, tuple[bool, bool, frozenset[Path]]]


class Neighbourhoods:
    """Which environments one Argo CD deploys.

    Args:
        identities: what each environment is known by.
        together: those that are deployed by an Argo CD of their own, or of a link, by its address.
    """

    def __init__(self, identities: Mapping[str, Identity], together: Mapping[str, Iterable[str]]) -> None:
        self._identities = identities
        self._together = {where: frozenset(names) for where, names in together.items()}
        self._where = {name: where for where, names in self._together.items() for name in names}
        self._known: dict[str, Neighbours] = {}

    def of(self, name: str) -> Neighbours:
        """Return what the Argo CD of an environment deploys: nothing, where it is the only one; else its own, too."""
        where = self._where.get(name, "")
        together = self._together.get(where, frozenset())
        if len(together) <= 1:
            return Neighbours({}, {}, frozenset(), {})
        # Asked for by each of them: what all have is put together once.
        if where not in self._known:
            self._known[where] = _all([self._identities[each] for each in together])
        return self._known[where]

    def is_right(self, name: str, other: str, fact: Path = ()) -> bool:
        """Say whether of two environments of one Argo CD that don't go together, the other is surely the one to change.

        Who came to whose Argo CD is known where one of them alone looks after it, or alone has it at its own
        `argocd.host`. Else it is who does not set the fact that would keep them apart.

        Args:
            name: the environment that is then right as it is.
            other: the other one.
            fact: what keeps environments apart, of `identity.APART`; none: nothing does.
        """
        standing = self.of(name).standing
        (manages, is_at_home, apart), (other_manages, other_is_at_home, other_apart) = standing[name], standing[other]
        for mine, theirs in (
            (manages, other_manages),
            (is_at_home, other_is_at_home),
            (fact in apart, fact in other_apart),
        ):
            if mine != theirs:
                return mine
        return False


def _all(identities: Iterable[Identity]) -> Neighbours:
    together = list(identities)
    return Neighbours(
        _index((application, each.name) for each in together for application in each.applications),
        _index((place, each.name) for each in together for place in each.destinations),
        frozenset(each.name for each in together if each.is_managing),
        {each.name: _standing(each) for each in together},
    )


def _standing(identity: Identity) -> tuple[bool, bool, frozenset[Path]]:
    return identity.is_managing, identity.is_at_home, identity.apart


def _index(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, frozenset[str]]:
    found: dict[_Key, set[str]] = {}
    for key, name in pairs:
        found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}
