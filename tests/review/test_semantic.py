"""Data against data: nothing that differs is lost, and nothing that only moved is told."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language.layers import ABSENT
from efdgen.review.semantic import Edit, Item, Steps, difference, fingerprint, same
from support import data, many, words
from support.foreach import for_each

values = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["x", "y", "", "1"]), st.just(1.0))
names = st.sampled_from("abcd")


def named(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists whose items have names of their own."""
    items = st.dictionaries(names, st.dictionaries(st.sampled_from(["p", "q"]), inner, max_size=2), max_size=3)
    return items.map(lambda found: [{"name": name, **rest} for name, rest in found.items()])


def single(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists like those of Telegraf's inputs: each item has one key of its own."""
    return st.dictionaries(st.sampled_from(["cpu", "disk", "mem"]), inner, max_size=3).map(
        lambda found: [{name: value} for name, value in found.items()]
    )


close = st.recursive(
    values,
    lambda inner: st.one_of(
        st.dictionaries(names, inner, max_size=3), st.lists(inner, max_size=3), named(inner), single(inner)
    ),
    max_leaves=12,
)
"""Data with few names and values, so that two of them often meet."""


def shuffled(draw: st.DrawFn, value: Any) -> Any:
    """Return the same data: keys, and items of lists that have names, in another order."""
    if isinstance(value, dict):
        return {key: shuffled(draw, value[key]) for key in draw(st.permutations(sorted(value)))}
    if isinstance(value, list):
        items = [shuffled(draw, item) for item in value]
        keys = [item.get("name") for item in items if isinstance(item, dict)]
        is_named = len(keys) == len(items) and all(isinstance(key, str) for key in keys)
        return draw(st.permutations(items)) if is_named and len(set(keys)) == len(items) else items
    return value


class Gone:
    """What takes the place of a removed item while others are counted."""


def canonical(value: Any) -> Any:
    """Return data that is equal if only an order differs."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(canonical, value), key=fingerprint)
    return value


class Patch:
    """Makes edits, as a reader of a review would; what is new in a list goes to its end."""

    def __init__(self, before: Any) -> None:
        self.root = {"": copy.deepcopy(before)}
        self.left: list[tuple[dict[Any, Any], Any]] = []
        self.added: list[tuple[list[Any], Any]] = []

    def apply(self, edits: tuple[Edit, ...]) -> Any:
        for edit in edits:
            self._follow(self.root, ("", *edit.path), edit)
        for items, value in self.added:
            items.append(value)
        for holder, key in reversed(self.left):
            if holder is not self.root and holder.get(key) == {}:
                del holder[key]
        return _without_gone(self.root[""])

    def _follow(self, holder: Any, path: Steps, edit: Edit) -> None:
        step, rest = path[0], path[1:]
        if isinstance(step, Item) and not step.key and (rest or ABSENT not in edit):
            number = _index(holder, step)
            self._follow(holder[number], (step.name, *rest), edit)
        elif not rest and isinstance(holder, list):
            self._item(holder, step, edit)
        elif not rest:
            self._value(holder, step, edit)
        elif isinstance(holder, list):
            self._follow(holder[_index(holder, step)], rest, edit)
        else:
            holder.setdefault(step, {})
            if edit.after is ABSENT:
                self.left.append((holder, step))
            self._follow(holder[step], rest, edit)

    def _item(self, holder: list[Any], step: Any, edit: Edit) -> None:
        if edit.before is ABSENT:
            is_single = isinstance(step, Item) and not step.key
            self.added.append((holder, {step.name: edit.after} if is_single else edit.after))
        else:
            holder[_index(holder, step)] = Gone if edit.after is ABSENT else edit.after

    @staticmethod
    def _value(holder: dict[Any, Any], step: Any, edit: Edit) -> None:
        assert same(holder.pop(step, ABSENT), edit.before)
        if edit.after is not ABSENT:
            holder[step] = edit.after


def _index(items: list[Any], step: Any) -> int:
    if isinstance(step, int):
        return step
    found = [n for n, item in enumerate(items) if item is not Gone and _is_named(item, step)]
    assert len(found) == 1
    return found[0]


def _is_named(item: dict[str, Any], step: Item) -> bool:
    return str(item[step.key]) == step.name if step.key else list(item) == [step.name]


def _without_gone(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_gone(item) for key, item in value.items()}
    return [_without_gone(item) for item in value if item is not Gone] if isinstance(value, list) else value


# -- laws


@many
@given(data | close)
def test_data_does_not_differ_from_itself(value: Any) -> None:
    assert difference(value, copy.deepcopy(value)) == ((), ())


@many
@given(close, st.data())
def test_the_order_of_keys_and_of_named_items_is_no_edit(value: Any, random: st.DataObject) -> None:
    other = random.draw(st.composite(lambda draw: shuffled(draw, value))())
    assert difference(value, other).edits == ()


@many
@given(close | data, close | data)
def test_the_edits_make_one_the_other_up_to_order(before: Any, after: Any) -> None:
    edits = difference(before, after).edits
    assert same(canonical(Patch(before).apply(edits)), canonical(after))


@many
@given(close, close)
def test_edits_are_made_of_what_differs(before: Any, after: Any) -> None:
    for edit in difference(before, after).edits:
        assert not same(edit.before, edit.after)


@many
@given(close, close)
def test_there_are_edits_the_other_way_when_there_are_any(before: Any, after: Any) -> None:
    assert bool(difference(before, after).edits) is bool(difference(after, before).edits)


@many
@given(data, data)
def test_fingerprints_tell_data_apart(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) is same(one, other)


# -- cases

P, Q = {"name": "p", "v": 1}, {"name": "q", "v": 2}


@for_each(
    ("before", "after", "edits"),
    [
        ({"a": 1}, {"a": True}, [Edit(("a",), 1, True)]),
        ({"a": 1}, {"a": "1"}, [Edit(("a",), 1, "1")]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": None}, {}, [Edit(("a",), None, ABSENT)]),
        ({"a": {"b": 1, "c": 2}}, {}, [Edit(("a", "b"), 1, ABSENT), Edit(("a", "c"), 2, ABSENT)]),
        ({"a": {"b": 1}}, {"a": {}}, [Edit(("a",), {"b": 1}, {})]),
        ({"a": {}}, {"a": {"b": 1}}, [Edit(("a", "b"), ABSENT, 1)]),
        ({"a": {"b": 1}}, {"a": "text"}, [Edit(("a",), {"b": 1}, "text")]),
        ([P, Q], [Q], [Edit((Item("name", "p"),), P, ABSENT)]),
        ([P, Q], [Q, {"name": "p", "v": 3}], [Edit((Item("name", "p"), "v"), 1, 3)]),
        ([{"cpu": {"x": 1}}], [{"mem": {}}, {"cpu": {"x": 2}}],
         [Edit((Item("", "cpu"), "x"), 1, 2), Edit((Item("", "mem"),), ABSENT, {})]),
        (["a", "b", "c"], ["a", "x", "c"], [Edit((1,), "b", "x")]),
        (["a", "b"], ["x", "a", "b"], [Edit((0,), ABSENT, "x")]),
        (["a", "b", "c"], ["b", "c"], [Edit((0,), "a", ABSENT)]),
        ([1, 2], [2, 1.0], []),
        ([{"p": 1, "q": 1}, 5], [5, {"p": 1, "q": 2}], [Edit((0, "q"), 1, 2)]),
        ({"a": []}, {"a": [1]}, [Edit(("a", 0), ABSENT, 1)]),
    ],
)  # fmt: skip
def test_what_differs(before: Any, after: Any, edits: list[Edit]) -> None:
    assert list(difference(before, after).edits) == edits


@pytest.mark.parametrize(
    ("before", "after", "reordered"),
    [
        ({"l": [P, Q]}, {"l": [Q, P]}, [("l",)]),
        ({"l": ["a", "b"]}, {"l": ["b", "a"]}, [("l",)]),
        ({"l": [P, Q]}, {"l": [P, {"name": "new"}, Q]}, []),
        ({"l": ["a", "b"]}, {"l": ["x", "a", "b"]}, []),
    ],
)
def test_lists_of_which_the_order_differs(before: Any, after: Any, reordered: list[Steps]) -> None:
    assert list(difference(before, after).reordered) == reordered


@pytest.mark.parametrize("key", ["name", "id", "mountPath", "containerPort", "host", "url"])
def test_items_are_matched_by_what_names_them(key: str) -> None:
    before = [{key: "one", "v": 1}, {key: "two", "v": 2}]
    after = [{key: "two", "v": 2}, {key: "one", "v": 5}]
    assert difference(before, after).edits == (Edit((Item(key, "one"), "v"), 1, 5),)


def test_a_name_that_is_not_unique_names_nothing() -> None:
    before = [{"name": "http", "port": 80}, {"name": "http", "port": 81}]
    assert difference(before, [before[1], before[0]]).edits == ()
    assert difference(before, [before[0], {"name": "http", "port": 82}]).edits == (
        Edit((Item("port", "81"),), before[1], ABSENT),
        Edit((Item("port", "82"),), ABSENT, {"name": "http", "port": 82}),
    )


@many
@given(st.dictionaries(words, st.integers(), min_size=1, max_size=5), st.data())
def test_one_changed_value_is_one_edit(values: dict[str, int], random: st.DataObject) -> None:
    key = random.draw(st.sampled_from(sorted(values)))
    assert len(difference(values, {**values, key: values[key] + 1}).edits) == 1
