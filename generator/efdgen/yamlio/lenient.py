"""Reads YAML that others write, fast and without locations, much as Go reads it."""

from __future__ import annotations

import re
from typing import Any

import yaml

_PREFIX = "tag:yaml.org,2002:"
_PYTHON_ONLY = (f"{_PREFIX}timestamp", f"{_PREFIX}int", f"{_PREFIX}float", f"{_PREFIX}value")


class _Loader(yaml.CSafeLoader):
    """libyaml's loader without timestamps and sexagesimal numbers, which Go does not know."""

    def construct_number(self, node: Any) -> float:
        """Return a floating-point number; PyYAML's own method reads colons, too."""
        return float(node.value.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


def _without(tags: tuple[str, ...]) -> dict[Any, Any]:
    """Return PyYAML's rules for plain scalars without those for some tags."""
    rules = yaml.CSafeLoader.yaml_implicit_resolvers.items()
    return {first: [(tag, pattern) for tag, pattern in resolvers if tag not in tags] for first, resolvers in rules}


_Loader.yaml_implicit_resolvers = _without(_PYTHON_ONLY)
_Loader.add_implicit_resolver(
    f"{_PREFIX}int",
    re.compile(r"[-+]?(?:0b[01_]+|0[0-7_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)\Z"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    f"{_PREFIX}float",
    re.compile(
        r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?\Z"
        r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
    ),
    list("-+.0123456789"),
)
_Loader.add_constructor(f"{_PREFIX}float", _Loader.construct_number)


def load(text: str) -> Any:
    """Return the data of one YAML document.

    Raises:
        ValueError: when it is none.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def load_all(text: str) -> list[Any]:
    """Return the data of every document of a YAML stream.

    Raises:
        ValueError: when it is none.
    """
    try:
        return list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
