"""What a text names that may be somebody's: names, hosts and Vault prefixes of environments.

In `https://store-summit.example.org/topics` that is the host, and the names `store`, `summit`, `store-summit`,
`example`, `org` and `topics`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet

from efdgen.rules.fleet import Fleet, Owned

_HOSTS = re.compile(r"(?<![a-z0-9.-])[a-z0-9-]*\.[a-z0-9.-]*")
"""Runs of letters, digits, hyphens and dots, with at least one dot; where one begins is looked for once a run."""

_PATH = re.compile(r"(?:(?<=[a-z])://|secret/)[^\s\"']+")
"""What is a path; the letters in front of `://` are looked for backwards, so that long words cost nothing."""

_SCHEME = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 4
"""Words that an environment's name is searched for in; `tucson-teststand` has two."""


class Reader:
    """Reads texts for what they name, as one environment does.

    Args:
        fleet: all environments.
        own: the environment's name: words are looked for beside it; empty: of any environment.
        said: hosts that are passed over.
    """

    def __init__(self, fleet: Fleet, own: str = "", said: Collection[str] = ()) -> None:
        self._fleet = fleet
        self._own = own
        self._said = said

    def about(self, texts: Collection[str]) -> list[str]:
        """Return the texts that hold the name, or one of the hosts: of another environment they may name others."""
        if not self._is_about("\n".join(texts)):  # nearly always so of texts that many have
            return []
        return [text for text in texts if self._is_about(text)]

    def _is_about(self, text: str) -> bool:
        lowered = text.lower()
        return self._own in lowered or (bool(self._said) and any(host in lowered for host in self._said))

    def read(self, text: str) -> list[Owned]:
        """Return what a text names that is somebody's, in the order of the text; itself comes first."""
        owned = self._fleet.by_name.among((text,))
        for host in self._hosts(text):
            owned += self._owned([host], [])
        for path in _paths(text):
            owned += self._owned([], [path])
        return owned

    def read_all(self, texts: Collection[str]) -> list[Owned]:
        """Return what texts name that is somebody's, in any order: as one text, since each by itself takes long."""
        text = "\n".join(texts)
        return [*self._fleet.by_name.among(texts), *self._owned(self._hosts(text), _paths(text))]

    def _hosts(self, text: str) -> list[str]:
        found = list(dict.fromkeys(_hosts(text.lower())))
        return [host for host in found if host not in self._said] if self._said else found

    def _owned(self, hosts: Collection[str], paths: Iterable[str]) -> list[Owned]:
        """Return what of hosts, and what in paths, is somebody's."""
        fleet, depth = self._fleet, self._fleet.vault_depth
        parts = [path.split("/") for path in paths]
        # Many begin alike.
        heads = dict.fromkeys([tuple(each[:depth]) for each in parts])
        prefixes = dict.fromkeys(["/".join(head[:end]) for head in heads for end in range(1, depth + 1)])
        words = dict.fromkeys(itertools.chain.from_iterable([each[1:] for each in parts]))
        return [
            *fleet.by_host.among(hosts),
            *fleet.by_name.among(self._names_in_hosts(hosts)),
            *fleet.by_vault_prefix.among(prefixes),
            *fleet.by_name.among([name for word in words for name in _with_stem(word)]),
        ]

    def _names_in_hosts(self, hosts: Iterable[str]) -> list[str]:
        """Return what of hosts could be names: themselves, and where environments have hosts, words in their labels."""
        labels = {label: None for host in hosts if self._fleet.is_in_a_domain(host) for label in host.split(".")}
        runs = (_runs(label.replace(self._own, " ") if self._own else label) for label in labels)
        return [*hosts, *itertools.chain.from_iterable(runs)]


class SharedReader:
    """Reads texts that more than one environment has: each of them once, as long as a run lasts."""

    def __init__(self, fleet: Fleet) -> None:
        self._asked = fleet.asked
        self._reader = Reader(fleet)
        self._names = fleet.by_name
        self._known: dict[str, tuple[list[Owned], frozenset[str]]] = {}
        self._naming_nothing: set[str] = set()

    def read(self, text: str) -> list[Owned]:
        """Return what a text names that is somebody's, as a reader that is about no environment does."""
        if text not in self._known:
            self._known[text] = self._asked.apart(functools.partial(self._reader.read, text))
        owned, questions = self._known[text]
        self._asked.questions |= questions
        return owned

    def known(self, texts: AbstractSet[str]) -> set[str]:
        """Return those of some texts that are known to name nothing that is somebody's."""
        return self._naming_nothing & texts

    def read_plain(self, texts: AbstractSet[str]) -> list[Owned]:
        """Return which of some texts are somebody's names, in any order: they name nothing else."""
        owned = self._names.among(texts)
        if not self._asked.is_wanted:
            self._naming_nothing |= texts - {name for _, name, _ in owned}
        return owned

    def read_all(self, texts: Collection[str]) -> list[Owned]:
        """Return what texts name that is somebody's, in any order."""
        others = [text for text in texts if text not in self._naming_nothing]
        new = [text for text in others if text not in self._known]
        if new and not self._asked.is_wanted and not self._reader.read_all(new):
            self._naming_nothing.update(new)
            others = [text for text in others if text in self._known]
        return [owned for text in others for owned in self.read(text)]


def _with_stem(part: str) -> tuple[str, ...]:
    """Return a part of a path, and what is left of it without the end of a file's name."""
    stem = part.rpartition(".")[0] if "." in part else ""
    return (part, stem) if stem else (part,)


@functools.lru_cache(maxsize=1024)
def _runs(label: str) -> tuple[str, ...]:
    """Return the runs of words in the label of a host that could be an environment's name."""
    words = _WORD.findall(label)
    return tuple(
        "-".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + _LONGEST, len(words)) + 1)
    )


def _hosts(text: str) -> Iterator[str]:
    """Yield what could be a host in a text of lower case: labels with a dot between."""
    for run in _HOSTS.findall(text) if "." in text else ():
        if run[0] not in "-." and run[-1] not in "-." and ".-" not in run and "-." not in run and ".." not in run:
            yield run
            continue
        labels: list[str] = []  # an empty one ends a host: no label begins or ends with a hyphen
        for part in run.split("."):
            labels += [""] if part.startswith("-") else []
            labels.append(part.strip("-"))
            labels += [""] if part.endswith("-") else []
        for is_host, group in itertools.groupby(labels, bool):
            host = ".".join(group)
            if is_host and "." in host:
                yield host


def _paths(text: str) -> Iterator[str]:
    """Yield what could be the address or the Vault path of something: `https://...`, `secret/...`."""
    end = 0
    for match in _PATH.finditer(text) if "://" in text or "secret/" in text else ():
        start = match.start()
        if text[start] == ":":
            start = end + len(text[end:start].rstrip(_SCHEME))
        end = match.end()
        yield text[start:end]
