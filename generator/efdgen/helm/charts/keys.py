"""The values that a chart knows: those that its templates read, its defaults and its schema name. Pure.

image:            {{ .Values.image.tag }}
  tag: {}
resources: {}     {{ toYaml .Values.resources }}: any key below
store:            a chart inside it, with its own
  size: {}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.helm.charts import archive, reads
from efdgen.helm.charts.templatevalues import KeyPath
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple

Tree = Mapping[str, Any]
"""Keys by keys; an empty one stands for any value."""

_NO_TEMPLATES = ("charts/", "ci/", "crds/")
_TEMPLATES = "templates/"


class ChartKeys(NamedTuple):
    """What is known of a chart's values.

    Attributes:
        tree: the keys that it knows, sorted; empty: any.
        required: the values that its templates insist on, each with their message.
        unread: templates that could not be read, each with the reason; below their chart, any key is known.
    """

    tree: Tree
    required: Mapping[KeyPath, str]
    unread: Mapping[str, str]


def of(chart: Mapping[str, bytes]) -> ChartKeys:
    """Return which values a chart knows.

    Args:
        chart: its files, by their path below its folder.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    parts = list(archive.parts(chart))
    found = _read(parts)
    asked, whole = set(found.asked), set(found.whole)
    for part in parts:
        for path in (*_conditions(part.files), *_defaults(part.files)):
            asked.add((*part.path, *path))
        whole |= {(*part.path, *path) for path in _imported(part.files)}
        asked |= {(*part.path, *path) for path in _named_by(_schema(part.files))}
    asked |= whole
    asked.update(part.path for part in parts if part.path)
    tree = _tree(asked, whole)
    return ChartKeys(_closed(tree, parts), found.required, found.unread)


def read_by_templates(chart: Mapping[str, bytes]) -> reads.Reads:
    """Return which values the templates of a chart, and of those inside it, read.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    return _read(archive.parts(chart))


def _read(parts: Iterable[archive.Part]) -> reads.Reads:
    return reads.of([_for_reading(part) for part in parts])


def _tree(asked: set[KeyPath], whole: set[KeyPath]) -> dict[str, Any]:
    """Return the keys as a tree; below one that is read as a whole, any key is known."""
    tree: dict[str, Any] = {}
    if () in whole:
        return tree
    for path in sorted(asked):
        node = tree
        for end, key in enumerate(path, 1):
            node = node.setdefault(key, {})
            if path[:end] in whole:
                break
    return tree


def _closed(tree: dict[str, Any], parts: Sequence[archive.Part]) -> Tree:
    """Return a tree in which keys that a chart's schema refuses are not known, where templates would read any."""
    for part in parts:
        schema = _schema(part.files)
        node: Any = tree
        for key in part.path:
            node = node.get(key) if isinstance(node, dict) else None
        if node is not None and schema:
            _close(node, schema)
    return tree


def _close(node: dict[str, Any], schema: Mapping[str, Any]) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    if not node and schema.get("additionalProperties") is False and "patternProperties" not in schema:
        node.update({key: {} for key in sorted(properties)})
    for key, below in properties.items():
        if key in node and isinstance(below, dict):
            _close(node[key], below)


def _for_reading(part: archive.Part) -> reads.Chart:
    texts = {path: _text(content) for path, content in part.files.items()}
    templates = {path: text for path, text in texts.items() if path.startswith(_TEMPLATES) and text is not None}
    others = [text for path, text in texts.items() if not path.startswith((*_NO_TEMPLATES, _TEMPLATES)) and text]
    return reads.Chart(part.path, templates, tuple(text for text in others if "{{" in text and ".Values" in text))


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def mapping(files: Mapping[str, bytes], path: str) -> Mapping[str, Any]:
    """Return what a YAML file of a chart says; a file that is not there, or no mapping, says nothing."""
    try:
        data = yamlio.load(_text(files.get(path, b"")) or "")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _defaults(files: Mapping[str, bytes]) -> Iterator[KeyPath]:
    """Yield the paths of the values that a chart has by itself."""
    yield from _paths(mapping(files, "values.yaml"))


def _paths(data: Mapping[str, Any], above: KeyPath = ()) -> Iterator[KeyPath]:
    for key, value in data.items():
        yield (*above, str(key))
        if isinstance(value, dict):
            yield from _paths(value, (*above, str(key)))


def _dependencies(files: Mapping[str, bytes]) -> Iterator[Mapping[str, Any]]:
    for file in ("Chart.yaml", "requirements.yaml"):
        declared = mapping(files, file).get("dependencies")
        yield from (each for each in (declared if isinstance(declared, list) else ()) if isinstance(each, dict))


def _conditions(files: Mapping[str, bytes]) -> Iterator[KeyPath]:
    """Yield the values that switch charts inside a chart on and off."""
    for dependency in _dependencies(files):
        for condition in str(dependency.get("condition") or "").split(","):
            if condition.strip():
                yield tuple(condition.strip().split("."))
        for tag in dependency.get("tags") or ():
            yield ("tags", str(tag))


def _imported(files: Mapping[str, bytes]) -> Iterator[KeyPath]:
    """Yield the values of charts inside a chart that it takes over as its own."""
    for dependency in _dependencies(files):
        name = str(dependency.get("alias") or dependency.get("name"))
        for said in dependency.get("import-values") or ():
            child = said.get("child") if isinstance(said, dict) else f"exports.{said}"
            yield (name, *str(child).split("."))


def _schema(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    """Return a chart's own schema of its values; empty: it has none that can be read."""
    try:
        data = json.loads(_text(files.get("values.schema.json", b"")) or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _named_by(schema: Mapping[str, Any], above: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the paths of values that a schema names."""
    properties = schema.get("properties")
    for key, below in properties.items() if isinstance(properties, dict) else ():
        yield (*above, str(key))
        if isinstance(below, dict):
            yield from _named_by(below, (*above, str(key)))
