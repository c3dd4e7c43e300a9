"""What people wrote and what says nothing any more.

Overrides that repeat what is below, empty mappings, settings of apps that nobody lists, exceptions that nothing needs,
items of tables that nobody names. What is found is only likely: who takes it out makes sure that nothing changes by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path, Problem, dotted
from efdgen.explain.edits.making import Edit, remove
from efdgen.explain.edits.model import Target
from efdgen.language.annotations import found
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.model import EnvironmentSpec, Repository

_IDLE = ("W514", "W517", "W519")
"""The rules about what is written and changes nothing."""

_APPS = ("apps", "appDefaults")
_PIN_PARTS = ("value", "reason", "until")


class Leftover(NamedTuple):
    """Something that says nothing.

    Attributes:
        document: the file.
        path: where it is in there.
        why: why it says nothing.
        is_sure: whether that is known, and not only likely.
    """

    document: Document
    path: Path
    why: str
    is_sure: bool = False

    @property
    def location(self) -> Location:
        """Return where its key stands."""
        return self.document.locate(self.path, key=True)


def leftovers(repository: Repository, documents: Sequence[Document], warnings: Iterable[Problem]) -> list[Leftover]:
    """Return what seems to say nothing, the innermost of what lies in each other left out, in the order of the files.

    Args:
        repository: what people wrote, without errors.
        documents: the specs, and the files that they share.
        warnings: what the rules find odd.
    """
    by_file = {document.file: document for document in documents}
    specs = [document for document in documents if _is_spec(document.file)]
    everything = [
        *_idle(by_file, warnings),
        *(each for document in documents for each in _empty(document)),
        *_of_unlisted(repository, by_file),
        *_unnamed(repository, by_file, specs),
    ]
    kept: dict[tuple[str, Path], Leftover] = {}
    for each in everything:
        kept.setdefault((each.document.file, each.path), each)
    holders: dict[tuple[str, Path], Leftover] = {}
    for (file, path), each in kept.items():
        holders.setdefault((file, path[:-1]), each)
    for (file, path), each in holders.items():
        # A list of nothing else goes as a whole.
        items = at(each.document.data, path)
        if isinstance(items, list) and all((file, (*path, index)) in kept for index in range(len(items))):
            kept.setdefault((file, path), each._replace(path=path))
    outermost = [
        each
        for (file, path), each in kept.items()
        if not any((file, path[:depth]) in kept for depth in range(1, len(path)))
    ]
    return sorted(outermost, key=lambda each: each.location)


def removal(leftover: Leftover) -> Edit:
    """Return the edit that takes something out."""
    file, path = leftover.document.file, leftover.path
    keep = 0
    if _is_spec(file):
        keep = 2 if path[0] == "apps" else 0
    elif file == paths.FACTS:
        keep = 2 if path[0] == "sites" else 1
    elif file.startswith(f"{paths.SHARED}/"):
        keep = 1
    target = Target("", "", file, path, keep, "", path)
    return remove(target)


def _is_spec(file: str) -> bool:
    return file.startswith(f"{paths.ENVIRONMENTS}/") and not file.startswith(f"{paths.SHARED}/")


def _idle(documents: Mapping[str, Document], warnings: Iterable[Problem]) -> Iterator[Leftover]:
    """Yield what rules find idle: their warnings name places, and these are looked up in the documents."""
    places = _Places()
    for problem in warnings:
        document = documents.get(problem.location.file)
        if problem.code in _IDLE and document is not None:
            path = places.path_of(document, problem)
            if path:
                yield Leftover(document, path, problem.message, is_sure=True)


def unreached(documents: Sequence[Document], warnings: Iterable[Problem]) -> list[Problem]:
    """Return the warnings about what says nothing elsewhere, such as in definitions of apps: they are not edited."""
    files = {document.file: document for document in documents}
    idle = [each for each in warnings if each.code in _IDLE]
    of = _Places().path_of
    return [each for each in idle if each.location.file not in files or not of(files[each.location.file], each)]


class _Places:
    """What stands where in documents, which are gone through once."""

    def __init__(self) -> None:
        self._found: dict[str, dict[Location, Path]] = {}

    def path_of(self, document: Document, problem: Problem) -> Path:
        """Return the path of what a warning is about: its own, if that is one in this document.

        An item of a list begins where its first key does, `- rule: W511`: the place alone would not tell them apart.
        """
        path = problem.path
        is_there = path and at(document.data, path) is not ABSENT
        if is_there and problem.location in (document.locate(path), document.locate(path, key=True)):
            return _whole(path)
        if document.file not in self._found:
            self._found[document.file] = _by_place(document)
        found = self._found[document.file].get(problem.location, ())
        return _whole(found) if found else ()


def _by_place(document: Document) -> dict[Location, Path]:
    """Return the paths of what stands at places, its key or itself."""
    everything = [path for path, _ in _everything(document.data, ())]
    # A mapping begins where its first key stands: what has its key there comes first, then the innermost value.
    values = {document.locate(path): path for path in everything}
    keys = {document.locate(path, key=True): path for path in reversed(everything) if isinstance(path[-1], str)}
    return values | keys


def _whole(path: Path) -> Path:
    """Return the path of a pin for one of its parts, else the path."""
    return path[:-1] if path[-1] in _PIN_PARTS and path[-3:-2] == ("pins",) else path


def _everything(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield everything in nested data, with its path, what holds something before what is in it."""
    if path:
        yield path, data
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from _everything(value, (*path, key))


def _empty(document: Document) -> Iterator[Leftover]:
    """Yield mappings with nothing in them that are not an app that a spec lists, a site or a fact of the defaults."""
    if not document.file.startswith(f"{paths.ENVIRONMENTS}/"):
        return
    for path, value in _everything(document.data, ()):
        stays = path[-1] in _APPS or (len(path) > 1 and path[-2] in ("apps", "defaults", "sites"))
        if value == {} and isinstance(value, dict) and isinstance(path[-1], str) and not stays:
            yield Leftover(document, path, f"{dotted(path)} holds nothing")


def _of_unlisted(repository: Repository, documents: Mapping[str, Document]) -> Iterator[Leftover]:
    """Yield what a site or the defaults say about apps that none of their environments lists."""
    shared = documents.get(paths.FACTS)
    if shared is None:
        return
    specs: Iterable[EnvironmentSpec] = repository.environments.values()
    groups: list[tuple[Path, str, set[str]]] = [(("defaults",), "no environment", {a for s in specs for a in s.apps})]
    for site in shared.data.get("sites", {}):
        listed = {app for spec in specs if spec.site == site for app in spec.apps}
        groups.append((("sites", site), f"no environment of {site}", listed))
    for prefix, nobody, listed in groups:
        for app in at(shared.data, (*prefix, "appDefaults"), {}):
            if app not in listed:
                yield Leftover(shared, (*prefix, "appDefaults", app), f"{nobody} lists {app}", is_sure=True)


def _unnamed(
    repository: Repository, documents: Mapping[str, Document], specs: Sequence[Document]
) -> Iterator[Leftover]:
    """Yield the items of tables that no spec, and nothing that specs share, names."""
    named: dict[str, set[Any]] = {}
    shared = documents.get(paths.FACTS)
    looked_at = [(document, repository.schemas.names_in_specs) for document in specs]
    looked_at += [(shared, repository.schemas.names_in_shared)] if shared is not None else []
    for document, places in looked_at:
        for place in places:
            named.setdefault(place.says, set()).update(
                name for _, name in found(document.data, place) if isinstance(name, str)
            )
    for table in repository.tables.values():
        written = documents.get(paths.table(table.name))
        for item in table.items if written is not None else ():
            if item not in named.get(table.name, ()) and written is not None:
                why = f"no environment shows the {table.name} item {item}"
                yield Leftover(written, ("items", item), why, is_sure=True)
