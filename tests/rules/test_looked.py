"""What is found in values in one walk. What reads a Secret: the habits of Kubernetes and of Helm's charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.secrets import NAMING_KEYS
from efdgen.errors import Path
from efdgen.language.layers import leaves
from efdgen.rules.looked import inside, overlapping, walk
from support import layers_of, many
from support.checkout import resolved

SUMMIT = resolved()["summit"]
APP = SUMMIT.apps[0]


def read(values: dict[str, Any], *declared: str) -> list[tuple[str, str]]:
    """Return the last key and the Secret of everything that values read."""
    app = APP._replace(definition=APP.definition._replace(reads_secrets=declared), values=values)
    return [(str(path[-1]), name) for path, name in inside(app).secrets]


@pytest.mark.parametrize(
    "values",
    [
        {"a": [{"existingSecret": "x"}]},
        {"secretName": "x"},
        {"envFromSecret": "x"},
        {"env": [{"valueFrom": {"secretKeyRef": {"name": "x", "key": "k"}}}]},
        {"envFrom": [{"secretRef": {"name": "x"}}]},
        {"imagePullSecrets": ["x"]},
        {"imagePullSecrets": [{"name": "x"}]},
    ],
)
def test_habits_are_known(values: dict[str, Any]) -> None:
    assert [name for _, name in read(values)] == ["x"]


VALUES = {
    "sinks": {"a": {"login": "x"}, "b": {"enabled": False, "login": "y"}, "c": {"login": ""}},
    "secrets": {"p": True, "q": False, "r": "yes"},
    "part": {"secrets": {"s": True}},
}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ((), []),
        (("login",), [("login", "x")]),
        (("secrets.*",), [("p", "p")]),
        (("part.secrets.*",), [("s", "s")]),
        (("secrets.*", "part.secrets.*", "login"), [("login", "x"), ("p", "p"), ("s", "s")]),
        (("part.*",), []),
    ],
)
def test_what_is_declared_is_known_in_that_app(declared: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert read(VALUES, *declared) == expected


KEYS = ("ingress", "enabled", "secretName", "imagePullSecrets", "secretKeyRef", "name", "a")
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


@many
@given(NESTED)
def test_one_walk_finds_what_a_walk_for_each_finds(nested: Any) -> None:
    found = walk({"all": nested}, NAMING_KEYS)
    there = [value for _, value in leaves({"all": nested})]
    assert found.texts == {value for value in there if isinstance(value, str)}
    assert found.numbers == {value for value in there if type(value) is int}
    assert found.secrets == list(secrets_in({"all": nested}))
    assert found.ingresses == list(ingresses_in({"all": nested}))


def test_overlaps_are_told_by_the_layer_that_says_something_again() -> None:
    layers = layers_of({"a": 1, "b": {"x": 1}}, None, {"c": 2}, {"a": 1, "b": {"x": 2, "y": 3}, "c": {"z": 4}})
    assert overlapping(layers) == [(3, [(("a",), 1, 1), (("b", "x"), 2, 1), (("c",), {"z": 4}, 2)])]
    assert overlapping(layers[:3]) == []
