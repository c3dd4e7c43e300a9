"""The rule about names that must differ: what app.yaml declares under `distinctNames`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, dotted
from efdgen.language import expressions
from efdgen.language.layers import reaches
from efdgen.repository.model import NamedThings
from efdgen.rules.findings import Finding, in_app
from efdgen.rules.identities import Identities
from efdgen.rules.places import matches


def names_are_distinct(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find things whose key and name disagree, and names that two things of one kind have."""
    for app in environment.apps:
        for kind, places in app.definition.distinct_names.items():
            yield from _of_one_kind(environment, app, kind, places)


def _of_one_kind(
    environment: ResolvedEnvironment, app: ResolvedApp, kind: str, places: Sequence[NamedThings]
) -> Iterator[Finding]:
    first_of: dict[str, Path] = {}
    for place in places:
        for path, keys, thing in matches(app.values, place.at):
            if not isinstance(thing, Mapping) or (place.only_if and thing.get(place.only_if) is not True):
                continue
            key = str(path[-1])
            name = _text(thing.get(place.name), key)
            first = first_of.setdefault(name, path)
            if place.same_as_key and name != key:
                # One that another has, too, follows from this.
                message = f"the {kind} {key!r} has the name {name!r}"
                hint = "leave the name out: it follows from the key"
                yield in_app("E508", message, environment, app, _written_at(app, place, path, keys), hint)
            elif first != path:
                one, other = (first[-1], key) if first[-1] != key else (dotted(first), dotted(path))
                message = f"the {kind} {one!r} and the {kind} {other!r} have one name: {name!r}"
                yield in_app("E508", message, environment, app, _written_at(app, place, path, keys))


def _text(name: Any, key: str) -> str:
    """Return a name as text, as the chart writes it: a number, too; the key where there is none."""
    return key if name is None or isinstance(name, Mapping | list) else expressions.text(name)


def _written_at(app: ResolvedApp, place: NamedThings, path: Path, keys: Sequence[str]) -> Path:
    """Return where a thing's name is written: in what the things are made of, if it says so, or in the values."""
    entry: Path = (*place.source, *keys)
    for candidate in ((*entry, place.name), entry):
        if place.source and reaches(app.layers, candidate):
            return candidate
    return ("values", *path, place.name)
