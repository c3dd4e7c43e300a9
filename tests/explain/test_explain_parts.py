"""The parts of an explanation: paths as typed, watched names, and the law of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.functions import named
from efdgen.errors import dotted
from efdgen.explain import defaults, paths
from efdgen.explain.trace import Tree, trace
from efdgen.explain.watch import Origin, watch
from efdgen.language.expressions import ExpressionError, has_expression
from efdgen.language.layers import ABSENT, leaves, merge_layers
from support import data, layers_of, many, tables
from support.foreach import for_each

# -- paths


@many
@given(data)
def test_a_path_as_it_is_written_is_found_again(value: Any) -> None:
    for path, _ in leaves(value):
        assert paths.find(value, dotted(path)) == path


NESTED = {"log.retention": {"hours": 1}, "log": {"retention": {"minutes": 2}}, "list": [{"a.b": 3}], "it's": 4}


@for_each(
    ("text", "path"),
    [
        ("log.retention.hours", ("log.retention", "hours")),
        ("log.retention.minutes", ("log", "retention", "minutes")),
        ("['log.retention'].hours", ("log.retention", "hours")),
        ('["log.retention"].hours', ("log.retention", "hours")),
        (".log.retention.minutes", ("log", "retention", "minutes")),
        ("[log.retention].hours", ("log.retention", "hours")),
        ("list[0].a.b", ("list", 0, "a.b")),
        ("list.0.a.b", ("list", 0, "a.b")),
        ("it's", ("it's",)),
        ("", ()),
        ("lo", None),
        ("log.", None),
        ("list[1]", None),
        ("list[0]a", None),
    ],
)
def test_a_path_as_people_type_it_is_found(text: str, path: tuple[str | int, ...] | None) -> None:
    assert paths.find(NESTED, text) == path


@many
@given(data, st.text(max_size=8))
def test_a_hint_is_there_for_whatever_is_typed(value: Any, text: str) -> None:
    if paths.find(value, text) is None:
        assert isinstance(paths.hint(value, text), str)


# -- watched names

NAMES: Mapping[str, Any] = {
    "name": "summit",
    "flag": True,
    "off": False,
    "count": 1,
    "ratio": 0.5,
    "nothing": None,
    "list": ["a", {"b": 2}],
    "kafka": {"broker": "k:1", "size": None},
    "sinks": {"one": {"max": 2, "gone": None}, "two": {}},
    "usual": {"max": 1, "on": True, "map": {}, "gone": "x", "null": None},
    "named": named,
    "host": lambda service: f"{service}.org",
}


@for_each(
    ("text", "within", "path"),
    [
        ("<% name %>", (), ("name",)),
        ("<% kafka.broker %>", (), ("kafka", "broker")),
        ("<% kafka['broker'] %>", (), ("kafka", "broker")),
        ("<% name if flag else kafka.broker %>", (), ("name",)),
        ("<% kafka.missing | default(name) %>", (), ("name",)),
        ("<% kafka %>", ("broker",), ("kafka", "broker")),
        ("<% kafka %>", ("size",), ("kafka", "size")),
        ("<% list %>", (1, "b"), ("list", 1, "b")),
        ("<% list[1].b %>", (), ("list", 1, "b")),
        ("<% {'enabled': flag, 'n': count, 'r': ratio} %>", ("enabled",), ("flag",)),
        ("<% {'enabled': flag, 'n': count, 'r': ratio} %>", ("n",), ("count",)),
        ("<% {'enabled': flag, 'n': count, 'r': ratio} %>", ("r",), ("ratio",)),
        ("<% [name, flag] %>", (1,), ("flag",)),
        ("<% host('a') %>", (), ("hosts", "a")),
        ("<% named(sinks, usual) %>", ("one", "max"), ("sinks", "one", "max")),
        ("<% named(sinks, usual) %>", ("two", "max"), ("usual", "max")),
        ("<% named(sinks, usual) %>", ("two", "on"), ("usual", "on")),
        ("<% named(sinks, usual) %>", ("one", "gone"), ("sinks", "one", "gone")),
        ("<% named(sinks, usual) %>", ("two", "map"), ("usual", "map")),
        ("<% named(sinks, usual) %>", ("two", "null"), ("usual", "null")),
        ("<% nothing or name %>", (), ("name",)),
    ],
)
def test_a_copied_value_knows_where_it_comes_from(text: str, within: Any, path: Any) -> None:
    assert watch(text, NAMES).origin(within) == Origin(path)


def test_a_name_that_is_a_key_knows_its_key() -> None:
    assert watch("<% named(sinks, usual) %>", NAMES).origin(("two", "name")) == Origin(("sinks", "two"), is_key=True)


@pytest.mark.parametrize("text", ["<% name | upper %>", "x <% name %>", "<% {'a': 1} if flag else none %>", "<% 1 %>"])
def test_what_is_made_anew_comes_from_nowhere(text: str) -> None:
    seen = watch(text, NAMES)
    assert seen.origin(("a",) if "{" in text else ()) is None


@for_each(
    ("text", "inputs"),
    [
        ("<% name %>-<% kafka.broker %>-<% name %>", {("name",), ("kafka", "broker")}),
        ("<% flag %> and <% off %>", {("flag",), ("off",)}),
        ("<% 'x' if flag else name %>", {("flag",)}),
        ("<% list[count] %>", {("list",), ("count",)}),
        ("<% named(sinks, usual) %>", {("sinks",), ("usual",)}),
        ("<% kafka.broker is defined %>", {("kafka", "broker")}),
        ("<% host(name) %>", {("name",), ("hosts", "summit")}),
        ("<% 'plain' %>", set()),
    ],
)
def test_what_an_expression_looks_at_is_known(text: str, inputs: set[Any]) -> None:
    assert set(watch(text, NAMES).inputs) == inputs


def test_an_expression_that_fails_fails_the_same_when_watched() -> None:
    with pytest.raises(ExpressionError, match="'nowhere' is not defined"):
        watch("<% nowhere %>", NAMES)


# -- layers


@many
@given(st.lists(tables(nulls=True), min_size=1, max_size=4))
def test_the_layer_that_wins_has_the_value_alone(contents: list[dict[str, Any]]) -> None:
    layers = tuple(layers_of(*contents))
    merged = merge_layers(layers)
    tree = Tree("e", "a", (), layers, merged, {}, lambda _origin: pytest.fail("nothing is looked up"), {})
    for path, value in leaves(merged):
        if not path:
            continue
        found = trace(tree, path)
        assert found.value == value
        winner = found.winner
        assert winner is not None
        assert winner.value == value
        # Nothing above it has anything else to say.
        assert all(say.value in (ABSENT, value) or not say.wins for say in found.says)
        assert found.says.index(winner) == max(
            index for index, say in enumerate(found.says) if say.value == value or say.wins
        )


def test_no_expression_is_seen_where_there_is_none() -> None:
    layers = tuple(layers_of({"a": "b"}))
    tree = Tree("e", "a", (), layers, merge_layers(layers), {}, lambda _origin: pytest.fail("nothing is looked up"), {})
    assert not has_expression("b")
    assert trace(tree, ("a",)).formula == ""


def test_explaining_all_items_of_a_list_evaluates_each_a_few_times() -> None:
    class Counted(dict[str, Any]):
        looked_up = 0

        def __getitem__(self, key: str) -> Any:
            self.looked_up += 1
            return super().__getitem__(key)

    def evaluated(count: int) -> int:
        names = Counted(a="x")
        layers = tuple(layers_of({"items": ["<% a %>", "<% a %>", "<% none %>"] * count}))
        tree = Tree("e", "a", (), layers, merge_layers(layers), names, lambda _origin: None, {})  # type: ignore[arg-type]
        for index in range(2 * count):
            found = trace(tree, ("items", index))
            assert found.winner is not None
            assert found.source.path == ("items", index + index // 2)
        return names.looked_up

    assert evaluated(200) == 10 * evaluated(20)


# -- chart defaults


def test_a_chart_that_the_strict_reader_refuses_has_values_but_no_lines() -> None:
    (layer,) = defaults.layers("x-1.tgz:", {"": "a: 1\na: 2\nb: yes\n"})
    assert layer.data == {"values": {"a": 2, "b": True}}
    assert str(layer.locate(("values", "a"))) == "x-1.tgz:values.yaml"


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "a: [\n"])
def test_a_chart_without_values_has_none(text: str) -> None:
    (layer,) = defaults.layers("x-1.tgz:", {"": text})
    assert layer.data == {"values": {}}


def test_the_values_of_a_chart_win_over_those_of_its_subcharts() -> None:
    texts = {"": "a: {b: {i: 1}}\n", "a": "b: {i: 2, j: 2}\n", "a/b": "{i: 3, j: 3, k: 3}\n"}
    layers = defaults.layers("x-1.tgz:", texts)
    assert merge_layers(layers) == {"values": {"a": {"b": {"i": 1, "j": 2, "k": 3}}}}
    assert str(layers[0].locate(("values", "a", "b", "k"))) == "x-1.tgz:charts/a/charts/b/values.yaml:1:17"
    layers = defaults.layers("x-1.tgz:", texts, (), {"": "", "a": "charts/real/", "a/b": "charts/real/charts/b/"})
    assert str(layers[0].locate(("values", "a", "b", "k"))) == "x-1.tgz:charts/real/charts/b/values.yaml:1:17"
