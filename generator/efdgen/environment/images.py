"""The container images that an app's values name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import SCALARS, leaves
from efdgen.language.tuples import NamedTuple

_REFERENCE = re.compile(r"(?P<name>[^\s:@]+(?::\d+/[^\s:@]+)?):(?P<tag>[\w][\w.-]{0,127})\Z")
"""A name and a tag: https://pkg.go.dev/github.com/distribution/reference."""


_SAYING = frozenset(("tag", "imageTag", "image"))
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


def images(values: Mapping[str, Any]) -> Iterator[Image]:
    """Yield the images among an app's values, as charts are used to write them.

    `image: {repository: a/b, tag: "1"}` (or `repo`, `name`), `image: a/b` beside `imageTag: "1"`, and `image: a/b:1`.
    """
    found: list[Image] = []
    _collect(values, (), found)
    return iter(found)


def _collect(values: Any, path: Path, found: list[Image]) -> None:
    """Add the images in what stands at a path."""
    if type(values) is dict or isinstance(values, Mapping):
        for key, value in values.items():
            if key in _SAYING and isinstance(value, str):
                found.extend(_image(values, (*path, key), value) if value else ())
            elif value and type(value) not in SCALARS:
                _collect(value, (*path, key), found)
    elif isinstance(values, list):
        for index, item in enumerate(values):
            if item and type(item) not in SCALARS:
                _collect(item, (*path, index), found)


def _image(said: Mapping[str, Any], path: Path, value: str) -> Iterator[Image]:
    """Yield the image that a text names, if it does: one under such a key, in a mapping."""
    if path[-1] == "imageTag":
        yield Image(path, _name(said, ("image",)), value)
    elif path[-1] == "tag":
        if path[-2:-1] == ("image",):
            yield Image(path, _name(said, ("repository", "repo", "name")), value)
    elif found := _REFERENCE.match(value):
        yield Image(path, found["name"], found["tag"])


def _name(said: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    registry = said.get("registry")
    found = next((said[key] for key in keys if isinstance(said.get(key), str)), "")
    return f"{registry}/{found}" if isinstance(registry, str) and registry and found else found
