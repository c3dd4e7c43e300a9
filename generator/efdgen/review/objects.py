"""Compares the Kubernetes objects of two hydrations of one app."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.helm import objects
from efdgen.helm.objects import Object
from efdgen.language.layers import ABSENT
from efdgen.review import definitions, hidden, immutable, lost, permissions
from efdgen.review.folding import Found
from efdgen.review.semantic import Edit, Steps, difference

MADE_UP = "(made up each time)"
"""Stands for what a chart makes up on every rendering: random passwords, generated names, the time."""

OF_THE_VERSION = "labels and checksums of every version"
"""What stands for the object where labels and checksums differ that no version of a chart leaves as they are."""

_VERSION_LABELS = frozenset(("app.kubernetes.io/version", "chart", "chartVersion", "helm.sh/chart"))
_CHECKSUM = "checksum/"

_WORDS = re.compile(r"""([\s,;="'`<>(){}|]+)""")
"""What stands between words; a date, or a name with a random end, is one word."""


def compare(environment: str, app: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what differs between the objects of an app, as `steady` returns them; a new one is one difference.

    Labels and checksums that every version of a chart changes are one difference of the app, whatever has them. What
    Secrets hold is hidden.
    """
    after = _paired(before, after)
    versions: dict[str, tuple[Any, Any]] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old is ABSENT or new is ABSENT:
            yield Found(environment, app, name, (), _summed_up(old), _summed_up(new))
            continue
        edits, reordered = _edits(old, new)
        for edit in edits:
            if _is_of_the_version(edit) and not immutable.is_refused(edit, old, new):
                label = str(edit.path[-1])
                is_checksum = label.startswith(_CHECKSUM)
                versions.setdefault(label, ("one", "another") if is_checksum else (edit.before, edit.after))
            else:
                yield Found(environment, app, name, edit.path, edit.before, edit.after)
        for steps in reordered:
            yield Found(environment, app, name, steps, ABSENT, ABSENT)
    if versions:
        sides = [{label: both[side] for label, both in sorted(versions.items())} for side in (0, 1)]
        yield Found(environment, app, OF_THE_VERSION, (), *sides)


_ANOTHER = re.compile(r" \([0-9]+\)\Z")
"""What stands behind the name of the second object of one name: ` (2)`. No name in Kubernetes ends so."""


def _paired(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the objects of `after`, those of one name in an order in which what is unchanged stands where it stood.

    Two templates may make one object. Where one of them is new, the other must not look changed.
    """
    paired = dict(after)
    for name in {_ANOTHER.sub("", name) for name in (*before, *after) if _ANOTHER.search(name)}:
        places = [each for each in dict.fromkeys((*before, *after)) if _ANOTHER.sub("", each) == name]
        left = [paired.pop(place) for place in places if place in paired]
        for place in places:
            if place in before and before[place] in left:
                left.remove(before[place])
                paired[place] = before[place]
        free = [place for place in places if place not in paired]
        paired.update(zip(free, left, strict=False))
    return paired


def refused(
    environment: str, app: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, Steps]]:
    """Yield the changes that Kubernetes refuses: environment, app, object and path."""
    after = _paired(before, after)
    for name in sorted(before.keys() & after.keys()):
        for edit in difference(before[name], after[name]).edits:
            if edit.path and immutable.is_refused(edit, before[name], after[name]):
                yield environment, app, name, edit.path


def listed(
    found: Mapping[str, Mapping[str, Any]],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the names of an app's objects, the claims whose data goes with it, and those that stay."""
    claims = [
        each
        for name, data in sorted(found.items())
        for each in lost.with_object(name, data, is_whole=True)
        if each.what == lost.CLAIMS
    ]
    going, staying = (tuple(each.name for each in claims if each.stays is stays) for stays in (False, True))
    return tuple(sorted(found)), going, staying


def _edits(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[Edit, ...], tuple[Steps, ...]]:
    if old.get("kind") == new.get("kind") == definitions.KIND:
        return tuple(definitions.edits(old, new)), ()
    if old.get("kind") == new.get("kind") and old.get("kind") in permissions.KINDS:
        old, new = permissions.told(old), permissions.told(new)
    result = difference(old, new)
    if hidden.KIND in (old.get("kind"), new.get("kind")):
        return tuple(map(hidden.edit, result.edits)), result.reordered
    return result.edits, result.reordered


def _summed_up(data: Any) -> Any:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    told = {definitions.KIND: definitions.summary, hidden.KIND: hidden.whole}.get(str(kind))
    return told(data) if told is not None else data


def _is_of_the_version(edit: Edit) -> bool:
    """Say whether what differs is a label or a checksum that has another value with every version of a chart."""
    above, last = edit.path[-3:-1], edit.path[-1] if edit.path else ""
    if ABSENT in (edit.before, edit.after):
        return False
    is_checksum = above == ("metadata", "annotations") and str(last).startswith(_CHECKSUM)
    return is_checksum or (above == ("metadata", "labels") and last in _VERSION_LABELS)


def steady(first: Sequence[Object], second: Sequence[Object], namespace: str = "") -> dict[str, Any]:
    """Return objects by kind, namespace and name, from two hydrations of one input.

    One that names no namespace goes to the Application's, so it is the same as one that names that.

    What differs between the two is made up on every rendering: `MADE_UP` stands there instead. An object whose name
    is made up goes by its template.
    """
    names = {_name(item, namespace) for item in first} & {_name(item, namespace) for item in second}
    one, other = (_numbered(items, names, namespace) for items in (first, second))
    return {name: _steady(data, other.get(name, ABSENT)) for name, data in one.items()}


def _numbered(items: Iterable[Object], names: set[str], namespace: str) -> dict[str, Mapping[str, Any]]:
    """Return objects by name, those with a name made up by template, and the second of the same name as ` (2)`."""
    found: dict[str, Mapping[str, Any]] = {}
    seen: Counter[str] = Counter()
    for item in items:
        name = _name(item, namespace)
        if name not in names:
            name = f"{objects.key(item.data).kind} of {item.source}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = _placed(item.data, namespace)
    return found


def _placed(data: Mapping[str, Any], namespace: str) -> Mapping[str, Any]:
    """Return an object with the namespace that it goes to, or without, if its kind has none."""
    metadata = data.get("metadata")
    if not isinstance(metadata, Mapping):
        return data
    place = objects.placed(data, namespace).namespace
    others = {key: value for key, value in metadata.items() if key != "namespace"}
    return {**data, "metadata": {**others, **({"namespace": place} if place else {})}}


def _name(item: Object, namespace: str) -> str:
    key = objects.placed(item.data, namespace)
    return f"{key.kind} {key.namespace}/{key.name}" if key.namespace else f"{key.kind} {key.name}"


def _steady(one: Any, other: Any) -> Any:
    """Return a value as far as two renderings yield the same."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: _steady(value, other.get(key, ABSENT)) for key, value in one.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_steady(*pair) for pair in zip(one, other, strict=True)]
    if isinstance(one, str) and isinstance(other, str) and one != other:
        words = [_WORDS.split(side) for side in (one, other)]
        if len(words[0]) == len(words[1]):
            return "".join(word if word == twin else MADE_UP for word, twin in zip(*words, strict=True))
    return one if type(one) is type(other) and one == other else MADE_UP
