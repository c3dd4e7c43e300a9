"""Where a change does nothing, because a more specific layer says something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.explain.edits.model import Hidden, Target
from efdgen.language.layers import ABSENT, Layer, at, history, leaves
from efdgen.repository.model import Repository


def hidden(repository: Repository, target: Target, names: Sequence[str], value: Any) -> Iterator[Hidden]:
    """Yield where what a layer says now is hidden, for each environment once.

    Args:
        repository: what people wrote, with the change.
        target: the place that was changed.
        names: the environments that its layer is about.
        value: what stands there now.
    """
    for name in names:
        spec = repository.environments.get(name)
        if spec is None or (target.app and target.app not in spec.apps) or not target.setting:
            continue
        layers = spec.layers
        if target.app:
            layers = (*repository.apps[target.app].layers, *spec.app_layers[target.app])
        found = next((each for each in _leaves(layers, target, value, name)), None)
        if found is not None:
            yield found


def is_listed(repository: Repository, target: Target, names: Sequence[str]) -> bool:
    """Say whether any of these environments lists the app of a target; a fact is everybody's.

    A spec with problems may list it.
    """
    specs = (repository.environments.get(name) for name in names)
    return not target.app or any(spec is None or target.app in spec.apps for spec in specs)


def _leaves(layers: Sequence[Layer], target: Target, value: Any, name: str) -> Iterator[Hidden]:
    for leaf, _ in leaves(value, in_lists=False):
        path = (*target.setting, *leaf)
        if path == ("pins",):
            continue  # an empty mapping takes nothing away
        if path[0] == "pins":
            path = ("values", *str(path[1]).split("."))
        having = history(layers, path)
        if not having:
            continue
        place = having[-1].locate(path)
        own = next((layer for layer in having if _is_own(layer, target, path)), None)
        if own is None or having[-1] is not own or _is_pinned(own, target, path):
            is_pin = _is_pinned(having[-1], target, path)
            yield Hidden(name, path, having[-1].name, place, is_pin)


def _is_own(layer: Layer, target: Target, path: Path) -> bool:
    return layer.name == target.layer and layer.locate(path).file == target.file


def _is_pinned(layer: Layer, target: Target, path: Path) -> bool:
    """Say whether a pin of a layer says what the value is, and the target is not that pin."""
    if target.setting[:1] == ("pins",) or path[:1] != ("values",):
        return False
    pins = at(layer.data, ("pins",), {})
    return pins is not ABSENT and isinstance(pins, dict) and ".".join(map(str, path[1:])) in pins
