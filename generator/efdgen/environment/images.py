"""The container images that values, and objects, name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import leaves
from efdgen.language.tuples import NamedTuple

_REFERENCE = re.compile(r"(?P<name>[^\s:@]+(?::\d+/[^\s:@]+)?):(?P<tag>[\w][\w.-]{0,127})\Z")
"""A name and a tag: https://pkg.go.dev/github.com/distribution/reference."""


SAYING = frozenset(("tag", "imageTag", "image"))
"""The keys below which an image, or its tag, can stand."""


class Image(NamedTuple):
    """An image that values name.

    Attributes:
        path: where its tag stands in the values.
        name: its name; empty: only the chart knows it.
        tag: its tag.
    """

    path: Path
    name: str
    tag: str


def in_object(data: Any) -> Iterator[tuple[str, str]]:
    """Yield the images of a Kubernetes object's containers: a name and a tag; without a tag, a digest or nothing."""
    for path, value in leaves(data):
        if path[-1:] == ("image",) and path[-3:-2] in (("containers",), ("initContainers",)) and isinstance(value, str):
            name, _, digest = value.partition("@")
            found = _REFERENCE.match(name)
            yield (found["name"], found["tag"]) if found else (name, digest)


def named(said: Mapping[str, Any], under: str | int | None, key: str | int, value: str) -> tuple[str, str] | None:
    """Return the name and the tag of the image that a text names; None: it names none.

    Args:
        said: the mapping that the text stands in.
        under: what that stands under.
        key: what the text stands under: one of `SAYING`.
        value: the text.
    """
    if key == "imageTag":
        return _name(said, ("image",)), value
    if key == "tag":
        return (_name(said, ("repository", "repo", "name")), value) if under == "image" else None
    found = _REFERENCE.match(value)
    return (found["name"], found["tag"]) if found else None


def _name(said: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    registry = said.get("registry")
    found = next((said[key] for key in keys if isinstance(said.get(key), str)), "")
    return f"{registry}/{found}" if isinstance(registry, str) and registry and found else found
