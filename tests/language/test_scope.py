from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import scope
from efdgen.language.expressions import ExpressionError, evaluate, has_expression
from efdgen.language.layers import Layer, merge_layers
from efdgen.language.scope import Scope, WithMore
from support import data, layer, many, problems_of
from support.foreach import for_each


def scope_of(*layers: Layer, **extra: Any) -> Scope:
    return Scope("summit", merge_layers(layers), layers, extra)


FACTS = """\
name: summit
domain: lsst.codes
host: <% name %>.<% domain %>
cluster:
  storageClass: local-path
  nodes: [a, <% name %>]
kafka:
  storageClass: <% cluster.storageClass %>
  broker: <% host %>:31090
all: <% kafka %>
"""


@for_each(
    ("expression", "value"),
    [
        ("<% name %>", "summit"),
        ("<% host %>", "summit.lsst.codes"),
        ("<% kafka.broker %>", "summit.lsst.codes:31090"),
        ("<% kafka.storageClass %>", "local-path"),
        ("<% cluster.nodes[1] %>", "summit"),
        ("<% cluster.nodes %>", ["a", "summit"]),
        ("<% all %>", {"storageClass": "local-path", "broker": "summit.lsst.codes:31090"}),
        ("<% all.broker %>", "summit.lsst.codes:31090"),
        ("<% 'nodes' in cluster %>", True),
        ("<% cluster | length %>", 2),
        ("<% extra %>", "beside the facts"),
    ],
)
def test_facts_are_evaluated_when_they_are_looked_up(expression: str, value: Any) -> None:
    assert evaluate(expression, scope_of(layer("facts", FACTS), extra="beside the facts")) == value


def test_it_is_a_mapping_of_facts_and_extra_names() -> None:
    names = scope_of(layer("facts", "a: 1\nb: <% a %>"), b="extra", c=3)
    assert dict(names) == {"a": 1, "b": "extra", "c": 3}
    assert len(names) == 3
    assert "d" not in names
    with pytest.raises(KeyError):
        names["d"]


def test_a_wrong_fact_that_nothing_looks_up_does_no_harm() -> None:
    names = scope_of(layer("facts", "bad: <% nope %>\ngood: 1"))
    assert names["good"] == 1
    with pytest.raises(InvalidInputError):
        names["bad"]


def test_a_fact_is_evaluated_once() -> None:
    calls = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    names = scope_of(layer("facts", "a: <% count() %>\nb: <% a %><% a %>"), count=count)
    assert names["b"] == "11"
    assert names["a"] == 1


@pytest.mark.parametrize(
    ("facts", "cycle"),
    [
        ("a: <% a %>", "a -> a"),
        ("a: <% b %>\nb: <% c %>\nc: <% a %>", "a -> b -> c -> a"),
        ("a: {x: <% b %>}\nb: <% a.x %>", "a.x -> b -> a.x"),
    ],
    ids=["itself", "through others", "through a mapping"],
)
def test_a_fact_that_depends_on_itself_is_refused_with_the_cycle(facts: str, cycle: str) -> None:
    names = scope_of(layer("facts", facts))
    found = problems_of(lambda: evaluate("<% a.x %>" if "{" in facts else "<% a %>", names))
    assert [problem.code for problem in found] == ["E305"]
    assert cycle in found[0].message
    assert "summit" in found[0].message


def test_facts_that_look_at_each_others_neighbours_are_no_cycle() -> None:
    names = scope_of(layer("facts", "a: {x: <% b.w %>, z: 1}\nb: {x: <% a.z %>, w: 2}"))
    assert (names["a"]["x"], names["b"]["x"]) == (2, 1)


def test_after_a_cycle_the_scope_still_works() -> None:
    names = scope_of(layer("facts", "a: <% a %>\nb: <% c %>\nc: 1"))
    for _ in range(2):
        with pytest.raises(InvalidInputError):
            names["a"]
    assert names["b"] == 1


def test_a_pattern_is_evaluated_with_more_names() -> None:
    names = scope_of(layer("facts", "name: summit\npattern: <% service %>-<% name %>"))
    hosts = [names.evaluate_with(("pattern",), names.facts["pattern"], {"service": s}, (s,)) for s in ("a", "b", "a")]
    assert hosts == ["a-summit", "b-summit", "a-summit"]


def test_a_wrong_pattern_is_located_where_it_is_written() -> None:
    names = scope_of(layer("facts", "pattern: <% service %>-<% nme %>\nname: x"))
    (problem,) = problems_of(
        lambda: names.evaluate_with(("pattern",), names.facts["pattern"], {"service": "a"}, ("a",))
    )
    assert problem.code == "E301"
    assert problem.location == Location("facts.yaml", 1, 24)
    assert problem.path == ("pattern",)
    assert problem.hint == "did you mean 'name'?"


DEFAULTS = layer("defaults", "a:\n  b: <% nope %>\n  c: 1\nd: x\n")
SPEC = layer("spec", "# a comment\na:\n  c: two\nd: xx <% nope %>\n")


@pytest.mark.parametrize(
    ("path", "offset", "location"),
    [
        (("a", "b"), 0, Location("defaults.yaml", 2, 6)),
        (("a", "c"), 0, Location("spec.yaml", 3, 6)),
        (("d",), 3, Location("spec.yaml", 4, 7)),
    ],
    ids=str,
)
def test_a_value_is_located_in_the_layer_that_wins(path: tuple[str, ...], offset: int, location: Location) -> None:
    assert scope.locate((DEFAULTS, SPEC), path, offset) == location


def test_what_no_layer_sets_is_located_in_the_most_specific_layer() -> None:
    assert scope.locate((DEFAULTS, SPEC), ("z",)).file == "spec.yaml"


def test_what_cant_be_evaluated_is_located_in_the_layer_that_wrote_it() -> None:
    layers = (DEFAULTS, SPEC)
    problems: list[Problem] = []
    filled = scope.fill(merge_layers(layers), (), scope.Filling({}, "summit", layers, problems, []))
    assert filled == {"a": {"c": "two"}}
    assert [(p.code, p.location, p.path) for p in problems] == [
        ("E301", Location("defaults.yaml", 2, 6), ("a", "b")),
        ("E301", Location("spec.yaml", 4, 7), ("d",)),
    ]
    assert all("environment summit" in problem.message for problem in problems)


def fill(raw: Any, **names: Any) -> Any:
    problems: list[Problem] = []
    filled = scope.fill(raw, (), scope.Filling(names, "summit", (), problems, []))
    assert not problems
    return filled


@many
@given(data.filter(lambda value: not has_expression(str(value))))
def test_data_without_expressions_is_filled_with_itself(value: Any) -> None:
    assert fill(value) == value


@for_each(
    ("raw", "filled"),
    [
        ({"a": "<% nothing %>", "b": 1}, {"b": 1}),
        ({"a": None, "b": 1}, {"a": None, "b": 1}),
        (["<% nothing %>", 1, None], [1, None]),
        ({"a": {"b": "<% nothing %>"}}, {"a": {}}),
        ({"a": ["<% nothing %>"]}, {"a": []}),
        ({"a": [{"b": "<% x %>-<% x %>"}]}, {"a": [{"b": "1-1"}]}),
        ({"a": "<% table %>"}, {"a": {"k": None}}),
        ({"<% x %>": 1}, {"<% x %>": 1}),
    ],
)
def test_an_expression_that_yields_null_leaves_its_place_out(raw: Any, filled: Any) -> None:
    assert fill(raw, nothing=None, x=1, table={"k": None}) == filled


@many
@given(data)
def test_what_an_expression_yields_is_not_evaluated_again(value: Any) -> None:
    text = {"text": "<% y %>", "value": value}
    assert fill(["<% x %>"], x=text) == [text]


def test_names_with_more_are_the_usual_ones_but_for_these() -> None:
    usual = scope_of(layer("facts", "a: 1\nb: <% a %>"))
    names = WithMore({"b": 2}, usual)
    names["c"] = 3
    assert [names[name] for name in ("a", "b", "c")] == [1, 2, 3]
    assert [*names] == ["a", "b", "c"]
    assert (len(names), "a" in names, "c" in names, "d" in names) == (3, True, True, False)
    with pytest.raises(KeyError):
        names["d"]
    with pytest.raises(ExpressionError) as refused:
        evaluate("<% d %>", names)
    assert "known: a, b, c" in refused.value.hint
