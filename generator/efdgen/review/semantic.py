"""What differs between two pieces of data: the order of keys does not count, and items of lists are matched.

Items are matched by what names them (`name`, `id`, ...), else by being equal. So a moved item is neither removed nor
added; that the order differs is told apart from what changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple


class Item(NamedTuple):
    """A step to the item of a list that is named so. No key: the item holds nothing but what stands under the name."""

    key: str
    name: str


Step = str | int | Item
Steps = tuple[Step, ...]


class Edit(NamedTuple):
    """One value that differs. Steps that count lists' items count those of `before`, or of `after` if it is new.

    Maps that are new or gone are told value by value, items of lists as a whole. A map that goes with its last value
    is told from one that stays and is empty: the latter is one edit, from what it held to `{}`.
    """

    path: Steps
    before: Any
    after: Any


class Difference(NamedTuple):
    """What differs between two pieces of data, and the lists of which only the order does."""

    edits: tuple[Edit, ...]
    reordered: tuple[Steps, ...]


NAMING_KEYS = (
    "name",
    "id",
    "key",
    "envName",
    "mountPath",
    "containerPort",
    "port",
    "host",
    "ip",
    "secretName",
    "topologyKey",
    "type",
    "title",
    "url",
)
"""What names the items of a list, the best first: Kubernetes' own merge keys, and those of the EFD's charts."""


def difference(before: Any, after: Any) -> Difference:
    """Return what differs between two pieces of data, in the order of `before`, what is new behind it."""
    comparison = _Comparison()
    comparison.values((), before, after)
    return Difference(tuple(comparison.edits), tuple(comparison.reordered))


def same(before: Any, after: Any) -> bool:
    """Say whether two values mean the same; the order of lists counts, and true is not 1."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(value, after[key]) for key, value in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    return isinstance(before, bool) is isinstance(after, bool) and bool(before == after)


def _whole_numbers(value: Any) -> Any:
    """Return data in which 1.0 is 1, as it is for `same`."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(_whole_numbers, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fingerprint(value: Any) -> str:
    """Return a text that is the same for the same data."""
    if value is ABSENT:
        return "absent"
    return json.dumps(_whole_numbers(value), sort_keys=True, ensure_ascii=False)


class _Comparison:
    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.reordered: list[Steps] = []

    def values(self, path: Steps, before: Any, after: Any) -> None:
        if isinstance(before, dict) and isinstance(after, dict):
            if path and before and not after:
                self.edits.append(Edit(path, before, after))
            else:
                self._maps(path, before, after)
        elif isinstance(before, list) and isinstance(after, list):
            self._lists(path, before, after)
        elif before is ABSENT and isinstance(after, dict) and after:
            self._maps(path, {}, after)
        elif after is ABSENT and isinstance(before, dict) and before:
            self._maps(path, before, {})
        elif not same(before, after):
            self.edits.append(Edit(path, before, after))

    def _maps(self, path: Steps, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        for key, value in before.items():
            self.values((*path, key), value, after.get(key, ABSENT))
        for key, value in after.items():
            if key not in before:
                self.values((*path, key), ABSENT, value)

    def _lists(self, path: Steps, before: Sequence[Any], after: Sequence[Any]) -> None:
        if same(before, after):
            return
        key = naming_key(before, after)
        if key is not None:
            self._named(path, key, before, after)
        else:
            self._unnamed(path, before, after)

    def _named(self, path: Steps, key: str, before: Sequence[Any], after: Sequence[Any]) -> None:
        old = {name_of(item, key): item for item in before}
        new = {name_of(item, key): item for item in after}
        if [name for name in old if name in new] != [name for name in new if name in old]:
            self.reordered.append(path)
        for name in {**old, **new}:
            here = (*path, Item(key, name))
            sides = old.get(name, ABSENT), new.get(name, ABSENT)
            if not key:
                sides = _only_value(sides[0]), _only_value(sides[1])
            if ABSENT in sides:
                self.edits.append(Edit(here, *sides))
            else:
                self.values(here, *sides)

    def _unnamed(self, path: Steps, before: Sequence[Any], after: Sequence[Any]) -> None:
        """Match equal items; of the rest, those at the same place, and maps that have something in common."""
        were, are = _looks(before), _looks(after)
        old, new = _surplus(were, Counter(are)), _surplus(are, Counter(were))
        gone, come = set(old), set(new)
        if [look for i, look in enumerate(were) if i not in gone] != [
            look for i, look in enumerate(are) if i not in come
        ]:
            self.reordered.append(path)
        pairs = dict(zip(old, new, strict=True)) if len(old) == len(new) else {i: i for i in old if i in come}
        pairs = {i: j for i, j in pairs.items() if i == j or _alike(before[i], after[j])}
        for i in old:
            here = (*path, i)
            if i in pairs:
                self.values(here, before[i], after[pairs[i]])
            else:
                self.edits.append(Edit(here, before[i], ABSENT))
        met = set(pairs.values())
        for j in new:
            if j not in met:
                self.edits.append(Edit((*path, j), ABSENT, after[j]))


def _looks(items: Sequence[Any]) -> list[str]:
    """Return a text for each item that is the same where nothing but an order differs."""
    return [fingerprint(_sorted(item)) for item in items]


def _sorted(value: Any) -> Any:
    """Return data with the items of its lists in the order of their names, where they have any."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    key = naming_key(value)
    return list(map(_sorted, value if key is None else sorted(value, key=lambda item: name_of(item, key))))


def _surplus(items: Sequence[str], others: Counter[str]) -> list[int]:
    """Return the indices of the items that have no equal on the other side."""
    left = []
    for index, item in enumerate(items):
        if others[item]:
            others[item] -= 1
        else:
            left.append(index)
    return left


def _alike(before: Any, after: Any) -> bool:
    """Say whether two maps have something in common, so that one may be the other, changed."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return False
    return any(key in after and same(value, after[key]) for key, value in before.items())


def naming_key(*lists: Sequence[Any]) -> str | None:
    """Return the key that names each item of all lists; empty when each is a map of one entry; None: nothing does."""
    items = [item for each in lists for item in each]
    if not all(isinstance(item, dict) for item in items):
        return None
    for key in NAMING_KEYS:
        if all(isinstance(item.get(key), str | int) for item in items) and _is_unique(key, *lists):
            return key
    if all(len(item) == 1 for item in items) and _is_unique("", *lists):
        return ""
    return None


def _is_unique(key: str, *lists: Sequence[Any]) -> bool:
    return all(len({name_of(item, key) for item in items}) == len(items) for items in lists)


def _only_value(item: Any) -> Any:
    return item if item is ABSENT else next(iter(item.values()))


def name_of(item: Mapping[str, Any], key: str) -> str:
    """Return the name of a list's item.

    Args:
        item: the item.
        key: what `naming_key` found for the list.
    """
    return str(item[key]) if key else str(next(iter(item)))
