"""What is found out once for all environments of a run, and merged data that is held against schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language import scope
from efdgen.language.conforms import Reading
from efdgen.language.layers import Layer, merge_layers
from efdgen.language.shared import Shared
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Texts

_MOST = 1000
"""Stacks of layers whose merged data is kept: there could be as many as environments, if each had a site of its own."""


class Once:
    """What is found out once for all environments.

    Attributes:
        shared: the parts of layers that many environments have.
        evaluated: what is known to conform to schemas when it is evaluated.
        unfinished: the same, where null, and what may be an expression of others, may become anything.
        texts: what such parts are written as.
        nothing: what settings come to that an app has nowhere.
    """

    def __init__(self) -> None:
        self.shared = Shared()
        self.evaluated = Reading(self.shared.constants)
        self.unfinished = Reading(self.shared.constants, scope.is_open)
        self.texts = Texts(self.shared.constants)
        self.nothing: Mapping[str, Any] = {}
        self.shared.add(self.nothing)
        self._merged: dict[tuple[int, ...], Any] = {}

    def merged(self, layers: Sequence[Layer]) -> Any:
        """Merge layers, the least specific first; the first ones that many environments have, once for all of them."""
        count = 0
        for layer in layers:
            if not layer.is_shared:
                break
            count += 1
        below = self._below(layers[:count])
        for layer in layers[count:]:
            if layer.is_shared:
                self.shared.add(layer.data)
        return merge_layers(layers[count:], below)

    def _below(self, layers: Sequence[Layer]) -> Any:
        """Merge layers that many environments have: what they come to is the same object in each."""
        key = tuple([id(layer.data) for layer in layers])
        below = self._merged.get(key)
        if below is None:
            for layer in layers:
                self.shared.add(layer.data)
            below = merge_layers(layers)
            if len(self._merged) < _MOST:
                self._merged[key] = below
                self.shared.add(below)
        return below


class Merged(NamedTuple):
    """Facts, or settings of an app, after merging and evaluation; each is located at the layer that set it."""

    data: Any
    layers: Sequence[Layer]
    at: Path = ()

    def locate(self, path: Path = (), *, key: bool = False) -> Location:  # noqa: ARG002 - values are located
        """Return where the layer wrote it that set the value at `path`."""
        return scope.locate(self.layers, (*self.at, *path))

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:  # noqa: ARG002 - of what was evaluated
        """Return where the layer wrote a text."""
        return self.locate(path)
