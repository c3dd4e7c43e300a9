"""Layers with overrides taken away or changed. Nothing given is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import Layer, leaves

_SETTINGS = ("values", "parameters")
"""Where overrides stand in a layer; pins are laid on top of the values when a spec is loaded."""


def overrides(layer: Layer) -> list[Path]:
    """Return the paths of what a layer sets; a list is one override, and so is an empty map."""
    settings = layer.data or {}
    return [path for key in _SETTINGS if settings.get(key) for path, _ in leaves(settings[key], (key,), in_lists=False)]


def without(layer: Layer, paths: Iterable[Path]) -> Layer:
    """Return a layer without some overrides; maps that would be left empty go, too."""
    data = layer.data
    for path in paths:
        data = _without(data, path)
    return layer._replace(data=data)


def _without(data: Mapping[Any, Any], path: Path) -> dict[Any, Any]:
    key, rest = path[0], path[1:]
    below = _without(data[key], rest) if rest else {}
    others = {other: value for other, value in data.items() if other != key}
    return {**data, key: below} if below else others


def changed(layer: Layer, values: Mapping[Path, Any]) -> Layer:
    """Return a layer with other values in the place of some overrides."""
    data = layer.data
    for path, value in values.items():
        data = _changed(data, path, value)
    return layer._replace(data=data)


def _changed(data: Mapping[Any, Any], path: Path, value: Any) -> dict[Any, Any]:
    key, rest = path[0], path[1:]
    return {**data, key: _changed(data[key], rest, value) if rest else value}


_MOST = 12


def alternatives(value: Any, literals: Iterable[str]) -> list[Any]:
    """Return other values of the same type, such as a template could tell from `value`.

    Args:
        value: the value.
        literals: texts that templates could compare it with.
    """
    if isinstance(value, bool):
        return [not value]
    found: list[Any]
    if isinstance(value, int | float):
        numbers = [float(text) if "." in text else int(text) for text in literals if _is_number(text)]
        found = [value + 1, *(near for number in numbers for near in (number, number + 1)), 0]
    elif isinstance(value, str):
        found = [f"{value}-x" if value else "x", *literals, ""]
    elif isinstance(value, list):
        found = [[*value, *value], []] if value else [["x"], [{"x": "x"}]]
    elif value is None:
        found = ["x", {"x": "x"}, True]
    else:
        found = [{"x": "x"}]
    return [other for other in found if other != value][:_MOST]


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal() and text.isascii()
