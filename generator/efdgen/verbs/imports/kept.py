"""Layers that were factored before, fitted to newer values by the smallest edit: what is factored stays where it is.

    shared {size: 8Gi}, specs {ncsa: {size: 50Gi}}; summit has 9Gi now    ->    specs {ncsa: ..., summit: {size: 9Gi}}

A new factoring could move values between layers, and reach environments that the source does not have. So what changed
goes into specs; into the definition, where all environments that take its value changed alike.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.verbs.imports.factor import EMPTY, NONE, Layers, Path, same
from efdgen.verbs.imports.forms import Forms

_ROUNDS = 5
"""What is taken out, or put in the place of a mapping, shows what is below it."""


def layers(
    former: Layers,
    sites: Mapping[str, Sequence[str]],
    forms: Mapping[str, Callable[[Path, Any], Forms]],
    values: Mapping[str, Mapping[str, Any]],
) -> Layers:
    """Return layers that merge to the values of each environment, as like the former ones as can be.

    Args:
        former: the layers of the older values.
        sites: the environments of each site.
        forms: how a value can be written, by environment.
        values: the newer values, by environment.
    """
    site_of = {name: site for site, names in sites.items() for name in names}
    of_sites = {site: copy.deepcopy(tree) for site, tree in former.sites.items() if site in sites}
    specs = {name: copy.deepcopy(former.specs.get(name, {})) for name in values}
    shared = copy.deepcopy(former.shared)

    def above(name: str) -> list[Mapping[str, Any]]:
        return [specs[name], of_sites.get(site_of.get(name, ""), {})]

    everywhere = [path for tree in (shared, *values.values()) for path in _leaves(tree)]
    for path in dict.fromkeys(everywhere):
        users = [name for name in values if not any(_speaks(tree, path) for tree in above(name))]
        if len(users) >= min(2, len(values)):
            ways = {name: _ways(forms[name], path, at(values[name], path)) for name in users}
            _move(shared, path, list(ways.values()))
    for name, tree in values.items():
        below = _merged(shared, of_sites.get(site_of.get(name, ""), {}))
        _fit(specs[name], below, tree, forms[name])
    used = {site for name, site in site_of.items() if name in values}
    return Layers(
        shared,
        {site: tree for site, tree in of_sites.items() if site in used},
        {name: tree for name, tree in specs.items() if tree},
    )


def _move(shared: dict[str, Any], path: Path, ways: Sequence[Forms]) -> None:
    """Change what the definition says, where nobody who takes it has it any more, and all have one other value."""
    said = at(shared, path)
    if isinstance(said, dict) and said:
        return
    if any(_is_one_of(each, said) for each in ways):
        return
    alike = next((way for way in ways[0] if all(_is_one_of(each, way) for each in ways)), ABSENT)
    if alike == NONE:
        _take(shared, path)
    elif alike is not ABSENT and (said is not ABSENT or not _speaks(shared, path)):
        put(shared, path, alike)


def _fit(spec: dict[str, Any], below: Mapping[str, Any], wanted: Mapping[str, Any], forms: Any) -> None:
    """Edit what a spec says until it, over what is below, is what is wanted."""
    for path in list(_leaves(spec)):
        value = at(spec, path)
        if value not in (NONE, EMPTY, {}) and same(value, at(below, path)):
            _take(spec, path)
    for _ in range(_ROUNDS):
        edits = list(_edits((), _merged(below, spec), wanted, forms))
        if not edits:
            return
        for path, ways in edits:
            if at(spec, path) is not ABSENT and (ways == (NONE,) or _is_one_of(ways, at(below, path))):
                _take(spec, path)
            else:
                put(spec, path, ways[0])


def _edits(path: Path, said: Mapping[str, Any], wanted: Mapping[str, Any], forms: Any) -> Iterator[tuple[Path, Forms]]:
    """Yield what has to be said otherwise, with the ways to write it."""
    for key in dict.fromkeys([*wanted, *said]):
        here = (*path, key)
        old, new = said.get(key, ABSENT), wanted.get(key, ABSENT)
        if isinstance(new, dict) and new:
            yield from _edits(here, old if isinstance(old, dict) else {}, new, forms)
        elif new == {} and isinstance(new, dict):
            if isinstance(old, dict) and old:
                yield here, (EMPTY,)
            elif old not in ({}, EMPTY):
                yield here, ({},)
        else:
            ways = _ways(forms, here, new)
            if not _is_one_of(ways, old):
                yield here, ways


def _ways(forms: Callable[[Path, Any], Forms], path: Path, value: Any) -> Forms:
    return (NONE,) if value is ABSENT else forms(path, value)


def _is_one_of(ways: Forms, value: Any) -> bool:
    """Say whether a layer's value is a way to write what is wanted; nothing is one of taking away."""
    return (value is ABSENT and ways == (NONE,)) or any(same(way, value) for way in ways)


def _leaves(tree: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _speaks(tree: Mapping[str, Any], path: Path) -> bool:
    """Say whether a layer says something at a path, or something that is no mapping above it."""
    here: Any = tree
    for key in path:
        if not isinstance(here, dict):
            return True
        if key not in here:
            return False
        here = here[key]
    return True


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one layer on another, with expressions as they are written."""
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        found[key] = _merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return found


def put(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Set what stands at a path of nested data; a mapping takes the place of what is none, above it."""
    for key in path[:-1]:
        below = tree.get(key)
        tree[key] = below if isinstance(below, dict) else {}
        tree = tree[key]
    tree[path[-1]] = value


def _take(tree: dict[str, Any], path: Path) -> None:
    """Take a key out, and the mappings above it that hold nothing else."""
    trees = [tree]
    for key in path[:-1]:
        below = trees[-1].get(key)
        if not isinstance(below, dict):
            return
        trees.append(below)
    for inner, key in zip(reversed(trees), reversed(path), strict=True):
        inner.pop(key, None)
        if inner:
            return
