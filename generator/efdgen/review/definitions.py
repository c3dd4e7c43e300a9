"""Sums up what differs between two versions of a CustomResourceDefinition: their schemas have thousands of lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language.layers import ABSENT, at
from efdgen.review.semantic import Edit, difference, same

KIND = "CustomResourceDefinition"


def edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield what differs: versions, fields that go, how many come; everything else but texts as it is."""
    old, new = _versions(before), _versions(after)
    told = [{name: _served(version) for name, version in side.items()} for side in (old, new)]
    if told[0] != told[1]:
        yield Edit(("versions",), told[0], told[1])
    fields = [
        {f"{name}: {path}": what for name, version in side.items() for path, what in _fields(version)}
        for side in (old, new)
    ]
    gone = sorted(path for path in fields[0] if path not in fields[1] and path.partition(":")[0] in new)
    if gone:
        yield Edit(("fieldsGone",), gone, ABSENT)
    come = sum(1 for path in fields[1] if path not in fields[0] and path.partition(":")[0] in old)
    if come:
        yield Edit(("fieldsNew",), ABSENT, come)
    for path, what in fields[0].items():
        if path in fields[1] and not same(what, fields[1][path]):
            yield Edit(("fields", path), what, fields[1][path])
    yield from difference(_without_schemas(before), _without_schemas(after)).edits


def summary(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a definition that comes or goes as a whole has."""
    versions = _versions(definition)
    return {
        "group": at(definition, ("spec", "group"), None),
        "scope": at(definition, ("spec", "scope"), None),
        "versions": {name: _served(version) for name, version in versions.items()},
        "fields": sum(1 for version in versions.values() for _ in _fields(version)),
    }


def _versions(definition: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the versions by name; apiextensions.k8s.io/v1beta1 has one schema for all of them."""
    spec = definition.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    listed = spec.get("versions")
    found = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    if not found and "version" in spec:
        found = [{"name": spec["version"], "served": True, "storage": True}]
    shared = at(spec, ("validation", "openAPIV3Schema"), None)
    return {
        str(each.get("name")): each if shared is None else {"schema": {"openAPIV3Schema": shared}, **each}
        for each in found
    }


def _served(version: Mapping[str, Any]) -> str:
    said = [word for word, is_so in (("served", version.get("served")), ("stored", version.get("storage"))) if is_so]
    return ", ".join([*said, *(["deprecated"] if version.get("deprecated") else [])]) or "not served"


def _fields(version: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the path of each field of a version, with its type."""
    yield from _below(at(version, ("schema", "openAPIV3Schema"), {}), "")


def _below(schema: Any, above: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, Mapping):
        return
    properties = schema.get("properties")
    for name, field in properties.items() if isinstance(properties, Mapping) else ():
        path = f"{above}.{name}" if above else str(name)
        yield path, field.get("type") if isinstance(field, Mapping) else None
        yield from _below(field, path)
    yield from _below(schema.get("items"), f"{above}[]")


def _without_schemas(definition: Mapping[str, Any]) -> dict[str, Any]:
    spec = definition.get("spec")
    if not isinstance(spec, Mapping):
        return dict(definition)
    said_apart = ("versions", "version", "validation")
    return {**definition, "spec": {key: value for key, value in spec.items() if key not in said_apart}}
