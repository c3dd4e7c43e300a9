"""What a spec has from the one that it is like: what was copied, what may be the other's own, what was left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Location, Path, dotted
from efdgen.explain.edits.model import mapping
from efdgen.language.layers import ABSENT, at, leaves
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document, lineends, styles

_LEAST = 3
"""Letters of a word that tells whose a line is."""

_LONGEST = 60


class Line(NamedTuple):
    """A line of a spec for people to read: where it is, and what it says."""

    location: Location
    what: str


class Copied(NamedTuple):
    """What is to be read again in a spec that is like another one.

    Attributes:
        other: the other environment.
        own: lines that name the other one, and are likely its own.
        rest: all else that was copied.
        left: what the other one says for itself, in its spec, and what holds here.
        provided: apps of the other one, in its spec, that the cluster has from elsewhere here.
    """

    other: str
    own: tuple[Line, ...]
    rest: tuple[Line, ...]
    left: tuple[Line, ...]
    provided: tuple[Line, ...]


def compare(document: Document, text: str, former: Document, facts: Mapping[str, Any]) -> Copied:
    """Return what a new spec has from another one.

    Args:
        document: the new spec.
        text: its text.
        former: the other spec.
        facts: the new environment's facts, resolved.
    """
    name = str(former.data.get("name"))
    own = list(_naming(text, document.file, _words(former.data)))
    taken = {each.location.line for each in own}
    rest = sorted(each for each in _said(document, former.data) if each.location.line not in taken)
    listed = document.data.get("apps") or {}
    gone = (app for app in mapping(former.data.get("apps")) if app not in listed)
    provided = tuple(Line(former.locate(("apps", app), key=True), app) for app in gone)
    return Copied(name, tuple(own), tuple(rest), tuple(_left_out(document.data, former, facts)), provided)


def _words(data: Mapping[str, Any]) -> list[str]:
    """Return how people call an environment, by what its spec says: its name, without that of its site, too."""
    name, site = str(data.get("name", "")), str(data.get("site", ""))
    aliases = data.get("aliases")
    called = [name, name.removeprefix(f"{site}-"), data.get("title"), data.get("place")]
    called += aliases if isinstance(aliases, list) else []
    texts = [word.removeprefix("the ") for word in called if isinstance(word, str) and "<%" not in word]
    return [word for word in dict.fromkeys(texts) if len(word) >= _LEAST]


def _naming(text: str, file: str, words: Collection[str]) -> Iterator[Line]:
    """Yield the lines that hold one of some words, as a word or as a part of one."""
    if not words:
        return
    word = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, words))})(?![A-Za-z0-9])", re.IGNORECASE)
    for number, line in enumerate(lineends.lines(text, file), 1):
        if word.search(line):
            yield Line(Location(file, number, 1), line.strip())


def _said(document: Document, former: Mapping[str, Any]) -> Iterator[Line]:
    """Yield what a spec says just as another one beside the list of its apps, a list and a pin as one."""
    facts = {key: value for key, value in document.data.items() if key not in ("name", "site", "apps", "accept")}
    yield from _lines(document, _values(facts, ()), former)
    for index, each in enumerate(document.data.get("accept") or ()):
        yield Line(document.locate(("accept", index)), f"accept: {mapping(each).get('rule')}")
    for app, said in mapping(document.data.get("apps")).items():
        settings = {key: value for key, value in mapping(said).items() if key != "pins"}
        yield from _lines(document, _values(settings, ("apps", app)), former)
        for pin, value in mapping(mapping(said).get("pins")).items():
            place = document.locate(("apps", app, "pins", pin), key=True)
            yield Line(place, f"{app}.pins.{pin}: {_short(mapping(value).get('value'))}")


def _values(data: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
    return ((path, value) for path, value in leaves(data, above, in_lists=False) if len(path) > len(above))


def _lines(document: Document, said: Iterable[tuple[Path, Any]], former: Mapping[str, Any]) -> Iterator[Line]:
    for path, value in said:
        if at(former, path) != value:
            continue  # an answer
        shown = tuple(part for part in path[1:] if part != "values") if path[0] == "apps" else path
        yield Line(document.locate(path, key=True), f"{dotted(shown)}: {_short(value)}")


def _left_out(data: Mapping[str, Any], former: Document, facts: Mapping[str, Any]) -> Iterator[Line]:
    theirs = {key: value for key, value in former.data.items() if key not in ("name", "apps")}
    for path, value in leaves(theirs, (), in_lists=False):
        if at(data, path) is ABSENT:
            now = at(facts, path, None)
            here = f"; here {_short(now)}" if now not in (None, {}, []) else ""
            yield Line(former.locate(path, key=True), f"{dotted(path)}: {_short(value)}{here}")


def _short(value: Any) -> str:
    text = styles.in_brackets(value) if isinstance(value, list | dict) else styles.scalar(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
