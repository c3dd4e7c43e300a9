"""Loads specs, and the facts that they share: `environments/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from efdgen.errors import Location, Path
from efdgen.language import expressions
from efdgen.language.layers import Layer, at, document_layer, merge, merge_layers, sets
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.model import Acceptance, AppDefinition, EnvironmentSpec

_NO_FACTS = ("apps", "appDefaults", "site", "accept")


def load_news(files: Files) -> dict[str, Mapping[str, Any]]:
    """Load the news items; a repository can do without."""
    if not files.exists(paths.NEWS):
        return {}
    document = files.document(paths.NEWS, "news")
    if document is None:
        return {}
    defaults = document.data.get("defaults", {})
    return {name: merge(defaults, item) for name, item in document.data["items"].items()}


def load(files: Files, apps: Mapping[str, AppDefinition], news: Iterable[str]) -> dict[str, EnvironmentSpec]:
    """Load every spec; those with problems are left out."""
    shared = files.parsed(paths.FACTS, "shared")
    found = _spec_files(files)
    parsed = [read for read in (files.parsed(path, "environment") for path in found) if read is not None]
    if not found:
        files.problem("E404", "there is no spec: no environments/*.yaml", Location(paths.ENVIRONMENTS))
    references = _References(files, _known(files, apps, news, found))
    if shared is not None:
        references.check(shared.document, ("defaults",), "appDefaults")
        for site in _mapping(shared.document.data.get("sites")):
            references.check(shared.document, ("sites", site), "appDefaults")
    for read in parsed:
        references.check(read.document, (), "apps")
        _check_name(files, read.document, apps)
    if shared is None or not shared.is_sound:
        return {}
    specs = (_spec(files, read.document, shared.document) for read in parsed if read.is_sound)
    return {spec.name: spec for spec in specs}


def _spec_files(files: Files) -> list[str]:
    found = []
    for path in files.entries(paths.ENVIRONMENTS):
        suffix = PurePosixPath(path).suffix
        if suffix == ".yaml":
            found.append(path)
        elif suffix in (".yml", ".json"):
            hint = f"rename it to {PurePosixPath(path).stem}.yaml"
            files.problem("E401", "a spec's file name must end in .yaml", Location(path), hint=hint)
    return found


class _Known(NamedTuple):
    """The names that specs and shared facts can mention; None: not all are known, because of other problems."""

    apps: Mapping[str, AppDefinition]
    services: frozenset[str] | None
    environments: frozenset[str]
    news: frozenset[str] | None


def _known(files: Files, apps: Mapping[str, AppDefinition], news: Iterable[str], specs: Iterable[str]) -> _Known:
    services = {host for app in apps.values() for host in (*app.ingress_hosts, *app.node_port_hosts)}
    flawed = {problem.location.file for problem in files.problems}
    return _Known(
        apps=apps,
        services=None if any(file.startswith(f"{paths.APPS}/") for file in flawed) else frozenset(services),
        environments=frozenset(PurePosixPath(path).stem for path in specs),
        news=None if paths.NEWS in flawed else frozenset(news),
    )


class _References:
    """Checks that what a layer of facts names exists; what has the wrong shape is the schema's business."""

    def __init__(self, files: Files, known: _Known) -> None:
        self._files = files
        self._known = known

    def check(self, document: Document, prefix: Path, apps_key: str) -> None:
        data: Mapping[str, Any] = document.data
        for part in prefix:
            data = _mapping(data.get(str(part)))
        self._keys("service", document, (*prefix, "hosts"), data, self._known.services)
        self._keys("environment", document, (*prefix, "links"), data, self._known.environments)
        if not prefix and data.get("name") in _mapping(data.get("links")):
            where: Path = ("links", str(data["name"]))
            self._files.problem("E405", "a link to itself", document.locate(where, key=True), where, "remove it")
        for index, accepted in enumerate(_list(data.get("accept"))):
            app = _mapping(accepted).get("app")
            if isinstance(app, str) and not self._is_app(app):
                self._files.unknown("app", document, (*prefix, "accept", index, "app"), self._known.apps)
        for index, app in enumerate(_list(_mapping(data.get("cluster")).get("provides"))):
            if isinstance(app, str) and not self._is_app(app):
                self._files.unknown("app", document, (*prefix, "cluster", "provides", index), self._known.apps)
        for index, item in enumerate(_list(_mapping(data.get("feed")).get("news"))):
            if self._known.news is not None and isinstance(item, str) and item not in self._known.news:
                self._files.unknown("news item", document, (*prefix, "feed", "news", index), self._known.news)
        for app, settings in _mapping(data.get(apps_key)).items():
            self._app(document, (*prefix, apps_key, app), app, settings)

    def _keys(self, what: str, document: Document, path: Path, data: Any, known: frozenset[str] | None) -> None:
        if known is None:
            return
        for name in _mapping(data.get(str(path[-1]))):
            if name not in known:
                self._files.unknown(what, document, (*path, name), known, key=True)

    def _is_app(self, app: str) -> bool:
        """Say whether there is such an app; one whose definition has problems of its own is there."""
        return app in self._known.apps or self._files.exists(f"{paths.APPS}/{app}/app.yaml")

    def _app(self, document: Document, path: Path, app: str, settings: Any) -> None:
        definition = self._known.apps.get(app)
        if definition is None:
            if not self._is_app(app):
                self._files.unknown("app", document, path, self._known.apps, key=True)
            return
        below = merge_layers(definition.layers)
        pins = _mapping(_mapping(settings).get("pins"))
        for pin in pins:
            if any(other.startswith(f"{pin}.") for other in pins):
                location = document.locate((*path, "pins", pin), key=True)
                self._files.problem("E405", f"the pin {pin!r} holds another pin", location, (*path, "pins", pin))
            values = merge(below.get("values", {}), _mapping(_mapping(settings).get("values")))
            if not _leads_through_mappings(values, pin.split(".")[:-1]):
                location = document.locate((*path, "pins", pin), key=True)
                message = f"the pin {pin!r} leads through a value that is no mapping"
                self._files.problem("E405", message, location, (*path, "pins", pin))
        parameters = below.get("parameters", {})
        for parameter in _mapping(_mapping(settings).get("parameters")):
            if parameter not in parameters:
                where = (*path, "parameters", parameter)
                self._files.unknown(f"parameter of {app}", document, where, parameters, key=True)


def _leads_through_mappings(values: Any, parts: Iterable[str]) -> bool:
    for part in parts:
        if part not in values:
            return True
        values = values[part]
        if isinstance(values, str) and expressions.has_expression(values):
            return True
        if not isinstance(values, dict):
            return values is None
    return True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_NO_NAMES = frozenset(("argocd", "default", "shared", paths.PARENT))


def _check_name(files: Files, document: Document, apps: Mapping[str, AppDefinition]) -> None:
    """Refuse names that stand in every environment's output: no rule could tell whose they are."""
    name = document.data.get("name")
    services = {service for app in apps.values() for service in (*app.ingress_hosts, *app.node_port_hosts)}
    if name in _NO_NAMES or name in apps or name in services:
        message = f"the name {name!r} already means something else: an app, a service or a part of Argo CD"
        files.problem("E401", message, document.locate(("name",)), ("name",), "choose another")


def _spec(files: Files, document: Document, shared: Document) -> EnvironmentSpec:
    data = document.data
    stem = PurePosixPath(document.file).stem
    if data["name"] != stem:
        message = f"the name {data['name']!r} is not the file's: {stem}.yaml"
        hint = f"name it {stem}, or rename the file"
        files.problem("E401", message, document.locate(("name",)), ("name",), hint)
    site = data.get("site", "")
    sites = shared.data.get("sites", {})
    sources: list[tuple[str, Document, Path, str]] = [("shared facts", shared, ("defaults",), "appDefaults")]
    if site in sites:
        sources.append((f"site {site}", shared, ("sites", site), "appDefaults"))
    elif site:
        files.unknown("site", document, ("site",), sites)
    sources.append(("spec", document, (), "apps"))
    return EnvironmentSpec(
        name=stem,
        document=document,
        site=site,
        layers=tuple(_facts_layer(source, doc, prefix) for source, doc, prefix, _ in sources),
        apps=tuple(data["apps"]),
        app_layers={
            app: tuple(
                _app_layer(source, doc, (*prefix, key, app))
                for source, doc, prefix, key in sources
                if app in at(doc.data, prefix).get(key, {})
            )
            for app in data["apps"]
        },
        accept=tuple(
            Acceptance(accepted["rule"], accepted.get("app", ""), accepted["reason"])
            for _, doc, prefix, _ in sources
            for accepted in at(doc.data, prefix).get("accept", ())
        ),
    )


def _facts_layer(name: str, document: Document, prefix: Path) -> Layer:
    data = at(document.data, prefix)
    return document_layer(name, document, prefix, {k: v for k, v in data.items() if k not in _NO_FACTS})


def _app_layer(name: str, document: Document, prefix: Path) -> Layer:
    """Return what one layer says about an app, its pins laid on top of its values."""
    settings = at(document.data, prefix)
    pins = {tuple(path.split(".")): path for path in settings.get("pins", {})}
    if not pins:
        return document_layer(name, document, prefix, settings)
    values_written = settings.get("values", {})
    values = values_written
    for parts, path in pins.items():
        pinned: Any = settings["pins"][path]["value"]
        for part in reversed(parts):
            pinned = {part: pinned}
        values = merge(values, pinned)

    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        pin = next((pin for parts, pin in pins.items() if path == ("values", *parts)), None)
        if pin is None and path[:1] == ("values",) and not sets(values_written, path[1:]):
            # Something that only a pin's path leads through.
            pin = next((pin for parts, pin in pins.items() if path[1:] == parts[: len(path) - 1]), None)
        if pin is not None:
            path = ("pins", pin) if key else ("pins", pin, "value")
        return document.locate_in_text((*prefix, *path), offset, key=key)

    return Layer(name, {**settings, "values": values}, locate)
