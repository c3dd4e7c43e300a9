r"""Sets a mapping or a list as the difference to the one that stands there: what stays keeps its lines and comments.

    put("a:\n  b: 1  # why\n  c: 2\n", ("a",), {"b": 1, "c": 3})   ->   "a:\n  b: 1  # why\n  c: 3\n"

Keys stay in their order. An item of a list stays where it is, or takes its line along; a mapping in a list is the same
item as long as its first key says the same. What is not there any more goes with the comments in it and behind it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import ABSENT, at
from efdgen.language.yamlio import comments, editing, styles
from efdgen.language.yamlio.editing import EditError
from efdgen.language.yamlio.reading import parse
from efdgen.language.yamlio.splice import BY_HAND, Splice


def put(text: str, path: Path, value: Any, keep: int = 0, last: Sequence[str] = ()) -> str:
    """Return a text with a value at `path`, as `editing.put` does; of a collection, only what differs changes.

    Raises:
        EditError: as `editing.put` does; also where a comment would be lost or get to another key.
    """
    now = at(parse(text, "").data, path)
    if not _are_alike(now, value):
        return editing.put(text, path, value, keep, last)
    changed = _changed(text, path, now, value)
    if _told(at(parse(changed, "").data, path)) != _told(value):
        raise EditError(BY_HAND, path)
    return changed


def _are_alike(now: Any, value: Any) -> bool:
    """Say whether both are mappings, or lists, with something in them."""
    kinds = (dict, list)
    return any(isinstance(now, kind) and isinstance(value, kind) for kind in kinds) and bool(now) and bool(value)


def _told(value: Any) -> str:
    """Return what tells values apart: 1, 1.0, true and "1" differ; the order of keys says nothing."""
    return json.dumps(value, sort_keys=True, default=repr)


def _changed(text: str, path: Path, now: Any, value: Any) -> str:
    """Return a text with another value in the place of one that is there."""
    if _told(now) == _told(value):
        return text
    if not _are_alike(now, value):
        return editing.put(text, path, value, len(path))
    is_bare = not _has_comment(text, path)
    if is_bare and editing.is_in_brackets(text, path) and not styles.fits_brackets(value):
        return editing.put(text, path, value, len(path))
    try:
        return _mapping(text, path, now, value) if isinstance(now, dict) else _list(text, path, now, value)
    except EditError:
        if not is_bare:
            raise
        return editing.put(text, path, value, len(path))  # nothing is lost


def _has_comment(text: str, path: Path) -> bool:
    """Say whether a comment stands in a collection, or behind its last line."""
    node = Splice(text).follow(path)[1].node
    end = text.find("\n", node.end) if node.is_block else node.end
    first = text.count("\n", 0, node.start) + 1, styles.column(text, node.start)
    end = len(text) if end < 0 else end
    until = text.count("\n", 0, end) + 1, styles.column(text, end)
    return any(first <= (each.line, each.column) < until for each in comments.comments(text))


def _mapping(text: str, path: Path, now: dict[str, Any], value: dict[str, Any]) -> str:
    for key, new in value.items():
        place = (*path, key)
        text = _changed(text, place, now[key], new) if key in now else editing.put(text, place, new, len(path))
    for key in now:
        if key not in value:
            text = editing.remove(text, (*path, key), len(path))
    return text


def _list(text: str, path: Path, now: list[Any], value: list[Any]) -> str:
    old, new = [_told(item) for item in now], [_told(item) for item in value]
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    gaps, pairs = _matched(now, value, [step[1:] for step in steps if step[0] != "equal"])
    edit = Splice(text)
    going = {index: edit.item_lines(path, index) for first, end, *_ in gaps for index in range(first, end)}
    # From the last to the first, so that the places of those before hold.
    for index, position in reversed(pairs):
        text = _changed(text, (*path, index), now[index], value[position])
    for first, end, begin, stop in reversed(gaps):
        for position in reversed(range(begin, stop)):
            text = _inserted(text, (*path, end), now, value[position], going)
        for index in reversed(range(first, end)):
            text = editing.remove(text, (*path, index), len(path))
    return text


def _inserted(text: str, place: Path, now: list[Any], new: Any, going: dict[int, str]) -> str:
    """Return a text with an item at a place; one that goes from another place takes its lines along.

    Args:
        text: the text.
        place: the list, and the index.
        now: the items that the list had.
        new: the new item.
        going: the items that go from where they were, and how they are written; the one found here is taken out.
    """
    path, index = place[:-1], int(place[-1])
    alike = [each for each in going if _told(now[each]) == _told(new)]
    alike += [each for each in going if _is_same(now[each], new)]
    if not alike:
        return editing.insert(text, path, index, new)
    text = editing.insert(text, path, index, now[alike[0]], going.pop(alike[0]))
    return _changed(text, place, now[alike[0]], new)


_Gap = tuple[int, int, int, int]
"""Items that go, from one index to another, and those that come in their place."""


def _matched(now: list[Any], value: list[Any], gaps: Sequence[_Gap]) -> tuple[list[_Gap], list[tuple[int, int]]]:
    """Return where items come and go, and which are the same ones with another content, both in order."""
    left: list[_Gap] = []
    pairs: list[tuple[int, int]] = []
    for start, end, begin, stop in gaps:
        done, seen = start, begin
        for index in range(start, end):
            position = next((each for each in range(seen, stop) if _is_same(now[index], value[each])), None)
            if position is not None:
                left.append((done, index, seen, position))
                pairs.append((index, position))
                done, seen = index + 1, position + 1
        left.append((done, end, seen, stop))
    return left, pairs


def _is_same(item: Any, other: Any) -> bool:
    """Say whether both are mappings, and what the first key of one says, the other says, too."""
    if not _are_alike(item, other) or not isinstance(item, dict):
        return False
    key = next(iter(item))
    return _told(item[key]) == _told(other.get(key, ABSENT))
