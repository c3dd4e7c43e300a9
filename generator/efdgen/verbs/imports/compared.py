"""What differs between a source and what was made of it: objects told apart by kind and name, data by its paths."""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.argocd import without_empty
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports.model import Object

_LONGEST = 200

_EMPTY_COUNTS = frozenset(("automated", "retry"))
"""Mappings of Applications that mean something even when nothing is in them: Argo CD syncs by itself, and retries."""


class Difference(NamedTuple):
    """Something that is not what the source has.

    Attributes:
        what: `values`, `Application`, `objects`, `chart` or `files`.
        path: where in it.
        before: what the source has; empty: nothing.
        after: what was rendered; empty: nothing.
        reason: why, where that is known: it stands among the findings, too.
    """

    what: str
    path: str
    before: str
    after: str
    reason: str = ""


def objects(before: Sequence[Object], after: Sequence[Object], namespace: str, lost: set[str]) -> list[Difference]:
    """Compare objects, told apart by kind, namespace and name."""
    one, other = _by_key(before, namespace), _by_key(after, namespace)
    numbers = [Counter(object_key(each.data, namespace) for each in side) for side in (before, after)]
    found = [
        Difference("objects", key, "there", f"{number} times")
        for key, number in sorted(numbers[1].items())
        if number > max(1, numbers[0][key])
    ]
    for key in sorted(one.keys() | other.keys()):
        if key not in other:
            is_lost = (
                posixpath.basename(next(o.template for o in before if object_key(o.data, namespace) == key)) in lost
            )
            found.append(Difference("objects", key, "there", "", "its template is not imported" if is_lost else ""))
        elif key not in one:
            found.append(Difference("objects", key, "", "there"))
        else:
            found += [d._replace(path=f"{key} {d.path}") for d in compared("objects", one[key], other[key])]
    return found


def _by_key(objects: Sequence[Object], namespace: str) -> dict[str, Any]:
    return {object_key(each.data, namespace): _in_place(each.data, namespace) for each in objects}


def _in_place(data: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """Return an object that says the namespace that it is put into anyhow: it may, or may not."""
    metadata = {"namespace": namespace, **data["metadata"]} if data["kind"] != "Namespace" else data["metadata"]
    return {**data, "metadata": metadata}


def object_key(data: Mapping[str, Any], namespace: str) -> str:
    """Return what tells an object from others; `namespace` is the one of those that name none."""
    metadata = data["metadata"]
    where = "" if data["kind"] == "Namespace" else f"{metadata.get('namespace') or namespace}/"
    return f"{data['kind']} {where}{metadata.get('name')}"


def compared(what: str, before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yield what differs between two sides, mappings key by key; to Helm, all numbers are of one kind."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            below = f"{path}.{key}" if path else str(key)
            if key not in after:
                yield Difference(what, below, _shown(before[key]), "")
            elif key not in before:
                yield Difference(what, below, "", _shown(after[key]))
            else:
                yield from compared(what, before[key], after[key], below)
    elif _exact(before) != _exact(after):
        yield Difference(what, path, _shown(before), _shown(after))


def aligned(one: Any, other: Any) -> Any:
    """Return data with an empty mapping wherever the other side has one: what differs is then told by its own path.

    One that means something even when it is empty is not put in.
    """
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one
    missing: dict[str, Any] = {
        key: {}
        for key, value in other.items()
        if key not in one and isinstance(value, dict) and key not in _EMPTY_COUNTS
    }
    return {key: aligned(value, other.get(key)) for key, value in {**one, **missing}.items()}


def normal_application(application: Mapping[str, Any]) -> dict[str, Any]:
    """Return an Application as Argo CD keeps it, without where its chart and its values lie."""
    spec = application.get("spec")
    spec = dict(spec) if isinstance(spec, dict) else {}
    source = dict(spec.get("source") or {})
    source.pop("path", None)
    said = source.pop("helm", None)
    helm = dict(said) if isinstance(said, dict) else {}
    for key in ("valueFiles", "values", "valuesObject", "parameters", "ignoreMissingValueFiles", "releaseName"):
        helm.pop(key, None)
    if helm:
        source["helm"] = helm
    if isinstance(spec.get("ignoreDifferences"), list):
        rules = spec["ignoreDifferences"]
        spec["ignoreDifferences"] = [without_empty(rule) if isinstance(rule, dict) else rule for rule in rules]
    # What Argo CD takes where an Application says nothing.
    if source.get("repoURL"):
        source["targetRevision"] = source.get("targetRevision") or "HEAD"
    spec["project"] = spec.get("project") or "default"
    # Without a number of revisions to keep, Argo CD keeps ten; with 0, none.
    kept = {key: value for key, value in spec.items() if key == "revisionHistoryLimit" and value == 0}
    found = without_empty({**application, "spec": {**spec, "source": source}})
    metadata = {**found.get("metadata", {}), **_texts(application.get("metadata"))}
    return {**found, "metadata": metadata, "spec": {**found["spec"], **kept}}


def _texts(metadata: Any) -> dict[str, Any]:
    """Return labels and annotations: one without a text is one, too."""
    said = metadata if isinstance(metadata, dict) else {}
    maps = {key: said[key] for key in ("annotations", "labels") if isinstance(said.get(key), dict)}
    return {key: {name: text for name, text in each.items() if text is not None} for key, each in maps.items()}


def _exact(value: Any) -> str:
    """Return a value as Helm has it: all numbers are of one kind."""
    return json.dumps(_as_numbers(value), sort_keys=True, ensure_ascii=False)


def _as_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_numbers(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_as_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
