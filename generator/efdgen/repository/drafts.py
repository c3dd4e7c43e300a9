"""Specs with problems, as far as their expressions can be evaluated all the same: so that one run says everything.

What is wrong in a spec, or in what it shares, is marked: who reads it is wrong for that reason, and says nothing. What
has no place in an environment's data as it is written, such as an app that is no mapping, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.errors import Path, Problem
from efdgen.language import suggest
from efdgen.repository import paths
from efdgen.repository.focus import Focus
from efdgen.repository.model import AppDefinition, Draft, EnvironmentSpec
from efdgen.repository.speclayers import SharedLayers, build
from efdgen.repository.specs import Read

_OF_APPS = ("apps", "appDefaults")
_EVALUATED = ("parameters", "values")
_MAPPINGS = ("hosts", "links")
_WHOLE = ("accept", "name", "site")


def drafts(
    read: Read, apps: Mapping[str, AppDefinition], problems: Iterable[Problem], about: Focus
) -> dict[str, Draft]:
    """Return a draft of every spec that can be read; none, while nobody knows what environments share.

    Args:
        read: the specs and the shared facts, sound or not.
        apps: the app definitions without problems.
        problems: what is wrong so far.
        about: the apps that the run is about.
    """
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.location.file, []).append(problem)
    flawed = {app for file in by_file for app in paths.apps_of(file, about.elsewhere)}
    sound = {
        name: app
        for name, app in apps.items()
        if not flawed & {name, *_ancestors(app, apps)} and (about.is_on_all or name in about.apps)
    }
    if read.shared is None or any(p.code == "E202" for p in by_file.get(paths.FACTS, ())):
        return {}
    shared = read.shared._replace(data=_cleaned(read.shared.data, _in_shared(by_file.get(paths.FACTS, ()))))
    if not isinstance(shared.data.get("defaults"), dict):
        return {}
    found = {}
    layers = SharedLayers(shared)
    for document in read.specs:
        name = paths.environment_of(document.file)
        own = [(problem.path, (), problem) for problem in by_file.get(document.file, ())]
        data = {**_cleaned(document.data, own), "name": name}
        site = document.data.get("site", "")
        listed = data.get("apps")
        data["apps"] = {app: said for app, said in listed.items() if app in sound} if isinstance(listed, dict) else {}
        if site == "" or (isinstance(site, str) and site in shared.data.get("sites", {})):
            places = (("defaults",), ("sites", site))
            of_shared = [each for each in _in_shared(by_file.get(paths.FACTS, ())) if each[1] in places]
            found[name] = _draft(build(document._replace(data=data), layers, tuple(data["apps"])), [*own, *of_shared])
    return found


_Flaw = tuple[Path, Path, Problem]
"""Where something is wrong, where the facts of its layer begin in the file, and what is wrong."""


def _ancestors(app: AppDefinition, apps: Mapping[str, AppDefinition]) -> Iterator[str]:
    base = app.document.data.get("extends")
    while base is not None:
        yield base
        base = apps[base].document.data.get("extends") if base in apps else None


def _in_shared(problems: Iterable[Problem]) -> Iterator[_Flaw]:
    for problem in problems:
        depth = 1 if problem.path[:1] == ("defaults",) else 2
        yield problem.path, problem.path[:depth], problem


def _draft(spec: EnvironmentSpec, flaws: Iterable[_Flaw]) -> Draft:
    wrong: dict[Path, list[Problem]] = {}
    doubtful: dict[str, frozenset[str]] = {}
    for path, prefix, problem in flaws:
        below = path[len(prefix) :]
        if below[:1] and below[0] in _OF_APPS:
            if below[2:3] and below[2] in _EVALUATED:
                doubtful[str(below[1])] = doubtful.get(str(below[1]), frozenset()) | {str(below[2])}
        elif below:
            for each in (below, *filter(None, [_meant(below, problem)])):
                wrong.setdefault(each, []).append(problem)
    return Draft(spec, wrong, doubtful)


def _cleaned(data: Any, flaws: Iterable[_Flaw]) -> Any:
    """Return a file's data without what is wrong, where it is not marked instead.

    A mapping is copied once, whatever is wrong in it: thousands of its keys can be.
    """
    top, copies = {(): data}, _Copies()
    for path, prefix, problem in flaws:
        if path:
            below = path[len(prefix) :]
            depth = _depth(below)
            if depth <= len(below):
                _leave_out(top, ((), *path[: depth + len(prefix)]), copies)
            meant = _meant(below, problem)
            if meant:
                _add(top, ((), *path[: len(prefix)], *meant), copies)
    return top[()]


class _Copies:
    """The mappings that were copied already, which can be changed."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def inner(self, outer: dict[Any, Any], path: Iterable[Any]) -> Any:
        """Return what is at a path, each mapping on its way and at its end a copy; None: nothing, or no mapping."""
        for key in path:
            inner = outer.get(key)
            if not isinstance(inner, dict):
                return None
            if id(inner) not in self._made:
                inner = dict(inner)
                self._made[id(inner)] = inner
            outer[key] = inner
            outer = inner
        return outer


def _meant(path: Path, problem: Problem) -> Path:
    """Return the path of the fact that a misspelt key is meant to be: who reads it is wrong for that reason, too."""
    word = suggest.suggested(problem.hint) if problem.code == "E201" and path else ""
    meant = (*path[:-1], word) if word else ()
    return () if meant and meant[0] in (*_OF_APPS, *_WHOLE) else meant


def _add(top: dict[Any, Any], path: tuple[Any, ...], copies: _Copies) -> None:
    """Add a place for the fact that a misspelt key is meant to be, unless it has one."""
    *outer, last = path
    mapping = copies.inner(top, outer)
    if mapping is not None and last not in mapping:
        mapping[last] = {} if last in (*_MAPPINGS, "argocd") else None


def _depth(path: Path) -> int:
    """Return how much of a path is left out; more than the path has: nothing is."""
    if not path:
        return 0
    if path[0] in _OF_APPS and len(path) > 2:  # noqa: PLR2004 - apps, the app, and what of it
        return 3 if path[2] not in _EVALUATED or len(path) == 3 else len(path) + 1  # noqa: PLR2004
    if path[0] in _MAPPINGS or path[0] in _OF_APPS:
        return min(len(path), 2)
    return 1 if path[0] in _WHOLE or path == ("argocd",) else len(path) + 1


def _leave_out(top: dict[Any, Any], path: tuple[Any, ...], copies: _Copies) -> None:
    """Leave out what is at a path, if anything is."""
    *outer, last = path
    mapping = copies.inner(top, outer)
    if mapping is None or last not in mapping:
        return
    if last in (*_MAPPINGS, "argocd"):
        mapping[last] = {}  # names are looked up in it
    else:
        del mapping[last]
