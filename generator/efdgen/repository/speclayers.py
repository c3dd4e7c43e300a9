"""A spec and what it shares, as layers: its facts, and what it says about each app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language.inheriting import expanded
from efdgen.language.layers import Layer, at, document_layer, merge, sets
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import paths
from efdgen.repository.model import Acceptance, EnvironmentSpec

NO_FACTS = ("apps", "appDefaults", "site", "accept")
"""What a spec, or what it shares, says beside its facts."""


class SharedLayers:
    """What environments share, as layers: each is made once, and is the same object in every environment that has it.

    Args:
        document: the shared facts.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._made: dict[tuple[Path, frozenset[str] | None], Layer] = {}

    def facts(self, source: _Source) -> Layer:
        """Return the facts of a source; a spec's own are made anew."""
        return self._once(source, source.prefix, None)

    def of_app(self, source: _Source, app: str, taken: frozenset[str]) -> Layer:
        """Return what a source says about an app, but for the pins that those above it take away."""
        return self._once(source, (*source.prefix, source.key, app), taken)

    def _once(self, source: _Source, prefix: Path, taken: frozenset[str] | None) -> Layer:
        if source.document is not self.document:
            return _layer(source, prefix, taken)
        made = self._made.get((prefix, taken))
        if made is None:
            made = self._made[prefix, taken] = _layer(source, prefix, taken)._replace(is_shared=True)
        return made


class _Source(NamedTuple):
    """One of the places that say something about an environment, the facts below `prefix`, and each app below `key`."""

    name: str
    document: Document
    prefix: Path
    key: str
    data: Mapping[str, Any]


def build(document: Document, shared: SharedLayers, apps: tuple[str, ...]) -> EnvironmentSpec:
    """Return a spec with what it shares, as far as it is about some apps; a site that is not there says nothing."""
    data = document.data
    site = data.get("site", "")
    of_all = shared.document
    sources = [_Source("shared facts", of_all, ("defaults",), "appDefaults", of_all.data["defaults"])]
    sites = of_all.data.get("sites", {})
    if site in sites:
        sources.append(_Source(f"site {site}", of_all, ("sites", site), "appDefaults", sites[site]))
    sources.append(_Source("spec", document, (), "apps", data))
    of_apps = [(source, source.data.get(source.key, {})) for source in sources]
    speaking = {app: [source for source, said in of_apps if app in said] for app in apps}
    return EnvironmentSpec(
        name=paths.environment_of(document.file),
        document=document,
        site=site,
        layers=expanded([shared.facts(source) for source in sources]),
        apps=apps,
        app_layers={app: _app_layers(app, those, shared) for app, those in speaking.items()},
        accept=tuple(
            Acceptance(accepted["rule"], accepted.get("app", ""), accepted["reason"], accepted.get("at", ""))
            for source in sources
            for accepted in source.data.get("accept", ())
        ),
        idle_pins={app: found for app, those in speaking.items() if (found := tuple(_idle_pins(app, those)))},
    )


def _app_layers(app: str, sources: Sequence[_Source], shared: SharedLayers) -> tuple[Layer, ...]:
    """Return what each source says about an app; a null takes a pin of the sources below it away."""
    layers: list[Layer] = []
    taken: frozenset[str] = frozenset()
    for source in reversed(sources):
        layers.append(shared.of_app(source, app, taken))
        pins = source.data[source.key][app].get("pins")
        if pins:
            taken |= {path for path, pin in pins.items() if pin is None}
    return tuple(reversed(layers))


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


def _layer(source: _Source, prefix: Path, taken: frozenset[str] | None) -> Layer:
    """Return what a source says below `prefix`: about an app, without pins that are taken away; None: its facts."""
    if taken is not None:
        return _app_layer(source.name, source.document, prefix, taken)
    facts = {key: value for key, value in source.data.items() if key not in NO_FACTS}
    return document_layer(source.name, source.document, prefix, facts)


def _app_layer(name: str, document: Document, prefix: Path, taken: frozenset[str]) -> Layer:
    """Return what one layer says about an app, its pins laid on top of its values, but for those taken away."""
    settings = at(document.data, prefix)
    written = settings.get("pins", {})
    kept = {path: pin for path, pin in written.items() if pin is not None and path not in taken}
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

    return Layer(name, {**settings, "values": values}, locate, document.inherits)
