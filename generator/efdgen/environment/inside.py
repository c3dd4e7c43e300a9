"""What stands in the values of an app: all that is looked for in them, found in one walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.environment.images import SAYING, Image, named
from efdgen.errors import Path
from efdgen.language.layers import SCALARS
from efdgen.language.shared import NOTHING, Shared
from efdgen.language.tuples import NamedTuple

NAMING_KEYS = frozenset(("existingSecret", "secretName", "envFromSecret"))
"""Keys whose values are names of Secrets, by the habits of Helm's charts; app.yaml can declare more of them."""

_INGRESS = "ingress"
_PERSISTENCE = "persistence"
_PULL_SECRETS = "imagePullSecrets"
_SPECIAL = frozenset((_INGRESS, _PULL_SECRETS, "secretKeyRef", "secretRef"))
"""Keys below which is an ingress, or what refers to Secrets in Kubernetes itself."""


class Disk(NamedTuple):
    """A `persistence` that is on: where the mapping is that has it, its size, and its storage class, if it says one."""

    path: Path
    size: str
    storage_class: str | None


class Inside(NamedTuple):
    """What stands in nested data. Where a text or a number stands is looked for when somebody asks: seldom.

    `{"a": ["x", {"b": 5}], "secretName": "s"}` has the texts `x` and `s`, the number 5, and names the Secret
    `(("secretName",), "s")`. Its keys are `a`, `b` and `secretName`. Lists are in the order of the data.

    Attributes:
        texts: the texts.
        keys: the keys of mappings.
        numbers: the whole numbers.
        secrets: the names of Secrets, each with its path; what is switched off, by `enabled: false` beside or above
            it, reads none.
        ingresses: the enabled `ingress` blocks, each with its path; those in lists, and in others, are none.
        images: the images, as charts are used to write them: `image: {repository: a/b, tag: "1"}` (or `repo`, `name`),
            `image: a/b` beside `imageTag: "1"`, and `image: a/b:1`.
        disks: what is claimed; nothing is in lists, in others, and where it is switched off.
    """

    texts: set[str]
    keys: set[str]
    numbers: set[int]
    secrets: list[tuple[Path, str]]
    ingresses: list[tuple[Path, Mapping[str, Any]]]
    images: list[Image]
    disks: list[Disk]


def inside(data: Any, naming_keys: frozenset[str] = NAMING_KEYS, shared: Shared = NOTHING) -> Inside:
    """Return what stands in nested data; nobody changes it.

    Args:
        data: the data.
        naming_keys: keys whose values are names of Secrets.
        shared: what is known of parts of the data.
    """
    return shared.within(_inside, data, naming_keys)


def _inside(data: Any, naming_keys: frozenset[str], shared: Shared) -> Inside:
    walk = _Walk(naming_keys, shared)
    walk.go_through(data, (), True)
    found = walk.found
    if found.ingresses:
        found.ingresses[:] = [each for each in found.ingresses if _is_of_its_own(each[0][:-1], _INGRESS)]
    if found.disks:
        found.disks[:] = [each for each in found.disks if _is_of_its_own(each.path, _PERSISTENCE)]
    return found


def _is_of_its_own(path: Path, key: str) -> bool:
    """Say whether a path leads through no list, and through nothing under a key."""
    return key not in path and not any(isinstance(part, int) for part in path)


def _below(part: Any, under: tuple[str | int, frozenset[str]], _shared: Shared) -> Inside:
    """Return what stands in a part of data under a key, or at a place of a list, for naming keys; paths begin there.

    All of the part is looked at: what stands in its own parts is not asked for again.
    """
    key, naming_keys = under
    walk = _Walk(naming_keys, NOTHING)
    walk.look_at({}, ((key, part),), (), True)
    return walk.found


_Pairs = Iterable[tuple[str | int, Any]]


class _Walk:
    """One way through nested data, for all that is looked for in it.

    Attributes:
        found: what was found, ingresses and disks that are not of their own among it.
    """

    def __init__(self, naming_keys: frozenset[str], shared: Shared) -> None:
        self.found = Inside(set(), set(), set(), [], [], [], [])
        self._naming_keys = naming_keys
        self._telling = SAYING | naming_keys
        self._shared = shared

    def go_through(self, data: Any, path: Path, is_on: bool) -> None:
        """Add what stands in a mapping or a list; where it is not on, it reads no Secrets, and claims nothing."""
        if type(data) is dict or isinstance(data, Mapping):
            is_on = is_on and data.get("enabled") is not False
            self.found.keys.update(data)
            if _PERSISTENCE in data and is_on:
                self.found.disks.extend(_disks(data[_PERSISTENCE], path))
            self.look_at(data, data.items(), path, is_on)
        elif isinstance(data, list):
            self.look_at(data, enumerate(data), path, is_on)

    def look_at(self, data: Any, pairs: _Pairs, path: Path, is_on: bool) -> None:
        """Add what stands under some keys, or at some places, of a mapping or a list."""
        add_text, telling, constants = self.found.texts.add, self._telling, self._shared.constants
        for key, value in pairs:
            kind = type(value)
            if kind is str:
                add_text(value)
                if key in telling:
                    self._tell(data, key, value, path, is_on)
            elif kind is int:
                self.found.numbers.add(value)
            elif kind in SCALARS:
                continue
            elif id(value) in constants:
                self._add(self._shared.within(_below, value, (key, self._naming_keys)), path, is_on)
            elif key in _SPECIAL:
                self._go_below(key, value, (*path, key), is_on)
            elif isinstance(value, str):  # of a kind of its own, as `explain` follows it
                self._tell(data, key, value, path, is_on)
            else:
                self.go_through(value, (*path, key), is_on)

    def _go_below(self, key: str | int, value: Any, path: Path, is_on: bool) -> None:
        """Add an ingress, or what a reference names, which holds no other Secrets; and what stands below."""
        found = self.found
        if key == _INGRESS and isinstance(value, Mapping) and value.get("enabled", True) is not False:
            found.ingresses.append((path, value))
        count = len(found.secrets)
        self.go_through(value, path, is_on)
        referred = _referred(key, value, path) if is_on and key != _INGRESS else None
        if referred is not None:
            found.secrets[count:] = referred

    def _tell(self, data: Any, key: str | int, value: str, path: Path, is_on: bool) -> None:
        """Add the Secret, or the image, that a text in a mapping names."""
        if key in self._naming_keys and is_on and value:
            self.found.secrets.append(((*path, key), value))
        said = named(data, path[-1] if path else None, key, value) if key in SAYING and value else None
        if said:
            self.found.images.append(Image((*path, key), *said))

    def _add(self, below: Inside, path: Path, is_on: bool) -> None:
        """Add what stands in a part that many have; it is found once for all of them."""
        found = self.found
        texts, keys, numbers, secrets, ingresses, images, disks = below
        found.texts.update(texts)
        found.keys.update(keys)
        found.numbers.update(numbers)
        if secrets and is_on:
            found.secrets.extend([((*path, *where), name) for where, name in secrets])
        if ingresses:
            found.ingresses.extend([((*path, *where), block) for where, block in ingresses])
        if images:
            found.images.extend([Image((*path, *where), name, tag) for where, name, tag in images])
        if disks and is_on:
            found.disks.extend([Disk((*path, *where), size, of) for where, size, of in disks])


def _disks(persistence: Any, path: Path) -> list[Disk]:
    """Return what a `persistence` claims: nothing, unless it is on, and has a size."""
    if not isinstance(persistence, Mapping) or persistence.get("enabled") is not True:
        return []
    size, storage_class = persistence.get("size"), persistence.get("storageClass")
    if isinstance(size, bool) or not isinstance(size, str | int | float):
        return []
    return [Disk(path, str(size), storage_class if isinstance(storage_class, str) else None)]


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
