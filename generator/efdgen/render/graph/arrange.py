"""Where everything stands in a drawing in layers: https://en.wikipedia.org/wiki/Layered_graph_drawing.

What is required stands below what requires it. An arrow over several layers passes each layer between in a gap of
its own, so that it crosses no box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from efdgen.language.tuples import NamedTuple

_SWEEPS = 12
"""Times that the layers are gone through, down and up: more change next to nothing."""


class Gap(NamedTuple):
    """Where an arrow passes a layer: which arrow, and the layer's number."""

    source: str
    target: str
    layer: int


Slot = str | Gap
"""What has a place in a layer: a box, by its name, or a gap."""


class Arrangement(NamedTuple):
    """The layers from the lowest up, each from left to right, the middle of each slot, and each arrow's way down."""

    layers: tuple[tuple[Slot, ...], ...]
    middles: Mapping[Slot, float]
    ways: Mapping[tuple[str, str], tuple[Slot, ...]]


def arrange(
    names: Sequence[str],
    edges: Sequence[tuple[str, str]],
    widths: Mapping[str, float],
    lowest: frozenset[str],
    gap: float,
) -> Arrangement:
    """Arrange boxes.

    Args:
        names: the boxes; each after those that it requires, if that can be.
        edges: pairs of a box and one that it requires.
        widths: the boxes' widths.
        lowest: boxes that stand in a layer of their own, below the others.
        gap: what is left free between neighbours; gaps for arrows are as wide.
    """
    levels = _levels(names, edges, lowest)
    ways: dict[tuple[str, str], tuple[Slot, ...]] = {}
    layers: list[list[Slot]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for name in names:
        layers[levels[name]].append(name)
    for source, target in edges:
        if levels[source] <= levels[target]:
            continue  # Part of a circle: there is no way down.
        between = [Gap(source, target, level) for level in range(levels[source] - 1, levels[target], -1)]
        for passed in between:
            layers[passed.layer].append(passed)
        ways[source, target] = (source, *between, target)
    neighbours = _neighbours(ways.values())
    layers = _ordered(layers, neighbours)
    return Arrangement(tuple(map(tuple, layers)), _middles(layers, neighbours, widths, gap), ways)


def _levels(names: Sequence[str], edges: Sequence[tuple[str, str]], lowest: frozenset[str]) -> dict[str, int]:
    """Return each box's layer: as many above the lowest as the longest way down has arrows."""
    bottom = 1 if lowest else 0
    required: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        required[source].append(target)
    levels = dict.fromkeys(lowest, 0)
    for name in names:
        if name not in lowest:
            levels[name] = max([bottom, *(levels[other] + 1 for other in required[name] if other in levels)])
    return levels


class _Neighbours(NamedTuple):
    above: dict[Slot, list[Slot]]
    below: dict[Slot, list[Slot]]


def _neighbours(ways: Iterable[tuple[Slot, ...]]) -> _Neighbours:
    found = _Neighbours({}, {})
    for way in ways:
        for upper, lower in pairwise(way):
            found.below.setdefault(upper, []).append(lower)
            found.above.setdefault(lower, []).append(upper)
    return found


def _ordered(layers: list[list[Slot]], neighbours: _Neighbours) -> list[list[Slot]]:
    """Return the layers in the order with the fewest crossings that sorting by the neighbours' middle finds."""
    best, fewest = layers, _crossings(layers, neighbours)
    current = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        upwards = sweep % 2 == 0
        numbers = range(len(current)) if upwards else range(len(current) - 1, -1, -1)
        for number in numbers:
            beside = number - 1 if upwards else number + 1
            if 0 <= beside < len(current):
                places = {slot: index for index, slot in enumerate(current[beside])}
                linked = neighbours.below if upwards else neighbours.above
                current[number] = _by_middle(current[number], linked, places)
        crossings = _crossings(current, neighbours)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in current], crossings
    return best


def _by_middle(layer: Sequence[Slot], linked: Mapping[Slot, Sequence[Slot]], places: Mapping[Slot, int]) -> list[Slot]:
    """Sort a layer by the middle of each slot's neighbours; one without any keeps its place, in relation."""
    scale = len(places) / max(len(layer), 1)

    def middle(index: int) -> float:
        others = linked.get(layer[index], ())
        return sum(places[other] for other in others) / len(others) if others else index * scale

    return [layer[index] for index in sorted(range(len(layer)), key=lambda index: (middle(index), index))]


def _crossings(layers: Sequence[Sequence[Slot]], neighbours: _Neighbours) -> int:
    count = 0
    for lower, upper in pairwise(layers):
        places = {slot: index for index, slot in enumerate(lower)}
        ends = [sorted(places[other] for other in neighbours.below.get(slot, ())) for slot in upper]
        before: list[int] = []
        for own in ends:
            count += sum(earlier > end for end in own for earlier in before)
            before += own
    return count


def _middles(
    layers: Sequence[Sequence[Slot]], neighbours: _Neighbours, widths: Mapping[str, float], gap: float
) -> dict[Slot, float]:
    """Return where the slots stand: near their neighbours above and below, without an overlap."""

    def width(slot: Slot) -> float:
        return gap if isinstance(slot, Gap) else widths[slot]

    offsets: dict[Slot, float] = {}
    for layer in layers:
        at = 0.0
        for index, slot in enumerate(layer):
            at += (width(layer[index - 1]) + width(slot)) / 2 + gap if index else 0
            offsets[slot] = at
    middles = {slot: offsets[slot] - offsets[layer[-1]] / 2 for layer in layers for slot in layer}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 else reversed(layers):
            wanted = []
            for slot in layer:
                others = [*neighbours.above.get(slot, ()), *neighbours.below.get(slot, ())]
                near = sum(middles[other] for other in others) / len(others) if others else middles[slot]
                wanted.append(near - offsets[slot])
            for slot, place in zip(layer, _rising(wanted), strict=True):
                middles[slot] = place + offsets[slot]
    return middles


def _rising(wanted: Sequence[float]) -> list[float]:
    """Return the numbers nearest to those wanted that never fall: neighbours that would are set to their mean."""
    blocks: list[tuple[float, int]] = []
    for number in wanted:
        total, count = number, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            total, count = total + blocks[-1][0], count + blocks[-1][1]
            blocks.pop()
        blocks.append((total, count))
    return [total / count for total, count in blocks for _ in range(count)]
