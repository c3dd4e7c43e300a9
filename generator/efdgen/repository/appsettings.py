"""Checks what specs, and what they share, say about apps: their values, parameters and pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.errors import Path
from efdgen.language import expressions, suggest
from efdgen.language.layers import merge, sets
from efdgen.language.yamlio import Document
from efdgen.repository import appcharts, chartkeys, types
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition


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
        _check_pins(files, document, path, definition, settings, below)
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


def _check_pins(
    files: Files,
    document: Document,
    path: Path,
    definition: AppDefinition,
    settings: Mapping[str, Any],
    below: Mapping[str, Any],
) -> None:
    pins = mapping(settings.get("pins"))
    held = {pin for pin, said in pins.items() if said is not None}
    above = {".".join(parts[:depth]) for parts in (pin.split(".") for pin in held) for depth in range(1, len(parts))}
    values = merge(below.get("values", {}), mapping(settings.get("values")))
    for pin in pins:
        if pin in held and pin in above:
            location = document.locate((*path, "pins", pin), key=True)
            files.problem("E405", f"the pin {pin!r} holds another pin", location, (*path, "pins", pin))
        hidden = (*path, "values", *pin.split("."))
        if pin in held and sets(document.data, hidden):
            location = document.locate(hidden, key=True)
            files.problem("E405", f"the pin of {pin} hides this value", location, hidden, "remove one of the two")
        if not _leads_through_mappings(values, pin.split(".")[:-1]):
            location = document.locate((*path, "pins", pin), key=True)
            message = f"the pin {pin!r} leads through a value that is not a mapping"
            files.problem("E405", message, location, (*path, "pins", pin))
        elif not _is_known(files, document, (*path, "pins", pin), definition):
            continue
        elif "value" in mapping(pins[pin]) and not files.is_refused_at(document, (*path, "pins", pin, "value")):
            rules, default = definition.types.values, below.get("values")
            files.refuse(types.check_pin(document, (*path, "pins", pin), rules, default, files.reading))


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


def _is_known(files: Files, document: Document, path: Path, definition: AppDefinition) -> bool:
    """Say whether a chart knows what a pin pins, as far as its keys are known; record what it does not know."""
    keys = definition.known_keys
    if keys is None:
        return True
    parts = str(path[-1]).split(".")
    nested: dict[str, Any] = {}
    for part in reversed(parts):
        nested = {part: nested}
    for where, known in chartkeys.unknown(nested, keys):
        location = document.locate(path, key=True)
        if files.is_refused(location):
            return True
        likely = suggest.closest(str(where[-1]), known)
        meant = ".".join((*parts[: len(where) - 1], likely or "", *parts[len(where) :]))
        hint = f"did you mean {meant!r}?" if likely else suggest.hint(str(where[-1]), known)
        if (
            parts[0] in (definition.name, *(chart.name for chart in definition.charts))
            and parts[1:2]
            and parts[1] in known
        ):
            hint = suggest.did_you_mean(".".join(parts[1:]))  # as in the rendered file
        message = f"{definition.takes(where)} knows no value {'.'.join(map(str, where))!r}"
        files.problem("E402", message, location, path, hint)
        return False
    return True


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


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; what is none, has a problem of its own, and says nothing."""
    return value if isinstance(value, dict) else {}
