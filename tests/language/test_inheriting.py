"""Lists that add to what is below them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from efdgen.language.inheriting import INHERITED, expanded, is_inherited
from efdgen.language.layers import document_layer, merge_layers, winner
from efdgen.language.yamlio import parse
from support import many

items = st.lists(st.sampled_from(["a", "b", INHERITED]), max_size=4)


def layers(*texts: str):  # noqa: ANN201
    documents = [parse(text, f"{index}.yaml") for index, text in enumerate(texts)]
    return [document_layer(document.file, document, (), document.data) for document in documents]


def test_the_items_below_stand_where_it_says_so_and_each_is_told_where_it_was_written() -> None:
    found = expanded(layers("l: [a, b]\nm: {k: 1}\n", f"l: [{INHERITED}, c]\n", f"l:\n- {{x: 1}}\n- {INHERITED}\n"))
    assert merge_layers(found) == {"l": [{"x": 1}, "a", "b", "c"], "m": {"k": 1}}
    places = [str(found[-1].locate(("l", index))) for index in range(4)]
    assert places == ["2.yaml:2:3", "0.yaml:1:5", "0.yaml:1:8", "1.yaml:1:22"]
    assert str(found[-1].locate(("l", 0, "x"))) == "2.yaml:2:7"
    assert winner(found, ("l", 1)) is found[-1]
    assert found[-1].adds == {("l",)}


def test_what_has_no_list_below_stays_and_what_says_nothing_of_it_is_the_same_layer() -> None:
    without, with_ = layers("l: 3\nm: [1]\n", f"l: [{INHERITED}]\np: [{INHERITED}]\n")
    found = expanded([without, with_])
    assert found[0] is without
    assert merge_layers(found) == {"l": [INHERITED], "m": [1], "p": [INHERITED]}
    assert is_inherited("<%inherited%>")
    assert not is_inherited("<% inherited + [1] %>")


@many
@given(st.lists(items, min_size=1, max_size=4))
def test_what_comes_of_it_is_each_list_with_the_one_below_in_the_place_of_the_item(lists: list[list[str]]) -> None:
    expected = ["z"]
    texts = ["l: [z]\n"]
    for each in lists:
        first = each.index(INHERITED) if INHERITED in each else len(each)
        # A second one stays: evaluating it says what is wrong.
        expected = [*each[:first], *expected, *each[first + 1 :]] if INHERITED in each else each
        texts.append("l:" + ("".join(f"\n- {item}" for item in each) or " []") + "\n")
    assert merge_layers(expanded(layers(*texts))) == {"l": expected}
