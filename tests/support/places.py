"""What stands at a place of a YAML file, found by PyYAML alone."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from efdgen.errors import Location


class Found(NamedTuple):
    """A key, or a value, and its path in the document."""

    path: tuple[str | int, ...]
    is_key: bool
    value: Any


@functools.cache
def _nodes(file: Path, _modified: int) -> dict[tuple[int, int], list[Found]]:
    text = file.read_text(encoding="utf-8")
    loader = yaml.SafeLoader(text)
    root = loader.get_single_node()
    lines = text.splitlines()
    found: dict[tuple[int, int], list[Found]] = {}
    for node, path, is_key in _walk(root, ()):
        value = loader.construct_document(node)
        found.setdefault(_place(node, lines), []).append(Found(path, is_key, value))
    return found


def _walk(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Any, tuple[str | int, ...], bool]]:
    yield node, path, False
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, (*path, key.value), True
            yield from _walk(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index))


def _place(node: Any, lines: Sequence[str]) -> tuple[int, int]:
    """Return where a node's text begins: after its quote, and on the line below the | of a block, behind its blanks."""
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    style = getattr(node, "style", None)
    if style == "|":
        return line + 1, len(lines[line]) - len(lines[line].lstrip(" ")) + 1
    return line, column + (1 if style in ("'", '"') and isinstance(node, yaml.ScalarNode) else 0)


def at(root: Path, location: Location) -> list[Found]:
    """Return the keys and values that begin at a place; a map begins where its first key does."""
    file = root / location.file
    return _nodes(file, file.stat().st_mtime_ns).get((location.line, location.column), [])
