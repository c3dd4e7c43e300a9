"""What many rules ask of an app, looked for once: what stands in its values, and what its layers say twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedApp
from efdgen.environment.secrets import NAMING_KEYS
from efdgen.errors import Path
from efdgen.language.layers import SCALARS, Layer, Overlap, overlaps, stacked
from efdgen.language.tuples import NamedTuple
from efdgen.rules.places import matches

_INGRESS = "ingress"
_PULL_SECRETS = "imagePullSecrets"
_SPECIAL = frozenset((_INGRESS, _PULL_SECRETS, "secretKeyRef", "secretRef"))
"""Keys below which is an ingress, or what refers to Secrets in Kubernetes itself."""


class Inside(NamedTuple):
    """What stands in nested data. Where a text or a number stands is looked for when somebody asks: seldom.

    `{"a": ["x", {"b": 5}], "secretName": "s"}` has the texts `x` and `s`, the number 5, and names the Secret
    `(("secretName",), "s")`. Its keys are `a`, `b` and `secretName`.

    Attributes:
        texts: the texts.
        keys: the keys of mappings.
        numbers: the whole numbers.
        secrets: the names of Secrets, each with its path, in the order of the data; what is switched off, by
            `enabled: false` beside or above it, reads none.
        ingresses: the enabled `ingress` blocks, each with its path; those in lists, and in others, are none.
    """

    texts: set[str]
    keys: set[str]
    numbers: set[int]
    secrets: list[tuple[Path, str]]
    ingresses: list[tuple[Path, Mapping[str, Any]]]


class Looked(NamedTuple):
    """An app as rules see it: what they all ask of it is looked for once.

    Attributes:
        app: the app.
        values: what stands in its values. Paths begin with `values`.
        overlaps: where a layer says something, and those below it do, too: by the number of the layer.
    """

    app: ResolvedApp
    values: Inside
    overlaps: list[tuple[int, list[Overlap]]]


def looked(app: ResolvedApp) -> Looked:
    """Return an app with what rules ask of it."""
    return Looked(app, inside(app), overlapping(app.layers))


def overlapping(layers: Sequence[Layer]) -> list[tuple[int, list[Overlap]]]:
    """Return where layers say something about the same, the least specific layer first."""
    each = enumerate(overlaps(layer.data, below) for layer, below in stacked(layers))
    return [(number, found) for number, found in each if found]


def inside(app: ResolvedApp) -> Inside:
    """Return what stands in the values of an app. Paths begin with `values`, and an empty text names no Secret."""
    declared = app.definition.reads_secrets
    found = walk(app.values, NAMING_KEYS.union(declared), ("values",))
    found.secrets[:] = (each for each in found.secrets if each[1])
    for switches in (entry.split(".") for entry in declared if entry.endswith(".*")):
        for path, keys, is_read in matches(app.values, switches):
            if is_read is True:
                found.secrets.append((("values", *path), keys[-1]))
    return found


def walk(data: Any, naming_keys: Collection[str], path: Path = ()) -> Inside:
    """Return what stands in nested data.

    Args:
        data: the data.
        naming_keys: keys whose values are names of Secrets.
        path: where it stands: what every path begins with.
    """
    found = Inside(set(), set(), set(), [], [])
    _Walk(found, naming_keys).go_through(data, path, True)
    return found


class _Walk:
    """One way through nested data, for all that is looked for in it."""

    def __init__(self, found: Inside, naming_keys: Collection[str]) -> None:
        self._found = found
        self._add_text = found.texts.add
        self._naming_keys = naming_keys

    def go_through(self, data: Any, path: Path, is_on: bool) -> None:
        """Add what stands in a mapping or a list; where it is not on, it reads no Secrets."""
        pairs: Iterable[tuple[str | int, Any]] = ()
        if type(data) is dict or isinstance(data, Mapping):
            is_on = is_on and data.get("enabled") is not False
            self._found.keys.update(data)
            pairs = data.items()
        elif isinstance(data, list):
            pairs = enumerate(data)
        add_text, naming_keys = self._add_text, self._naming_keys
        for key, value in pairs:
            kind = type(value)
            if kind is str:
                add_text(value)
                if key in naming_keys and is_on and value:
                    self._found.secrets.append(((*path, key), value))
            elif kind is int:
                self._found.numbers.add(value)
            elif kind not in SCALARS:
                below = (*path, key)
                may_read = self._look_at(key, value, below, is_on) if key in _SPECIAL else is_on
                self.go_through(value, below, may_read)

    def _look_at(self, key: str | int, value: Any, path: Path, is_on: bool) -> bool:
        """Add an ingress, or what a reference names; say whether what is below reads other Secrets."""
        if key == _INGRESS:
            self._found.ingresses.extend([(path, value)] if _is_block(value, path[:-1]) else ())
            return is_on
        referred = _referred(key, value, path) if is_on else None
        self._found.secrets.extend(referred or ())
        return is_on and referred is None


def _is_block(value: Any, path: Path) -> bool:
    """Say whether what stands under `ingress` is an enabled block of its own."""
    is_enabled = isinstance(value, Mapping) and value.get("enabled", True) is not False
    return is_enabled and _INGRESS not in path and not any(isinstance(part, int) for part in path)


def _referred(key: str | int, value: Any, path: Path) -> list[tuple[Path, str]] | None:
    """Return the Secrets that a reference of Kubernetes names: it holds no others. None: it is no reference."""
    if key != _PULL_SECRETS:
        name = value.get("name") if isinstance(value, Mapping) else None
        return [((*path, "name"), name)] if isinstance(name, str) else None
    if not isinstance(value, list):
        return None
    listed = [
        ((*path, index, "name"), secret.get("name")) if isinstance(secret, Mapping) else ((*path, index), secret)
        for index, secret in enumerate(value)
    ]
    return [(where, name) for where, name in listed if isinstance(name, str)]
