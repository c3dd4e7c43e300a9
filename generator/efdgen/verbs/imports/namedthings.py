"""Mappings of things that are much alike, such as connectors: what they have in common is said once, as a parameter.

sinks:                                       parameters:
a: {name: a, tasks: 1, url: u, db: d}        sinksEntries: {a: {}, b: {tasks: 5}}      (a spec)
b: {name: b, tasks: 5, url: u, db: d}   ->   sinksDefaults: {tasks: 1, url: u, db: d}  (app.yaml)
sinks: <% named(parameters.sinksEntries, parameters.sinksDefaults) %>
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports.facts import leaves
from efdgen.verbs.imports.forms import Expression, literal

_FEWEST = 4
"""Keys that the things must have alike; with fewer, they read better as they are."""

_DEEPEST = 3
_NAMED = re.compile(r"<% named\(parameters\.(?P<things>\w+), parameters\.(?P<defaults>\w+)\) %>\Z")

Path = tuple[str, ...]


class Named(NamedTuple):
    """Named things at one place of an app's values.

    Attributes:
        parameter: the parameter that holds them.
        defaults: what they have alike.
        entries: what each has of its own, by environment and name.
    """

    parameter: str
    defaults: Mapping[str, Any]
    entries: Mapping[str, Mapping[str, Any]]

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of app.yaml."""
        return {self.parameter: {}, f"{self.parameter}Defaults": dict(self.defaults)}


def separate(values: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[Named]]:
    """Return the values of each environment with expressions in the place of named things, and these."""
    changed = {name: dict(each) for name, each in values.items()}
    found: list[Named] = []
    for path in _paths(values):
        things = {name: here for name, each in values.items() if (here := _things(each, path))}
        named = _named(path, things, [each.parameter for each in found])
        if named is not None:
            found.append(named)
            text = f"<% named(parameters.{named.parameter}, parameters.{named.parameter}Defaults) %>"
            for name in things:
                changed[name] = _with(changed[name], path, Expression(text))
    return changed, found


def of_definition(
    values: Mapping[str, Any], parameters: Mapping[str, Any], source: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return what a definition that an import made wants to know of an environment's named things, by its parameters.

    Args:
        values: the definition's values.
        parameters: its parameters, with their defaults.
        source: the environment's values.
    """
    found: dict[str, dict[str, Any]] = {}
    for path, value in leaves(values):
        match = _NAMED.match(value) if isinstance(value, str) else None
        if not match or not all(isinstance(key, str) for key in path):
            continue
        things, defaults = _things(source, path), parameters.get(match["defaults"])
        if things and isinstance(defaults, dict) and all(defaults.keys() <= each.keys() for each in things.values()):
            found[match["things"]] = {name: literal(_own(name, each, defaults)) for name, each in things.items()}
    return found


def _paths(values: Mapping[str, Mapping[str, Any]]) -> list[Path]:
    """Return where things may be, the outermost first, without what stands in them."""
    found: dict[Path, None] = {}
    for each in values.values():
        found.update(dict.fromkeys(_below(each, ())))
    return [path for path in found if not any(path[: len(other)] == other and path != other for other in found)]


def _below(data: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for key, value in data.items():
        if isinstance(value, dict) and value and isinstance(key, str):
            here = (*path, key)
            if _is_of_things(value):
                yield here
            elif len(here) < _DEEPEST:
                yield from _below(value, here)


def _is_of_things(value: Mapping[str, Any]) -> bool:
    return all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in value.values())


def _things(data: Any, path: Path) -> Mapping[str, Mapping[str, Any]]:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) and data and _is_of_things(data) else {}


def _named(path: Path, things: Mapping[str, Mapping[str, Mapping[str, Any]]], taken: list[str]) -> Named | None:
    """Return the things of all environments, if it takes fewer lines to say what they have alike once."""
    everything = [each for here in things.values() for each in here.values()]
    names = {name for here in things.values() for name in here}
    common = set.intersection(*(set(each) for each in everything)) - {"name"} if everything else set()
    defaults: dict[str, Any] = {}
    for key in (key for key in everything[0] if key in common) if everything else ():
        (usual, number), *_ = Counter(json.dumps(each[key], sort_keys=True) for each in everything).most_common(1)
        if number > 1 and "<%" not in usual:
            defaults[key] = json.loads(usual)
    if len(defaults) < _FEWEST or len(names) * len(defaults) <= len(defaults) + len(everything):
        return None
    entries = {
        env: {name: literal(_own(name, each, defaults)) for name, each in here.items()} for env, here in things.items()
    }
    return Named(_parameter(path[-1], taken), defaults, entries)


def _own(name: str, thing: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a thing has of its own: its name, too, where that is not its key."""
    return {
        key: value
        for key, value in thing.items()
        if not (value == name if key == "name" else key in defaults and _same(defaults[key], value))
    }


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _parameter(key: str, taken: list[str]) -> str:
    """Return a name for the parameter: influxdbSinks for things below influxdbSink."""
    first, *others = re.findall(r"[A-Za-z0-9]+", key) or ["thing"]
    name = "".join([first, *(word[:1].upper() + word[1:] for word in others)])
    name = name if name[0].isalpha() else f"things{name}"
    name = name if name.endswith("s") else f"{name}s"
    return name if name not in taken else f"{name}{len(taken)}"


def _with(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**data, path[0]: value}
    return {**data, path[0]: _with(data[path[0]], path[1:], value)}
