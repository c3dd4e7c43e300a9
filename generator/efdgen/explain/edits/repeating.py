"""Lists that hold all items of the list below, and more: `<% inherited %>` says the same, and follows that list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.explain.edits.making import Edit, cut, name
from efdgen.explain.edits.model import DEFAULTS, SPEC, Target, Written, mapping
from efdgen.language.inheriting import INHERITED, is_inherited
from efdgen.language.layers import at
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document, editing
from efdgen.language.yamlio.cutting import Cutting
from efdgen.repository import paths

_FEWEST = 2
"""Items that are repeated: a list of one may have the same by chance, and `<% inherited %>` would be no shorter."""

_NOT_FACTS = ("name", "site", "apps", "appDefaults", "accept")
_OF_APPS = ("values", "parameters")


class Repeat(NamedTuple):
    """A list that repeats the one below.

    Attributes:
        document: the file.
        target: the list.
        below: the items that it would inherit.
    """

    document: Document
    target: Target
    below: tuple[Any, ...]

    @property
    def location(self) -> Location:
        """Return where its key stands."""
        return self.document.locate(self.target.path, key=True)

    @property
    def why(self) -> str:
        """Return what it repeats."""
        items = listed([str(item) for item in self.below]) if all(isinstance(i, str) for i in self.below) else ""
        what = items or f"{len(self.below)} items"
        return f"{name(self.target)} repeats what it would inherit ({what}): {INHERITED}"

    def edit(self) -> Edit:
        """Return the edit that lets the list inherit these items; a comment among them leaves it to people."""

        def inherit(cutting: Cutting) -> None:
            path = self.target.path
            start = begin(at(cutting.data, path), self.below)
            if start is None:
                raise editing.EditError("it does not repeat what is below any more", path)
            items = range(start, start + len(self.below))
            if any(cutting.has_comment((*path, index), len(path)) for index in items):
                raise editing.EditError("a comment is about an item", path)
            for index in reversed(items[1:]):
                cutting.remove((*path, index), len(path))
            cutting.replace((*path, start), INHERITED)

        return cut(self.target, inherit)


def begin(items: Any, below: Sequence[Any]) -> int | None:
    """Return where a list holds all items of the one below it, one behind the other, and more; None: nowhere."""
    if not isinstance(items, list) or len(items) <= len(below) or any(map(is_inherited, items)):
        return None
    wanted = list(below)
    return next((i for i in range(len(items) - len(wanted) + 1) if items[i : i + len(wanted)] == wanted), None)


def repeats(written: Written, below: Callable[[Target], Any]) -> list[Repeat]:
    """Return the lists that repeat the ones below them, in the order of the files.

    Args:
        written: what people wrote.
        below: returns what the layers below a target's own have there.
    """
    found = []
    for document, target in _lists(written):
        inherited = below(target)
        if not isinstance(inherited, list) or len(inherited) < _FEWEST or any(map(is_inherited, inherited)):
            continue
        if begin(at(document.data, target.path), inherited) is not None:
            found.append(Repeat(document, target, tuple(inherited)))
    return sorted(found, key=lambda each: each.location)


def _lists(written: Written) -> Iterator[tuple[Document, Target]]:
    """Yield the lists of every layer that has others below it."""
    for where, spec in written.specs.items():
        yield from _in_layer(spec, where, SPEC, ())
    for site in written.sites:
        yield from _in_layer(written.shared, site, f"site {site}", ("sites", site))
    yield from _in_layer(written.shared, DEFAULTS, "shared facts", ("defaults",))


def _in_layer(document: Document, where: str, layer: str, prefix: Path) -> Iterator[tuple[Document, Target]]:
    said = mapping(at(document.data, prefix, None))
    file = document.file
    facts = {key: value for key, value in said.items() if key not in _NOT_FACTS}
    for path in _paths(facts, ()):
        yield document, Target(where, layer, file, (*prefix, *path), len(prefix), "", path)
    key = "apps" if file != paths.FACTS else "appDefaults"
    for app, settings in mapping(said.get(key)).items():
        values = {part: value for part, value in mapping(settings).items() if part in _OF_APPS}
        for path in _paths(values, ()):
            yield document, Target(where, layer, file, (*prefix, key, app, *path), len(prefix), app, path)


def _paths(data: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of the lists in nested mappings."""
    if isinstance(data, list):
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _paths(value, (*path, key))
