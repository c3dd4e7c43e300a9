"""Names that must differ, as app.yaml declares them."""

from __future__ import annotations

from typing import Any

from efdgen.repository.model import NamedThings
from efdgen.rules.distinct_names import names_are_distinct
from efdgen.rules.identities import Identities
from efdgen.verbs import project
from support.checkout import resolved
from support.efd import EFD

PROJECT = project.open_project(EFD)
SUMMIT = resolved()["summit"]
IDENTITIES = Identities(PROJECT.repository, PROJECT.resolver)
SINKS = NamedThings(("sinks", "*"), "name", same_as_key=True, only_if="", source=())
COPY = NamedThings(("copy",), "label", same_as_key=False, only_if="on", source=())


def found(values: dict[str, Any], *places: NamedThings) -> list[str]:
    """Return what is found in the values of an app, without the app and the environment."""
    app = SUMMIT.apps[0]
    app = app._replace(definition=app.definition._replace(distinct_names={"sink": places}), values=values)
    problems = [finding.problem for finding in names_are_distinct(SUMMIT._replace(apps=(app,)), IDENTITIES)]
    assert {problem.code for problem in problems} <= {"E508"}
    return [problem.message.partition(" (")[0] for problem in problems]


def test_the_key_is_the_name_where_it_has_none() -> None:
    assert found({"sinks": {"a": {}, "b": {"name": "b"}, "c": {"name": None}}}, SINKS) == []


def test_a_name_that_is_not_the_key() -> None:
    assert found({"sinks": {"a": {"name": "b"}}}, SINKS) == ["the sink 'a' has the name 'b'"]
    assert found({"sinks": {"a": {"name": "b"}}}, SINKS._replace(same_as_key=False)) == []


def test_two_of_one_kind_with_one_name() -> None:
    values = {"sinks": {"a": {}}, "copy": {"label": "a", "on": True}}

    assert found(values, SINKS, COPY) == ["the sink 'a' and the sink 'copy' have one name: 'a'"]


def test_two_with_one_key_are_told_apart() -> None:
    values = {"sinks": {"a": {}}, "taps": {"a": {}}}

    assert found(values, SINKS, SINKS._replace(at=("taps", "*"))) == [
        "the sink 'sinks.a' and the sink 'taps.a' have one name: 'a'"
    ]


def test_what_does_not_count_has_no_name() -> None:
    values = {"sinks": {"a": {}, "list": [], "text": "a"}, "copy": {"label": "a", "on": "yes"}}

    assert found(values, SINKS, COPY) == []


def test_names_that_are_no_text_are_compared_as_text() -> None:
    values = {"sinks": {"a": {"name": 1}, "b": {"name": "1"}, "c": {"name": True}, "d": {"name": "true"}}}

    assert found(values, SINKS._replace(same_as_key=False)) == [
        "the sink 'a' and the sink 'b' have one name: '1'",
        "the sink 'c' and the sink 'd' have one name: 'true'",
    ]
    assert found({"sinks": {"1": {"name": 1}, "b": {"name": 2}}}, SINKS) == ["the sink 'b' has the name '2'"]
