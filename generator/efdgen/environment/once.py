"""What is found out once for all environments of a run, and merged data that is held against schemas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language import scope
from efdgen.language.conforms import Reading
from efdgen.language.layers import Layer
from efdgen.language.shared import Shared
from efdgen.language.tuples import NamedTuple


class Once:
    """What is found out once for all environments.

    Attributes:
        shared: the parts of layers that many environments have.
        evaluated: what is known to conform to schemas when it is evaluated.
        unfinished: the same, where null, and what may be an expression of others, may become anything.
    """

    def __init__(self) -> None:
        self.shared = Shared()
        self.evaluated = Reading(self.shared.constants)
        self.unfinished = Reading(self.shared.constants, scope.is_open)

    def add_layers(self, layers: Iterable[Layer]) -> None:
        """Add the data of those layers that are not one environment's own."""
        for layer in layers:
            if layer.is_shared and layer.data is not None:
                self.shared.add(layer.data)


class Merged(NamedTuple):
    """Facts, or settings of an app, after merging and evaluation; each is located at the layer that set it."""

    data: Any
    layers: Sequence[Layer]
    at: Path = ()

    def locate(self, path: Path = (), *, key: bool = False) -> Location:  # noqa: ARG002 - values are located
        """Return where the layer wrote it that set the value at `path`."""
        return scope.locate(self.layers, (*self.at, *path))
