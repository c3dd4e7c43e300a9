"""What reads a Secret: the habits of Kubernetes and of Helm's charts, and what app.yaml declares."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.rules.secrets import read_by
from support.checkout import resolved

SUMMIT = resolved()["summit"]
APP = SUMMIT.apps[0]


def read(values: dict[str, Any], *declared: str) -> list[tuple[str, str]]:
    """Return the last key and the Secret of everything that values read."""
    app = APP._replace(definition=APP.definition._replace(reads_secrets=declared), values=values)
    return [(str(path[-1]), name) for path, name in read_by(app)]


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
