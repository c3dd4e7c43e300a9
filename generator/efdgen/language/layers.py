"""Helm's merge rule, and which layer set a value.

The rule is that of `helm --values a.yaml --values b.yaml`: maps merge, lists and scalars replace, and null
replaces too, which later removes the chart's own value. Nothing given is ever changed; what a layer does not
touch is shared, not copied.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from efdgen.errors import Location, Path
    from efdgen.language.yamlio import Document


def merge(base: Any, over: Any) -> Any:
    """Return `base` with `over` laid on top of it."""
    if not ((type(over) is dict or _is_mapping(over)) and (type(base) is dict or _is_mapping(base))):
        return over
    if not over:
        return base
    merged = {**base, **over}
    for key, value in over.items():
        if type(value) not in SCALARS and key in base:
            merged[key] = merge(base[key], value)
    return merged


class Locate(Protocol):
    """Says where a part of a layer's data was written."""

    def __call__(self, path: Path, offset: int = 0, *, key: bool = False) -> Location:
        """Return the place of the value at `path`, of a character in it, or of the key that it stands under."""


class Layer(NamedTuple):
    """One source of values: who says it (`spec`, `app definition`, ...), what, and where each part stands.

    Attributes:
        inherits: whether a list of it may add to one below: `inheriting` writes these out.
        adds: where lists stand that were written out.
        is_shared: whether many environments have this layer, the same object.
        document: what it was read from; None: that is not known.
    """

    name: str
    data: Any
    locate: Locate
    inherits: bool = False
    adds: frozenset[Path] = frozenset()
    is_shared: bool = False
    document: Document | None = None


def document_layer(name: str, document: Document, prefix: Path, data: Any) -> Layer:
    """Return a layer whose data stands at `prefix` of a document."""

    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text((*prefix, *path), offset, key=key)

    return Layer(name, data, locate, document.inherits, document=document)


def merge_layers(layers: Sequence[Layer], below: Any = None) -> Any:
    """Merge layers, the least specific first, over what those below them come to; None: there are none."""
    merged: Any = {} if below is None else below
    for layer in layers:
        if not merged and type(layer.data) is dict:
            merged = layer.data
        elif layer.data is not None:
            merged = merge(merged, layer.data)
    return merged


def stacked(layers: Sequence[Layer], below: Any = None) -> Iterator[tuple[Layer, Any]]:
    """Yield each layer, the least specific first, with what those below it come to together.

    Args:
        layers: the layers.
        below: what others below all of them come to; None: there are none.
    """
    under: Any = {} if below is None else below
    before: Any = None
    for layer in layers:
        if before is not None:
            under = merge(under, before) if under else before
        yield layer, under
        before = layer.data


def history(layers: Sequence[Layer], path: Path) -> list[Layer]:
    """Return the layers that have a say in the value at `path`, the winner last.

    A layer has a say when it sets the value, or replaces something that the value would stand in.
    """
    having: list[Layer] = []
    for layer in layers:
        if layer.data is None:
            continue
        reached, value = reach(layer.data, path)
        if reached < len(path) and isinstance(value, Mapping):
            continue
        if reached < len(path):
            having.clear()
        having.append(layer)
    return having


def winner(layers: Sequence[Layer], path: Path) -> Layer | None:
    """Return the layer that the value at `path` comes from; for a map, the last that adds to it."""
    for layer in layers[::-1]:
        if layer.data is not None:
            reached, value = reach(layer.data, path)
            if reached == len(path) or not isinstance(value, Mapping):
                return layer  # it has a say, and it is the last
    return None


def reaches(layers: Sequence[Layer], path: Path) -> bool:
    """Say whether a layer sets the value at `path` itself, and not only something above it."""
    return any(sets(layer.data, path) for layer in layers)


def sets(data: Any, path: Path) -> bool:
    """Say whether nested data holds something at `path`."""
    return reach(data, path)[0] == len(path)


class Absent(enum.Enum):
    """The type of ABSENT."""

    ABSENT = "absent"


SCALARS = frozenset((str, bool, int, float, type(None)))
"""The types of what holds nothing below it: asked first, since to ask whether something is a `Mapping` takes long."""

ABSENT: Final = Absent.ABSENT
"""No value at all, which is something else than null."""


def at(data: Any, path: Path, default: Any = ABSENT) -> Any:
    """Return what stands at `path` of nested data, or the default.

    `at({"a": [1, 2]}, ("a", 1))` is 2; at `("a", 2)` and at `("b",)` there is nothing.
    """
    depth, value = reach(data, path)
    return value if depth == len(path) else default


def reach(data: Any, path: Path) -> tuple[int, Any]:
    """Follow `path` into nested data as far as it leads; return how many parts of it, and the value there.

    `reach({"a": {"b": 1}}, ("a", "x", "y"))` is `(1, {"b": 1})`. Numbers lead into lists, and never from their end.
    """
    for depth, part in enumerate(path):
        if type(data) is dict:  # nearly all are
            if part not in data:
                return depth, data
        elif isinstance(data, list):
            if not isinstance(part, int) or not 0 <= part < len(data):
                return depth, data
        elif type(data) in SCALARS or not isinstance(data, Mapping) or part not in data:
            return depth, data
        data = data[part]
    return len(path), data


Overlap = tuple["Path", Any, Any]
"""Where two mappings say something, and what each of them does."""


def overlaps(over: Any, below: Any) -> list[Overlap]:
    """Return where nested mappings both say something, in the order of the first; what is in both is looked into.

    `{"a": {"x": 1, "y": 2}, "b": {"z": 3}}` over `{"a": {"x": 4}, "b": 5}` has `(("a", "x"), 1, 4)` and
    `(("b",), {"z": 3}, 5)`.
    """
    found: list[Overlap] = []
    if over and below and (type(over) is dict or _is_mapping(over)) and (type(below) is dict or _is_mapping(below)):
        _overlap(over, below, (), found)
    return found


def _overlap(over: Mapping[Any, Any], below: Mapping[Any, Any], path: Path, found: list[Overlap]) -> None:
    for key in over:
        if key in below:
            one, other = over[key], below[key]
            if one and (type(one) is dict or _is_mapping(one)) and (type(other) is dict or _is_mapping(other)):
                _overlap(one, other, (*path, key), found)
            else:
                found.append(((*path, key), one, other))


def _is_mapping(data: Any) -> bool:
    """Say whether data is a mapping. Where it is asked often, what nearly all are, is asked before, without a call."""
    return type(data) is dict or (type(data) not in SCALARS and isinstance(data, Mapping))


def without(data: Any, path: Path) -> Any:
    """Return nested mappings without what stands at `path`; where nothing does, the same data."""
    if not path or not isinstance(data, Mapping) or path[0] not in data:
        return data
    first, *rest = path
    kept = {key: value for key, value in data.items() if key != first}
    return {**kept, first: without(data[first], tuple(rest))} if rest else kept


def replaced(data: Any, path: Path, value: Any) -> Any:
    """Return nested data with another value at `path`; mappings that are not there are made.

    `replaced({"a": [1, 2]}, ("a", 1), 3)` is `{"a": [1, 3]}`.
    """
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(data, list):
        return [replaced(item, rest, value) if index == first else item for index, item in enumerate(data)]
    known = data if isinstance(data, Mapping) else {}
    return {**known, first: replaced(known.get(first), rest, value)}


def leaves(data: Any, path: Path = (), *, in_lists: bool = True) -> Iterator[tuple[Path, Any]]:
    """Return everything in nested data that holds nothing below it (scalars, empty maps and lists), with its path.

    `{"a": [1, 2], "b": {}}` has `(("a", 0), 1)`, `(("a", 1), 2)` and `(("b",), {})`.

    Args:
        data: the data.
        path: where it stands: what every path begins with.
        in_lists: whether to look into lists; without, a list is one value, as Helm replaces it as a whole.
    """
    if not data:
        return iter([(path, data)])
    found: list[tuple[Path, Any]] = []
    _collect(data, path, found, in_lists=in_lists)
    return iter(found)


def keys(data: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each key in nested mappings and lists: `{"a": [{"b": 1}]}` has `("a",)` and `("a", 0, "b")`."""
    is_mapping = _is_mapping(data)
    pairs: Iterable[tuple[str | int, Any]] = data.items() if is_mapping else enumerate(data)
    for key, value in pairs:
        below = (*path, key)
        if is_mapping:
            yield below
        if type(value) not in SCALARS:
            yield from keys(value, below)


def _collect(data: Any, path: Path, found: list[tuple[Path, Any]], *, in_lists: bool) -> None:
    if type(data) is dict or isinstance(data, Mapping):
        pairs: Iterable[tuple[str | int, Any]] = data.items()
    elif in_lists and isinstance(data, list):
        pairs = enumerate(data)
    else:
        found.append((path, data))
        return
    for key, value in pairs:
        if type(value) in SCALARS or not value:  # most are: a call for each would take as long as all the rest
            found.append(((*path, key), value))
        else:
            _collect(value, (*path, key), found, in_lists=in_lists)
