r"""Changes values in a YAML text that people wrote, and leaves every other character of it as it was.

    put("a:\n  b: 1  # why\n", ("a", "c"), "5Gi")   ->   "a:\n  b: 1  # why\n  c: 5Gi\n"

An edit replaces, adds or takes out what stands between two places that the parser knows; nothing is written anew. What
comes of it is parsed, and must be the data as it was but for the change: a text in which that fails is left to people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from efdgen.errors import Path
from efdgen.language.layers import at
from efdgen.language.yamlio import styles
from efdgen.language.yamlio.cutting import Cutting
from efdgen.language.yamlio.reading import parse
from efdgen.language.yamlio.spans import Entry
from efdgen.language.yamlio.splice import EditError, Splice, checked

__all__ = ["EditError", "append", "has_comment", "insert", "is_in_brackets", "put", "remove", "rename"]


def put(text: str, path: Path, value: Any, keep: int = 0, last: Sequence[str] = ()) -> str:
    """Return a text with a value at `path`, and with the mappings that lead there.

    Args:
        text: a text that `parse` takes, and that holds a mapping, or nothing but comments.
        path: where the value goes; list indices only lead to items that are there.
        value: the value.
        keep: how many parts of the path lead to what stays when nothing is left in it: there, `{}` becomes lines.
        last: keys that stay behind others that are new, in this order.

    Raises:
        EditError: when an alias, an anchor or a value that is no mapping is in the way.
    """
    data = parse(text, "").data
    missing = _missing_list(data, path)
    if missing is not None:
        raise EditError("there is no list here whose item could be set: set the list as a whole", missing)
    if data is None:
        return checked(_begun(text, path, value), _with({}, path, value), path)
    edit = Splice(text)
    depth, entry = edit.follow(path)
    if depth == len(path):
        changed = edit.replaced(entry, path, value)
    else:
        nested = value
        for part in reversed(path[depth + 1 :]):
            nested = {part: nested}
        changed = edit.added(entry, path[:depth], (str(path[depth]), nested), last, is_kept=depth <= keep)
    return checked(changed, _with(edit.data, path, value), path)


def _missing_list(data: Any, path: Path) -> Path | None:
    """Return what would have to be a list for an index in a path, and is a mapping or not there; None: none is."""
    for depth, part in enumerate(path):
        now = at(data, path[:depth], None)
        if isinstance(part, int) and (now is None or isinstance(now, dict)):
            return path[:depth]
        if now is not None and not isinstance(now, dict | list):
            return None
    return None


def _begun(text: str, path: Path, value: Any) -> str:
    """Return a text without data with its first value, behind its comments."""
    for part in reversed(path):
        value = {part: value}
    how = styles.Habits(newline="\r\n" if "\r\n" in text else "\n")
    lines = [line for key, below in value.items() for line in styles.entry(key, below, 0, how)]
    above = text if not text or text.endswith("\n") else text + how.newline
    return above + "".join(f"{line}{how.newline}" for line in lines)


def _found(text: str, path: Path) -> tuple[Splice, Entry]:
    edit = Splice(text)
    depth, entry = edit.follow(path)
    if depth < len(path):
        raise EditError("nothing of that name stands there", path[:depth])
    return edit, entry


def remove(text: str, path: Path, keep: int = 0) -> str:
    """Return a text without the value at `path`, and without the mappings on the way that hold nothing then.

    Args:
        text: a text that `parse` takes.
        path: where the value stands.
        keep: how many parts of the path lead to what stays, as `{}`, when nothing is left in it.

    Raises:
        EditError: when it does not stand there, or an alias or anchor is in the way.
    """
    cutting = Cutting(text)
    cutting.remove(path, keep)
    return cutting.checked(path)


def has_comment(text: str, path: Path, keep: int = 0) -> bool:
    """Say whether a comment is about what `remove` would take out: above it, in it, behind it or below it.

    Raises:
        EditError: when it does not stand there, or an alias or anchor is in the way.
    """
    return Cutting(text).has_comment(path, keep)


def is_in_brackets(text: str, path: Path) -> bool:
    """Say whether a collection stands in brackets of its own, and not within those of another one.

    Raises:
        EditError: when it does not stand there, or an alias or anchor is in the way.
    """
    edit, entry = _found(text, path)
    return edit.is_bracketed(path) and not edit.is_bracketed(path[:-1]) and bool(entry.node.style)


def append(text: str, path: Path, value: Any, *, first: bool = False) -> str:
    """Return a text with one more item in the list at `path`: the last, or the first, below comments above them all.

    Raises:
        EditError: when there is no list, or an alias or anchor is in the way.
    """
    return insert(text, path, -1 if first else None, value)


def insert(text: str, path: Path, index: int | None, value: Any, lines: str = "") -> str:
    """Return a text with one more item in the list at `path`, before the one at an index and what is above that.

    Args:
        text: a text that `parse` takes.
        path: the list.
        index: where the item goes; -1: to the top, below comments there; None: to the end.
        value: the item.
        lines: how it is written, if it is.

    Raises:
        EditError: when there is no list, or an alias or anchor is in the way.
    """
    edit = Splice(text)
    depth, entry = edit.follow(path)
    if depth < len(path) or entry.node.kind != "sequence":
        raise EditError("there is no list", path[:depth])
    items = list(edit.value_at(path))
    index = len(items) if index is None else index
    changed = edit.extended(entry.node, path, value, index, lines)
    items.insert(max(index, 0), value)
    return checked(changed, _with(edit.data, path, items), path)


def rename(text: str, path: Path, name: str) -> str:
    """Return a text with another key in the place of the last one of a path; its value, its place and its quotes stay.

    Raises:
        EditError: when it does not stand there, or an alias or anchor is in the way.
    """
    edit, entry = _found(text, path)
    quote = text[entry.start] if text[entry.start] in "'\"" else ""
    changed = text[: entry.start] + styles.scalar(name, quote) + text[entry.end :]
    above = edit.value_at(path[:-1])
    data = {name if key == path[-1] else key: value for key, value in above.items()}
    return checked(changed, _with(edit.data, path[:-1], data), path)


def _with(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(data, list) and isinstance(first, int):
        return [_with(each, tuple(rest), value) if index == first else each for index, each in enumerate(data)]
    return {**data, first: _with(data.get(first, {}), tuple(rest), value)}
