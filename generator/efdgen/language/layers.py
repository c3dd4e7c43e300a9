"""Helm's merge rule, and which layer set a value.

The rule is that of `helm --values a.yaml --values b.yaml`: maps merge, lists and scalars replace, and null
replaces too, which later removes the chart's own value. Nothing given is ever changed; what a layer does not
touch is shared, not copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from efdgen.errors import Location, Path
    from efdgen.language.yamlio import Document


def merge(base: Any, over: Any) -> Any:
    """Return `base` with `over` laid on top of it."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    if not over:
        return base
    merged = dict(base)
    for key, value in over.items():
        merged[key] = merge(merged[key], value) if key in merged else value
    return merged


class Locate(Protocol):
    """Says where a part of a layer's data was written."""

    def __call__(self, path: Path, offset: int = 0, *, key: bool = False) -> Location:
        """Return the place of the value at `path`, of a character in it, or of the key that it stands under."""


class Layer(NamedTuple):
    """One source of values: who says it (`spec`, `app definition`, ...), what, and where each part stands."""

    name: str
    data: Any
    locate: Locate


def document_layer(name: str, document: Document, prefix: Path, data: Any) -> Layer:
    """Return a layer whose data stands at `prefix` of a document."""

    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text((*prefix, *path), offset, key=key)

    return Layer(name, data, locate)


def merge_layers(layers: Sequence[Layer]) -> Any:
    """Merge layers, the least specific first."""
    merged: Any = {}
    for layer in layers:
        if layer.data is not None:
            merged = merge(merged, layer.data)
    return merged


def history(layers: Sequence[Layer], path: Path) -> list[Layer]:
    """Return the layers that have a say in the value at `path`, the winner last.

    A layer has a say when it sets the value, or replaces something that the value would stand in.
    """
    having: list[Layer] = []
    for layer in layers:
        if layer.data is None:
            continue
        reached, value = _reach(layer.data, path)
        if reached < len(path) and isinstance(value, Mapping):
            continue
        if reached < len(path):
            having.clear()
        having.append(layer)
    return having


def winner(layers: Sequence[Layer], path: Path) -> Layer | None:
    """Return the layer that the value at `path` comes from; for a map, the last that adds to it."""
    having = history(layers, path)
    return having[-1] if having else None


def reaches(layers: Sequence[Layer], path: Path) -> bool:
    """Say whether a layer sets the value at `path` itself, and not only something above it."""
    return any(sets(layer.data, path) for layer in layers)


def sets(data: Any, path: Path) -> bool:
    """Say whether nested data holds something at `path`."""
    return _reach(data, path)[0] == len(path)


def _reach(data: Any, path: Path) -> tuple[int, Any]:
    """Follow `path` as far as it leads; return how far, and the value there."""
    for depth, part in enumerate(path):
        if isinstance(part, int):
            if not isinstance(data, list) or part >= len(data):
                return depth, data
            data = data[part]
        elif isinstance(data, Mapping) and part in data:
            data = data[part]
        else:
            return depth, data
    return len(path), data


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield everything in nested data that holds nothing below it (scalars, empty maps and lists), with its path."""
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for index, item in enumerate(data):
            yield from leaves(item, (*path, index))
    else:
        yield path, data
