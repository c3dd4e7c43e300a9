from __future__ import annotations

import copy
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import Location, Problem
from efdgen.language import schema, scope
from efdgen.language import shared as shared_module
from efdgen.language.conforms import Reading, conforms
from efdgen.language.shared import NOTHING, Shared
from support import data, many
from support.documents import layers_of
from support.strategies import words

_texts = st.sampled_from(["", "a", "<% a %>", "<% b %>", "<% nothing %>", "<% nope %>", "x-<% a %>"])
_scalars = st.sampled_from([None, True, 0, 1.5]) | _texts
written: st.SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
NAMES = {"a": 1, "b": {"c": [None]}, "nothing": None}


def _parts(value: Any) -> list[Any]:
    """Return data and all mappings and lists in it."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return [*own, *(part for each in below for part in _parts(each))]


def _holds_expression(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_expression, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and "<%" in value


@many
@given(written)
def test_constants_are_the_parts_without_an_expression(raw: Any) -> None:
    shared = Shared()
    shared.add(raw)
    shared.add(raw)
    assert [id(part) in shared.constants for part in _parts(raw)] == [not _holds_expression(p) for p in _parts(raw)]


def _filled(raw: Any, shared: Shared) -> tuple[Any, list[Problem], list[Any]]:
    problems: list[Problem] = []
    evaluated: list[Any] = []
    filled = scope.fill(raw, ("at",), scope.Filling(NAMES, "lab", layers_of({}), problems, evaluated, shared))
    return filled, problems, evaluated


def _as_before(raw: Any, path: tuple[Any, ...], evaluated: list[Any], problems: list[Any]) -> Any:
    """Fill data by the plainest rule: all of it is made anew."""
    if isinstance(raw, str) and "<%" in raw:
        value, found, _ = _filled(raw, NOTHING)
        problems += [problem._replace(path=path) for problem in found]
        evaluated += [] if found else [(path, value)]
        return value
    if isinstance(raw, dict):
        items = {key: (_as_before(item, (*path, key), evaluated, problems), item) for key, item in raw.items()}
        return {key: new for key, (new, item) in items.items() if new is not None or item is None}
    if isinstance(raw, list):
        both = [(_as_before(item, (*path, index), evaluated, problems), item) for index, item in enumerate(raw)]
        return [new for new, item in both if new is not None or item is None]
    return raw


@many
@given(written, st.booleans())
def test_filling_is_the_same_whether_parts_are_shared_or_not_and_changes_nothing(raw: Any, is_known: bool) -> None:
    shared = Shared()
    if is_known:
        for part in raw.values() if isinstance(raw, dict) else [raw]:
            shared.add(part)
    before = copy.deepcopy(raw)
    evaluated: list[Any] = []
    problems: list[Any] = []
    expected = _as_before(raw, ("at",), evaluated, problems)
    filled, said, values = _filled(raw, shared)
    assert (filled, said, values) == (expected, problems, evaluated)
    assert raw == before
    if isinstance(raw, dict):
        assert list(filled) == list(expected)
        for key in filled:
            assert filled[key] is raw[key] or _holds_expression(raw[key])


rules: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([{}, True, False, {"type": "string"}, {"type": ["null", "number"]}, {"pattern": "a"}]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": st.just({"pattern": "^[ab]\\Z"}),
            "items": inner,
            "uniqueItems": st.just(value=True),
            "required": st.just(["a"]),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "x-own": st.just(value=True),
        },
    ),
    max_leaves=6,
)


class _Data:
    def __init__(self, data: Any) -> None:
        self.data = data

    def locate(self, path: Any = (), *, key: bool = False) -> Location:  # noqa: ARG002 - it is nowhere
        return Location("")


@many
@given(st.dictionaries(st.sampled_from(["a", "b", "<% a %>"]), written, max_size=3), rules)
def test_what_is_known_of_data_and_schemas_changes_no_answer(value: Any, asked: Any) -> None:
    shared = Shared()
    shared.add(value)
    reading, unfinished = Reading(shared.constants), Reading(shared.constants, scope.is_open)
    for _ in range(2):
        assert conforms(value, asked, reading) is conforms(value, asked)
        if isinstance(asked, dict) and conforms(value, asked, unfinished):
            assert schema.check_data(_Data(scope.pending(value, nulls=True)), asked) == []


@many
@given(data, words)
def test_an_answer_is_found_once_of_a_constant_and_each_time_of_other_data(value: Any, more: str) -> None:
    asked: list[Any] = []

    def found(part: Any, word: str, _known: Shared) -> str:
        asked.append(part)
        return f"{word} {len(asked)}"

    shared = Shared()
    shared.add(value)
    is_constant = id(value) in shared.constants
    assert shared.within(found, value, more) == f"{more} 1"
    assert shared.within(found, value, more) == (f"{more} 1" if is_constant else f"{more} 2")
    assert shared.within(found, value, f"{more}!").startswith(f"{more}! ")


def test_what_asks_the_same_of_parts_gets_answers_that_were_found_and_no_answer_holds_all() -> None:
    asked: list[Any] = []

    def depth(part: Any, unit: str, known: Shared) -> str:
        asked.append(part)
        below = max((known.within(depth, each, unit) for each in part), default="")
        return below + unit

    inner: list[Any] = [[]]
    shared = Shared()
    shared.add(inner)
    assert (shared.within(depth, inner, "x"), shared.within(depth, inner, "x"), len(asked)) == ("xx", "xx", 2)
    assert (NOTHING.within(depth, inner, "x"), len(asked)) == ("xx", 4)
    (gone, shared) = (weakref.ref(shared), NOTHING)
    assert gone() is None, "only a search for garbage would free it"


def test_mappings_that_are_asked_for_alike_are_one_constant_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "_MOST_ALIKE", 2)
    shared = Shared()
    found = [shared.alike((("a", "1"), ("b", name))) for name in ("x", "<% y %>", "z", "x", "<% y %>", "z")]
    assert found == [{"a": "1", "b": name} for name in ("x", "<% y %>", "z")] * 2
    assert [found[at] is found[at + 3] for at in range(3)] == [True, True, False]
    assert [id(each) in shared.constants for each in found[:3]] == [True, False, False]
