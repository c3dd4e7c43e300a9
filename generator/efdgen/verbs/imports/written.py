"""Writes what was made as people write it: YAML with the comments that stood at the same lines in the source."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import spans, styles
from efdgen.language.yamlio.spans import Entry, Node

_HABITS = styles.Habits()
_SETTING = re.compile(r"#+\s*(?:-\s*)?[\w./\"'-]+:(?:\s|$)|#+\s*-\s|#+\s*[{}\[\]]")
"""A setting that is switched off, which says nothing of the line below it."""

_MOST = 4
"""Lines of a comment that are taken along; longer ones are a manual."""

_IN_BRACKETS = frozenset(("ingressHosts", "nodePortHosts", "manualSecrets", "jsonPointers", "requires", "provides"))
"""Short lists of definitions that stand on one line."""

_END = re.compile(r"[ \t]+#+[ \t]*(?P<said>[^\n]*?)[ \t]*(?=\n|\Z)")
_ODD_NUMBER = re.compile(r"[-+]?0[0-9_]+|[-+]?0[obxOBX][0-9A-Fa-f_]+|[-+]?[1-9][0-9]*_[0-9_]*")
"""A number that people write so on purpose, such as the mode 0644."""

Path = tuple[Any, ...]


class Comment(NamedTuple):
    """What is said of a line.

    Attributes:
        above: the comment above it, line by line, without `#`.
        end: the comment behind its value; one of the value, and not of the key.
        number: the number as it was written, where that is not how it is written now.
        is_head: whether the comment above begins the file: it may be about all of it. One with nothing right below it
            stands at the path ().
    """

    above: Sequence[str] = ()
    end: str = ""
    number: str = ""
    is_head: bool = False

    @property
    def behind(self) -> str:
        """What stands behind the value."""
        return "; ".join(filter(None, (f"{self.number} by hand" if self.number else "", self.end)))


Comments = Mapping[Path, Comment]


def comments(text: str) -> dict[Path, Comment]:
    """Return the comments of a YAML text by the path of the line that they stand above, or behind."""
    try:
        root = spans.read(text)
    except Exception:  # noqa: BLE001 - comments are a courtesy: what the parser refuses has none
        return {}
    lines = text.split("\n")
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    found: dict[Path, Comment] = {}
    begin = next((number for number, line in enumerate(lines) if line.strip() not in ("", "---")), 0)
    apart = _apart(lines[begin:])
    if apart:
        found[()] = Comment(apart, is_head=True)
    for path, entry in _entries(root, ()):
        above, first = _above(lines, starts, entry.start)
        end, number = _behind(text, entry)
        if above or end or number:
            found[path] = Comment(above, end, number, is_head=bool(above) and first == begin)
    return found


def _above(lines: Sequence[str], starts: Sequence[int], start: int) -> tuple[list[str], int]:
    """Return the comment above a key or an item, and its first line; `starts` says where each line begins."""
    number = bisect.bisect_right(starts, start) - 1
    # An item stands behind its dash.
    indent = len(lines[number]) - len(lines[number].lstrip())
    above: list[str] = []
    while number > 0 and (line := lines[number - 1]).lstrip().startswith("#"):
        if abs(len(line) - len(line.lstrip()) - indent) > 1:
            break
        above.insert(0, line.strip())
        number -= 1
    return _taken(above), number


def _apart(lines: Sequence[str]) -> list[str]:
    """Return the comment that lines begin with, where a blank line, or one that begins a document, stands below it."""
    head = [line.strip() for line in itertools.takewhile(lambda line: line.startswith("#"), lines)]
    below = lines[len(head)].strip() if len(head) < len(lines) else ""
    return _taken(head) if below in ("", "---") else []


def _taken(block: Sequence[str]) -> list[str]:
    """Return what the lines of a comment say; nothing, where it is too long, or a setting that is switched off."""
    said = [line.lstrip("#").strip() for line in block if not _SETTING.match(line)]
    said = [line for line in said if line]
    is_whole = len(said) <= _MOST and len(said) == len([line for line in block if line.strip("# ")])
    return said if is_whole else []


def _behind(text: str, entry: Entry) -> tuple[str, str]:
    """Return the comment at the end of an entry's first line, and its number, if it is written in an odd way."""
    node = entry.node
    plain = node.kind == "scalar" and not node.style
    raw = text[node.start : node.end] if plain else ""
    is_block = node.is_block or (node.kind == "scalar" and node.style in ("|", ">"))
    if is_block:
        # What stands behind `key:`, or behind `|`.
        begin = entry.end if isinstance(entry.key, str) else node.start
        end = text.find("\n", begin)
        line = text[begin : end if end >= 0 else len(text)]
        found = _END.search(line) if isinstance(entry.key, str) else None
    else:
        found = _END.match(text, node.end) if isinstance(entry.key, str) or not node.entries else None
    said = found["said"] if found else ""
    return said, raw if _ODD_NUMBER.fullmatch(raw) else ""


def _entries(node: Node, path: Path) -> Iterator[tuple[Path, Entry]]:
    """Yield the entries that have lines of their own: those of mappings, and plain items of lists."""
    if node.kind == "mapping" and not node.style:
        for entry in node.entries:
            yield (*path, entry.key), entry
            yield from _entries(entry.node, (*path, entry.key))
    elif node.kind == "sequence" and not node.style and all(each.node.kind == "scalar" for each in node.entries):
        for entry in node.entries:
            yield (*path, entry.key), entry


def lines(tree: Mapping[str, Any], said: Comments, indent: int = 0, path: Path = ()) -> list[str]:
    """Write a mapping as lines, each key with its comments."""
    out: list[str] = []
    for key, value in tree.items():
        here = (*path, key)
        comment = said.get(here, Comment())
        out += [f"{' ' * indent}# {line}" for line in comment.above]
        if isinstance(value, Mapping) and value:
            out.append(_with(f"{' ' * indent}{styles.scalar(key)}:", comment))
            out += lines(value, said, indent + _HABITS.level, here)
        elif key in _IN_BRACKETS and isinstance(value, list) and value and styles.fits_brackets(value):
            out.append(f"{' ' * indent}{key}: {styles.in_brackets(value)}")
        else:
            out += _entry(key, value, indent, said, here)
    return out


def _entry(key: str, value: Any, indent: int, said: Comments, here: Path) -> list[str]:
    """Write an entry that is no mapping, with the comments behind it and behind its items."""
    found = styles.entry(key, value, indent, _HABITS)
    comment = said.get(here, Comment())
    if len(found) == 1 or isinstance(value, list):
        found[0] = _with(found[0], comment)
    elif comment.behind:
        found.insert(0, f"{' ' * indent}# {comment.behind}")
    if isinstance(value, list) and len(found) == len(value) + 1:
        items = found[1:]
        del found[1:]
        for number, line in enumerate(items):
            comment = said.get((*here, number), Comment())
            blanks = line[: len(line) - len(line.lstrip())]
            found += [*(f"{blanks}# {text}" for text in comment.above), _with(line, comment)]
    return found


def _with(line: str, comment: Comment) -> str:
    return f"{line}  # {comment.behind}" if comment.behind else line


def text(tree: Mapping[str, Any], said: Comments | None = None) -> str:
    """Write a mapping as a file."""
    return "".join(f"{line}\n" for line in lines(tree, said or {}))
