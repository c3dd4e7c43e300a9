"""A wrong fact is said once, where it is wrong, and what has nothing to do with it is said all the same."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

import pytest

from efdgen.environment import echoes
from efdgen.errors import InvalidInputError, Location, Path, Problem
from efdgen.language.scope import Scope
from efdgen.verbs import project
from support import layers_of
from support.checkout import edit
from support.repository import small_repository

DOME, LAB = "environments/dome.yaml", "environments/lab.yaml"
SHARED = "environments/shared/facts.yaml"
STORE, VIEW = "templates/apps/store/values.yaml", "templates/apps/view/app.yaml"


@pytest.fixture
def root(tmp_path: FilePath) -> FilePath:
    return small_repository(tmp_path)


def said(root: FilePath, *environments: str) -> list[tuple[str, str, str]]:
    """Return code and place, message and hint of everything that is wrong."""
    with pytest.raises(InvalidInputError) as caught:
        project.rendering(root, environments)
    return [(f"{p.code} {p.location}", p.message, p.hint) for p in caught.value.problems]


MAKE_TEXT = "make text of it: <% ... ~ '' %>"
NOT_A_CLASS = (f"E204 {LAB}:6:17", "must be the name of a storage class, not 5 (environment lab)", MAKE_TEXT)


def test_facts_and_values_that_are_read_from_a_wrong_fact_say_nothing(root: FilePath) -> None:
    # kafka.storageClass is read from it, and so are values of the app `store`.
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")
    assert said(root) == [NOT_A_CLASS]


def test_what_is_read_from_an_echo_is_one_too(root: FilePath) -> None:
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")
    edit(root / STORE, "storageClass: <% cluster.storageClass %>", "storageClass: <% kafka.storageClass %>")
    assert said(root) == [NOT_A_CLASS]


def test_a_hint_to_use_quotes_is_only_given_where_a_number_is_written(root: FilePath) -> None:
    edit(root / LAB, "storageClass: local-path", "storageClass: 5")
    message = "must be the name of a storage class, not 5"
    assert said(root) == [(f"E204 {LAB}:6:17", message, "put it in quotes")]


def test_a_value_that_an_expression_yields_needs_no_quotes(root: FilePath) -> None:
    edit(root / STORE, "storageClass: <% cluster.storageClass %>", "storageClass: <% 5 %>")
    message = "must be the name of a storage class, not 5 (store in environment lab)"
    assert said(root, "lab") == [(f"E204 {STORE}:8:17", message, MAKE_TEXT)]


def test_each_of_two_wrong_facts_is_said(root: FilePath) -> None:
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")
    edit(root / LAB, "storageSize: 10Gi", "storageSize: <% 10 %>\n  storageClass: <% 6 %>")
    assert [where for where, _, _ in said(root)] == [
        f"E204 {LAB}:6:17",
        f"E204 {LAB}:10:16",
        f"E204 {LAB}:11:17",
    ]


def test_what_is_wrong_by_itself_is_said_beside_a_wrong_fact(root: FilePath) -> None:
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")
    edit(root / LAB, "refresh: 5s", "refresh: <% nothing %>")
    edit(root / DOME, "  view: status.dome.example.org", "  view: <% 7 %>")
    assert [where for where, _, _ in said(root)] == [
        f"E204 {DOME}:7:9",
        f"E204 {LAB}:6:17",
        f"E301 {LAB}:33:16",
    ]


def test_what_exists_only_with_a_wrong_fact_is_not_said_to_be_neither_true_nor_false(root: FilePath) -> None:
    edit(root / LAB, "managed: true", "managed: <% name %>")
    edit(root / VIEW, "when: <% feed.news != [] %>", "when: <% argocd.managed %>")
    assert [where for where, _, _ in said(root, "lab")] == [f"E206 {LAB}:16:12"]


def test_a_wrong_fact_of_all_is_said_for_each_environment_that_has_it(root: FilePath) -> None:
    edit(root / SHARED, "storageClass: null", "storageClass: <% 5 %>")
    message = "must be the name of a storage class, not 5 (environment dome)"
    assert said(root) == [(f"E204 {SHARED}:13:19", message, MAKE_TEXT)]


# -- which of some wrong facts was wrong first


def first(facts: dict[str, Any], *paths: Path) -> set[Path]:
    """Return the paths of the facts that are wrong by themselves, of those that are."""
    layers = layers_of(facts)
    problems = [Problem("E204", str(path), Location("facts.yaml"), path) for path in paths]
    wrong = echoes.wrong(problems, facts, layers, lambda others: Scope("lab", facts, layers, {}, others))
    (said,) = {tuple(problems) for problems in wrong.values()}
    return {problem.path for problem in said}


def test_the_first_of_a_chain_is_the_wrong_one() -> None:
    facts = {"a": "<% 5 %>", "b": {"c": "<% a %>"}, "d": "<% b.c %>", "e": "<% 6 %>"}
    assert first(facts, ("a",), ("b", "c"), ("d",)) == {("a",)}
    assert first(facts, ("d",), ("b", "c")) == {("b", "c")}
    assert first(facts, ("d",), ("e",)) == {("d",), ("e",)}


def test_what_is_wrong_in_what_an_expression_yields_is_wrong_where_that_is_written() -> None:
    facts = {"a": "<% {'x': 5} %>", "b": "<% a.x %>"}
    assert first(facts, ("a", "x"), ("b",)) == {("a", "x")}


def test_a_list_is_an_echo_when_an_item_is() -> None:
    assert first({"a": "<% 5 %>", "b": ["<% a %>"]}, ("a",), ("b", 0)) == {("a",)}
    assert first({"a": "<% 5 %>", "b": ["<% a %>"]}, ("a",), ("b",)) == {("a",)}


def test_of_a_fact_and_a_map_that_are_read_for_each_other_both_are_said() -> None:
    facts = {"a": {"x": "<% b %>", "y": "<% a.x %>", "z": 5}, "b": "<% a.z %>"}
    assert first(facts, ("a",), ("a", "x")) == {("a",), ("a", "x")}


def test_facts_are_held_against_each_other_in_a_time_that_grows_as_they_do() -> None:
    asked: list[int] = []

    def without(others: echoes.Wrong) -> Scope:
        asked.append(len(others))
        return Scope("lab", {}, (), {})

    for facts, expected in (
        ({f"a{n}": f"<% {n} %>" for n in range(5)}, [4] * 5),
        ({f"a{n}": n for n in range(500)}, []),
        ({f"a{n}": f"<% {n} %>" for n in range(500)}, []),
    ):
        asked.clear()
        problems = [Problem("E201", "unknown key", Location("a.yaml", 1, 1), (name,)) for name in facts]
        found = echoes.wrong(problems, facts, (), without)
        assert asked == expected
        assert found.keys() == {(name,) for name in facts}
        assert len({id(said) for said in found.values()}) == 1
