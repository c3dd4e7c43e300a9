"""What a mapping would take away that comes in the place of another one."""

from __future__ import annotations

from typing import Any

from efdgen.errors import UsageError, dotted
from efdgen.explain.edits.making import name
from efdgen.explain.edits.model import Target
from efdgen.language.layers import ABSENT, at, leaves
from efdgen.language.shown import listed

_MOST_NAMED = 4


def refuse_taking_away(target: Target, own: Any, value: Any) -> None:
    """Refuse a mapping in the place of one that says more: layers merge, and people may think that edits do.

    Args:
        target: the place.
        own: what its layer says there.
        value: what is to be set there.

    Raises:
        UsageError: naming what would be taken away.
    """
    if not isinstance(value, dict) or not isinstance(own, dict) or lists_again(target, value):
        return
    gone = [path for path, _ in leaves(own, (), in_lists=False) if path and at(value, path) is ABSENT]
    if gone:
        named = [f"{name(target)}.{dotted(path)}" for path in gone[:_MOST_NAMED]]
        named += [f"{len(gone) - _MOST_NAMED} more"] if len(gone) > _MOST_NAMED else []
        raise UsageError(
            f"this would take away what {target.where} says: {listed(named)}. "
            "Set each value by its own path, or say --replace"
        )


def lists_again(target: Target, value: Any) -> bool:
    """Say whether an edit is to list an app: what is said of one that is listed stays."""
    return value == {} and bool(target.app) and not target.setting


def refuse_set(target: Target, own: Any) -> None:
    """Refuse to pin a value that the layer itself sets: the pin would hide it.

    Raises:
        UsageError: when it does; the message says what to run first.
    """
    if target.setting[:1] == ("values",) and own is not ABSENT:
        what = name(target)
        raise UsageError(f"{target.where} sets {what}; first run: efdgen unset {target.where} {what}")
