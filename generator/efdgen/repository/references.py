"""Checks that what files name exists: apps, services, environments and items of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from efdgen.language.annotations import Keys, Place, found
from efdgen.language.inheriting import is_inherited
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.model import APPS, ENVIRONMENTS, SERVICES, AppDefinition, Table

_WORDS = {APPS: "app", SERVICES: "service", ENVIRONMENTS: "environment"}


class References:
    """Checks the names in documents; what has the wrong shape is the schema's business.

    Args:
        files: where problems go.
        apps: every app definition without problems.
        tables: every table without problems.
        specs: the paths of the specs.
    """

    def __init__(
        self, files: Files, apps: Mapping[str, AppDefinition], tables: Mapping[str, Table], specs: Iterable[str]
    ) -> None:
        self._files = files
        self._apps = apps
        self._known = _known(files, apps, tables, specs)

    def check(self, document: Document, names: Iterable[Place]) -> None:
        """Record every name at these places of a document that names nothing."""
        for place in names:
            known = self._known.get(place.says)
            if known is None:
                continue
            for path, name in found(document.data, place):
                if is_inherited(name):
                    continue
                if isinstance(name, str) and name not in known and not (place.says == APPS and self.is_app(name)):
                    what = _WORDS.get(place.says, f"{place.says} item")
                    self._files.unknown(what, document, path, known, key=isinstance(place.path[-1], Keys))

    def is_app(self, app: str) -> bool:
        """Say whether there is such an app; one whose definition has problems of its own is there."""
        return app in self._apps or self._files.exists(f"{paths.APPS}/{app}/app.yaml")


def _known(
    files: Files, apps: Mapping[str, AppDefinition], tables: Mapping[str, Table], specs: Iterable[str]
) -> Mapping[str, frozenset[str] | None]:
    """Return the names that there are, by what `x-names` says; None: not all are known, because of other problems."""
    services = {host for app in apps.values() for host in (*app.ingress_hosts, *app.node_port_hosts)}
    flawed = {problem.location.file for problem in files.problems}
    items = {name: None if paths.table(name) in flawed else frozenset(table.items) for name, table in tables.items()}
    return {
        **items,
        APPS: frozenset(apps),
        SERVICES: None if any(paths.apps_of(file, files.of_apps) for file in flawed) else frozenset(services),
        ENVIRONMENTS: frozenset(map(paths.environment_of, specs)),
    }
