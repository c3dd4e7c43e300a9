"""Writes what was made as people write it: YAML with the comments that stood above the same lines in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language.yamlio import spans, styles
from efdgen.language.yamlio.spans import Node

_HABITS = styles.Habits()
_SETTING = re.compile(r"#+\s*(?:-\s*)?[\w./\"'-]+:(?:\s|$)|#+\s*-\s|#+\s*[{}\[\]]")
"""A setting that is switched off, which says nothing of the line below it."""

_MOST = 4
"""Lines of a comment that are taken along; longer ones are a manual."""

_IN_BRACKETS = frozenset(("ingressHosts", "nodePortHosts", "manualSecrets", "jsonPointers", "requires", "provides"))
"""Short lists of definitions that stand on one line."""

Path = tuple[Any, ...]
Comments = Mapping[Path, Sequence[str]]


def comments(text: str) -> dict[Path, list[str]]:
    """Return the comments of a YAML text by the path of the line that they stand above, without `#`."""
    try:
        root = spans.read(text)
    except Exception:  # noqa: BLE001 - comments are a courtesy: what the parser refuses has none
        return {}
    lines = text.split("\n")
    found: dict[Path, list[str]] = {}
    for path, start in _keys(root, ()):
        number = text.count("\n", 0, start)
        indent = start - (text.rfind("\n", 0, start) + 1)
        above: list[str] = []
        while number > 0 and (line := lines[number - 1]).lstrip().startswith("#"):
            if abs(len(line) - len(line.lstrip()) - indent) > 1:
                break
            above.insert(0, line.strip())
            number -= 1
        said = [line.lstrip("#").strip() for line in above if not _SETTING.match(line)]
        said = [line for line in said if line]
        if said and len(said) <= _MOST and len(said) == len([line for line in above if line.strip("# ")]):
            found[path] = said
    return found


def _keys(node: Node, path: Path) -> Iterator[tuple[Path, int]]:
    if node.kind == "mapping" and not node.style:
        for entry in node.entries:
            yield (*path, entry.key), entry.start
            yield from _keys(entry.node, (*path, entry.key))


def lines(tree: Mapping[str, Any], said: Comments, indent: int = 0, path: Path = ()) -> list[str]:
    """Write a mapping as lines, each key below its comment."""
    out: list[str] = []
    for key, value in tree.items():
        here = (*path, key)
        out += [f"{' ' * indent}# {line}" for line in said.get(here, ())]
        if isinstance(value, Mapping) and value:
            out.append(f"{' ' * indent}{styles.scalar(key)}:")
            out += lines(value, said, indent + _HABITS.level, here)
        elif key in _IN_BRACKETS and isinstance(value, list) and value and styles.fits_brackets(value):
            out.append(f"{' ' * indent}{key}: {styles.in_brackets(value)}")
        else:
            out += styles.entry(key, value, indent, _HABITS)
    return out


def text(tree: Mapping[str, Any], said: Comments | None = None) -> str:
    """Write a mapping as a file."""
    return "".join(f"{line}\n" for line in lines(tree, said or {}))
