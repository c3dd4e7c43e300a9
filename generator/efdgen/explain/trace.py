"""Why a value of merged layers is what it is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.explain.says import Explanation, Say, Source
from efdgen.explain.watch import Origin, watch
from efdgen.language import expressions, scope
from efdgen.language.inheriting import INHERITED
from efdgen.language.layers import ABSENT, Layer, at, merge_layers, reach, winner
from efdgen.language.tuples import NamedTuple


class Tree(NamedTuple):
    """Layers, and what their expressions can use.

    Attributes:
        environment: whose they are.
        app: the app that they are about; empty for facts.
        below: the chart's own values; what looks like an expression in them is none.
        layers: the layers above those, the least specific first.
        merged: the latter, merged.
        names: what expressions can use.
        explain: explains what a path among the names leads to.
        kept: what was found out about lists, by their paths: each, and the indices of its items that are in the values.
        keeps_null: whether an expression that yields null leaves its key there.
    """

    environment: str
    app: str
    below: tuple[Layer, ...]
    layers: tuple[Layer, ...]
    merged: Any
    names: Mapping[str, Any]
    explain: Callable[[Origin], Explanation]
    kept: dict[Path, tuple[Sequence[Any], Sequence[int]]]
    keeps_null: bool = False


def trace(tree: Tree, path: Path) -> Explanation:
    """Explain the value at `path`, as it is after filling in what expressions yield."""
    written, within = _written_path(tree, path)
    whole = (*written, *within)
    counts = winner(tree.layers, written)
    value = at(tree.merged, written)
    is_formula = counts is not None and _is_expression(value)
    yielded = _yields(tree, written, value) if value is not ABSENT else ABSENT
    result = at(yielded, within)
    if result is None and is_formula and not within and not tree.keeps_null:
        result = ABSENT
    # Of what an expression does not yield, or leaves out, the chart has its own: Helm merges both.
    is_left = result is ABSENT and is_formula and _is_map_so_far(yielded, within)
    default = winner(tree.below, whole) if counts is None or is_left else None
    if default is not None:
        counts, result = None, at(merge_layers(tree.below), whole)
    says = [_say(layer, whole, lambda _path, value: value, default) for layer in tree.below]
    says += [_say(layer, whole, functools.partial(_yields, tree), counts) for layer in tree.layers]
    source = Source(tree.environment, tree.app, whole)
    found = tuple(say for say in says if say is not None)
    explanation = Explanation(tree.environment, tree.app, path, result, source, found)
    return _with_formula(tree, explanation, value, within) if is_formula else explanation


def _is_map_so_far(yielded: Any, within: Path) -> bool:
    """Say whether what an expression yields is nothing, or a mapping down to where a path leaves it."""
    _, last = reach(yielded, within)
    return yielded is None or isinstance(last, Mapping)


def _with_formula(tree: Tree, explanation: Explanation, formula: str, within: Path) -> Explanation:
    seen = watch(formula, tree.names)
    origin = seen.origin(within)
    inputs = seen.inputs
    if origin is not None:
        # What the value was copied out of, and other mappings it could have come from, say no more than its place.
        inputs = tuple(path for path in inputs if path not in seen.mappings and path != origin.path[: len(path)])
    return explanation._replace(
        formula=formula,
        within=within,
        copy_of=tree.explain(origin) if origin is not None else None,
        inputs=tuple(tree.explain(Origin(path)) for path in inputs),
    )


def trace_key(tree: Tree, path: Path) -> Explanation:
    """Explain a key: the last part of `path`, as the layers wrote it."""
    name = path[-1]
    having = [layer for layer in tree.layers if at(layer.data, path) is not ABSENT]
    says = (Say(found.name, found.locate(path, key=True), name, name, wins=found is having[-1]) for found in having)
    return Explanation(tree.environment, tree.app, path, name, Source(tree.environment, tree.app, path), tuple(says))


def _written_path(tree: Tree, path: Path) -> tuple[Path, Path]:
    """Return the path at which the layers have a value, and the rest: where it stands in what an expression yields."""
    value = tree.merged
    written: Path = ()
    for depth, part in enumerate(path):
        if _is_expression(value):
            return written, path[depth:]
        if isinstance(part, int) and isinstance(value, list):
            part = _written_index(tree, written, value, part)  # noqa: PLW2901 - the same item, by its written index
        written = (*written, part)
        value = at(value, (part,))
    return written, ()


def _written_index(tree: Tree, path: Path, items: Sequence[Any], index: int) -> int:
    """Return the index that an item has in the list as written: items that yield null are left out of the values."""
    if tree.keeps_null:
        return index
    known = tree.kept.get(path)
    if known is None or known[0] is not items:
        # Once a list: who asks for all of its items would else evaluate all of them for each.
        known = tree.kept[path] = (
            items,
            [number for number in range(len(items)) if _is_kept(tree, path, items, number)],
        )
    kept = known[1]
    return kept[index] if index < len(kept) else index


def _is_kept(tree: Tree, path: Path, items: Sequence[Any], number: int) -> bool:
    """Say whether an item of a list is in the values: an expression that yields null leaves it out."""
    item = items[number]
    return not _is_expression(item) or _yields(tree, (*path, number), item) is not None


def _yields(tree: Tree, path: Path, written: Any) -> Any:
    """Return what is written at `path` with its expressions evaluated; ABSENT when one can't be."""
    filling = scope.Filling(tree.names, tree.environment, tree.layers, [], [])
    value = scope.fill(written, path, filling)
    return ABSENT if filling.problems else value


def _say(layer: Layer, path: Path, yields: Callable[[Path, Any], Any], counts: Layer | None) -> Say | None:
    """Return what a layer says about `path`: its value, or one that it would stand in; None when it says nothing."""
    if layer.data is None:
        return None
    depth, said = reach(layer.data, path)
    if depth == len(path):
        value = yields(path, said)
    elif isinstance(said, Mapping):
        return None
    else:
        value = at(yields(path[:depth], said), path[depth:]) if _is_expression(said) else ABSENT
    return Say(layer.name, layer.locate(path[:depth]), said, value, layer is counts, _note(layer, path[:depth]))


def _is_expression(written: Any) -> bool:
    return isinstance(written, str) and expressions.has_expression(written)


def _note(layer: Layer, path: Path) -> str:
    """Return the reason of the pin that set the value, if one did; of a list, whether it adds to those below."""
    if any(path[:depth] in layer.adds for depth in range(1, len(path) + 1)):
        return f"its list adds to the one below: {INHERITED}"
    pins = layer.data.get("pins")
    if path[:1] != ("values",) or not isinstance(pins, Mapping):
        return ""
    for pinned, pin in pins.items():
        parts = tuple(pinned.split("."))
        if path[1 : len(parts) + 1] == parts:
            return f"pinned: {pin['reason']}"
    return ""
