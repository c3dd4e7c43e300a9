"""A spec and what it shares, as layers: its facts, and what it says about each app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language.inheriting import expanded
from efdgen.language.layers import Layer, at, document_layer, merge, sets
from efdgen.language.yamlio import Document
from efdgen.repository.model import Acceptance, EnvironmentSpec

NO_FACTS = ("apps", "appDefaults", "site", "accept")
"""What a spec, or what it shares, says beside its facts."""


def build(document: Document, shared: Document, apps: tuple[str, ...]) -> EnvironmentSpec:
    """Return a spec with what it shares, as far as it is about some apps; a site that is not there says nothing."""
    data = document.data
    stem = PurePosixPath(document.file).stem
    site = data.get("site", "")
    sources: list[tuple[str, Document, Path, str]] = [("shared facts", shared, ("defaults",), "appDefaults")]
    if site in shared.data.get("sites", {}):
        sources.append((f"site {site}", shared, ("sites", site), "appDefaults"))
    sources.append(("spec", document, (), "apps"))
    of_apps = {
        app: [
            (source, doc, (*prefix, key, app))
            for source, doc, prefix, key in sources
            if app in at(doc.data, prefix).get(key, {})
        ]
        for app in apps
    }
    return EnvironmentSpec(
        name=stem,
        document=document,
        site=site,
        layers=expanded([_facts_layer(source, doc, prefix) for source, doc, prefix, _ in sources]),
        apps=apps,
        app_layers={app: _app_layers(those) for app, those in of_apps.items()},
        accept=tuple(
            Acceptance(accepted["rule"], accepted.get("app", ""), accepted["reason"], accepted.get("at", ""))
            for _, doc, prefix, _ in sources
            for accepted in at(doc.data, prefix).get("accept", ())
        ),
        idle_pins={app: found for app, those in of_apps.items() if (found := tuple(_idle_pins(those)))},
    )


def _facts_layer(name: str, document: Document, prefix: Path) -> Layer:
    data = at(document.data, prefix)
    return document_layer(name, document, prefix, {k: v for k, v in data.items() if k not in NO_FACTS})


def _app_layers(sources: Sequence[tuple[str, Document, Path]]) -> tuple[Layer, ...]:
    """Return what each source says about an app; a null takes a pin of the sources below it away."""
    layers: list[Layer] = []
    taken: set[str] = set()
    for name, document, prefix in reversed(sources):
        layers.insert(0, _app_layer(name, document, prefix, frozenset(taken)))
        taken |= {path for path, pin in at(document.data, prefix).get("pins", {}).items() if pin is None}
    return tuple(layers)


def _idle_pins(sources: Sequence[tuple[str, Document, Path]]) -> Iterator[tuple[str, Location]]:
    """Yield the pins that are null where no source below has one."""
    there: set[str] = set()
    for _, document, prefix in sources:
        for path, pin in at(document.data, prefix).get("pins", {}).items():
            if pin is not None:
                there.add(path)
            elif path in there:
                there.remove(path)
            else:
                yield path, document.locate((*prefix, "pins", path), key=True)


def _app_layer(name: str, document: Document, prefix: Path, taken: frozenset[str]) -> Layer:
    """Return what one layer says about an app, its pins laid on top of its values, but for those taken away."""
    settings = at(document.data, prefix)
    written = settings.get("pins", {})
    kept = {path: pin for path, pin in written.items() if pin is not None and path not in taken}
    pins = {tuple(path.split(".")): path for path in kept}
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
        pin = next((pin for parts, pin in pins.items() if path == ("values", *parts)), None)
        if pin is None and path[:1] == ("values",) and not sets(values_written, path[1:]):
            # Something that only a pin's path leads through.
            pin = next((pin for parts, pin in pins.items() if path[1:] == parts[: len(path) - 1]), None)
        if pin is not None:
            path = ("pins", pin) if key else ("pins", pin, "value")
        return document.locate_in_text((*prefix, *path), offset, key=key)

    return Layer(name, {**settings, "values": values}, locate, document.inherits)
