"""All environments by what they are known by; and what the rules of one asked about the others."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from efdgen.errors import Problem
from efdgen.language.tuples import NamedTuple
from efdgen.rules.contested import contested
from efdgen.rules.identity import Identity
from efdgen.rules.neighbours import Neighbourhoods, Neighbours

_Answer = TypeVar("_Answer")
_NOBODY: frozenset[str] = frozenset()
_HOST, _NAME, _PREFIX, _DOMAIN, _CALLED = "host ", "name ", "prefix ", "domain ", "called "


class Asked:
    """What was asked about environments: a text for each question. Several can share the answers.

    Attributes:
        is_wanted: whether anybody wants to know it.
    """

    def __init__(self) -> None:
        self.is_wanted = True
        self.questions: set[str] = set()

    def note(self, kind: str, keys: Iterable[str]) -> None:
        """Note that questions of one kind were asked."""
        if self.is_wanted:
            self.questions.update([kind + key for key in keys])

    def apart(self, ask: Callable[[], _Answer]) -> tuple[_Answer, frozenset[str]]:
        """Return what a function returns, and the questions that it asks: these are not noted."""
        before, self.questions = self.questions, set()
        answer = ask()
        own, self.questions = self.questions, before
        return answer, frozenset(own)

    def packed(self) -> bytes:
        """Return the questions as plain data, for `is_any`: they can't be read from it any more."""
        from array import array

        return array("Q", sorted(map(_digest, self.questions))).tobytes()


def is_any(questions: Iterable[str], packed: bytes) -> bool:
    """Say whether one of some questions is among packed ones; seldom, it is said of one that is not."""
    from array import array
    from bisect import bisect_left

    numbers = array("Q")
    numbers.frombytes(packed)
    for question in questions:
        number = _digest(question)
        at = bisect_left(numbers, number)
        if at < len(numbers) and numbers[at] == number:
            return True
    return False


@functools.lru_cache(maxsize=1 << 16)
def _digest(question: str) -> int:
    return int.from_bytes(hashlib.blake2b(question.encode(errors="surrogatepass"), digest_size=8).digest(), "big")


_Named = Mapping[str, Iterable[str]]
"""Environments, by something that they have."""


def _named(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, name in pairs:
        found.setdefault(key, set()).add(name)
    return found


class Index(NamedTuple):
    """What all environments are known by together: plain data, which follows from what each is known by.

    Attributes:
        hosts: who has a host.
        prefixes: who has a Vault prefix.
        names: who has a name.
        called: whose spec says a title or a place.
        domains: the domains of all, with a dot before them.
        together: who is deployed by an Argo CD of its own, or of a link.
    """

    hosts: _Named
    prefixes: _Named
    names: _Named
    called: _Named
    domains: Collection[str]
    together: _Named

    def packed(self) -> dict[str, Any]:
        """Return the same as plain data, by the names of its parts: equal data for equal environments."""
        named = self._asdict()
        domains = tuple(sorted(named.pop("domains")))
        plain = {part: {key: tuple(sorted(each[key])) for key in sorted(each)} for part, each in named.items()}
        return {**plain, "domains": domains}


def index(identities: Mapping[str, Identity]) -> Index:
    """Return what environments are known by together."""
    everybody = identities.values()
    hosts = _named((host, i.name) for i in everybody for host in i.hosts)
    return Index(
        hosts,
        _named((i.vault_prefix, i.name) for i in everybody),
        _named((name, i.name) for i in everybody for name in {i.name, *i.aliases}),
        _named((text, i.name) for i in everybody for text in i.called),
        frozenset(f".{i.domain}" for i in everybody),
        _named((i.argocd, i.name) for i in everybody if not _is_astray(i, hosts)),
    )


def _is_astray(of: Identity, hosts: Mapping[str, set[str]]) -> bool:
    """Say whether the Argo CD of an environment is another's, and no link says so: then that is wrong (E503)."""
    owners = hosts.get(re.split("[:/]", of.argocd)[0])
    return owners is not None and not owners & {of.name, *of.links}


Owned = tuple[str, str, frozenset[str]]
"""Something that environments have: what it is, such as `a host`, itself, and who has it."""


class Owners(dict[str, frozenset[str]]):
    """The environments that have something, by what it is.

    Args:
        what: what it is, for people.
        kind: the same, for questions.
        named: who has what.
        asked: where questions are noted.
    """

    def __init__(self, what: str, kind: str, named: _Named, asked: Asked) -> None:
        super().__init__({key: frozenset(names) for key, names in named.items()})
        self._what = what
        self._kind = kind
        self._asked = asked

    def of(self, key: str) -> frozenset[str]:
        """Return who has something; it is noted that somebody asked."""
        self._asked.note(self._kind, (key,))
        return self.get(key, _NOBODY)

    def among(self, keys: Collection[str]) -> list[Owned]:
        """Return what of some things somebody has, in their order; it is noted that somebody asked."""
        self._asked.note(self._kind, keys)
        return [(self._what, key, self[key]) for key in filter(self.__contains__, keys)]

    def changes(self, before: Owners) -> set[str]:
        """Return the questions that have another answer than before."""
        return {self._kind + key for key in self.keys() | before.keys() if self.get(key) != before.get(key)}


class Changes(NamedTuple):
    """What is not as it was: the questions with other answers, and the environments that have other neighbours."""

    questions: frozenset[str]
    neighbours: frozenset[str]


class Fleet:
    """All environments, by everything that names them.

    Args:
        identities: what each is known by; those whose facts are wrong are not there.
        known: what they are known by together; None: it is found out.

    Attributes:
        asked: what was asked.
        neighbourhoods: the environments that one Argo CD deploys.
        vault_depth: the most parts that a Vault prefix of an environment has.
    """

    def __init__(self, identities: Mapping[str, Identity], known: Index | None = None) -> None:
        self.identities = identities
        self.asked = Asked()
        self.index = index(identities) if known is None else known
        self.by_host = Owners("a host", _HOST, self.index.hosts, self.asked)
        self.by_vault_prefix = Owners("the Vault prefix", _PREFIX, self.index.prefixes, self.asked)
        self.by_name = Owners("the name", _NAME, self.index.names, self.asked)
        self.by_what_it_is_called = Owners("what people call", _CALLED, self.index.called, self.asked)
        self.vault_depth = max((prefix.count("/") + 1 for prefix in self.by_vault_prefix), default=0)
        self.neighbourhoods = Neighbourhoods(identities, self.index.together)
        self._domains = frozenset(self.index.domains)
        self._ends: dict[str, tuple[bool, list[str]]] = {}

    @functools.cached_property
    def contested(self) -> dict[str, Problem]:
        """Return the hosts that several environments claim, each with what is said about it."""
        return contested(self.identities, self.by_host)

    def is_in_a_domain(self, host: str) -> bool:
        """Say whether a host lies in the domain of an environment; it is noted that somebody asked."""
        longest = host[host.find(".") :] if "." in host else ""
        if longest not in self._ends:  # many hosts share one
            ends = [longest[at:] for at, character in enumerate(longest) if character == "."]
            self._ends[longest] = not self._domains.isdisjoint(ends), ends
        is_in, ends = self._ends[longest]
        self.asked.note(_DOMAIN, ends)
        return is_in

    def changes(self, before: Fleet) -> Changes | None:
        """Return what is not as it was before; None: what anybody may have looked at.

        Args:
            before: the environments as they were; each that is still there, and is as it was, is compared.
        """
        if self.vault_depth != before.vault_depth or self.contested != before.contested:
            return None
        questions = self.by_host.changes(before.by_host)
        questions |= self.by_name.changes(before.by_name)
        questions |= self.by_vault_prefix.changes(before.by_vault_prefix)
        questions |= self.by_what_it_is_called.changes(before.by_what_it_is_called)
        questions |= {_DOMAIN + domain for domain in self._domains ^ before._domains}
        return Changes(frozenset(questions), frozenset(self._with_other_neighbours(before)))

    def _with_other_neighbours(self, before: Fleet) -> Iterable[str]:
        compared: dict[tuple[int, int], bool] = {}
        kept: list[Neighbours] = []  # as long as they are there, no other has their number
        for name in self.identities.keys() & before.identities.keys():
            both = self.neighbourhoods.of(name), before.neighbourhoods.of(name)
            kept += both
            key = id(both[0]), id(both[1])
            if key not in compared:
                compared[key] = both[0] == both[1]
            if not compared[key]:
                yield name
