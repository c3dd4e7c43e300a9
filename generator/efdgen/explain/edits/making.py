"""Edits as functions of a file's text: to set, to take out, to change a list, to pin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from efdgen.errors import Path, UsageError, dotted
from efdgen.explain.edits import values
from efdgen.explain.edits.model import DEFAULTS, DEFINITION, SPEC, Target
from efdgen.language.inheriting import INHERITED, is_inherited
from efdgen.language.layers import ABSENT, Layer, at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import differing, editing, parse
from efdgen.language.yamlio.cutting import Cutting

_LAST = ("accept", "apps", "appDefaults")
"""What stands behind the facts in specs and in what they share."""


class Edit(NamedTuple):
    """What is done at one place.

    Attributes:
        target: the place.
        apply: makes the new text of its file from what it is; raises EditError where it can't.
        may_end: whether it is of a list that goes with its last item, and that a chart may have itself.
        cut: the same, of a text that others take something out of, too; None: it does not only take out.
    """

    target: Target
    apply: Callable[[str], str]
    may_end: bool = False
    cut: Callable[[Cutting], None] | None = None


class Items(NamedTuple):
    """What is done to a list: items as they were typed; plain ones are text where that is said."""

    last: Sequence[str] = ()
    first: Sequence[str] = ()
    gone: Sequence[str] = ()
    are_text: bool = False


def put(target: Target, value: Any, *, anew: bool = False) -> Edit:
    """Return the edit that sets a value. An app that is listed is not listed anew, unless that is wanted."""
    if value == {} and not anew and target.app and not target.setting:
        return Edit(target, lambda text: _listed(text, target))
    return Edit(target, lambda text: differing.put(text, target.path, value, target.keep, _LAST))


def _listed(text: str, target: Target) -> str:
    if at(parse(text, target.file).data, target.path) is not ABSENT:
        return text
    return editing.put(text, target.path, {}, target.keep, _LAST)


def remove(target: Target) -> Edit:
    """Return the edit that takes a value out."""
    return cut(target, lambda cutting: cutting.remove(target.path, target.keep))


def cut(target: Target, what: Callable[[Cutting], None]) -> Edit:
    """Return the edit that takes something out of a text."""

    def apply(text: str) -> str:
        cutting = Cutting(text)
        what(cutting)
        return cutting.checked(target.path)

    return Edit(target, apply, cut=what)


def in_list(target: Target, items: Items, own: Any, below: Any) -> Edit:
    """Return the edit that changes a list. Where a layer has none of its own, it gets one that adds to those below.

    Where an item that is inherited is to go, it gets a copy of the others. A list that then says nothing goes. One of
    an app's values that came with its first item goes with its last: the chart's own list, if it has one, holds again.

    Args:
        target: the list.
        items: what is done to it.
        own: what this layer has there; ABSENT: nothing.
        below: what those below it have.

    Raises:
        UsageError: when what is there is not a list, or an item is not in it.
    """
    inherited = below if own is ABSENT else own
    if inherited is ABSENT or inherited is None:
        inherited = []
    if not isinstance(inherited, list):
        what = "computed" if isinstance(inherited, str) and "<%" in inherited else "not a list"
        raise UsageError(f"{name(target)} is {what} here: set it as a whole")
    example = "" if items.are_text else example_of(inherited)
    last, first = ([values.read(text, example) for text in texts] for texts in items[:2])
    gone = [_item(text, example, inherited) for text in items.gone]
    kept_items = [item for item in inherited if item not in gone]
    if sum(map(is_inherited, [*(kept_items if own is not ABSENT else [INHERITED]), *first, *last])) > 1:
        raise UsageError(f"{name(target)} holds {INHERITED} already, or gets it by itself")
    absent = next((item for item in gone if item not in inherited), ABSENT)
    if absent is not ABSENT:
        raise UsageError(_not_there(target, absent, inherited))

    is_of_chart = target.setting[:1] == ("values",) and (below is ABSENT or below is None)

    is_default = target.layer == "shared facts" and not target.app and target.setting[0] not in _LAST

    def apply(text: str) -> str:
        now = at(parse(text, target.file).data, target.path)
        # Brackets that stand among lines stay: `[]` may have stood there before. So do the defaults: specs need them.
        stays = is_default or (is_of_chart and isinstance(now, list) and editing.is_in_brackets(text, target.path))
        if not isinstance(now, list):
            kept = kept_items if gone or not inherited else [INHERITED]
            return editing.put(text, target.path, [*reversed(first), *kept, *last], target.keep, _LAST)
        for item in gone:
            now = at(parse(text, target.file).data, target.path)
            text = editing.remove(text, (*target.path, now.index(item)), len(target.path))
        for item in first:
            text = editing.append(text, target.path, item, first=True)
        for item in last:
            text = editing.append(text, target.path, item)
        left = at(parse(text, target.file).data, target.path)
        is_over = gone and _says_nothing(left, below, stays=stays)
        return editing.remove(text, target.path, target.keep) if is_over else text

    return Edit(target, apply, may_end=is_of_chart and not (kept_items or first or last))


def hand_over(target: Target, provides: Target, own: Any, below: Any, *, to_cluster: bool) -> list[Edit]:
    """Return the edits that leave an app to the cluster, or deploy it from here: two that are wrong one by one.

    Args:
        target: the app, in a spec.
        provides: what the cluster has from elsewhere, in that spec.
        own: what the spec has there; ABSENT: nothing.
        below: what those below it have.
        to_cluster: whether the cluster has it from now on.

    Raises:
        UsageError: when the target is not an app in a spec.
    """
    if target.layer != SPEC or not target.app or target.setting:
        raise UsageError(f"{name(target)} of {target.where} is not an app in a spec: name an environment and an app")
    held = [item for each in (below, own) if isinstance(each, list) for item in each]
    if isinstance(own, list) and not any(map(is_inherited, own)):
        held = own
    app = [target.app]
    if to_cluster:
        more = [] if target.app in held else [in_list(provides, Items(last=app), own, below)]
        return [remove(target), *more]
    return [*([in_list(provides, Items(gone=app), own, below)] if target.app in held else []), put(target, {})]


def example_of(items: Any) -> Any:
    """Return the item of a list by which others are read: a text, if it has one that is written out."""
    some = items if isinstance(items, list) else []
    texts = [item for item in some if isinstance(item, str) and not is_inherited(item)]
    return next(iter([*texts, *some]), None)


def _item(text: str, example: Any, items: Sequence[Any]) -> Any:
    """Return the item of a list that a text means: one that is there, if it can."""
    item = values.read(text, example)
    another = values.other(text, item)
    return another if item not in items and another in items else item


def _says_nothing(items: Sequence[Any], below: Any, *, stays: bool) -> bool:
    """Say whether a list is what it would be without it; an empty one that stays, below which nothing is, is none."""
    if len(items) == 1:
        return is_inherited(items[0])
    return not items and (below == [] or ((below is ABSENT or below is None) and not stays))


def _not_there(target: Target, item: Any, items: Sequence[Any]) -> str:
    """Return why an item can't be taken out of a list."""
    if any(map(is_inherited, items)):
        how = f"to take one away that it inherits, write its items there in the place of {INHERITED}"
        return f"{name(target)} has no item {item!r} of its own; {how}"
    return f"{name(target)} has no item {item!r}; it has: {', '.join(map(str, items)) or 'none'}"


def own_pin(target: Target) -> Path:
    """Return where a target's own layer would pin it; what can't be pinned has a place where nothing stands."""
    own = target.path[: len(target.path) - len(target.setting)]
    is_value = target.setting[:1] == ("values",)
    return (*own, "pins", ".".join(map(str, target.setting[1:])) if is_value else "")


def pin_at(target: Target) -> Target:
    """Return where the pin of a value stands.

    Raises:
        UsageError: when nothing there can be pinned.
    """
    if target.layer == "app definition":
        raise UsageError(f"what all environments have is not pinned: efdgen set {DEFINITION} {name(target)} VALUE")
    if target.setting[:1] == ("pins",):
        return target
    parts = target.setting[1:]
    if target.setting[:1] != ("values",) or not parts:
        raise UsageError(f"only a value of an app's chart can be pinned, and {name(target)} is not one")
    if any(not isinstance(part, str) or "." in part for part in parts):
        raise UsageError(f"{name(target)} can't be pinned: a pin's path leads through keys without dots, and no list")
    setting = ("pins", ".".join(map(str, parts)))
    return target._replace(path=(*target.path[: -len(target.setting)], *setting), setting=setting)


def pin(target: Target, there: Any, value: str | float, reason: str, until: str | None) -> list[Edit]:
    """Return the edits that pin a value: a new pin, or the parts of one that is there, so that its comments stay.

    Args:
        target: the pin.
        there: what its layer says there; ABSENT: nothing.
        value: the value, of the type that it has elsewhere.
        reason: why.
        until: when it should be looked at again; None: a new pin has no such date, and one that is there loses it.
    """
    said = {"value": value, "reason": reason, **({"until": until} if until else {})}
    if not isinstance(there, dict):
        return [put(target, said)]
    parts = {key: target._replace(path=(*target.path, key), setting=(*target.setting, key)) for key in (*there, *said)}
    edits = [
        put(parts[key], new)
        for key, new in said.items()
        if there.get(key) != new or type(there.get(key)) is not type(new)
    ]
    if until is None and "until" in there:
        edits.append(remove(parts["until"]))
    return edits


def name(target: Target) -> str:
    """Return a target as people type it."""
    setting = target.setting[1:] if target.setting[:1] == ("values",) else target.setting
    return dotted((target.app, *setting)) if target.app else dotted(setting)


def how_to_unpin(target: Target, layer: Layer) -> str:
    """Return how to take away what a layer below a target's own pins: there, or for the target alone."""
    where = DEFAULTS if layer.name == "shared facts" else layer.name.removeprefix("site ")
    path = target.setting[-1] if target.setting[0] == "pins" else ".".join(map(str, target.setting[1:]))
    pin = f"{target.app}.{path}"
    here = f"efdgen set {target.where} {target.app}.pins.{path} null"
    return f". To unpin it there: efdgen unpin {where} {pin}; in {target.where} alone: {here}"
