"""From what each environment says to the fewest lines that say the same: shared ones, those of a site, and its own.

    base:     {size: 8Gi, tag: 1.9.4}             shared  {size: 8Gi, tag: 1.9.4}
    summit:   {size: 8Gi, tag: 1.9.4}      ->
    ncsa-int: {size: 50Gi, tag: 1.9.3}            ncsa-int {size: 50Gi, tag: 1.9.3}

Layers merge as Helm merges values, so what a layer says and an environment does not has to be taken away there, by an
expression that yields null. Where that, or many exceptions, would take more lines, the environments say it themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports.forms import Forms

NONE = "<% none %>"
"""Takes away what a layer below says."""

EMPTY = "<% {} %>"
"""An empty mapping in the place of what a layer below says; a plain one would merge with it."""

_OWN_LINE = 0.1
"""What a line of a site or a spec costs beside itself: shared lines come first."""

_TAKING_AWAY = 1
"""What a line costs beside itself that only says that something is not there."""


Path = tuple[Any, ...]


class Said(NamedTuple):
    """Something that a layer says; the layer is "" (shared), "site NAME" or an environment's name."""

    layer: str
    path: Path
    value: Any


class Layers(NamedTuple):
    """What was factored: the shared values, those of sites, and those of environments."""

    shared: dict[str, Any]
    sites: dict[str, dict[str, Any]]
    specs: dict[str, dict[str, Any]]


class _Found(NamedTuple):
    said: tuple[Said, ...]
    cost: float


class Factoring:
    """Factors the values of environments.

    Args:
        sites: the environments of each site.
        forms: how a value can be written, by environment.
        absent_fits: whether an environment that says nothing can have what others say.
    """

    def __init__(
        self,
        sites: Mapping[str, Sequence[str]],
        forms: Mapping[str, Callable[[Path, Any], Forms]],
        *,
        absent_fits: bool = False,
    ) -> None:
        self._site_of = {name: site for site, names in sites.items() for name in names}
        self._forms = forms
        self._absent_fits = absent_fits

    def layers(self, values: Mapping[str, Mapping[str, Any]]) -> Layers:
        """Return the layers that merge to the values of each environment."""
        said: list[Said] = []
        for key in _keys(values.values()):
            said += self._node((key,), {name: each.get(key, ABSENT) for name, each in values.items()}, shared=True).said
        layers = Layers({}, {}, {})
        for layer, path, value in said:
            if not layer:
                _put(layers.shared, path, value)
            elif layer.startswith("site "):
                _put(layers.sites.setdefault(layer[5:], {}), path, value)
            else:
                _put(layers.specs.setdefault(layer, {}), path, value)
        return layers

    def _node(self, path: Path, nodes: Mapping[str, Any], *, shared: bool) -> _Found:
        maps = {name: node for name, node in nodes.items() if isinstance(node, dict) and node}
        if not maps:
            return self._leaf(path, nodes, shared=shared)
        apart = self._apart(path, nodes, maps)
        if not shared:
            return apart
        over_empty = self._apart(path, nodes, maps, below={})
        apart = over_empty if over_empty.cost < apart.cost else apart
        if sum(node is not ABSENT for node in nodes.values()) > 2 * len(maps):
            # Most say something else: a mapping takes its place, as a whole.
            over = self._leaf(path, nodes, shared=True)
            apart = over if over.cost < apart.cost else apart
        together = self._together(path, nodes, maps)
        is_usual = len(maps) * 2 > len(nodes)
        return together if together.cost < apart.cost or (together.cost == apart.cost and is_usual) else apart

    def _together(self, path: Path, nodes: Mapping[str, Any], maps: Mapping[str, Any]) -> _Found:
        """Factor what the mappings say; who has none takes it away, or says something else."""
        said, cost = self._below(path, maps, shared=True)
        layers = {each.layer for each in said}
        sites: dict[str, list[Any]] = {}
        for name, node in nodes.items():
            if name in maps:
                continue
            site = self._site_of.get(name)
            is_there = "" in layers or (site is not None and f"site {site}" in layers)
            if node is ABSENT and not is_there:
                continue
            value = NONE if node is ABSENT else EMPTY if node == {} else self._written(path, name, node)
            sites.setdefault(site or f"\n{name}", []).append((name, value))
        for site, listed in sites.items():
            members = [name for name, other in self._site_of.items() if other == site and name in nodes]
            alike = all(value == listed[0][1] for _, value in listed)
            if len(listed) > 1 and alike and len(listed) == len(members):
                said += (Said(f"site {site}", path, listed[0][1]),)
                cost += _cost(listed[0][1])
            else:
                for name, value in listed:
                    said += (Said(name, path, value),)
                    cost += _cost(value)
        return _Found(said, cost)

    def _apart(self, path: Path, nodes: Mapping[str, Any], maps: Mapping[str, Any], below: Any = ABSENT) -> _Found:
        """Let sites and environments say it, each for itself; over an empty mapping, where some have that."""
        others = {name: node for name, node in nodes.items() if name not in maps and node is not ABSENT}
        inside = {name: maps.get(name, {}) for name in nodes if name not in others}
        said, cost = self._below(path, inside, shared=False)
        sites = {each.layer for each in said if each.layer.startswith("site ")}
        for name, node in others.items():
            # What a site says must not reach who says something else.
            is_below = node == {} and below == {} and f"site {self._site_of.get(name)}" not in sites
            if not is_below:
                value = EMPTY if node == {} else self._written(path, name, node)
                said += (Said(name, path, value),)
                cost += _cost(value)
        if below is not ABSENT:
            said = (Said("", path, below), *said)
            gone = [name for name, node in nodes.items() if node is ABSENT]
            said += tuple(Said(name, path, NONE) for name in gone)
            cost += 1 + len(gone) * _cost(NONE)
            if gone and any(each.layer in gone and each.path != path for each in said):
                return _Found((), float("inf"))
        return _Found(said, cost)

    def _below(self, path: Path, maps: Mapping[str, Mapping[str, Any]], *, shared: bool) -> _Found:
        said: tuple[Said, ...] = ()
        cost = 0.0
        for key in _keys(maps.values()):
            found = self._node((*path, key), {n: node.get(key, ABSENT) for n, node in maps.items()}, shared=shared)
            said += found.said
            cost += found.cost
        # Each layer that says something has a line for the key above it.
        return _Found(said, cost + len({each.layer for each in said}))

    def _leaf(self, path: Path, nodes: Mapping[str, Any], *, shared: bool) -> _Found:
        ways = {name: self._ways(path, name, node) for name, node in nodes.items()}
        best: _Found | None = None
        most = 0
        candidates = [ABSENT, *_distinct(way for each in ways.values() for way in each if _can_be_below(way))]
        for candidate in candidates if shared else [ABSENT]:
            found, matched = self._with(path, nodes, ways, candidate)
            is_usual = matched * 2 > len(nodes) and candidate is not ABSENT
            if best is None or found.cost < best.cost or (found.cost == best.cost and is_usual and matched > most):
                best, most = found, matched if is_usual else 0
        if best is None:
            raise AssertionError(path)
        return best

    def _with(
        self, path: Path, nodes: Mapping[str, Any], ways: Mapping[str, Forms], candidate: Any
    ) -> tuple[_Found, int]:
        """Return what has to be said where shared layers say `candidate`, and for how many that is right."""
        said: list[Said] = []
        cost = 0.0
        if candidate is not ABSENT:
            if len(nodes) > 1 and _count(ways, candidate) < min(2, len(nodes)):
                return _Found((), float("inf")), 0
            said.append(Said("", path, candidate))
            cost += _lines(candidate)
        groups: dict[str, list[str]] = {}
        for name in nodes:
            groups.setdefault(self._site_of.get(name, f"\n{name}"), []).append(name)
        matched = 0
        for site, names in groups.items():
            found = self._site(path, site, {name: ways[name] for name in names}, nodes, candidate)
            said += found.said
            cost += found.cost
            matched += sum(_fits(ways[name], candidate) for name in names)
        return _Found(tuple(said), cost), matched

    def _site(self, path: Path, site: str, ways: Mapping[str, Forms], nodes: Mapping[str, Any], below: Any) -> _Found:
        """Return what a site and its environments have to say over `below`."""
        best: _Found | None = None
        candidates: list[Any] = [below]
        if len(ways) > 1:
            alike = _distinct(way for each in ways.values() for way in each if not _is_mapping(way))
            candidates += [way for way in alike if _count(ways, way) > 1]
        for candidate in candidates:
            if candidate is not below and (candidate == NONE and below is ABSENT):
                continue
            said = [] if candidate is below else [Said(f"site {site}", path, candidate)]
            cost = 0.0 if candidate is below else _cost(candidate)
            for name, each in ways.items():
                if not _fits(each, candidate):
                    value = EMPTY if nodes[name] == {} and candidate is not ABSENT else self._own_way(each)
                    said.append(Said(name, path, value))
                    cost += _cost(value)
            if best is None or cost < best.cost:
                best = _Found(tuple(said), cost)
        if best is None:
            raise AssertionError(path)
        return best

    def _ways(self, path: Path, name: str, node: Any) -> Forms:
        if node is ABSENT:
            return () if self._absent_fits else (NONE,)
        return self._forms[name](path, node)

    def _written(self, path: Path, name: str, node: Any) -> Any:
        return self._own_way(self._forms[name](path, node))

    @staticmethod
    def _own_way(ways: Forms) -> Any:
        """Return how an environment writes a value itself: hosts follow from its facts, its name stands there."""
        return ways[0]


def _is_mapping(way: Any) -> bool:
    return isinstance(way, dict) and bool(way)


def _can_be_below(way: Any) -> bool:
    """Say whether a value can be said by shared layers: a mapping would merge with what is above it."""
    return way != NONE and not _is_mapping(way)


def _fits(ways: Forms, value: Any) -> bool:
    """Say whether a value of a layer is right for an environment; one that says nothing may take any."""
    if not ways:
        return True
    if value is ABSENT or value == NONE:
        return ways == (NONE,)
    return any(same(way, value) for way in ways)


def _count(ways: Mapping[str, Forms], value: Any) -> int:
    return sum(_fits(each, value) for each in ways.values())


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same to Helm: 1 is not true."""
    return type(one) is type(other) and _key(one) == _key(other)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _distinct(values: Any) -> list[Any]:
    found: dict[tuple[str, str], Any] = {}
    for value in values:
        found.setdefault((type(value).__name__, _key(value)), value)
    return list(found.values())


def _keys(maps: Any) -> list[Any]:
    """Return the keys of mappings, in the order in which they stand there."""
    return list(dict.fromkeys(key for each in maps for key in each))


def _cost(value: Any) -> float:
    return _lines(value) + _OWN_LINE + (_TAKING_AWAY if value == NONE else 0)


def _lines(value: Any) -> float:
    """Return how many lines a value takes with its key."""
    if isinstance(value, dict) and value:
        return 1 + sum(_lines(below) for below in value.values())
    if isinstance(value, list) and value:
        return 1 + sum(max(1.0, _lines(each) - 1) for each in value)
    return 1 + value.rstrip("\n").count("\n") + 1 if isinstance(value, str) and "\n" in value else 1


def _put(tree: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value
