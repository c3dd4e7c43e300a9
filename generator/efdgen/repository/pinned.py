"""Checks the pins that specs, and what they share, have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from efdgen.errors import Path, dotted
from efdgen.language import expressions, suggest
from efdgen.language.layers import at, leaves, merge, sets
from efdgen.language.shown import listed
from efdgen.language.yamlio import Document
from efdgen.repository import chartkeys, types
from efdgen.repository.files import Files
from efdgen.repository.model import AppDefinition

_TAGS = ("tag", "imageTag")
"""What most pins are about."""


def check(
    files: Files,
    document: Document,
    path: Path,
    definition: AppDefinition,
    settings: Mapping[str, Any],
    below: Mapping[str, Any],
) -> None:
    """Check the pins of an app: that each is of one value, which nothing beside it sets, and of what the chart takes.

    Args:
        files: where problems go.
        document: what has the pins.
        path: where it is about the app.
        definition: the app's.
        settings: what stands there.
        below: the app's own values, parameters and so on.
    """
    pins = mapping(settings.get("pins"))
    held = {pin for pin, said in pins.items() if said is not None}
    above = {".".join(parts[:depth]) for parts in (pin.split(".") for pin in held) for depth in range(1, len(parts))}
    values = merge(below.get("values", {}), mapping(settings.get("values")))
    for pin in pins:
        where, hidden = (*path, "pins", pin), (*path, "values", *pin.split("."))
        is_alone = pin in held
        if pin in held and pin in above:
            is_alone = False
            files.problem("E405", f"the pin {pin!r} holds another pin", document.locate(where, key=True), where)
        if pin in held and sets(document.data, hidden):
            is_alone = False
            location = document.locate(hidden, key=True)
            files.problem("E405", f"the pin of {pin} hides this value", location, hidden, "remove one of the two")
        if not _leads_through_mappings(values, pin.split(".")[:-1]):
            message = f"the pin {pin!r} leads through a value that is not a mapping"
            files.problem("E405", message, document.locate(where, key=True), where)
        elif (
            _is_known(files, document, where, definition, values)
            and not (is_alone and _drops(files, document, where, definition, values))
            and _has_value(files, document, where)
        ):
            rules, default = definition.types.values, below.get("values")
            files.refuse(types.check_pin(document, where, rules, default, files.reading))


def _has_value(files: Files, document: Document, path: Path) -> bool:
    """Say whether a pin has a value that can be looked at."""
    return "value" in mapping(at(document.data, path)) and not files.is_refused_at(document, (*path, "value"))


def _is_known(
    files: Files, document: Document, path: Path, definition: AppDefinition, values: Mapping[str, Any]
) -> bool:
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
        meant = (*parts[: len(where) - 1], likely or "", *parts[len(where) :])
        meant = _likely_leaf(parts, meant, _below(meant, values, keys))
        hint = f"did you mean {'.'.join(meant)!r}?" if likely else suggest.hint(str(where[-1]), known)
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


def _drops(files: Files, document: Document, path: Path, definition: AppDefinition, values: Mapping[str, Any]) -> bool:
    """Say whether a pin would take the place of a mapping of the definition or the chart; record that.

    Those that only a site or the defaults have are for a rule (W548).
    """
    value = mapping(at(document.data, path)).get("value")
    pin = tuple(str(path[-1]).split("."))
    below = _below(pin, values, definition.known_keys or {})
    if not below or value is None:
        return False
    dropped = listed([dotted(each) for each in below])
    message = f"the pin {path[-1]!r} takes the place of a mapping, and drops what is in it: {dropped}"
    leaf = ".".join(_likely_leaf(pin, pin, below))
    files.problem("E405", message, document.locate(path, key=True), path, f"pin what is in it, such as {leaf}")
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


def _below(parts: Sequence[str], values: Mapping[str, Any], keys: Mapping[str, Any]) -> list[Path]:
    """Return the paths of what is in the mapping that stands at a path, from there on; none: there is no mapping.

    Where the values have something else, it counts, and not the keys: a chart can take either.
    """
    found = at(values, tuple(parts), None)
    found = at(keys, tuple(parts), None) if found is None or found == {} else found
    return [path for path, _ in leaves(found, in_lists=False)] if isinstance(found, dict) and found else []


def _likely_leaf(said: Sequence[str], meant: tuple[str, ...], below: Sequence[Path]) -> tuple[str, ...]:
    """Return the path that is likely meant: with what is in it, if that is a mapping; a tag, if there is one.

    Args:
        said: the path as it was written.
        meant: the one that it is like.
        below: the paths of what is in there, from there on.
    """
    if not below:
        return meant
    leaves_there = [(*meant, *map(str, path)) for path in below]
    by_letters = {"".join(leaf): leaf for leaf in leaves_there}
    alike = suggest.closest("".join(said), by_letters) if tuple(said) != meant else None
    tags = (leaf for leaf in leaves_there if leaf[-1] in _TAGS)
    return by_letters[alike] if alike is not None else next(tags, leaves_there[0])


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; what is none, has a problem of its own, and says nothing."""
    return value if isinstance(value, dict) else {}
