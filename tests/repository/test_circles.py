"""Circles of a graph."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from efdgen.repository.circles import circles
from support import many
from support.foreach import for_each


@for_each(
    ("edges", "expected"),
    [
        ({}, []),
        ({"a": ("b",), "b": ("c",), "c": ()}, []),
        ({"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}, []),
        ({"a": ("nowhere",)}, []),
        ({"a": ("a",)}, [("a",)]),
        ({"b": ("a",), "a": ("b",)}, [("a", "b")]),
        ({"a": ("b",), "b": ("c",), "c": ("b",)}, [("b", "c")]),
        ({"a": ("b",), "b": ("a", "c"), "c": ("b",), "d": ("d",)}, [("a", "b"), ("b", "c"), ("d",)]),
        ({"d": ("a",), "a": ("b",), "b": ("a",)}, [("a", "b")]),
    ],
)
def test_each_circle_is_found_once(edges: Mapping[str, tuple[str, ...]], expected: list[tuple[str, ...]]) -> None:
    assert circles(edges) == expected


def test_a_long_circle_exhausts_no_stack() -> None:
    names = [f"{number:05}" for number in range(3000)]
    edges = {name: (following,) for name, following in zip(names, [*names[1:], names[0]], strict=True)}
    assert circles(edges) == [tuple(names)]


@many
@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True)))
def test_without_the_last_step_of_each_no_circle_is_left(edges: dict[str, list[str]]) -> None:
    found = circles(edges)
    for circle in found:
        assert all(after in edges[name] for name, after in zip(circle, (*circle[1:], circle[0]), strict=True))
        edges[circle[-1]].remove(circle[0])
    assert circles(edges) == []
