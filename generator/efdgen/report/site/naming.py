"""What names the items of a list alike in all environments. Pure.

A running number says where an item stands, not what it is: with one item more, all others have another number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.review.semantic import NAMING_KEYS, name_of, naming_key

Items = Mapping[str, Any]


class Named(NamedTuple):
    """The items of a list in some environments, by their names.

    Attributes:
        key: what names them; empty: each is a map of one entry, which names it.
        counter: the key that only numbers them; empty: there is none.
        items: by environment, the items by their names. A repeated item has its number behind its name.
    """

    key: str
    counter: str
    items: dict[str, dict[str, Any]]


def named(lists: Mapping[str, Sequence[Any]]) -> Named | None:
    """Return the items of one list in some environments by what names them in all; None: nothing does."""
    key = naming_key(*lists.values())
    if key is None:
        return None
    if key and _counts(key, lists):
        for other in NAMING_KEYS:
            items = {name: _by(other, key, each) for name, each in lists.items()} if other != key else {}
            if items and all(items.values()):
                return Named(other, key, items)
    return Named(key, "", {name: {name_of(item, key): item for item in items} for name, items in lists.items()})


def _counts(key: str, lists: Mapping[str, Sequence[Items]]) -> bool:
    """Say whether a key numbers the items of all lists: up from 1, or down to 1."""
    is_sure = False
    for items in lists.values():
        numbers = [str(item[key]) for item in items]
        up = [str(number) for number in range(1, len(items) + 1)]
        if numbers not in (up, up[::-1]):
            return False
        is_sure |= len(items) > 1
    return is_sure


def _by(key: str, counter: str, items: Sequence[Items]) -> dict[str, Any]:
    """Return items by what a key says of them; empty where it does not name them.

    An item can be there twice: then it is the same, but for its number.
    """
    found: dict[str, Any] = {}
    seen: Counter[str] = Counter()
    for item in items:
        name = item.get(key)
        if not isinstance(name, str | int) or name == "":
            return {}
        text = str(name)
        seen[text] += 1
        label = text if seen[text] == 1 else f"{text} ({seen[text]})"
        if label in found or _without(counter, item) != _without(counter, found.get(text, item)):
            return {}
        found[label] = item
    return found


def _without(key: str, item: Items) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != key}
