from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language.layers import (
    ABSENT,
    at,
    history,
    leaves,
    merge,
    merge_layers,
    overlaps,
    reach,
    reaches,
    replaced,
    stacked,
    winner,
    without,
)
from support import coalesce, data, few, layers_of, many, tables
from support.foreach import for_each

Table = dict[str, Any]


@for_each(
    ("base", "over", "expected"),
    [
        pytest.param({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, id="keys add up"),
        pytest.param({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}, id="maps merge"),
        pytest.param({"a": {"b": {"x": 1}}}, {"a": {"b": {"x": 2}}}, {"a": {"b": {"x": 2}}}, id="deeply"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="lists replace"),
        pytest.param({"a": [{"x": 1}]}, {"a": [{"y": 2}]}, {"a": [{"y": 2}]}, id="lists of maps replace"),
        pytest.param({"a": {"x": 1}}, {"a": 1}, {"a": 1}, id="a scalar replaces a map"),
        pytest.param({"a": 1}, {"a": {"x": 1}}, {"a": {"x": 1}}, id="a map replaces a scalar"),
        pytest.param({"a": {"x": 1}}, {"a": None}, {"a": None}, id="null replaces and stays"),
        pytest.param({"a": None}, {"a": {"x": 1}}, {"a": {"x": 1}}, id="null is replaced"),
        pytest.param({"a": {"x": 1}}, {"a": {}}, {"a": {"x": 1}}, id="an empty map changes nothing"),
        pytest.param({"a": [1]}, {"a": []}, {"a": []}, id="an empty list replaces"),
        pytest.param({"a": True}, {"a": False}, {"a": False}, id="false replaces"),
        pytest.param({"b": 1, "a": 2}, {"c": 3, "b": 4}, {"b": 4, "a": 2, "c": 3}, id="order stays"),
    ],
)
def test_examples(base: Table, over: Table, expected: Table) -> None:
    merged = merge(base, over)
    assert merged == expected
    assert list(merged) == list(expected)


def without_nulls(value: Any) -> Any:
    """Leave out map entries that are null: templates can't tell them from entries that are not there."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


def as_helm_installs(base: Table, over: Table) -> Table:
    """Merge, and let each null of `over` remove the value of `base` that it stands on; others stay."""
    merged: Table = merge(base, over)
    return {
        key: as_helm_installs(base[key], over[key])
        if isinstance(base.get(key), dict) and isinstance(over.get(key), dict)
        else value
        for key, value in merged.items()
        if not (key in base and key in over and over[key] is None)
    }


@few
@given(tables(nulls=False), tables(nulls=False))
def test_without_nulls_it_is_exactly_helms_rule(base: Table, over: Table) -> None:
    assert merge(base, over) == coalesce(base, over)


@few
@given(tables(nulls=False), tables(nulls=True))
def test_a_null_is_what_helm_removes_a_default_for(base: Table, over: Table) -> None:
    assert as_helm_installs(base, over) == coalesce(base, over)


@few
@given(tables(nulls=True), tables(nulls=True))
def test_with_nulls_on_both_sides_it_is_helms_rule_but_for_nulls_that_are_left(base: Table, over: Table) -> None:
    assert without_nulls(merge(base, over)) == without_nulls(coalesce(base, over))


_leaves = st.one_of(st.none(), st.integers(0, 3), st.just("x"), st.lists(st.integers(0, 2), max_size=2))


def _consistent(depth: int) -> st.SearchStrategy[Table]:
    """Return tables in which a, b and c never hold maps, and m and n always do, as in values of one chart."""
    leaves = st.dictionaries(st.sampled_from("abc"), _leaves, max_size=3)
    if not depth:
        return leaves
    maps = st.dictionaries(st.sampled_from("mn"), _consistent(depth - 1), max_size=2)
    return st.tuples(leaves, maps).map(lambda parts: {**parts[0], **parts[1]})


consistent = _consistent(2)


@few
@given(consistent, consistent, consistent)
def test_merging_two_layers_first_gives_the_chart_the_same_as_laying_on_one_after_the_other(
    base: Table, site: Table, spec: Table
) -> None:
    at_once = coalesce(base, merge(site, spec))
    one_by_one = coalesce(coalesce(base, site), spec)
    assert without_nulls(at_once) == without_nulls(one_by_one)


@many
@given(consistent, consistent, consistent)
def test_it_is_associative_where_maps_stay_maps(one: Table, two: Table, three: Table) -> None:
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


def test_it_is_not_associative_where_a_map_is_taken_away_and_put_back() -> None:
    one, two, three = {"a": {"x": 1}}, {"a": None}, {"a": {"y": 2}}
    assert merge(merge(one, two), three) == {"a": {"y": 2}}
    assert merge(one, merge(two, three)) == {"a": {"x": 1, "y": 2}}


@many
@given(tables(nulls=True))
def test_nothing_on_top_or_below_changes_nothing(table: Table) -> None:
    assert merge(table, {}) == table
    assert merge({}, table) == table
    assert merge(table, table) == table


@many
@given(tables(nulls=True), tables(nulls=True), tables(nulls=True))
def test_nothing_given_is_changed(one: Table, two: Table, three: Table) -> None:
    given_layers = layers_of(one, two, three)
    before = copy.deepcopy([one, two, three])
    merge_layers(given_layers)
    merge(merge(one, two), three)
    assert [one, two, three] == before


@many
@given(st.lists(tables(nulls=True), max_size=4))
def test_layers_merge_from_the_first_to_the_last(contents: list[Table]) -> None:
    expected: Table = {}
    for content in contents:
        expected = merge(expected, content)
    assert merge_layers(layers_of(*contents)) == expected


@many
@given(st.lists(st.one_of(st.none(), tables(nulls=True)), max_size=4))
def test_each_layer_lies_on_what_those_below_it_come_to(contents: list[Table | None]) -> None:
    layers = layers_of(*contents)
    expected = [(layer, merge_layers(layers[:index])) for index, layer in enumerate(layers)]
    assert list(stacked(layers)) == expected
    for count in range(len(layers)):
        assert list(stacked(layers[count:], merge_layers(layers[:count]))) == expected[count:]


def test_a_layer_without_data_has_no_say() -> None:
    layers = layers_of({"a": 1}, None, {"b": 2}, None)
    assert merge_layers(layers) == {"a": 1, "b": 2}
    assert winner(layers, ("a",)) is layers[0]
    assert [layer.name for layer in history(layers, ("b",))] == ["2"]


def _leaf_paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        return [leaf for key, item in value.items() for leaf in _leaf_paths(item, (*path, key))]
    return [path] if path else []


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


@many
@given(st.lists(tables(nulls=True), min_size=1, max_size=5))
def test_the_winner_alone_holds_each_value_of_the_merged_data(contents: list[Table]) -> None:
    layers = layers_of(*contents)
    merged = merge_layers(layers)
    for path in _leaf_paths(merged):
        won = winner(layers, path)
        assert won is not None
        assert _at(won.data, path) == _at(merged, path)
        assert reaches(layers, path)
        later = layers[layers.index(won) + 1 :]
        assert winner(later, path) is None


@many
@given(st.lists(tables(nulls=True), min_size=1, max_size=5))
def test_the_history_ends_with_the_winner_and_keeps_the_layers_order(contents: list[Table]) -> None:
    layers = layers_of(*contents)
    for path in _leaf_paths(merge_layers(layers)):
        names = [layer.name for layer in history(layers, path)]
        assert names == sorted(names)
        assert history(layers, path)[-1] is winner(layers, path)


def test_the_history_names_every_layer_that_sets_a_value() -> None:
    layers = layers_of({"a": {"x": 1}}, {"b": 1}, {"a": {"x": 2}}, {"a": {"y": 3}})
    assert [layer.name for layer in history(layers, ("a", "x"))] == ["0", "2"]
    assert [layer.name for layer in history(layers, ("a",))] == ["0", "2", "3"]


def test_the_history_begins_anew_where_a_layer_replaces_what_the_value_stood_in() -> None:
    layers = layers_of({"a": {"x": 1}}, {"a": None}, {"a": {"x": 3}})
    assert [layer.name for layer in history(layers, ("a", "x"))] == ["1", "2"]


@pytest.mark.parametrize("path", [("b",), ("a", "z"), ("l", 5), ("l", 0, "x"), ("a", 0)], ids=str)
def test_nobody_sets_what_is_not_there(path: tuple[str | int, ...]) -> None:
    assert not reaches(layers_of({"a": {"x": 1}, "l": [1]}), path)


def test_an_item_of_a_list_comes_from_the_layer_with_the_list() -> None:
    layers = layers_of({"l": [1, 2]}, {"l": [3]}, {"x": 1})
    assert winner(layers, ("l", 0)) is layers[1]


def test_items_of_lists_are_reached_up_to_the_last() -> None:
    layers = layers_of({"l": [1, {"x": 2}]})
    assert reaches(layers, ("l", 0))
    assert reaches(layers, ("l", 1, "x"))
    assert not reaches(layers, ("l", 2))


def test_a_shorter_list_takes_away_the_items_that_it_does_not_have() -> None:
    layers = layers_of({"l": [1, 2]}, {"l": [3]})
    assert [layer.name for layer in history(layers, ("l", 0))] == ["0", "1"]
    assert [layer.name for layer in history(layers, ("l", 1))] == ["1"]


def test_what_is_not_touched_is_shared() -> None:
    base = {"a": {"x": 1}, "b": {"y": [1]}}
    assert merge(base, {}) is base
    assert merge(base, {"a": {"x": 2}})["b"] is base["b"]


# -- walking nested data


def _mappings(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, value)] if path and isinstance(value, dict) else []
    below = value.items() if isinstance(value, dict) else ()
    return found + [each for key, item in below for each in _mappings(item, (*path, key))]


@many
@given(tables(nulls=True), tables(nulls=True))
def test_overlaps_are_what_is_found_below_each_leaf_and_each_mapping(over: Table, below: Table) -> None:
    found = overlaps(over, below)
    there = [(path, value) for path, value in leaves(over, in_lists=False) if path]
    expected = [(path, value, at(below, path)) for path, value in there if at(below, path) is not ABSENT]
    assert [each for each in found if not each[1] or not isinstance(each[1], dict)] == expected
    covering = [(path, value, at(below, path)) for path, value in _mappings(over) if value]
    covering = [each for each in covering if each[2] is not ABSENT and not isinstance(each[2], dict)]
    assert [each for each in found if each[1] and isinstance(each[1], dict)] == covering


@for_each(
    ("path", "depth", "there"),
    [
        pytest.param((), 0, {"m": {"x": None}, "l": ["a", {"y": 2}]}, id="the whole"),
        pytest.param(("m", "x"), 2, None, id="null"),
        pytest.param(("l", 1, "y"), 3, 2, id="in a list"),
        pytest.param(("m", "z", "w"), 1, {"x": None}, id="no such key"),
        pytest.param(("m", "x", "w"), 2, None, id="below a scalar"),
        pytest.param(("l", 2), 1, ["a", {"y": 2}], id="behind a list's end"),
        pytest.param(("l", -1), 1, ["a", {"y": 2}], id="from a list's end"),
        pytest.param(("l", "y"), 1, ["a", {"y": 2}], id="a key in a list"),
        pytest.param(("l", 0, 0), 2, "a", id="a letter of a text"),
        pytest.param(("m", 0), 1, {"x": None}, id="a number in a map"),
    ],
)
def test_a_path_is_followed_as_far_as_it_leads(path: tuple[str | int, ...], depth: int, there: Any) -> None:
    nested = {"m": {"x": None}, "l": ["a", {"y": 2}]}
    assert reach(nested, path) == (depth, there)
    assert at(nested, path) == (there if depth == len(path) else ABSENT)
    assert at(nested, path, "else") == (there if depth == len(path) else "else")


@many
@given(data)
def test_every_leaf_stands_at_its_path_and_nothing_below_it(nested: Any) -> None:
    for path, leaf in leaves(nested):
        assert at(nested, path) is leaf
        for below in ("a", "", 0):
            assert reach(nested, (*path, below)) == (len(path), leaf)
            assert at(nested, (*path, below)) is ABSENT


def _rebuilt(found: list[tuple[tuple[str | int, ...], Any]]) -> Any:
    """Return the data that has these leaves."""
    if found[0][0] == ():
        return found[0][1]
    groups: dict[str | int, list[tuple[tuple[str | int, ...], Any]]] = {}
    for path, leaf in found:
        groups.setdefault(path[0], []).append((path[1:], leaf))
    below = {key: _rebuilt(inside) for key, inside in groups.items()}
    return list(below.values()) if 0 in below else below


@many
@given(data)
def test_leaves_are_all_that_there_is(nested: Any) -> None:
    found = list(leaves(nested))
    assert len({path for path, _ in found}) == len(found)
    assert _rebuilt(found) == nested


@many
@given(data)
def test_a_list_can_be_a_leaf_as_a_whole(nested: Any) -> None:
    for path, leaf in leaves(nested, in_lists=False):
        assert not any(isinstance(part, int) for part in path)
        assert at(nested, path) is leaf
        assert not (isinstance(leaf, dict) and leaf)


@many
@given(data, st.lists(st.one_of(st.sampled_from(["", " ", "a", "~", "null"]), st.integers(-1, 4)), max_size=4))
def test_a_path_leads_up_to_where_it_ends(nested: Any, parts: list[str | int]) -> None:
    path = tuple(parts)
    depth, there = reach(nested, path)
    assert at(nested, path[:depth]) is there
    assert all(at(nested, path[:end]) is ABSENT for end in range(depth + 1, len(path) + 1))


def test_leaves_are_what_holds_nothing_below_it() -> None:
    nested = {"m": {"x": 1, "y": {}}, "l": [None, {"z": False}, []], "t": ""}
    assert list(leaves(nested)) == [
        (("m", "x"), 1),
        (("m", "y"), {}),
        (("l", 0), None),
        (("l", 1, "z"), False),
        (("l", 2), []),
        (("t",), ""),
    ]
    assert list(leaves("text")) == [((), "text")]
    assert list(leaves({"x": 1}, ("under",))) == [(("under", "x"), 1)]
    assert list(leaves({"l": [1, {"x": 2}], "e": []}, in_lists=False)) == [(("l",), [1, {"x": 2}]), (("e",), [])]


def test_what_is_taken_out_is_not_there_and_the_rest_is() -> None:
    data = {"a": {"b": {"c": 1}, "d": 2}, "e": [3]}

    assert without(data, ("a", "b", "c")) == {"a": {"b": {}, "d": 2}, "e": [3]}
    assert without(data, ("a", "x", "c")) == data
    assert without(data, ("e", 0)) == data
    assert data["a"]["b"] == {"c": 1}


def test_another_value_takes_the_place_of_one_and_the_data_before_stays_as_it_is() -> None:
    data = {"a": [1, {"b": 2}], "c": 3}
    assert replaced(data, ("a", 1, "b"), 4) == {"a": [1, {"b": 4}], "c": 3}
    assert replaced(data, ("d", "e"), 4) == {**data, "d": {"e": 4}}
    assert replaced(data, (), "all") == "all"
    assert data == {"a": [1, {"b": 2}], "c": 3}
