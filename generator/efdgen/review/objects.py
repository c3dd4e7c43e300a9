"""Compares the Kubernetes objects of two hydrations of one app."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.helm import objects
from efdgen.helm.objects import Object
from efdgen.language.layers import ABSENT
from efdgen.review.folding import Found
from efdgen.review.semantic import difference

MADE_UP = "(made up each time)"
"""Stands for what a chart makes up on every rendering: random passwords, generated names, the time."""

_WORDS = re.compile(r"""([\s,;="'`<>(){}|]+)""")
"""What stands between words; a date, or a name with a random end, is one word."""


def compare(environment: str, app: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what differs between the objects of an app, as `steady` returns them; a new one is one difference."""
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            yield Found(environment, app, name, (), before.get(name, ABSENT), after.get(name, ABSENT))
            continue
        result = difference(before[name], after[name])
        for edit in result.edits:
            yield Found(environment, app, name, edit.path, edit.before, edit.after)
        for steps in result.reordered:
            yield Found(environment, app, name, steps, ABSENT, ABSENT)


def steady(first: Sequence[Object], second: Sequence[Object]) -> dict[str, Any]:
    """Return objects by kind, namespace and name, from two hydrations of one input.

    What differs between the two is made up on every rendering: `MADE_UP` stands there instead. An object whose name
    is made up goes by its template.
    """
    names = {_name(item) for item in first} & {_name(item) for item in second}
    one, other = (_numbered(items, names) for items in (first, second))
    return {name: _steady(data, other.get(name, ABSENT)) for name, data in one.items()}


def _numbered(items: Iterable[Object], names: set[str]) -> dict[str, Mapping[str, Any]]:
    """Return objects by name, those with a name made up by template, and the second of the same name as ` (2)`."""
    found: dict[str, Mapping[str, Any]] = {}
    seen: Counter[str] = Counter()
    for item in items:
        name = _name(item)
        if name not in names:
            name = f"{objects.key(item.data).kind} of {item.source}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = item.data
    return found


def _name(item: Object) -> str:
    key = objects.key(item.data)
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
