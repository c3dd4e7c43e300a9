"""Rules about what belongs to which environment."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, Problem
from efdgen.language import expressions, scope
from efdgen.language.annotations import Place, found
from efdgen.language.layers import Layer, leaves, merge_layers, reach
from efdgen.rules.findings import Finding, in_app, in_facts
from efdgen.rules.identities import Identities

_HOSTS = re.compile(r"[a-z0-9.-]+", re.IGNORECASE)
_PATH = re.compile(r"(?:(?<=[a-z])://|secret/)[^\s\"']+")
"""What is a path; the letters in front of `://` are looked for backwards, so that long words cost nothing."""

_SCHEME = frozenset("abcdefghijklmnopqrstuvwxyz")
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 4
"""Words that an environment's name is searched for in; `tucson-teststand` has two."""


def belong_to_this_environment(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find another environment's name, alias, host or Vault prefix, unless a link to it is declared."""
    search = _Search(environment, identities)
    hint = f"if it is meant, declare it in {environment.spec.document.file} under `links`, with the reason"
    reported: set[str] = set()
    for path, key, message in _in_facts(environment, identities, search):
        if _follows_from_a_link(environment.spec.layers, path, key, environment, identities):
            continue
        if not any(known in key or key in known for known in reported):
            yield in_facts("E503", message, environment, path, "choose another" if path[0] == "aliases" else hint)
        reported.add(key)
    for app in environment.apps:
        for path, key, message in _in_values(environment, app, search, is_prefix_reported=bool(reported)):
            # What is derived from a fact is wrong because the fact is: it is reported there, once.
            if key not in reported and not _follows_from_a_link(app.layers, path, key, environment, identities):
                yield in_app("E503", message, environment, app, path, hint)
        for path, value in _file_texts(app, identities):
            for _, message in search.foreign(value):
                where = f"({app.definition.name} in environment {environment.facts.name})"
                location = app.definition.files_document.locate(path)
                yield Finding(Problem("E503", f"{message} {where}", location, path, hint), app.definition.name)


def _in_facts(
    environment: ResolvedEnvironment, identities: Identities, search: _Search
) -> Iterator[tuple[Path, str, str]]:
    """Yield the path of each fact that belongs to another environment, what of it does, and a message."""
    prefix = environment.facts.vault.path_prefix
    others = identities.fleet.by_vault_prefix.of(prefix) - search.allowed
    own_names = [environment.facts.name, *(value for _, value in _facts(environment, identities.identifying))]
    if others and not any(name in prefix for name in own_names):
        yield ("vault", "pathPrefix"), prefix, f"{prefix!r} is the Vault prefix of the environment {min(others)}"
    for path, value in _facts(environment, identities.identifying):
        # By its own word it is this environment's name, too: nobody could tell the two apart.
        # A link is about using another's name, not about having it.
        links = frozenset() if path[0] == "aliases" else search.allowed
        namesakes = identities.fleet.by_name.of(value) - links - {environment.facts.name}
        if namesakes and not _is_another_s(environment, namesakes, path, value, identities):
            yield path, value, f"{value!r} is the name of the environment {min(namesakes)}"
    own = identities.identities.get(environment.facts.name)
    for host, path in own.hosts.items() if own else ():
        # What reads the pattern only repeats what is wrong with it.
        for key, message in search.foreign(host) if path == ("hostPattern",) else ():
            yield path, key, message
    for path, value in _facts(environment, identities.own):
        for key, message in search.foreign(value):
            yield path, key, message


def _is_another_s(
    environment: ResolvedEnvironment, namesakes: Iterable[str], path: Path, value: str, identities: Identities
) -> bool:
    """Say whether another environment has its own spec say so, and this one has what follows from its name."""
    if scope.locate(environment.spec.layers, path).file == environment.spec.document.file:
        return False
    others = map(identities.spec, namesakes)
    return environment.facts.name in value and any(
        scope.locate(spec.layers, path).file == spec.document.file for spec in others
    )


def _follows_from_a_link(
    layers: Sequence[Layer], path: Path, key: str, environment: ResolvedEnvironment, identities: Identities
) -> bool:
    """Say whether an expression took something from a linked environment: what is wrong with it is said there."""
    _, written = reach(merge_layers(layers), path)
    if not isinstance(written, str) or "links" not in written or not expressions.has_expression(written):
        return False
    return any(key in text for name in environment.facts.links for text in identities.own_texts(name))


def _in_values(
    environment: ResolvedEnvironment, app: ResolvedApp, search: _Search, *, is_prefix_reported: bool
) -> Iterator[tuple[Path, str, str]]:
    """Yield the same for what an app has of its own."""
    prefix = environment.facts.vault.path_prefix
    for path, value in _texts(app):
        if not (is_prefix_reported and path[0] == "secrets" and value.startswith(prefix)):
            for key, message in search.foreign(value):
                yield path, key, message


def _file_texts(app: ResolvedApp, identities: Identities) -> Iterator[tuple[Path, str]]:
    """Yield the texts of an app's files in an environment, but for those of tables: they may be about anybody."""
    for file in app.files:
        for path, value in leaves(file.content):
            if isinstance(value, str) and value not in identities.table_texts:
                yield (*file.described_at, "content", *path), value


def _texts(app: ResolvedApp) -> Iterator[tuple[Path, str]]:
    yield ("destinationServer",), app.destination_server
    yield ("project",), app.project
    for secret in app.secrets:
        yield ("secrets", secret.name, "path"), secret.path
    for path, value in leaves(app.values):
        if isinstance(value, str):
            yield ("values", *path), value


def _facts(environment: ResolvedEnvironment, places: Iterable[Place]) -> Iterator[tuple[Path, str]]:
    for place in places:
        for path, value in found(environment.facts.data, place):
            if isinstance(value, str):
                yield path, value


class _Search:
    """Looks for other environments in the texts of one; each text is read once, whatever their number."""

    def __init__(self, environment: ResolvedEnvironment, identities: Identities) -> None:
        self._identities = identities
        self._own = environment.facts.name
        self.allowed = {self._own, *environment.facts.links}
        linked = (identities.identities[name] for name in environment.facts.links if name in identities.identities)
        # E501 says what is wrong with the former; what is wrong with the latter is said in their own environments.
        self._said = identities.contested_of(self._own).union(*(identity.hosts for identity in linked))

    def foreign(self, text: str) -> Iterator[tuple[str, str]]:
        """Return what a text holds of each other environment, and a message about it."""
        if "." not in text and "/" not in text and not self._identities.fleet.by_name.of(text):
            return iter(())
        return self._foreign(text)

    def _foreign(self, text: str) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for what, key, owners in self._owned(text):
            if owners and not owners & self.allowed:
                owner = min(owners)
                if owner not in seen:
                    seen.add(owner)
                    yield key, f"{key!r} is {what} of the environment {owner}"

    def _owned(self, text: str) -> Iterable[tuple[str, str, frozenset[str]]]:
        """Return what of a text is somebody's; most texts are the same in all environments, and looked at once."""
        lowered = text.lower()
        if self._own in lowered or any(host in lowered for host in self._said):
            return self._named(text)
        named, asked = self._identities.named, self._identities.asked
        if text not in named:
            before, asked.questions = asked.questions, set()
            named[text] = [each for each in self._named(text) if each[2]], frozenset(asked.questions)
            asked.questions = before
        found, questions = named[text]
        asked.questions |= questions
        return found

    def _named(self, text: str) -> Iterator[tuple[str, str, frozenset[str]]]:
        fleet = self._identities.fleet
        yield "the name", text, fleet.by_name.of(text)
        if "." in text:
            yield from self._named_hosts(text)
        if "/" in text:
            for path in _paths(text):
                parts = path.split("/")
                for end in range(1, min(len(parts), fleet.vault_depth) + 1):
                    prefix = "/".join(parts[:end])
                    yield "the Vault prefix", prefix, fleet.by_vault_prefix.of(prefix)
                for part in parts[1:]:
                    stem = part.rpartition(".")[0] or part
                    for name in {part, stem}:
                        yield "the name", name, fleet.by_name.of(name)

    def _named_hosts(self, text: str) -> Iterator[tuple[str, str, frozenset[str]]]:
        fleet = self._identities.fleet
        for host in _hosts(text.lower()):
            if host in self._said:
                continue
            yield "a host", host, fleet.by_host.of(host)
            yield "the name", host, fleet.by_name.of(host)
            if fleet.is_in_a_domain(host):
                for name in self._names_in(host):
                    yield "the name", name, fleet.by_name.of(name)

    def _names_in(self, host: str) -> Iterator[str]:
        """Yield the runs of words in the labels of a host that could be an environment's name."""
        for label in host.split("."):
            words = _WORD.findall(label.replace(self._own, " "))
            for start in range(len(words)):
                for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
                    yield "-".join(words[start:end])


def _hosts(text: str) -> Iterator[str]:
    """Yield what could be a host in a text of lower case: labels with a dot between."""
    for run in _HOSTS.finditer(text):
        labels: list[str] = []  # an empty one ends a host: no label begins or ends with a hyphen
        for part in run.group().split("."):
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
    for match in _PATH.finditer(text):
        start = match.start()
        while text[match.start()] == ":" and start > end and text[start - 1] in _SCHEME:
            start -= 1
        end = match.end()
        yield text[start:end]
