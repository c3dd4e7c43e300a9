"""Hides what Secrets hold: a review goes to pull requests, and says that a value changed, never which one it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.language import secrecy
from efdgen.language.layers import ABSENT
from efdgen.review.semantic import Edit

KIND = "Secret"
ANOTHER = f"{secrecy.HIDDEN} (another)"
"""Stands for a value that differs from a hidden one."""

_HOLDING = ("data", "stringData")
_COPY = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps the whole object."""


def edit(found: Edit) -> Edit:
    """Return what differs between two Secrets without what they hold: `*** -> *** (another)`."""
    is_held = _COPY in found.path or (found.path and found.path[0] in _HOLDING)
    hide = _values if is_held else _without_copy
    before, after = hide(found.before), hide(found.after)
    return Edit(found.path, before, ANOTHER if before == after == secrecy.HIDDEN else after)


def whole(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Secret without what it holds; its keys stay."""
    return {key: _values(value) if key in _HOLDING else _without_copy(value) for key, value in data.items()}


def _values(value: Any) -> Any:
    if value is ABSENT or value is None:
        return value
    return {key: _values(below) for key, below in value.items()} if isinstance(value, Mapping) else secrecy.HIDDEN


def _without_copy(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {key: secrecy.HIDDEN if key == _COPY else _without_copy(below) for key, below in value.items()}
