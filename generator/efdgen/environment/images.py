"""The container images that an app's values name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import leaves
from efdgen.language.tuples import NamedTuple

_REFERENCE = re.compile(r"(?P<name>[^\s:@]+(?::\d+/[^\s:@]+)?):(?P<tag>[\w][\w.-]{0,127})\Z")
"""A name and a tag: https://pkg.go.dev/github.com/distribution/reference."""


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
    for path, value in leaves(values):
        if not isinstance(value, str) or not value:
            continue
        if path[-2:] == ("image", "tag"):
            yield Image(path, _name(_at(values, path[:-1]), ("repository", "repo", "name")), value)
        elif path[-1:] == ("imageTag",):
            yield Image(path, _name(_at(values, path[:-1]), ("image",)), value)
        elif path[-1:] == ("image",):
            found = _REFERENCE.match(value)
            if found:
                yield Image(path, found["name"], found["tag"])


def _at(values: Any, path: Path) -> Mapping[str, Any]:
    for part in path:
        values = values[part]
    return values if isinstance(values, Mapping) else {}


def _name(said: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    registry = said.get("registry")
    found = next((said[key] for key in keys if isinstance(said.get(key), str)), "")
    return f"{registry}/{found}" if isinstance(registry, str) and registry and found else found
