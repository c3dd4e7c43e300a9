"""Lists that add to what is below: an item `<% inherited %>` stands for all items of the list that it would replace.

    defaults:  [a, b]
    spec:      [c, <% inherited %>]      ->   [c, a, b]

Layers are merged as Helm does, which knows no such thing. So the lists are written out first, each in its own layer;
where an item comes from is still told, by its layer and by those below.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language.conforms import Pending
from efdgen.language.late import late
from efdgen.language.layers import Layer, at, merge, winner
from efdgen.language.yamlio import Document

INHERITED = "<% inherited %>"
"""The item, as it is written for people."""

_ITEM = late(r"<%-?\s*inherited\s*-?%>\Z")


def is_inherited(item: Any) -> bool:
    """Say whether an item of a list stands for those below."""
    return isinstance(item, str) and "inherited" in item and _ITEM.match(item) is not None


def undefined(name: str, usual: tuple[str, Callable[[], str]]) -> tuple[str, Callable[[], str]]:
    """Return what is wrong with a name that is not defined, and what makes the hint; `usual` is that of other names."""
    if name != "inherited":
        return usual
    what = "it is one item of a list by itself, and stands for the list of a site, the defaults or the app definition"
    return "there is no list below that could be inherited here", lambda: what


def left_open(document: Document) -> Document:
    """Return a document to hold against a schema: what stands for items from below can be any of these."""
    return document._replace(data=_opened(document.data)) if document.inherits else document


def _opened(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _opened(value) for key, value in data.items()}
    if isinstance(data, list):
        return [Pending() if is_inherited(item) else _opened(item) for item in data]
    return data


_INHERITS = operator.attrgetter("inherits")


def expanded(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return layers, the least specific first, whose lists hold what they inherit.

    Where there is no list below, or one that an expression computes, the item stays: evaluating it says what is wrong.
    """
    if not any(map(_INHERITS, layers)):
        return tuple(layers)
    done: list[Layer] = []
    below: Any = {}
    for layer in layers:
        new = _expanded(layer, tuple(done), below) if layer.inherits and layer.data is not None else layer
        done.append(new)
        below = merge(below, new.data) if new.data is not None else below
    return tuple(done)


def _expanded(layer: Layer, under: Sequence[Layer], below: Any) -> Layer:
    """Return a layer with what its lists inherit.

    Args:
        layer: the layer.
        under: those below it.
        below: these, merged.
    """
    data = layer.data
    moved: dict[Path, list[tuple[bool, int]]] = {}
    for path, items in _lists(layer.data, ()):
        inherited = at(below, path, None)
        if isinstance(inherited, list) and any(map(is_inherited, items)):
            found: list[tuple[bool, int]] = []
            first = next(index for index, item in enumerate(items) if is_inherited(item))
            for index in range(len(items)):
                # A second one stays, and is refused where it is evaluated.
                found += [(True, each) for each in range(len(inherited))] if index == first else [(False, index)]
            moved[path] = found
            data = _with(data, path, [inherited[i] if is_below else items[i] for is_below, i in found])
    if not moved:
        return layer

    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        for where, found in moved.items():
            index = path[len(where)] if path[: len(where)] == where and len(path) > len(where) else None
            if isinstance(index, int) and index < len(found):
                is_below, own = found[index]
                there = (*where, own, *path[len(where) + 1 :])
                source = winner(under, there) if is_below else None
                return (source or layer).locate(there, offset, key=key)
        return layer.locate(path, offset, key=key)

    return Layer(layer.name, data, locate, adds=frozenset(moved), document=layer.document)


def _lists(data: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    """Yield the lists in nested mappings, with their paths; those in lists have nothing below them."""
    if isinstance(data, list):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict | list):
                yield from _lists(value, (*path, key))


def _with(data: Any, path: Path, value: Any) -> Any:
    """Return nested mappings with another value at a path that is there."""
    return value if not path else {**data, path[0]: _with(data[path[0]], path[1:], value)}
