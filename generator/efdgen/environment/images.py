"""The container images that an app's values name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import SCALARS, leaves
from efdgen.language.shared import NOTHING, Shared
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


def images(values: Mapping[str, Any], shared: Shared = NOTHING) -> list[Image]:
    """Return the images among an app's values, as charts are used to write them.

    `image: {repository: a/b, tag: "1"}` (or `repo`, `name`), `image: a/b` beside `imageTag: "1"`, and `image: a/b:1`.

    Args:
        values: the values.
        shared: what is known of parts of them.
    """
    return _images(values, None, shared)


def _images(values: Any, under: str | int | None, shared: Shared) -> list[Image]:
    """Return the images in what stands under a key, or at a place of a list; paths begin there."""
    found: list[Image] = []
    kind = type(values)
    if kind is dict or (kind is not list and isinstance(values, Mapping)):
        parts: Iterable[tuple[str | int, Any]] = values.items()
    else:
        parts = enumerate(values) if isinstance(values, list) else ()
    for key, value in parts:
        if key in _SAYING and isinstance(value, str):
            if value and (image := _image(values, under, key, value)):
                found.append(image)
        elif value and type(value) not in SCALARS:
            found += [Image((key, *path), name, tag) for path, name, tag in shared.within(_images, value, key)]
    return found


def _image(said: Mapping[str, Any], under: str | int | None, key: str | int, value: str) -> Image | None:
    """Return the image that a text names, if it does: one under such a key, in a mapping."""
    if key == "imageTag":
        return Image((key,), _name(said, ("image",)), value)
    if key == "tag":
        return Image((key,), _name(said, ("repository", "repo", "name")), value) if under == "image" else None
    found = _REFERENCE.match(value)
    return Image((key,), found["name"], found["tag"]) if found else None


def _name(said: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    registry = said.get("registry")
    found = next((said[key] for key in keys if isinstance(said.get(key), str)), "")
    return f"{registry}/{found}" if isinstance(registry, str) and registry and found else found
