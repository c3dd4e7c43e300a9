"""The whole spec of an Application, against the one that is rendered: what was changed, added, or taken away. Pure.

{"source": {"helm": {"skipTests": True}}}, and nothing of that is rendered  ->  by_hand: ["helm skipTests"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from efdgen.environment.argocd import without_empty

_SHOWN = (("project",), ("destination", "server"), ("destination", "namespace"))
_SHOWN_OF_SOURCE = ("repoURL", "path", "targetRevision")
_SHOWN_OF_HELM = ("valueFiles", "releaseName")
"""What holds no secrets, and is shown with what it should be."""

_NAMED = ("parameters", "fileParameters")
"""What Helm is given by name, one by one."""

_OTHERWISE = {"revisionHistoryLimit": 10}
"""What Argo CD takes where nothing is said: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/."""

_EMPTY_COUNTS = frozenset(("automated", "retry"))
"""Mappings that mean something even when nothing is in them."""


def settings(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    """Yield where an Application deploys something else, or to somewhere else, than is rendered."""
    yield from _elsewhere(wanted, there)
    pairs = list(zip(sources(wanted), sources(there), strict=False))
    for number, (expected, found) in enumerate(pairs):
        for key in _SHOWN_OF_SOURCE:
            if not is_open(expected.get(key)) and not same(key, expected.get(key), found.get(key)):
                yield f"source{number or ''}.{key} is {found.get(key) or 'not set'}, not {expected.get(key)}"
    if len(sources(wanted)) != len(sources(there)):
        yield f"it has {len(sources(there))} sources, not {len(sources(wanted))}"
    for number, (expected, found) in enumerate(pairs):
        helm, set_helm = held(expected, "helm"), held(found, "helm")
        for key in _SHOWN_OF_HELM:
            if key in helm and not is_open(helm[key]) and helm[key] != set_helm.get(key):
                yield f"source{number or ''}.helm.{key} is {set_helm.get(key) or 'not set'}, not {helm[key]}"


def _elsewhere(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for path in _SHOWN:
        usual = "default" if path == ("project",) else ""
        expected, found = (_at(each, path) or usual for each in (wanted, there))
        if expected != found and not is_open(expected):
            yield f"{'.'.join(path)} is {_at(there, path) or 'not set'}, not {expected}"


def by_hand(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Return what else differs, by name, since a value may be a secret: `helm skipTests`, `info (taken away)`."""
    found: list[str] = []
    for number, (expected, set_there) in enumerate(zip(sources(wanted), sources(there), strict=False)):
        of = f"source{number} " if number else ""
        helm, set_helm = held(expected, "helm"), held(set_there, "helm")
        for key in _NAMED:
            found += _parameters(f"{of}helm parameter", _by_name(helm.get(key)), _by_name(set_helm.get(key)))
        shown = {key for key in _SHOWN_OF_HELM if key in helm}
        found += _differing(f"{of}helm ", helm, set_helm, {*_NAMED, *shown})
        found += _differing(of, expected, set_there, {*_SHOWN_OF_SOURCE, "helm"})
    destination, set_destination = held(wanted, "destination"), held(there, "destination")
    if set_destination.get("name") == "in-cluster" and "name" not in destination:
        # Argo CD's own name for the server that stands beside it.
        set_destination = {key: value for key, value in set_destination.items() if key != "name"}
    found += _differing("destination.", destination, set_destination, {"server", "namespace"})
    shown = {"project", "destination", "source", "sources", "syncPolicy"}
    return [*found, *_differing("", wanted, there, shown)]


def sync_policies(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return both sync policies as what they mean: equal ones do the same."""
    return _policy(held(wanted, "syncPolicy")), _policy(held(there, "syncPolicy"))


def _policy(said: Mapping[str, Any]) -> Any:
    automated = said.get("automated")
    if isinstance(automated, Mapping) and "enabled" in automated:
        others = {key: value for key, value in automated.items() if key != "enabled"}
        said = {**said, "automated": None if automated["enabled"] is False else others}
    return meant(said)


def meant(data: Any) -> Any:
    """Return data without what means nothing to Argo CD: empty values, and empty mappings but for a few."""
    if isinstance(data, Mapping):
        found = {key: value if key in _EMPTY_COUNTS and value == {} else meant(value) for key, value in data.items()}
        return {key: value for key, value in without_empty(found).items() if value != {} or key in _EMPTY_COUNTS}
    return [meant(each) for each in data] if isinstance(data, list) else data


def _differing(name: str, wanted: Mapping[str, Any], there: Mapping[str, Any], but: Iterable[str]) -> Iterator[str]:
    """Yield the names of the fields that differ."""
    left_out = set(but)
    for key in dict.fromkeys((*there, *wanted)):
        expected, found = (_field(key, each.get(key)) for each in (wanted, there))
        if key not in left_out and expected != found and not is_open(expected):
            yield f"{name}{key}{' (taken away)' if found is None else ''}"


def is_open(value: Any) -> bool:
    """Say whether only Helm knows what a value of a template comes to."""
    if isinstance(value, Mapping):
        return any(map(is_open, value.values()))
    return any(map(is_open, value)) if isinstance(value, list) else isinstance(value, str) and "{{" in value


def _field(key: str, value: Any) -> Any:
    """Return what a field means; None: nothing."""
    if key in _OTHERWISE:
        return None if value == _OTHERWISE[key] else value
    return meant(value) or None


def _parameters(name: str, wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} {each}" for each in there if there[each] != wanted.get(each))
    yield from (f"{name} {each} (taken away)" for each in wanted if each not in there)


def _by_name(said: Any) -> dict[str, Any]:
    """Return what Helm is given, by name; of two with one name, the last counts."""
    listed = said if isinstance(said, list) else [said] if said else []
    return {str(each.get("name")) if isinstance(each, Mapping) else "?": meant(each) for each in listed}


def same(key: str, wanted: Any, there: Any) -> bool:
    """Compare what Argo CD takes for the same: a repository with or without `.git`, no revision and HEAD."""
    if key == "repoURL":
        return str(wanted).removesuffix(".git").rstrip("/") == str(there).removesuffix(".git").rstrip("/")
    if key == "targetRevision":
        return (wanted or "HEAD") == (there or "HEAD")
    return bool((wanted or "") == (there or ""))


def sources(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the sources of an Application, one or several."""
    several = spec.get("sources")
    listed = several if isinstance(several, list) and several else [spec.get("source") or {}]
    return [each for each in listed if isinstance(each, Mapping)]


def first(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first source of an Application; without one, an empty mapping."""
    return next(iter(sources(spec)), {})


def held(data: Any, key: str) -> Mapping[str, Any]:
    """Return the mapping that data holds under a key; without one, an empty one."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _at(data: Any, path: Iterable[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data
