"""A spec and what it shares, as layers: its facts, and what it says about each app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language.inheriting import expanded
from efdgen.language.layers import Layer, document_layer, merge, sets
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.model import Acceptance, EnvironmentSpec

SHARED_FACTS = "shared facts"
"""The layer of what all environments share."""

NO_FACTS = ("apps", "appDefaults", "site", "accept")
"""What a spec, or what it shares, says beside its facts."""


class _Source(NamedTuple):
    """One of the places that say something about an environment, the facts below `prefix`, and each app below `key`."""

    name: str
    document: Document
    prefix: Path
    key: str
    data: Mapping[str, Any]

    @property
    def accepted(self) -> tuple[Acceptance, ...]:
        """Return the rules that it says do not hold."""
        return tuple(
            Acceptance(said["rule"], said.get("app", ""), said["reason"], said.get("at", ""))
            for said in self.data.get("accept", ())
        )


class _OfSite(NamedTuple):
    """What the environments of a site share, or those of none: what says it, and the rules that do not hold in them."""

    sources: tuple[_Source, ...]
    accepted: tuple[Acceptance, ...]


class SharedLayers:
    """What environments share, as layers: each is made once, and is the same object in every environment that has it.

    Args:
        document: the shared facts.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._of_sites: dict[str, _OfSite] = {}
        self._made: dict[tuple[Path, frozenset[str] | None], Layer] = {}

    def of_site(self, site: str) -> _OfSite:
        """Return what the environments of a site share; one that is not there says nothing."""
        found = self._of_sites.get(site)
        if found is None:
            data = self.document.data
            sources = [_Source(SHARED_FACTS, self.document, ("defaults",), "appDefaults", data["defaults"])]
            sites = data.get("sites", {})
            if site in sites:
                sources.append(_Source(f"site {site}", self.document, ("sites", site), "appDefaults", sites[site]))
            accepted = tuple(each for source in sources for each in source.accepted)
            found = self._of_sites[site] = _OfSite(tuple(sources), accepted)
        return found

    def facts(self, source: _Source) -> Layer:
        """Return the facts of a source; a spec's own are made anew."""
        if source.document is not self.document:
            return _facts_layer(source)
        made = self._made.get((source.prefix, None))
        if made is None:
            made = self._made[source.prefix, None] = _facts_layer(source)._replace(is_shared=True)
        return made

    def of_app(self, source: _Source, app: str, taken: frozenset[str]) -> Layer:
        """Return what a source says about an app, but for the pins that those above it take away."""
        if source.document is not self.document:
            return _app_layer(source, app, taken)
        key = (*source.prefix, app), taken
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _app_layer(source, app, taken)._replace(is_shared=True)
        return made


def build(document: Document, shared: SharedLayers, apps: tuple[str, ...]) -> EnvironmentSpec:
    """Return a spec with what it shares, as far as it is about some apps; a site that is not there says nothing."""
    site = document.data.get("site", "")
    of_site = shared.of_site(site)
    own = _Source("spec", document, (), "apps", document.data)
    sources = (*of_site.sources, own)
    of_apps = [(source, source.data.get(source.key, {})) for source in sources]
    app_layers: dict[str, tuple[Layer, ...]] = {}
    idle_pins: dict[str, tuple[tuple[str, Location], ...]] = {}
    for app in apps:
        speaking = [source for source, said in of_apps if app in said]
        app_layers[app], taken = _app_layers(app, speaking, shared)
        if taken and (idle := tuple(_idle_pins(app, speaking))):
            idle_pins[app] = idle
    return EnvironmentSpec(
        name=paths.environment_of(document.file),
        document=document,
        site=site,
        layers=expanded([shared.facts(source) for source in sources]),
        apps=apps,
        app_layers=app_layers,
        accept=(*of_site.accepted, *own.accepted),
        idle_pins=idle_pins,
    )


def _app_layers(app: str, sources: Sequence[_Source], shared: SharedLayers) -> tuple[tuple[Layer, ...], frozenset[str]]:
    """Return what each source says about an app, and the pins that they take away: by null, from those below."""
    layers: list[Layer] = []
    taken: frozenset[str] = frozenset()
    for source in reversed(sources):
        layers.append(shared.of_app(source, app, taken))
        pins = source.data[source.key][app].get("pins")
        if pins:
            taken |= {path for path, pin in pins.items() if pin is None}
    return tuple(reversed(layers)), taken


def _idle_pins(app: str, sources: Sequence[_Source]) -> Iterator[tuple[str, Location]]:
    """Yield the pins that are null where no source below has one."""
    there: set[str] = set()
    for source in sources:
        for path, pin in source.data[source.key][app].get("pins", {}).items():
            if pin is not None:
                there.add(path)
            elif path in there:
                there.remove(path)
            else:
                yield path, source.document.locate((*source.prefix, source.key, app, "pins", path), key=True)


def _facts_layer(source: _Source) -> Layer:
    """Return the facts of a source."""
    facts = {key: value for key, value in source.data.items() if key not in NO_FACTS}
    return document_layer(source.name, source.document, source.prefix, facts)


def _app_layer(source: _Source, app: str, taken: frozenset[str]) -> Layer:
    """Return what one source says about an app, its pins laid on top of its values, but for those taken away."""
    name, document, prefix = source.name, source.document, (*source.prefix, source.key, app)
    settings = source.data[source.key][app]
    written = settings.get("pins")
    if not written:
        return document_layer(name, document, prefix, settings)
    kept = {path: pin for path, pin in written.items() if pin is not None and path not in taken}
    settings = {**settings, "pins": kept}
    pins: dict[Path, str] = {tuple(path.split(".")): path for path in kept}
    if written:
        settings = {**settings, "pins": kept}
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
        pin = pins.get(path[1:]) if path[:1] == ("values",) else None
        if pin is None and path[:1] == ("values",) and not sets(values_written, path[1:]):
            # Something that only a pin's path leads through.
            pin = next((pin for parts, pin in pins.items() if path[1:] == parts[: len(path) - 1]), None)
        if pin is not None:
            path = ("pins", pin) if key else ("pins", pin, "value")
        return document.locate_in_text((*prefix, *path), offset, key=key)

    return Layer(name, {**settings, "values": values}, locate, document.inherits, document=document)
