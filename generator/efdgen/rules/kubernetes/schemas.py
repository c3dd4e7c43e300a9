"""What schemas say of objects: Kubernetes' own, and ours of the custom resources that we make.

The package kubernetes-validate (extra `kubernetes`) carries Kubernetes' schemas; its own `validate` reads them again
for each object, and takes those of another version where it lacks one. So only its files are used. Those of versions
that it has no more are efdgen's own data: `generator/kubernetes_schemas.py` makes them.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from efdgen.errors import Location, Path, Problem, dotted
from efdgen.language import installing, schema, suggest
from efdgen.language.tuples import NamedTuple
from efdgen.rules.kubernetes.apis import Version, minor, shown

_OWN = {
    ("argoproj.io/v1alpha1", "Application"): "kubernetes/application",
    ("ricoberger.de/v1alpha1", "VaultSecret"): "kubernetes/vaultsecret",
}
"""Custom resources that the parent chart and the wrapper charts make."""

_FORMER = "kubernetes/former.json.gz"
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


def versions() -> list[Version]:
    """Return the minor versions of Kubernetes whose schemas are there, the oldest first."""
    return sorted({*folders(), *map(minor, _former()["versions"])})


def missing(version: Version) -> str:
    """Return why objects can't be held against the schemas of a version; empty when they can."""
    there = versions()
    if version in there:
        return ""
    if not folders() and version > there[-1]:
        return f"Kubernetes' schemas are not installed: {installing.command('kubernetes')}"
    return f"there are the schemas of {shown(there[0])} to {shown(there[-1])}, and none of {shown(version)}"


def violations(data: Mapping[str, Any], version: Version) -> list[Violation]:
    """Return what the schema of an object's kind refuses; nothing where there is none.

    Args:
        data: the object.
        version: the cluster's.
    """
    known = _schema(str(data.get("apiVersion")), str(data.get("kind")), version)
    if known is None:
        return []
    return [_violation(problem, data) for problem in schema.check_data(_Object(_without_nulls(data)), known)]


def refused_api(api_version: str, kind: str, version: Version) -> Violation | None:
    """Return why a cluster refuses a kind in an API version: its Kubernetes serves none such; None where it may.

    API groups that are not Kubernetes' own are those of custom resources: a cluster may have any of them.
    """
    group, _, name = api_version.rpartition("/")
    served = _served(version)
    if not served or not is_kubernetes_own(group) or (group, name, kind) in served or "alpha" in name:
        return None  # what is alpha may be switched on, and not every one is in the schemas
    elsewhere = sorted({f"{other}/{v}".strip("/") for other, v, its in served if its == kind})
    likely = suggest.closest(kind, {its for other, v, its in served if (other, v) == (group, name)})
    hint = f"it serves {kind} in {', '.join(elsewhere)}" if elsewhere else ""
    hint = hint or (suggest.did_you_mean(likely) if likely else "")
    versions = sorted({f"{other}/{v}".strip("/") for other, v, _ in served if other == group})
    hint = hint or f"it serves {', '.join(versions) or 'nothing of that group'}"
    return Violation(f"Kubernetes {shown(version)} serves no {kind} in {api_version}", hint)


def is_kubernetes_own(group: str) -> bool:
    """Say whether an API group is one of Kubernetes itself. The group of a custom resource has a dot in its name."""
    return "." not in group or group in _OWN_GROUPS


_OWN_GROUPS = frozenset(
    f"{name}.k8s.io"
    for name in (
        *("admission", "admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"),
        *("certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "imagepolicy"),
        *("internal.apiserver", "networking", "node", "rbac.authorization", "resource", "scheduling", "settings"),
        *("storage", "storagemigration"),
    )
)
"""Those with a dot; `gateway.networking.k8s.io`, `metrics.k8s.io` and others are no part of Kubernetes itself."""


@functools.cache
def _served(version: Version) -> frozenset[tuple[str, str, str]]:
    """Return the groups, versions and kinds that Kubernetes serves; none: its schemas are not there."""
    folder = folders().get(version)
    if folder is not None:
        return frozenset(_meant(_raw_definitions(folder)))
    known = _known_formerly(version)
    return frozenset(known.names()) if known is not None else frozenset()


def _meant(definitions: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for node in definitions.values():
        for meant in node.get("x-kubernetes-group-version-kind", ()):
            yield meant["group"], meant["version"], meant["kind"]


class _Object(NamedTuple):
    """An object: where its parts were written is not known."""

    data: Any

    def locate(self, path: Path = (), *, key: bool = False) -> Location:  # noqa: ARG002 - see above
        return Location("")

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:  # noqa: ARG002 - see above
        return Location("")


def _violation(problem: Problem, data: Mapping[str, Any]) -> Violation:
    path, separator = problem.path, " "
    if data.get("kind") == "Secret" and path[:1] in (("data",), ("stringData",)):
        return Violation(f"{dotted(path)} is not what it should be: text by names, and base64 under data", "")
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
    group, _, name = api_version.rpartition("/")
    meant = {"group": group, "kind": kind, "version": name}
    if folder is not None:
        return _of_the_package(folder, meant)
    known = _known_formerly(version)
    return known.get((group, name, kind)) if known is not None else None


def _of_the_package(folder: FilePath, meant: Mapping[str, str]) -> Mapping[str, Any] | None:
    words = (meant["kind"].lower(), meant["group"].partition(".")[0], meant["version"])
    stem = "-".join(word for word in words if word)
    if not re.fullmatch(r"[a-z0-9-]+", stem) or not (folder / f"{stem}.json").is_file():
        return None
    raw = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    if meant not in raw.get("x-kubernetes-group-version-kind", ()):
        return None  # a custom resource of the same kind
    return _definitions(folder).simple(raw)


@functools.cache
def _definitions(folder: FilePath) -> _Simplifier:
    return _Simplifier(_raw_definitions(folder))


def _raw_definitions(folder: FilePath) -> Mapping[str, Any]:
    content = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = content.get("$defs") or content["definitions"]
    return found


@functools.cache
def _former() -> Mapping[str, Any]:
    """Return efdgen's own data of versions that the package has no more."""
    content: dict[str, Any] = json.loads(gzip.decompress((schema.folder() / _FORMER).read_bytes()))
    return content


class _Formerly:
    """The kinds of a version that the package has no more, brought into the form of others when they are asked for."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = _Simplifier(definitions)
        self._names = {
            (meant["group"], meant["version"], meant["kind"]): name
            for name, node in definitions.items()
            for meant in node.get("x-kubernetes-group-version-kind", ())
        }

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Yield every group, version and kind."""
        yield from self._names

    def get(self, meant: tuple[str, str, str]) -> Mapping[str, Any] | None:
        """Return the schema of a group, version and kind."""
        name = self._names.get(meant)
        return self._definitions.simple({"$ref": name}) if name is not None else None


@functools.cache
def _known_formerly(version: Version) -> _Formerly | None:
    former = _former()
    said = shown(version)
    if said not in former["versions"]:
        return None
    definitions = {
        name: form["schema"] for name, forms in former["definitions"].items() for form in forms if said in form["in"]
    }
    return _Formerly(definitions)


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
