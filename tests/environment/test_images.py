"""Images among the values of an app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.images import Image
from efdgen.environment.inside import inside
from efdgen.language.layers import at, leaves
from support import few
from support.foreach import for_each


@for_each(
    ("values", "found"),
    [
        ({"image": {"repository": "a/b", "tag": "1.2"}}, [Image(("image", "tag"), "a/b", "1.2")]),
        ({"x": {"image": {"repo": "b", "tag": "1"}}}, [Image(("x", "image", "tag"), "b", "1")]),
        (
            {"image": {"registry": "quay.io", "repository": "a/b", "tag": "1"}},
            [Image(("image", "tag"), "quay.io/a/b", "1")],
        ),
        ({"image": {"tag": "1"}}, [Image(("image", "tag"), "", "1")]),
        ({"x": {"image": "a/b", "imageTag": "5.5"}}, [Image(("x", "imageTag"), "a/b", "5.5")]),
        ({"image": "a/curl:latest"}, [Image(("image",), "a/curl", "latest")]),
        ({"image": "localhost:5000/a:1"}, [Image(("image",), "localhost:5000/a", "1")]),
        ({"image": "a/b"}, []),
        ({"image": "localhost:5000/a"}, []),
        ({"image": {"repository": "a", "tag": ""}}, []),
        ({"image": {"repository": "a", "tag": None}}, []),
        ({"jobs": [{"image": {"name": "j", "tag": "2"}}]}, [Image(("jobs", 0, "image", "tag"), "j", "2")]),
    ],
)
def test_images_are_found_as_charts_write_them(values: dict[str, Any], found: list[Image]) -> None:
    assert inside(values).images == found


class Marked(str):
    """Text of a kind of its own, as `explain` follows it."""

    __slots__ = ()


TEXTS = st.sampled_from(["a/b:1", "a/b", "1.2", "", "host:5/a:2"])
VALUES = st.recursive(
    st.one_of(TEXTS, TEXTS.map(Marked), st.sampled_from([None, True, 3])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["image", "tag", "imageTag", "repository", "registry", "x"]), inner),
    ),
    max_leaves=12,
)


def among_all_values(values: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield where a tag, or a name with a tag, stands, and the tag: every value is looked at, with its path."""
    for path, value in leaves(values):
        if not isinstance(value, str) or not value:
            continue
        if path[-2:] == ("image", "tag") or path[-1] == "imageTag":
            yield path, value
        elif path[-1] == "image" and ":" in value:
            yield path, value.rpartition(":")[2]


@few
@given(st.dictionaries(st.sampled_from(["image", "x", "imageTag"]), VALUES))
def test_no_image_is_overlooked_wherever_it_stands(values: dict[str, Any]) -> None:
    found = inside(values).images
    assert [(image.path, image.tag) for image in found] == list(among_all_values(values))
    assert all(str(at(values, image.path)).endswith(image.tag) for image in found)
