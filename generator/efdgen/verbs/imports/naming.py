"""Applications whose names hold their environment's: north-db and south-db are one app, db, with a pattern of names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports.model import Deployed

Key = tuple[str, str]

_PATTERNS = (("{}-", "", "<% name %>-<% app.name %>"), ("", "-{}", "<% app.name %>-<% name %>"))
"""What stands before an app's name and after it, and how specs say that."""


class Naming(NamedTuple):
    """The apps of environments by the names of their Applications, and the pattern of these; empty: there is none."""

    apps: dict[Key, str]
    pattern: str = ""


def find(names: Iterable[Key], taken: Collection[str]) -> Naming:
    """Return what apps are called, where the names of all Applications hold their environment's in one way.

    Args:
        names: the environment and the name of each Application.
        taken: names that no app can have.
    """
    listed = list(names)
    for before, after, pattern in _PATTERNS:
        apps: dict[Key, str] = {}
        for environment, name in listed:
            start, end = before.format(environment), after.format(environment)
            inner = name.removeprefix(start).removesuffix(end)
            if len(inner) + len(start) + len(end) == len(name) and inner and inner not in taken:
                apps[environment, name] = inner
        if listed and len(apps) == len(listed):
            return Naming(apps, pattern)
    return Naming({key: key[1] for key in listed})


def renamed(items: dict[Key, Any], naming: Naming) -> dict[Key, Any]:
    """Return what there is of Applications, by the names of their apps."""
    return {
        (environment, app): value._replace(app=app) if isinstance(value, Deployed) else value
        for (environment, name), value in items.items()
        if (app := naming.apps.get((environment, name)))
    }
