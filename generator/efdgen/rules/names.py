"""Rules about what belongs to which environment."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, Problem
from efdgen.language import expressions, scope
from efdgen.language.annotations import Place, found
from efdgen.language.layers import Layer, at, keys, leaves, merge_layers, reach
from efdgen.rules.findings import Finding, in_app, in_facts
from efdgen.rules.identities import Identities
from efdgen.rules.naming import Reader


def belong_to_this_environment(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find another environment's name, alias, host or Vault prefix, unless a link to it is declared."""
    search = _Search(environment, identities)
    facts = _texts_of_facts(environment, identities)
    search.look_at({*_texts_of_apps(environment, identities), *(text for _, text in facts)})
    hint = f"if it is meant, declare it in {environment.spec.document.file} under `links`, with the reason"
    reported: set[str] = set()
    for path, key, message in _in_facts(environment, identities, search, facts):
        if _follows_from_a_link(environment.spec.layers, path, key, environment, identities):
            continue
        if not any(known in key or key in known for known in reported):
            finding = in_facts("E503", message, environment, path, "choose another" if path[0] == "aliases" else hint)
            layers = environment.spec.layers
            offset = search.offset(str(at(environment.facts.data, path)), key, _written(layers, path))
            yield _at_offset(finding, layers, path, offset) if offset else finding
        reported.add(key)
    yield from _in_apps(environment, identities, search, reported, hint)


def _in_apps(
    environment: ResolvedEnvironment, identities: Identities, search: _Search, reported: Collection[str], hint: str
) -> Iterator[Finding]:
    """Yield what belongs to another environment in apps: what is derived from a fact is reported there, once."""
    prefix = environment.facts.vault.path_prefix if reported else None
    for app in environment.apps if search.found else ():
        for path, text, is_key in (*_own_texts(app, prefix), *_value_texts(app)):
            for key, message in search.foreign(text):
                written_at = path[:-1] if is_key else path
                if key not in reported and not _follows_from_a_link(
                    app.layers, written_at, key, environment, identities
                ):
                    finding = in_app("E503", message, environment, app, path, hint, key=is_key)
                    offset = 0 if is_key else search.offset(text, key, _written(app.layers, path))
                    yield _at_offset(finding, app.layers, path, offset) if offset else finding
        for path, text, is_key in _file_texts(app, identities):
            for key, message in search.foreign(text):
                where = f"({app.definition.name} in environment {environment.facts.name})"
                document = app.definition.files_document
                offset = 0 if is_key else search.offset(text, key, at(document.data, path))
                location = document.locate_in_text(path, offset, key=is_key)
                yield Finding(Problem("E503", f"{message} {where}", location, path, hint), app.definition.name)


def _texts_of_apps(environment: ResolvedEnvironment, identities: Identities) -> set[str]:
    """Return all texts of apps."""
    texts: set[str] = set()
    for app in environment.apps:
        texts |= app.inside.texts
        texts.update(_data_among(app.inside.keys))
        texts.update([text for _, text, _ in _own_texts(app, None)])
        if app.files:
            texts.update([text for _, text, _ in _file_texts(app, identities)])
    return texts


_Text = tuple[Path, str, bool]
"""Where a text stands, the text, and whether it is the key there."""


def _is_data(key: str) -> bool:
    """Say whether a key may be a host, an address or a path: any other is a word of its chart's, as `base` is."""
    return "." in key or "/" in key


def _data_among(keys: Collection[str]) -> Iterable[str]:
    """Return the keys that are data: all of them together are asked first, since few are."""
    together = "\n".join(keys)
    # Not `_is_data`: a call for each takes twice as long.
    return [key for key in keys if "." in key or "/" in key] if "." in together or "/" in together else ()


def _in_data(data: Any, path: Path) -> Iterator[_Text]:
    """Yield the texts of nested data, and the keys that are data themselves; `path` is what their paths begin with."""
    for below, value in leaves(data, path):
        if isinstance(value, str):
            yield below, value, False
    for below in keys(data, path) if isinstance(data, Mapping | list) else ():
        key = str(below[-1])
        if _is_data(key):
            yield below, key, True


def _texts_of_facts(environment: ResolvedEnvironment, identities: Identities) -> list[tuple[Path, str]]:
    """Return the texts of facts that can belong to others, each with its path."""
    own = identities.identities.get(environment.facts.name)
    # What reads the pattern only repeats what is wrong with it.
    hosts = own.hosts if own else {}
    made = [(path, host) for host, path in hosts.items() if path == ("hostPattern",)]
    return [*made, *_facts(environment, identities.own)]


def _in_facts(
    environment: ResolvedEnvironment, identities: Identities, search: _Search, texts: Iterable[tuple[Path, str]]
) -> Iterator[tuple[Path, str, str]]:
    """Yield the path of each fact that belongs to another environment, what of it does, and a message."""
    prefix = environment.facts.vault.path_prefix
    others = identities.fleet.by_vault_prefix.of(prefix) - search.allowed
    identifying = list(_facts(environment, identities.identifying))
    if others and not any(name in prefix for name in (environment.facts.name, *(value for _, value in identifying))):
        yield ("vault", "pathPrefix"), prefix, f"{prefix!r} is the Vault prefix of the environment {min(others)}"
    for path, value in identifying:
        # By its own word it is this environment's name, too: nobody could tell the two apart.
        # A link is about using another's name, not about having it.
        links = frozenset() if path[0] == "aliases" else search.allowed
        namesakes = identities.fleet.by_name.of(value) - links - {environment.facts.name}
        if namesakes and not _is_another_s(environment, namesakes, path, value, identities):
            yield path, value, f"{value!r} is the name of the environment {min(namesakes)}"
    for path, text in texts if search.found else ():
        for key, message in search.foreign(text):
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
    written = _written(layers, path)
    if not isinstance(written, str) or "links" not in written or not expressions.has_expression(written):
        return False
    return any(key in text for name in environment.facts.links for text in identities.own_texts(name))


def _written(layers: Sequence[Layer], path: Path) -> Any:
    """Return what was written at a path, expressions and all, or above it."""
    return reach(merge_layers(layers), path)[1]


def _at_offset(finding: Finding, layers: Sequence[Layer], path: Path, offset: int) -> Finding:
    """Return a finding in a text where what was found stands."""
    location = scope.locate(layers, path, offset)
    return finding._replace(problem=finding.problem._replace(location=location))


def _file_texts(app: ResolvedApp, identities: Identities) -> Iterator[_Text]:
    """Yield the texts of an app's files in an environment, but for those of tables: they may be about anybody."""
    for file in app.files:
        for each in _in_data(file.content, (*file.described_at, "content")):
            if each[1] not in identities.table_texts:
                yield each


def _own_texts(app: ResolvedApp, prefix: str | None) -> list[_Text]:
    """Return the texts that an app has beside its values; Vault paths below a prefix are left out."""
    found: list[_Text] = [(("destinationServer",), app.destination_server, False), (("project",), app.project, False)]
    for secret in app.secrets:
        if prefix is None or not secret.path.startswith(prefix):
            found.append((("secrets", secret.name, "path"), secret.path, False))
        if _is_data(secret.name):
            found.append((("secrets", secret.name), secret.name, True))
    return found


def _value_texts(app: ResolvedApp) -> Iterator[_Text]:
    return _in_data(app.values, ("values",))


def _facts(environment: ResolvedEnvironment, places: Iterable[Place]) -> Iterator[tuple[Path, str]]:
    for place in places:
        for path, value in found(environment.facts.data, place):
            if isinstance(value, str):
                yield path, value


class _Search:
    """Looks for other environments in the texts of one, whatever their number.

    Attributes:
        allowed: the environments that may be named.
        found: what texts hold of others, and a message about it; those that hold nothing are not there.
    """

    def __init__(self, environment: ResolvedEnvironment, identities: Identities) -> None:
        own = environment.facts.name
        self.allowed = {own, *environment.facts.links}
        linked = (identities.identities[name] for name in environment.facts.links if name in identities.identities)
        # E501 says what is wrong with the former; what is wrong with the latter is said in their own environments.
        said = identities.contested_of(own).union(*(identity.hosts for identity in linked))
        self._shared = identities.reader
        self._own = Reader(identities.fleet, own, said)
        self._looked_at: set[str] = set()
        self.found: dict[str, tuple[tuple[str, str], ...]] = {}

    def foreign(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return what a text, which was looked at, holds of each other environment."""
        return self.found.get(text, ())

    def offset(self, text: str, key: str, written: Any) -> int:
        """Return where a text, as written, holds something of another environment, or where that line begins.

        What an expression yields stands nowhere.

        Args:
            text: the text as evaluated, in which it was found.
            key: what was found.
            written: what was written there. Where it has other lines, a line that holds the same is looked for in it.
        """
        if not isinstance(written, str):
            return 0
        lines = text.split("\n")
        begin = self._line_offset(lines, key, written.split("\n")) if len(lines) > 1 else 0
        end = written.find("\n", begin)
        word = re.compile(rf"(?<![a-z0-9]){re.escape(key)}(?![a-z0-9])", re.IGNORECASE)
        found = word.search(written, begin, len(written) if end < 0 else end)
        return found.start() if found else begin

    def _line_offset(self, lines: Sequence[str], key: str, before: Sequence[str]) -> int:
        self.look_at(lines)
        holding = (number for number, line in enumerate(lines) if any(key == each for each, _ in self.foreign(line)))
        if len(before) == len(lines):
            number = next(holding, 0)
        else:
            number = next((number for number, line in enumerate(before) if key in line.lower()), 0)
        return sum(len(line) + 1 for line in before[:number])

    def look_at(self, texts: Iterable[str]) -> None:
        """Find out which texts hold something of another environment. Nearly always, all of them together do not."""
        new = set(texts) - self._looked_at
        self._looked_at |= new
        known = self._shared.known(new)
        new -= known.difference(self._own.about(known))
        plain = {text for text in new if "." not in text and "/" not in text}
        own = self._own.about(new - plain)
        others = new.difference(plain, own)
        owned = [*self._shared.read_plain(plain), *self._own.read_all(own), *self._shared.read_all(others)]
        if not all(owners & self.allowed for _, _, owners in owned):
            found = ((text, tuple(self._foreign(text))) for text in new)
            self.found.update((text, foreign) for text, foreign in found if foreign)

    def _foreign(self, text: str) -> Iterator[tuple[str, str]]:
        # Most texts are the same in all environments.
        reader = self._own if self._own.about((text,)) else self._shared
        seen: set[str] = set()
        for what, key, owners in reader.read(text):
            if not owners & self.allowed:
                owner = min(owners)
                if owner not in seen:
                    seen.add(owner)
                    yield key, f"{key!r} is {what} of the environment {owner}"
