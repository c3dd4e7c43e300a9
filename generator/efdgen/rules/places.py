"""Places in values that app.yaml declares: paths in which `*` is any key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.language.tuples import NamedTuple


class Match(NamedTuple):
    """What stands at such a place.

    Attributes:
        path: its own path.
        keys: the keys that the stars stand for.
        value: the value.
    """

    path: Path
    keys: tuple[str, ...]
    value: Any


def matches(values: Any, at: Sequence[str]) -> list[Match]:
    """Return everything that stands at a place.

    `{"sinks": {"a": {"x": 1}, "b": 5}}` has at `("sinks", "*")` the matches `(("sinks", "a"), ("a",), {"x": 1})` and
    `(("sinks", "b"), ("b",), 5)`.
    """
    found = [Match((), (), values)]
    for part in at:
        found = [
            Match((*path, key), (*keys, key) if part == "*" else keys, value[key])
            for path, keys, value in found
            if type(value) is dict or isinstance(value, Mapping)
            for key in (value if part == "*" else (part,))
            if key in value
        ]
    return found
