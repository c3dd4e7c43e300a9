"""What schemas say of objects: Kubernetes' own (extra `kubernetes`), and ours of the custom resources that we make.

The package kubernetes-validate carries Kubernetes' schemas; its own `validate` reads them again for each object, and
takes those of another version where it lacks one. So only its files are used.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from efdgen.errors import Location, Path, Problem, dotted
from efdgen.language import installing, schema
from efdgen.rules.kubernetes.apis import Version, minor, shown

_OWN = {
    ("argoproj.io/v1alpha1", "Application"): "kubernetes/application",
    ("ricoberger.de/v1alpha1", "VaultSecret"): "kubernetes/vaultsecret",
}
"""Custom resources that the parent chart and the wrapper charts make."""

_PACKAGE = "kubernetes_validate"
_FOLDER = re.compile(r"v(?P<version>\d+\.\d+)(?:\.\d+)?-local-strict\Z")
_DEFINITION = re.compile(r"(?:.*/)?_definitions\.json#/(?:\$defs|definitions)/|#/(?:\$defs|definitions)/")


class Violation(NamedTuple):
    """What a schema refuses: in words, and what may help."""

    message: str
    hint: str


@functools.cache
def folders() -> Mapping[Version, FilePath]:
    """Return where the schemas of each minor version of Kubernetes are; empty without the extra."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return {}
    entries = (FilePath(found.origin).parent / "kubernetes-json-schema").glob("v*-local-strict")
    matches = [(_FOLDER.match(entry.name), entry) for entry in entries]
    return {minor(match["version"]): entry for match, entry in sorted(matches, key=str) if match}


def missing(version: Version) -> str:
    """Return why objects can't be held against the schemas of a version; empty when they can."""
    there = sorted(folders())
    if version in there:
        return ""
    if not there:
        return f"Kubernetes' schemas are not installed: {installing.command('kubernetes')}"
    versions = f"{shown(there[0])} to {shown(there[-1])}"
    return f"the package kubernetes-validate has the schemas of {versions}, and none of {shown(version)}"


def violations(data: Mapping[str, Any], version: Version) -> list[Violation]:
    """Return what the schema of an object's kind refuses; nothing where there is none.

    Args:
        data: the object.
        version: the cluster's.
    """
    known = _schema(str(data.get("apiVersion")), str(data.get("kind")), version)
    if known is None:
        return []
    return [_violation(problem) for problem in schema.check_data(_Object(_without_nulls(data)), known)]


class _Object(NamedTuple):
    """An object: where its parts were written is not known."""

    data: Any

    def locate(self, path: Path = (), *, key: bool = False) -> Location:  # noqa: ARG002 - see above
        return Location("")


def _violation(problem: Problem) -> Violation:
    path, separator = problem.path, " "
    if problem.code in ("E201", "E202"):
        path, separator = path[:-1], ": "
    message = f"{dotted(path)}{separator}{problem.message}" if path else problem.message
    return Violation(message, problem.hint)


def _without_nulls(data: Any) -> Any:
    """Return data as the API server takes it: a key whose value is null is not there."""
    if isinstance(data, Mapping):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_nulls(item) for item in data]
    return data


@functools.cache
def _schema(api_version: str, kind: str, version: Version) -> Mapping[str, Any] | None:
    own = _OWN.get((api_version, kind))
    if own is not None:
        return schema.load(own)
    folder = folders().get(version)
    if folder is None:
        return None
    group, _, name = api_version.rpartition("/")
    stem = "-".join(part for part in (kind.lower(), group.partition(".")[0], name) if part)
    if not re.fullmatch(r"[a-z0-9-]+", stem) or not (folder / f"{stem}.json").is_file():
        return None
    raw = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    meant = {"group": group, "kind": kind, "version": name}
    if meant not in raw.get("x-kubernetes-group-version-kind", ()):
        return None  # a custom resource of the same kind
    return _definitions(folder).simple(raw)


@functools.cache
def _definitions(folder: FilePath) -> _Simplifier:
    content = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    return _Simplifier(content.get("$defs") or content["definitions"])


class _Simplifier:
    """Brings Kubernetes' schemas down to what `conforms` knows, each reference replaced by its target.

    Formats and descriptions go; a choice between types becomes one list of types. Recursion becomes recursive data.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._done: dict[str, dict[str, Any]] = {}

    def simple(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema, simplified."""
        return self._definition(_DEFINITION.sub("", node["$ref"])) if "$ref" in node else dict(self._keywords(node))

    def _definition(self, name: str) -> dict[str, Any]:
        if name not in self._done:
            self._done[name] = place = {}
            place.update(self.simple(self._definitions[name]))
        return self._done[name]

    def _keywords(self, node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for keyword, value in node.items():
            if keyword == "properties":
                yield keyword, {name: self.simple(below) for name, below in value.items()}
            elif keyword in ("items", "additionalProperties") and isinstance(value, dict):
                yield keyword, self.simple(value)
            elif keyword in ("type", "required", "enum", "additionalProperties"):
                yield keyword, value
            elif keyword == "oneOf" and all(isinstance(one.get("type"), str | list) for one in value):
                types = [[one["type"]] if isinstance(one["type"], str) else one["type"] for one in value]
                yield "type", list(dict.fromkeys(kind for kinds in types for kind in kinds))
