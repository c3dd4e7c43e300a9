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
    """Return a file's data without what is wrong, where it is not marked instead."""
    for path, prefix, problem in flaws:
        if path:
            below = path[len(prefix) :]
            depth = _depth(below)
            data = _without(data, path[: depth + len(prefix)]) if depth <= len(below) else data
            meant = _meant(below, problem)
            data = _with(data, (*path[: len(prefix)], *meant)) if meant else data
    return data


def _meant(path: Path, problem: Problem) -> Path:
    """Return the path of the fact that a misspelt key is meant to be: who reads it is wrong for that reason, too."""
    word = suggest.suggested(problem.hint) if problem.code == "E201" and path else ""
    meant = (*path[:-1], word) if word else ()
    return () if meant and meant[0] in (*_OF_APPS, *_WHOLE) else meant


def _with(data: Any, path: Path) -> Any:
    """Return data with a place for the fact that a misspelt key is meant to be, unless it has one."""
    first, *rest = path
    if not isinstance(data, dict) or (not rest and first in data):
        return data
    if not rest:
        return {**data, first: {} if first in (*_MAPPINGS, "argocd") else None}
    return {**data, first: _with(data[first], tuple(rest))} if first in data else data


def _depth(path: Path) -> int:
    """Return how much of a path is left out; more than the path has: nothing is."""
    if not path:
        return 0
    if path[0] in _OF_APPS and len(path) > 2:  # noqa: PLR2004 - apps, the app, and what of it
        return 3 if path[2] not in _EVALUATED or len(path) == 3 else len(path) + 1  # noqa: PLR2004
    if path[0] in _MAPPINGS or path[0] in _OF_APPS:
        return min(len(path), 2)
    return 1 if path[0] in _WHOLE or path == ("argocd",) else len(path) + 1


def _without(data: Any, path: Path) -> Any:
    first, *rest = path
    if not isinstance(data, dict) or first not in data:
        return data
    if not rest and first in (*_MAPPINGS, "argocd"):
        return {**data, first: {}}  # names are looked up in it
    if not rest:
        return {key: value for key, value in data.items() if key != first}
    return {**data, first: _without(data[first], tuple(rest))}
