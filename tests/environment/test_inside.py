"""What is found in values in one walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.inside import NAMING_KEYS, Disk, inside
from efdgen.errors import Path
from efdgen.language.layers import leaves
from efdgen.language.shared import Shared
from support import many

KEYS = ("ingress", "enabled", "secretName", "imagePullSecrets", "secretKeyRef", "name", "persistence", "size", "image")
SCALARS = st.sampled_from(["x", "y", "", None, True, False, 1, 2.5])
NESTED = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.sampled_from(KEYS), below, max_size=4)),
    max_leaves=12,
)


def secrets_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the Secrets that nested data names, by looking for nothing else."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from secrets_in(item, (*path, index))
    if not isinstance(value, dict) or value.get("enabled") is False:
        return
    for key, item in value.items():
        if key in NAMING_KEYS and isinstance(item, str) and item:
            yield (*path, key), item
        elif key == "imagePullSecrets" and isinstance(item, list):
            yield from to_pull_with(item, (*path, key))
        elif key == "secretKeyRef" and isinstance(item, dict) and isinstance(item.get("name"), str):
            yield (*path, key, "name"), item["name"]
        else:
            yield from secrets_in(item, (*path, key))


def to_pull_with(listed: list[Any], path: Path) -> Iterator[tuple[Path, str]]:
    for index, secret in enumerate(listed):
        if isinstance(secret, str):
            yield (*path, index), secret
        elif isinstance(secret, dict) and isinstance(secret.get("name"), str):
            yield (*path, index, "name"), secret["name"]


def ingresses_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the enabled ingresses of nested data, by looking for nothing else."""
    for key, item in value.items() if isinstance(value, dict) else ():
        if key == "ingress" and isinstance(item, dict):
            if item.get("enabled", True) is not False:
                yield (*path, key), item
        else:
            yield from ingresses_in(item, (*path, key))


def disks_in(value: Any, path: Path = ()) -> Iterator[Disk]:
    """Yield what nested mappings claim, by looking for nothing else."""
    if not isinstance(value, dict) or value.get("enabled") is False:
        return
    persistence = value.get("persistence")
    size = persistence.get("size") if isinstance(persistence, dict) and persistence.get("enabled") is True else None
    if isinstance(size, str | int | float) and not isinstance(size, bool):
        yield Disk(path, str(size), None)
    for key, item in value.items():
        if key != "persistence":
            yield from disks_in(item, (*path, key))


def keys_in(value: Any) -> Iterator[str]:
    """Yield the keys of nested data."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys_in(item)
    yield from value if isinstance(value, dict) else ()


@many
@given(NESTED)
def test_one_walk_finds_what_a_walk_for_each_finds(nested: Any) -> None:
    found = inside({"all": nested})
    there = [value for _, value in leaves({"all": nested})]
    assert found.texts == {value for value in there if isinstance(value, str)}
    assert found.keys == set(keys_in({"all": nested}))
    assert found.numbers == {value for value in there if type(value) is int}
    assert found.secrets == list(secrets_in({"all": nested}))
    assert found.ingresses == list(ingresses_in({"all": nested}))
    assert found.disks == list(disks_in({"all": nested}))


@many
@given(NESTED, NESTED)
def test_what_many_have_is_found_in_each_as_if_it_were_its_own(nested: Any, other: Any) -> None:
    shared = Shared()
    shared.add(nested)
    assert inside(nested, NAMING_KEYS, shared) == inside(nested)
    for values in (
        {"a": nested, "b": {"enabled": False, "c": nested}},
        {"ingress": nested, "b": [nested, other], "image": nested, "secretRef": other},
        {"persistence": nested, "image": {"tag": "1", "c": nested}, "secretKeyRef": nested},
        {"imagePullSecrets": nested, "a": {"persistence": {"enabled": True, "size": 1, "c": nested}}, "b": nested},
    ):
        assert inside(values, NAMING_KEYS, shared) == inside(values)
