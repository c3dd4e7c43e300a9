from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.functions import entries, numbered
from efdgen.language.expressions import ExpressionError, evaluate
from support import many

TABLE = {"first": {"title": "The first"}, "second": {"title": "The second"}}


@pytest.mark.parametrize(("name", "said"), [(None, "null"), (True, "true"), (1, "1"), (["first"], "a list")])
def test_what_is_not_the_name_of_an_item_is_shown_as_people_write_it(name: object, said: str) -> None:
    with pytest.raises(ExpressionError, match=f"^{said} is not the name of an item$"):
        entries(TABLE, [name])


def test_entries_come_in_the_order_of_the_list() -> None:
    assert entries(TABLE, ["second", "first"]) == [{"title": "The second"}, {"title": "The first"}]
    assert entries(TABLE, []) == []
    assert entries(TABLE, ["first", "first"]) == [{"title": "The first"}] * 2


def test_numbers_count_from_the_end_and_stand_in_front() -> None:
    items = numbered(entries(TABLE, ["second", "first"]), "id")
    assert [list(item.items()) for item in items] == [
        [("id", "2"), ("title", "The second")],
        [("id", "1"), ("title", "The first")],
    ]


def test_an_item_that_has_the_key_keeps_what_it_says() -> None:
    assert numbered([{"id": "mine"}, {}], "id") == [{"id": "mine"}, {"id": "1"}]


@many
@given(st.lists(st.sampled_from(sorted(TABLE)), max_size=4), st.lists(st.sampled_from(sorted(TABLE)), max_size=4))
def test_an_item_keeps_its_number_when_others_are_put_before_it(newer: list[str], older: list[str]) -> None:
    before = numbered(entries(TABLE, older), "id")
    after = numbered(entries(TABLE, [*newer, *older]), "id")
    assert after[len(newer) :] == before
    assert len({item["id"] for item in after}) == len(after)


@pytest.mark.parametrize(
    ("table", "names", "code", "words"),
    [
        ("news", ["first"], "E303", "a table and a list of names"),
        (TABLE, "first", "E303", "a table and a list of names"),
        (TABLE, ["frist"], "E301", "there is no item 'frist'"),
        (TABLE, [["first"]], "E301", "a list is not the name of an item"),
    ],
)
def test_entries_of_something_else_are_refused(table: Any, names: Any, code: str, words: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        evaluate("<% entries(table, names) %>", {"entries": entries, "table": table, "names": names})
    assert refused.value.code == code
    assert words in refused.value.message


@pytest.mark.parametrize(("items", "key"), [({}, "id"), (["first"], "id"), ([{}], 1), ("first", "id")])
def test_numbers_of_something_else_are_refused(items: Any, key: Any) -> None:
    with pytest.raises(ExpressionError) as refused:
        evaluate("<% numbered(items, key) %>", {"numbered": numbered, "items": items, "key": key})
    assert refused.value.code == "E303"
