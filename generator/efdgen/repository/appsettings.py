"""Checks what specs, and what they share, say about apps: their values, parameters and pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language.yamlio import Document
from efdgen.repository import appcharts, pinned, types
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition
from efdgen.repository.pinned import mapping


def check(
    files: Files, document: Document, place: Path, apps: Mapping[str, AppDefinition], below: Mapping[str, Any]
) -> None:
    """Check what is said about apps, each by its name below `place`: values, parameters and pins.

    Args:
        files: where problems go.
        document: what says it.
        place: where.
        apps: the app definitions.
        below: what each of these says itself.
    """
    data: Any = document.data
    for part in place:
        data = mapping(data).get(str(part))
    for app, settings in mapping(data).items():
        if app in apps and settings:
            _check_app(files, document, (*place, app), apps[app], mapping(settings), below[app])


def _check_app(
    files: Files,
    document: Document,
    path: Path,
    definition: AppDefinition,
    settings: Mapping[str, Any],
    below: Mapping[str, Any],
) -> None:
    _check_first_keys(files, document, path, definition, settings, below)
    if mapping(settings.get("pins")):
        pinned.check(files, document, path, definition, settings, below)
    parameters = below.get("parameters", {})
    unknown = [name for name in mapping(settings.get("parameters")) if name not in parameters]
    for parameter in unknown:
        where = (*path, "parameters", parameter)
        files.unknown(f"parameter of {definition.name}", document, where, parameters, key=True)
    for key, rules in zip(definition.types._fields, definition.types, strict=True):
        if isinstance(settings.get(key), dict):
            is_of_values = key == "values"
            reading = files.unfinished if is_of_values else files.unevaluated
            found = types.check(document, (*path, key), rules, takes_null=is_of_values, reading=reading)
            # What is wrong with all parameters together names none of them.
            named = len(path) + 1
            files.refuse(p for p in found if is_of_values or not {*p.path[named : named + 1]} & {*unknown})


def _check_first_keys(
    files: Files,
    document: Document,
    path: Path,
    definition: AppDefinition,
    settings: Mapping[str, Any],
    below: Mapping[str, Any],
) -> None:
    """Check that an app without one chart has charts, or values of its own, of the names that a spec sets."""
    if definition.chart is not None:
        return
    written = below.get("values", {}) if definition.templates else None
    readers = appcharts.Readers(definition.charts, written, f"{definition.source}/values.yaml")
    what = f"chart or value of {definition.name}" if definition.charts else f"value of {definition.name}"
    for key in mapping(settings.get("values")):
        appcharts.refuse_unread(files, document, (*path, "values", key), key, readers, what)
    if mapping(settings.get("values")):
        appcharts.check_mappings(files, document, (*path, "values"), definition.charts)
    for pin in mapping(settings.get("pins")):
        first = pin.partition(".")[0]
        appcharts.refuse_unread(files, document, (*path, "pins", pin), first, readers, what)
