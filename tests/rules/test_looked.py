"""What rules ask of an app: what reads a Secret, by the habits of Kubernetes and of Helm's charts, and overlaps."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.environment.inside import NAMING_KEYS, inside
from efdgen.rules.looked import defined, looked, overlapping, secrets
from support import layers_of
from support.checkout import resolved

SUMMIT = resolved()["summit"]
APP = SUMMIT.apps[0]


def read(values: dict[str, Any], *declared: str) -> list[tuple[str, str]]:
    """Return the last key and the Secret of everything that values read."""
    definition = APP.definition._replace(reads_secrets=declared)
    app = APP._replace(definition=definition, values=values, inside=inside(values, NAMING_KEYS.union(declared)))
    return [(str(path[-1]), name) for path, name in secrets(app)]


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


def test_overlaps_are_told_by_the_layer_that_says_something_again() -> None:
    layers = layers_of({"a": 1, "b": {"x": 1}}, None, {"c": 2}, {"a": 1, "b": {"x": 2, "y": 3}, "c": {"z": 4}})
    assert overlapping(layers) == [(3, [(("a",), 1, 1), (("b", "x"), 2, 1), (("c",), {"z": 4}, 2)])]
    assert overlapping(layers[:3]) == []


def test_what_a_definition_repeats_is_told_with_what_an_environment_does() -> None:
    one, two, three, four = layers_of({"a": 1, "b": 1}, {"a": 2}, {"b": 1, "c": 3}, {"c": 4})
    definition = APP.definition._replace(layers=(one, two))
    app = APP._replace(definition=definition, layers=(one, two, three, four))
    assert looked(app, defined(definition)).overlaps == overlapping(app.layers)
    written_out = app._replace(layers=(one, two._replace(data={"b": [1]}), three, four))
    assert looked(written_out, defined(definition)).overlaps == overlapping(written_out.layers) != []
