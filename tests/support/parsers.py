"""The YAML parsers that read what efdgen writes, each returning plain data, and how to compare what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import helm_python
import yaml
from ruamel.yaml import YAML


def pyyaml(text: str) -> Any:
    """Read one document with PyYAML: YAML 1.1."""
    (loaded,) = yaml.safe_load_all(text)
    return loaded


def libyaml(text: str | bytes) -> Any:
    """Read one document with libyaml: for tests that look at what it says, not at how it is read."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def libyaml_all(text: str | bytes) -> Iterator[Any]:
    """Read all documents with libyaml."""
    return iter(yaml.load_all(text, Loader=yaml.CSafeLoader))


def ruamel(text: str) -> Any:
    """Read one document with ruamel.yaml: YAML 1.2."""
    (loaded,) = YAML(typ="safe", pure=True).load_all(text)
    return loaded


def go(text: str) -> dict[str, Any]:
    """Read a mapping with Go's parser, as Helm reads a values file.

    Helm holds every number as a float64: compare with `as_float64`. It reads the first document only.
    """
    loaded: dict[str, Any] = helm_python.values_from_yaml(text)
    return loaded


def differences(left: Any, right: Any, *, as_float64: bool = False, path: str = "$") -> list[str]:
    """Say where two plain data differ, a line a place.

    The types count: 1 is not true, "1" is not 1, a date is not text, and 1 is not 1.0. With `as_float64`,
    numbers are the same when they are the same as float64, which is all that Helm knows.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        found = [f"{path}: key {key!r} is only left" for key in left if key not in right]
        found += [f"{path}: key {key!r} is only right" for key in right if key not in left]
        for key in left:
            if key in right:
                found += differences(left[key], right[key], as_float64=as_float64, path=f"{path}[{key!r}]")
        return found
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return [f"{path}: {len(left)} and {len(right)} items"]
        pairs = enumerate(zip(left, right, strict=True))
        return [
            line
            for index, (one, other) in pairs
            for line in differences(one, other, as_float64=as_float64, path=f"{path}[{index}]")
        ]
    if as_float64 and _is_number(left) and _is_number(right):
        same = float(left) == float(right)
    else:
        same = type(left) is type(right) and left == right
    return [] if same else [f"{path}: {left!r} and {right!r}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
